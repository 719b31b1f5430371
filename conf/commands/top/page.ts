/** What `dynomite top` shows: a look at the cluster -> the lines of a page. Pure. */
import { countStates, nameOf } from "../describe_text.ts";
import { type Column, cut, layOut, plain } from "../text_table.ts";
import { bytes, count, duration, microseconds, percent, rate } from "../units.ts";
import type { ClusterLook, NodeLook, PeerLook } from "./cluster.ts";
import { errorPercent } from "./counters.ts";

/** The page's room; Infinity where it has no end. */
export interface PageSize {
  readonly columns: number;
  readonly rows: number;
}

/** A line, and how it stands out. */
export interface PageLine {
  readonly text: string;
  readonly style: "plain" | "title" | "bad" | "dim";
}

/** Rows that the peers get at least, where both tables do not fit; no more than half of all. */
const PEER_ROWS_MIN = 4;

/** What stands around the tables. */
export interface PageFrame {
  /** The wall clock. */
  readonly time: string;
  /** The last line; none when empty. */
  readonly hint: string;
  /** Why there is no newer look than this; empty when there is. */
  readonly problem: string;
}

/** The page of this look. */
export function renderPage(look: ClusterLook, frame: PageFrame, { columns, rows }: PageSize): PageLine[] {
  const { time, hint, problem } = frame;
  const second = problem === "" ? styled(summary(look), "plain") : styled(plain(problem), "bad");
  const head = [styled(headline(look, time), "title"), second];
  if (look.note !== undefined) head.push(styled(plain(`only this node is shown: ${look.note}`), "bad"));
  const foot = hint === "" ? [] : [styled(hint, "dim")];
  // Two blank lines and two lines of titles.
  const room = rows - head.length - foot.length - 4;
  const least = Math.min(PEER_ROWS_MIN, Math.floor(room / 2));
  const peerRoom = Math.min(look.peers.length, Math.max(least, room - look.nodes.length));
  const nodes = table(nodeColumns, look.nodes, isBadNode, room - peerRoom, columns, "nodes");
  const peers = table(peerColumns, look.peers, isBadPeer, peerRoom, columns, "peers");
  const body = look.peers.length === 0 ? nodes : [...nodes, styled("", "plain"), ...peers];
  const lines = [...head, styled("", "plain"), ...body, ...foot];
  return lines.slice(0, rows).map((line) => ({ ...line, text: cut(line.text, columns) }));
}

function styled(text: string, style: PageLine["style"]): PageLine {
  return { text, style };
}

function headline({ asked, version, nodes }: ClusterLook, time: string): string {
  const self = nodes.find(({ node }) => node.self);
  const up = self?.counters === undefined ? "" : `, up ${duration(self.counters.uptimeSeconds * 1000)}`;
  return plain(`dynomite ${version}  ${asked}${up}  ${time}`);
}

/** The cluster in one line: of the nodes that were asked. */
function summary({ nodes }: ClusterLook): string {
  const asked = nodes.filter(({ counters }) => counters !== undefined);
  const rates = asked.flatMap(({ rates }) => rates === undefined ? [] : [rates]);
  const total = {
    readsPerSecond: rates.reduce((sum, { readsPerSecond }) => sum + readsPerSecond, 0),
    writesPerSecond: rates.reduce((sum, { writesPerSecond }) => sum + writesPerSecond, 0),
    errorsPerSecond: rates.reduce((sum, { errorsPerSecond }) => sum + errorsPerSecond, 0),
  };
  const worst = Math.max(0, ...asked.map(({ counters }) => counters?.p99 ?? 0));
  const parts = [
    `${count(nodes.length)} ${nodes.length === 1 ? "node" : "nodes"}: ${countStates(nodes.map(({ node }) => node))}`,
    `${rate(total.readsPerSecond + total.writesPerSecond)} requests/s`,
    `${percent(errorPercent(total))} errors`,
    `worst p99 ${microseconds(worst)}`,
  ];
  if (asked.length < nodes.length) parts.push(`counted at ${count(asked.length)} of ${count(nodes.length)}`);
  return parts.join("  ");
}

const NONE = "-";

/** A cell from a value that may not be there. */
function known<T>(value: T | undefined, show: (value: T) => string): string {
  return value === undefined ? NONE : show(value);
}

const nodeColumns: readonly Column<NodeLook>[] = [
  { title: "NODE", cell: ({ node }) => `${node.self ? "*" : " "}${nameOf(node)}`, rank: 0 },
  { title: "DC", cell: ({ datacenter }) => datacenter, rank: 4 },
  { title: "RACK", cell: ({ rack }) => rack, rank: 3 },
  { title: "STATE", cell: ({ node }) => node.state, rank: 0 },
  {
    title: "REQ/S",
    cell: ({ rates }) => known(rates, (rates) => rate(rates.readsPerSecond + rates.writesPerSecond)),
    right: true,
    least: 7,
    rank: 0,
  },
  { title: "READ/S", cell: ({ rates }) => known(rates?.readsPerSecond, rate), right: true, least: 7, rank: 6 },
  { title: "WRITE/S", cell: ({ rates }) => known(rates?.writesPerSecond, rate), right: true, least: 7, rank: 6 },
  {
    title: "ERRORS",
    cell: ({ rates }) => known(rates, (rates) => percent(errorPercent(rates))),
    right: true,
    least: 7,
    rank: 0,
  },
  { title: "P50", cell: ({ counters }) => known(counters?.p50, microseconds), right: true, least: 7, rank: 2 },
  { title: "P99", cell: ({ counters }) => known(counters?.p99, microseconds), right: true, least: 7, rank: 0 },
  { title: "CLIENTS", cell: ({ counters }) => known(counters?.clients, count), right: true, least: 7, rank: 5 },
  { title: "ENGINE Q", cell: ({ counters }) => known(counters?.engineQueue, count), right: true, rank: 1 },
  { title: "PEER Q", cell: ({ counters }) => known(counters?.peerQueue, count), right: true, rank: 1 },
  { title: "MEMORY", cell: ({ counters }) => known(counters?.memoryBytes, bytes), right: true, least: 7, rank: 2 },
];

const peerColumns: readonly Column<PeerLook>[] = [
  { title: "PEER", cell: ({ peer }) => ` ${nameOf(peer)}`, rank: 0 },
  { title: "DC", cell: ({ peer }) => peer.datacenter, rank: 5 },
  { title: "RACK", cell: ({ peer }) => peer.rack, rank: 4 },
  { title: "STATE", cell: ({ peer }) => peer.state, rank: 0 },
  { title: "PHI", cell: ({ peer }) => known(peer.phi ?? undefined, (phi) => phi.toFixed(1)), right: true, rank: 3 },
  {
    title: "HEARD",
    cell: ({ peer }) => known(peer.last_heard_ms_ago ?? undefined, (ago) => `${duration(ago)} ago`),
    right: true,
    least: 9,
    rank: 2,
  },
  {
    title: "LINKS",
    cell: ({ peer: { links } }) => `${links.filter(({ connected }) => connected).length}/${links.length}`,
    right: true,
    rank: 1,
  },
  { title: "REQ/S", cell: ({ requestsPerSecond }) => known(requestsPerSecond, rate), right: true, least: 7, rank: 1 },
  { title: "TIMEOUT/S", cell: ({ timeoutsPerSecond }) => known(timeoutsPerSecond, rate), right: true, rank: 3 },
  {
    title: "QUEUE",
    cell: ({ peer: { links } }) => count(links.reduce((sum, { in_queue, out_queue }) => sum + in_queue + out_queue, 0)),
    right: true,
    rank: 0,
  },
  {
    title: "UNSENT",
    cell: ({ peer: { links } }) => bytes(links.reduce((sum, { in_queue_bytes }) => sum + in_queue_bytes, 0)),
    right: true,
    rank: 2,
  },
  { title: "LAST ERROR", cell: ({ peer }) => peer.last_error ?? "", rank: 0 },
];

function isBadNode({ node }: NodeLook): boolean {
  return node.state !== "NORMAL" && node.state !== "?";
}

function isBadPeer({ peer }: PeerLook): boolean {
  return peer.state !== "NORMAL";
}

/** The titles and at most `most` lines below; rows that are bad come before others where not all fit. */
function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  isBad: (row: Row) => boolean,
  most: number,
  width: number,
  noun: string,
): PageLine[] {
  const fit = rows.length <= most;
  const shown = fit
    ? rows
    : [...rows].sort((a, b) => Number(isBad(b)) - Number(isBad(a))).slice(0, Math.max(0, most - 1));
  const [titles, ...lines] = layOut(columns, shown, width);
  const more = fit ? [] : [styled(` and ${count(rows.length - shown.length)} more ${noun}`, "dim")];
  return [
    styled(titles!, "title"),
    ...lines.map((line, i) => styled(line, isBad(shown[i]!) ? "bad" : "plain")),
    ...more,
  ];
}
