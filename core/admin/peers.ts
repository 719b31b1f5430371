/** `/peers`: the other nodes as this one sees them: their links and what waits on them, what is suspected, what went wrong last. */
import type { GossipDescription } from "../gossip_port.ts";
import type { Peer } from "../net/peer.ts";
import type { Node } from "../node.ts";
import type { TopologyNode } from "../ring/topology.ts";
import { addressOf, ringOf, type RingView } from "./ring_view.ts";

export interface PeersView extends RingView {
  peerAt(address: string): Peer | undefined;
  /** Undefined without gossip, and for a node that was not heard through it. */
  gossipOf(address: string): GossipDescription | undefined;
  /** Monotonic ms. */
  readonly now: number;
}

/** Those of this node, now. */
export function peersOf(node: Node): PeersView {
  return {
    ...ringOf(node),
    peerAt: (address) => node.peers.at(address),
    gossipOf: (address) => node.parts.gossip?.describe(address),
    now: node.clock.now(),
  };
}

/** One object for each other node of the ring, in the ring's order. */
export function describePeers(view: PeersView): unknown[] {
  const { topology } = view;
  return topology.nodes.filter((node) => node !== topology.local).map((node) => describePeer(node, view));
}

function describePeer(node: TopologyNode, { stateOf, peerAt, gossipOf, now }: PeersView): unknown {
  const address = addressOf(node);
  const pool = peerAt(address)?.pool;
  const stats = pool?.stats;
  const gossip = gossipOf(address);
  return {
    name: node.name,
    host: node.host,
    port: node.port,
    datacenter: node.datacenter,
    rack: node.rack,
    state: stateOf(node),
    phi: gossip === undefined ? null : Number(gossip.phi.toFixed(3)),
    software_version: gossip?.version ?? null,
    last_error: pool?.lastError ?? null,
    last_heard_ms_ago: pool === undefined || pool.lastHeardAt === -Infinity ? null : Math.round(now - pool.lastHeardAt),
    links: pool?.links.flat().map((link) => ({ connected: link.up, ...link.queues() })) ?? [],
    requests: (stats?.read_requests ?? 0) + (stats?.write_requests ?? 0),
    responses: (stats?.read_responses ?? 0) + (stats?.write_responses ?? 0),
    timeouts: stats?.server_timedout_requests ?? 0,
    failures: (stats?.server_eof ?? 0) + (stats?.server_err ?? 0) + (stats?.server_timedout ?? 0),
  };
}
