/** `/cluster_describe`: C Dynomite's description of the cluster, keys and their order its own, with each node's state behind them. */
import type { RingView } from "./ring_view.ts";

/** The object; `token` is the node's first one. All of them are in `/topology`. */
export function describeCluster({ topology, stateOf }: RingView): unknown {
  const dcs = topology.datacenters.map(({ name, racks }) => ({
    name,
    racks: racks.map((rack) => ({
      name: rack.name,
      servers: rack.nodes.map((node) => ({
        name: node.name,
        host: node.host,
        port: node.port,
        token: node.tokens[0] ?? 0,
        state: stateOf(node),
      })),
    })),
  }));
  return { dcs };
}
