/** The ring and the owners of a key as text. Pure: what a node answers in, lines out. */
import { formatAddress } from "../../core/transport.ts";
import type { OwnerBody, RingNode, TopologyBody } from "./bodies.ts";
import { wrap } from "../wrap.ts";
import { type Column, layOut, plain } from "./text_table.ts";
import { count } from "./units.ts";

/** Of sentences, in columns. */
const WIDTH = 100;
/** Tokens that are shown of one node. */
const TOKENS_SHOWN_MAX = 4;

/**
 * ```text
 * dc1
 *   rack1
 *     10.0.1.1:8101  NORMAL  50.00 %  token 0           <- asked
 *     10.0.1.2:8101  DOWN    50.00 %  token 2147483648
 * ```
 */
export function describeRing(ring: TopologyBody): string[] {
  const racks = ring.datacenters.flatMap(({ racks }) => racks);
  const nodes = racks.flatMap(({ nodes }) => nodes);
  // Laid out together, so that the columns of all racks stand below each other.
  const lines = layOut(ringColumns, nodes).slice(1);
  const tag = ring.hash_tag === null ? "no hash tag" : `hash tag ${plain(ring.hash_tag)}`;
  const text = [
    `${amount(nodes.length, "node")} in ${amount(racks.length, "rack")} of ${
      amount(ring.datacenters.length, "datacenter")
    }: ${countStates(nodes)}`,
    `hash ${plain(ring.hash)}, ${tag}; version ${ring.version} of the ring`,
  ];
  let at = 0;
  for (const { name, racks } of ring.datacenters) {
    text.push("", plain(name));
    for (const rack of racks) {
      text.push(`  ${plain(rack.name)}`);
      for (const _ of rack.nodes) text.push(`    ${lines[at++]}`);
    }
  }
  return text;
}

const ringColumns: readonly Column<RingNode>[] = [
  { title: "", cell: nameOf, rank: 0 },
  { title: "", cell: ({ state }) => state, rank: 0 },
  { title: "", cell: ({ ownership_percent }) => `${ownership_percent.toFixed(2)} %`, right: true, rank: 0 },
  { title: "", cell: ({ tokens }) => describeTokens(tokens), rank: 0 },
  { title: "", cell: ({ self }) => self ? "<- asked" : "", rank: 0 },
];

function describeTokens(tokens: readonly string[]): string {
  if (tokens.length === 0) return "no tokens";
  const shown = tokens.slice(0, TOKENS_SHOWN_MAX).join(", ");
  if (tokens.length <= TOKENS_SHOWN_MAX) return `${tokens.length === 1 ? "token" : "tokens"} ${shown}`;
  return `tokens ${shown} and ${count(tokens.length - TOKENS_SHOWN_MAX)} more`;
}

/** `5 NORMAL, 1 DOWN`: the good first, then by number. */
export function countStates(nodes: readonly { readonly state: string }[]): string {
  const counts = new Map<string, number>();
  for (const { state } of nodes) counts.set(state, (counts.get(state) ?? 0) + 1);
  const goodFirst = (state: string) => state === "NORMAL" ? -1 : 0;
  return [...counts].sort(([a, n], [b, m]) => goodFirst(a) - goodFirst(b) || m - n)
    .map(([state, nodes]) => `${count(nodes)} ${plain(state)}`).join(", ");
}

type Owner = OwnerBody["owners"][number];

/** Who holds a key, by nearness, and the node's own words why. */
export function describeOwners({ key, hashed, token, owners, reads, why }: OwnerBody): string[] {
  return [
    `key ${JSON.stringify(key)}${
      hashed === null ? "" : `, of which ${JSON.stringify(hashed)} is hashed`
    }: token ${token}`,
    "",
    ...layOut(ownerColumns, owners),
    "",
    plain(`reads ask ${orderOf(reads, owners).map(nameOf).join(", ")}`),
    ...wrap(plain(why), WIDTH),
  ];
}

/** The owners that are read from, in the order of their names in `reads`. Of those on one host the ones that are up come first. */
function orderOf(reads: readonly string[], owners: readonly Owner[]): Owner[] {
  const left = [...owners].sort((a, b) => Number(a.state === "DOWN") - Number(b.state === "DOWN"));
  return reads.flatMap((name) => {
    const at = left.findIndex((owner) => owner.name === name);
    return at < 0 ? [] : left.splice(at, 1);
  });
}

const ownerColumns: readonly Column<Owner>[] = [
  { title: "DATACENTER", cell: ({ datacenter }) => datacenter, rank: 0 },
  { title: "RACK", cell: ({ rack }) => rack, rank: 0 },
  { title: "NODE", cell: nameOf, rank: 0 },
  { title: "TOKEN", cell: ({ token }) => token, right: true, rank: 0 },
  { title: "STATE", cell: ({ state }) => state, rank: 0 },
  { title: "", cell: ({ self }) => self ? "<- asked" : "", rank: 0 },
];

interface Named {
  readonly name: string;
  readonly host: string;
  /** 0 where other nodes cannot reach it. */
  readonly port: number;
}

/** `host:port`, with the name before it where that is another word. */
export function nameOf({ name, host, port }: Named): string {
  if (port === 0) return name;
  const address = formatAddress({ kind: "tcp", host, port });
  return name === host || name === address ? address : `${name} ${address}`;
}

function amount(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}
