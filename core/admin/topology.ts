/** `/topology`: the ring as it is now, with the share of its rack's keys that each node owns. */
import type { RingView } from "./ring_view.ts";

/** `hash` is its conf name, `hashTag` null where there is none. Shares are percents of the rack, to six digits. */
export function describeTopology({ topology, stateOf }: RingView, hash: string, hashTag: string | undefined): unknown {
  const datacenters = topology.datacenters.map(({ name, racks }) => ({
    name,
    racks: racks.map(({ name, nodes, ring }) => ({
      name,
      nodes: nodes.map((node) => ({
        name: node.name,
        host: node.host,
        port: node.port,
        tokens: node.tokens.map(String),
        ownership_percent: Number((ring.ownership(node.index) * 100).toFixed(6)),
        state: stateOf(node),
        self: node === topology.local,
      })),
    })),
  }));
  return { version: topology.version, hash, hash_tag: hashTag ?? null, datacenters };
}
