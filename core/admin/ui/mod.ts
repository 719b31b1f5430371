/**
 * The dashboard's files, as they stand in the program: the page at `/ui`, what it loads below it. Nothing is built and
 * nothing comes from another host. The files are few and small: they are kept as bytes with their ETag, and a browser asks
 * again each time, so that a new version of the node is a new page at once.
 */
import { createHash } from "node:crypto";
import { text } from "../responses.ts";
import api from "./api.js" with { type: "text" };
import chart from "./chart.js" with { type: "text" };
import colours from "./colours.css" with { type: "text" };
import connectionView from "./connection_view.js" with { type: "text" };
import dom from "./dom.js" with { type: "text" };
import format from "./format.js" with { type: "text" };
import icon from "./icon.svg" with { type: "text" };
import index from "./index.html" with { type: "text" };
import listsView from "./lists_view.js" with { type: "text" };
import main from "./main.js" with { type: "text" };
import measures from "./measures.js" with { type: "text" };
import nodeId from "./node_id.js" with { type: "text" };
import nodeStates from "./node_states.js" with { type: "text" };
import nodesView from "./nodes_view.js" with { type: "text" };
import ownerView from "./owner_view.js" with { type: "text" };
import pageStyle from "./page.css" with { type: "text" };
import partsStyle from "./parts.css" with { type: "text" };
import poller from "./poller.js" with { type: "text" };
import ringStyle from "./ring.css" with { type: "text" };
import ringGeometry from "./ring_geometry.js" with { type: "text" };
import ringView from "./ring_view.js" with { type: "text" };
import stateChip from "./state_chip.js" with { type: "text" };
import summaryView from "./summary_view.js" with { type: "text" };
import theme from "./theme.js" with { type: "text" };
import uplotStyle from "uplot/dist/uPlot.min.css" with { type: "text" };
import uplot from "uplot/dist/uPlot.iife.min.js" with { type: "text" };
import uplotLicense from "uplot/LICENSE" with { type: "text" };

const HTML = "text/html; charset=utf-8";
const CSS = "text/css; charset=utf-8";
const JS = "text/javascript; charset=utf-8";
const SVG = "image/svg+xml; charset=utf-8";

/** What the page loads: its name below `/ui/`, its type, its text. */
const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
  "icon.svg": [SVG, icon],
  "colours.css": [CSS, colours],
  "page.css": [CSS, pageStyle],
  "parts.css": [CSS, partsStyle],
  "ring.css": [CSS, ringStyle],
  "uplot.css": [CSS, uplotStyle],
  "uplot.js": [JS, `/*!\n${uplotLicense.trim()}\n*/\n${uplot}`],
  "main.js": [JS, main],
  "api.js": [JS, api],
  "chart.js": [JS, chart],
  "connection_view.js": [JS, connectionView],
  "dom.js": [JS, dom],
  "format.js": [JS, format],
  "lists_view.js": [JS, listsView],
  "measures.js": [JS, measures],
  "node_id.js": [JS, nodeId],
  "node_states.js": [JS, nodeStates],
  "nodes_view.js": [JS, nodesView],
  "owner_view.js": [JS, ownerView],
  "poller.js": [JS, poller],
  "ring_geometry.js": [JS, ringGeometry],
  "ring_view.js": [JS, ringView],
  "state_chip.js": [JS, stateChip],
  "summary_view.js": [JS, summaryView],
  "theme.js": [JS, theme],
};

/**
 * What a browser may do with the page: load and ask for what this node serves, nothing else. Keys and names that clients chose
 * are text in it; should one become markup by a fault, it still could not run or send anything.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  // Kept by the browser, but asked for each time.
  "cache-control": "no-cache",
};

interface Asset {
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

function assetOf([type, text]: readonly [string, string]): Asset {
  const bytes = new TextEncoder().encode(text);
  return { type, bytes, etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 16)}"` };
}

/** The page, and what it loads by name. */
const page: Asset = assetOf([HTML, index]);
const assets: ReadonlyMap<string, Asset> = new Map(Object.entries(files).map(([name, file]) => [name, assetOf(file)]));

/** The names of what the page loads. */
export const uiFiles: readonly string[] = Object.keys(files);

/**
 * `/ui`.
 *
 * @param ifNoneMatch the request's header of that name: a browser that has this very file gets 304
 */
export function servePage(ifNoneMatch: string | null): Response {
  return serve(page, ifNoneMatch);
}

/** `/ui/<name>`. */
export function serveFile(name: string, ifNoneMatch: string | null): Response {
  // The page's links are beside "/ui", so that it also works behind a proxy's prefix.
  if (name === "") return new Response(null, { status: 308, headers: { location: "../ui" } });
  const asset = assets.get(name);
  return asset === undefined ? text(`the dashboard has no file ${name}\n`, 404) : serve(asset, ifNoneMatch);
}

function serve({ type, bytes, etag }: Asset, ifNoneMatch: string | null): Response {
  const headers = { ...HEADERS, etag };
  if (ifNoneMatch?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag)) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(bytes, { headers: { ...headers, "content-type": type } });
}
