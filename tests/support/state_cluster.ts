/** A simulated cluster whose nodes are put in states: whose word is known where, and who is asked what. */
import type { Conf } from "../../conf/schema.ts";
import type { NodeState } from "../../core/node_state.ts";
import type { Node } from "../../core/node.ts";
import { type Place, SimCluster } from "./sim_cluster.ts";

export const INTERVAL_MS = 1000;
export const withGossip: Partial<Conf> = { enableGossip: true, gossipIntervalMs: INTERVAL_MS };

export function nodeOf(cluster: SimCluster, index: number): Node {
  return cluster.nodes[index]!.running.node;
}

/** Starts nodes that gossip, and waits until all have heard all. */
export async function startGossiping(
  places: readonly Place[],
  conf: Partial<Conf> = {},
  seed = 1,
): Promise<SimCluster> {
  const cluster = await SimCluster.start(places, { seed, delayMs: 1, conf: { ...withGossip, ...conf } });
  const all = [...places.keys()];
  await cluster.clock.until(() => all.every((by) => all.every((of) => stateSeen(cluster, by, of) === "NORMAL")));
  // Each has been heard by each: only then does a word go to everybody at once.
  await cluster.clock.until(
    () => all.every((by) => all.every((of) => by === of || nodeOf(cluster, by).parts.gossip?.describe(address(of)))),
  );
  return cluster;
}

function address(index: number): string {
  return `10.0.0.${index + 1}:8101`;
}

/** What node `by` takes the state of node `of` for. */
export function stateSeen(cluster: SimCluster, by: number, of: number): NodeState {
  return nodeOf(cluster, by).stateOf(address(of));
}

/** Puts a node in a state, and waits until all others know. Returns how long that took, ms. */
export async function enter(cluster: SimCluster, index: number, state: NodeState): Promise<number> {
  const before = cluster.clock.now();
  const problem = nodeOf(cluster, index).setState(state);
  if (problem !== undefined) throw new Error(problem);
  const all = [...cluster.nodes.keys()];
  await cluster.clock.until(() => all.every((by) => stateSeen(cluster, by, index) === state));
  return cluster.clock.now() - before;
}

/** Reads and writes that `by` has sent to `of` since the last call. */
export function requestsSent(cluster: SimCluster, by: number, of: number): { reads: number; writes: number } {
  const { stats } = nodeOf(cluster, by).peers.at(address(of))!.pool;
  const sent = { reads: stats.read_requests, writes: stats.write_requests };
  Object.assign(stats, { read_requests: 0, write_requests: 0 });
  return sent;
}
