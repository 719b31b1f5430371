/** The object of `/info`: C Dynomite's names and order, for what this node counts so far. Times are microseconds. */
import type { Node } from "../node.ts";
import { peerStats, visitingPeerStats } from "./peer_stats.ts";

/** One snapshot. */
export function statsInfo(node: Node): Record<string, unknown> {
  const { facts, clock, dataStore } = node.parts;
  const { stats } = node;
  const { latencyUs } = node.measures.clients;
  const { byCommand: _, ...engine } = dataStore.stats;
  return {
    service: "dynomite",
    source: facts.hostname,
    version: node.version,
    uptime: Math.floor((clock.wall() - node.startedAt) / 1000),
    timestamp: Math.floor(clock.wall() / 1000),
    rack: node.options.rack,
    dc: node.options.datacenter,
    state: node.state,
    latency_max: latencyUs.max,
    latency_999th: latencyUs.percentile(0.999),
    latency_99th: latencyUs.percentile(0.99),
    latency_95th: latencyUs.percentile(0.95),
    latency_mean: Math.round(latencyUs.mean),
    dyn_memory: Math.round(facts.memory().rssBytes / 1024),
    [node.options.poolName]: {
      client_eof: stats.client_eof,
      client_err: stats.client_err,
      client_connections: stats.client_connections,
      client_read_requests: stats.client_read_requests,
      client_write_requests: stats.client_write_requests,
      client_dropped_requests: stats.client_dropped_requests,
      client_non_quorum_w_responses: stats.client_non_quorum_w_responses,
      client_non_quorum_r_responses: stats.client_non_quorum_r_responses,
      forward_error: stats.forward_error,
      fragments: stats.fragments,
      ...visitingPeerStats(node.peerStats, node.visitingRequests),
      ...peerStats(node.peers.list()),
      peer_forward_error: node.peerStats.forward_error,
      remote_peer_failover_requests: stats.remote_peer_failover_requests,
      missed_writes: stats.missed_writes,
      retried_reads: stats.retried_reads,
      [dataStore.name]: { ...engine, ...dataStore.queues() },
    },
  };
}
