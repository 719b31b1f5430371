/** From a request on the stats port to its answer: the route, the method, who asks, then the route's own body. */
import type { Node } from "../node.ts";
import { type AccessRules, refusalOf } from "./admission.ts";
import { text } from "./responses.ts";
import { findRoute, type FoundRoute, methodsOf, type Route } from "./route.ts";

/** A request, as far as it matters here. */
export interface AdminRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  /** Address of the other end. */
  readonly callerAddress: string;
}

export interface Served {
  readonly table: readonly Route[];
  readonly rules: AccessRules;
  readonly node: Node;
}

/** Answers are of the moment, belong to nobody's cache and into nobody's frame, and are what they say they are. */
const commonHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Answers one request. What a body throws, it throws. */
export async function respond(request: AdminRequest, served: Served): Promise<Response> {
  const response = await answer(request, served);
  for (const [name, value] of Object.entries(commonHeaders)) {
    if (!response.headers.has(name)) response.headers.set(name, value);
  }
  return response;
}

function answer(request: AdminRequest, { table, rules, node }: Served): Response | Promise<Response> {
  const { method, headers, callerAddress } = request;
  if (!URL.canParse(request.url)) return text("the request's URL cannot be read\n", 400);
  const url = new URL(request.url);
  let found: FoundRoute | undefined;
  try {
    found = findRoute(table, url.pathname);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return text(`the path ${url.pathname} is not well encoded\n`, 400);
  }
  if (found === undefined) {
    return text(`no such path: ${url.pathname}; there are\n${table.map(({ path }) => `${path}\n`).join("")}`, 404);
  }
  const { route, args } = found;
  const methods = methodsOf(route);
  if (!methods.includes(method)) {
    const allow = methods.join(", ");
    return text(`method ${method} is not allowed on ${route.path}; allowed are ${allow}\n`, 405, { allow });
  }
  const refusal = refusalOf(route, { address: callerAddress, headers }, rules);
  if (refusal !== undefined) return text(`${refusal.reason}\n`, refusal.status, refusal.headers);
  if (route.changes) {
    const facts = { category: "admin", method, path: url.pathname, client: callerAddress };
    node.logger.notice("stats port: {method} {path}, asked by {client}", facts);
  }
  return route.handle({ node, args, query: url.searchParams, headers });
}
