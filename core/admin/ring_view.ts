/** What the bodies about the ring are made of: the topology, and what this node thinks of each node in it. */
import { formatAddress } from "../transport.ts";
import type { Node } from "../node.ts";
import type { NodeState } from "../node_state.ts";
import type { NodeDescription, Topology, TopologyNode } from "../ring/topology.ts";

export interface RingView {
  readonly topology: Topology;
  /** NORMAL, DOWN, STANDBY ...: of one of its nodes, as far as it is known here. */
  stateOf(node: TopologyNode): NodeState;
}

/** The ring as this node sees it now. */
export function ringOf(node: Node): RingView {
  const { topology } = node;
  return { topology, stateOf: (one) => one.index === 0 ? node.state : node.stateOf(addressOf(one)) };
}

/** `host:port` of its peer port. */
export function addressOf({ host, port }: NodeDescription): string {
  return formatAddress({ kind: "tcp", host, port });
}

/** Does this host stand for every address of a machine, so that nobody elsewhere can reach it by that? */
export function isEveryInterface(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}
