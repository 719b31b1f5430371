/** `/owner?key=`: which nodes hold a key, in which order a read asks them, and why. */
import { Consistency, consistencyNames } from "../consistency.ts";
import type { Node } from "../node.ts";
import { Kinds } from "../node_state.ts";
import { hashNameOf } from "../ring/hash/mod.ts";
import type { TopologyNode } from "../ring/topology.ts";
import { badValue, json, text } from "./responses.ts";
import type { RingView } from "./ring_view.ts";

/** What decides where a key goes. */
export interface KeyRules {
  /** Conf name of the hash. */
  readonly hash: string;
  /** Two characters, or undefined. */
  readonly hashTag: string | undefined;
  tokenOf(bytes: Uint8Array, start: number, end: number): number;
  readonly readLevel: Consistency;
  /** May a read be sent to the node at this index now? */
  isUp(index: number): boolean;
}

/** Those of this node. */
export function keyRulesOf({ dispatcher, options, levels }: Node): KeyRules {
  const { replicas } = dispatcher.view;
  return {
    hash: hashNameOf(options.hash),
    hashTag: options.hashTag,
    tokenOf: (bytes, start, end) => dispatcher.tokenOf(bytes, start, end),
    readLevel: levels.read,
    isUp: (index) => replicas[index]!.up && ((replicas[index]!.avoid ?? Kinds.None) & Kinds.Reads) === 0,
  };
}

/** Answers a query of `key`, and of `encoding=base64` for keys that are no text. */
export function showOwners(query: URLSearchParams, view: RingView, rules: KeyRules): Response {
  const written = query.get("key");
  if (written === null) {
    return text("the query has no key; ask /owner?key=K, or with &encoding=base64 for a binary one\n", 400);
  }
  const encoding = query.get("encoding") ?? "text";
  if (encoding !== "text" && encoding !== "base64") return badValue("encoding", encoding, "text or base64");
  const key = encoding === "text" ? new TextEncoder().encode(written) : fromBase64(written);
  if (key === undefined) return badValue("key", written, "base64");
  return json({ key: written, ...describeOwners(key, view, rules) });
}

function fromBase64(written: string): Uint8Array | undefined {
  try {
    // A plus sign in a query that was not encoded has become a blank.
    return Uint8Array.fromBase64(written.replaceAll(" ", "+"));
  } catch {
    return undefined;
  }
}

/** All about one key but the key. */
export function describeOwners(key: Uint8Array, { topology, stateOf }: RingView, rules: KeyRules): object {
  const { readLevel, isUp } = rules;
  const token = rules.tokenOf(key, 0, key.length);
  const { local, nearest } = topology.placementOf(token);
  const ringOf = new Map(
    topology.datacenters.flatMap(({ racks }) => racks).flatMap(({ nodes, ring }) =>
      nodes.map((node) => [node, ring] as const)
    ),
  );
  const firstToken = (node: TopologyNode) => {
    const tokens = [...ringOf.get(node)!.tokens];
    return tokens.find((own) => own >= token) ?? tokens[0]!;
  };
  const reads = readLevel === Consistency.One
    ? [...nearest.filter(isUp), ...nearest.filter((index) => !isUp(index))]
    : readLevel === Consistency.EachSafeQuorum
    ? nearest
    : local;
  const tag = tagOf(key, rules.hashTag);
  return {
    hashed: tag === undefined ? null : new TextDecoder().decode(tag),
    token: String(token),
    owners: nearest.map((index) => ({ node: topology.nodes[index]!, place: reads.indexOf(index) })).map((
      { node, place },
    ) => ({
      datacenter: node.datacenter,
      rack: node.rack,
      name: node.name,
      host: node.host,
      port: node.port,
      token: String(firstToken(node)),
      state: stateOf(node),
      self: node === topology.local,
      // Names may be alike in two racks; this is not.
      read_order: place < 0 ? null : place + 1,
    })),
    reads: reads.map((index) => topology.nodes[index]!.name),
    why: explain(token, tag !== undefined, rules),
  };
}

/** The part between the two characters of the hash tag, which alone is hashed; undefined when the whole key is. */
export function tagOf(key: Uint8Array, hashTag: string | undefined): Uint8Array | undefined {
  if (hashTag === undefined) return undefined;
  const open = key.indexOf(hashTag.charCodeAt(0));
  if (open < 0) return undefined;
  const close = key.indexOf(hashTag.charCodeAt(1), open + 1);
  return close > open + 1 ? key.subarray(open + 1, close) : undefined;
}

function explain(token: number, tagged: boolean, { hash, readLevel }: KeyRules): string {
  const reads = readLevel === Consistency.One
    ? "asks the nearest of them that is up, and the next when that one is lost"
    : "asks all that are named here, and a majority must answer";
  return `${hash} of ${
    tagged ? "the key's hash tag" : "the key"
  } is ${token}; in each rack the node with the first token ` +
    `at or after that owns the key, and above the greatest token the one with the lowest. Writes go to every owner; a ` +
    `read at ${consistencyNames[readLevel]} ${reads}.`;
}
