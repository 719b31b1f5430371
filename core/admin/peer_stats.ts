/** The counters of the links to and from other nodes, in the names of the stats JSON. Those of one peer are added up. */
import type { Peer } from "../net/peer.ts";
import type { Stats } from "../stats.ts";

/** What other nodes asked of this one. `stats` counts them as it counts clients. */
export function visitingPeerStats(stats: Stats, outstanding: number): Record<string, number> {
  return {
    dnode_client_eof: stats.client_eof,
    dnode_client_err: stats.client_err,
    dnode_client_connections: stats.client_connections,
    dnode_client_out_queue: outstanding,
  };
}

/** What this node asked of others. */
export function peerStats(peers: readonly Peer[]): Record<string, number> {
  const local = peers.filter((peer) => peer.sameDatacenter);
  const remote = peers.filter((peer) => !peer.sameDatacenter);
  return {
    ...byDistance("peer", local),
    ...byDistance("remote_peer", remote),
    peer_eof: sum(peers, ({ pool }) => pool.stats.server_eof),
    peer_err: sum(peers, ({ pool }) => pool.stats.server_err),
    peer_connections: sum(peers, ({ pool }) => pool.links.flat().filter((link) => link.up).length),
    peer_requests: sum(peers, ({ pool }) => pool.stats.read_requests + pool.stats.write_requests),
    peer_request_bytes: sum(peers, ({ pool }) => pool.stats.read_request_bytes + pool.stats.write_request_bytes),
    peer_responses: sum(peers, ({ pool }) => pool.stats.used_responses),
    peer_response_bytes: sum(peers, ({ pool }) => pool.stats.used_response_bytes),
    peer_ejects: sum(peers, ({ pool }) => pool.stats.server_ejects),
    peer_ejected_at: peers.reduce((latest, { pool }) => Math.max(latest, pool.stats.server_ejected_at), 0),
  };
}

/** Those that are kept apart for peers of the own and of other datacenters. */
function byDistance(prefix: "peer" | "remote_peer", peers: readonly Peer[]): Record<string, number> {
  return {
    [`${prefix}_dropped_requests`]: sum(peers, ({ pool }) => pool.stats.server_dropped_requests),
    [`${prefix}_timedout_requests`]: sum(peers, ({ pool }) => pool.stats.server_timedout_requests),
    [`${prefix}_timedout`]: sum(peers, ({ pool }) => pool.stats.server_timedout),
    [`${prefix}_in_queue`]: sum(peers, ({ pool }) => pool.queues().in_queue),
    [`${prefix}_in_queue_bytes`]: sum(peers, ({ pool }) => pool.queues().in_queue_bytes),
    [`${prefix}_out_queue`]: sum(peers, ({ pool }) => pool.queues().out_queue),
    [`${prefix}_out_queue_bytes`]: sum(peers, ({ pool }) => pool.queues().out_queue_bytes),
  };
}

function sum(peers: readonly Peer[], value: (peer: Peer) => number): number {
  return peers.reduce((total, peer) => total + value(peer), 0);
}
