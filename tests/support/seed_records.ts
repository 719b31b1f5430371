/** Nodes as seeds lists have them, for tests. */
import { Problem, seedAddress } from "../../conf/value_kinds.ts";
import type { NodeDescription } from "../../core/ring/topology.ts";

/** The record's node, or what is wrong with it. */
export function parseSeed(record: string): NodeDescription | string {
  const seed = seedAddress.parse(record);
  return seed instanceof Problem ? seed.text : seed;
}

/** The node of a good record. */
export function node(record: string): NodeDescription {
  const seed = parseSeed(record);
  if (typeof seed === "string") throw new Error(`${record} ${seed}`);
  return seed;
}

/** Nodes as records. */
export function recordsOf(nodes: readonly NodeDescription[]): string[] {
  return nodes.map(({ host, port, rack, datacenter, tokens, name }) =>
    seedAddress.format({ host, port, rack, datacenter, tokens, name })
  );
}
