/**
 * Every field of the stats output: its name, what sort of number it is, and what it means. Names and their order are
 * those of C Dynomite, whose dashboards read them. `-D` prints the table; whoever renders the stats walks over it, so the
 * two cannot drift apart.
 */

/** `counter` only rises; `gauge` is a state of now; `timestamp` is milliseconds since 1970, 0 for never. */
export type StatKind = "text" | "counter" | "gauge" | "timestamp";

export interface StatField {
  readonly name: string;
  readonly kind: StatKind;
  /** What it counts or shows, with its unit where it is no plain number. */
  readonly doc: string;
}

function field(name: string, kind: StatKind, doc: string): StatField {
  return { name, kind, doc };
}

/** The top level of the output, up to the pool's own object. */
export const nodeFields: readonly StatField[] = [
  field("service", "text", "always dynomite"),
  field("source", "text", "host name"),
  field("version", "text", "version of the program"),
  field("uptime", "gauge", "seconds since the start"),
  field("timestamp", "gauge", "seconds since 1970"),
  field("rack", "text", "rack of this node"),
  field("dc", "text", "datacenter of this node"),
  field("latency_max", "gauge", "longest client request in usec, parsed to answered"),
  field("latency_999th", "gauge", "99.9th percentile of client requests in usec"),
  field("latency_99th", "gauge", "99th percentile of client requests in usec"),
  field("latency_95th", "gauge", "95th percentile of client requests in usec"),
  field("latency_mean", "gauge", "mean of client requests in usec"),
  field("payload_size_max", "gauge", "largest client write request in bytes"),
  field("payload_size_999th", "gauge", "99.9th percentile of client write requests in bytes"),
  field("payload_size_99th", "gauge", "99th percentile of client write requests in bytes"),
  field("payload_size_95th", "gauge", "95th percentile of client write requests in bytes"),
  field("payload_size_mean", "gauge", "mean of client write requests in bytes"),
  field("average_cross_region_rtt", "gauge", "mean of remote dc peers in usec, sent to answered"),
  field("99_cross_region_rtt", "gauge", "99th percentile of remote dc peers in usec, sent to answered"),
  field("average_cross_zone_latency", "gauge", "mean of local dc peers in usec, sent to answered"),
  field("99_cross_zone_latency", "gauge", "99th percentile of local dc peers in usec, sent to answered"),
  field("average_server_latency", "gauge", "mean of the datastore in usec, sent to answered"),
  field("99_server_latency", "gauge", "99th percentile of the datastore in usec, sent to answered"),
  field("average_cross_region_queue_wait", "gauge", "mean wait for remote dc peers in usec, until sent"),
  field("99_cross_region_queue_wait", "gauge", "99th percentile of the wait for remote dc peers in usec, until sent"),
  field("average_cross_zone_queue_wait", "gauge", "mean wait for local dc peers in usec, until sent"),
  field("99_cross_zone_queue_wait", "gauge", "99th percentile of the wait for local dc peers in usec, until sent"),
  field("average_server_queue_wait", "gauge", "mean wait for the datastore in usec, until sent"),
  field("99_server_queue_wait", "gauge", "99th percentile of the wait for the datastore in usec, until sent"),
  field("client_out_queue_99", "gauge", "99th percentile of requests a client waits for"),
  field("server_in_queue_99", "gauge", "99th percentile of requests waiting to be sent to the datastore"),
  field("server_out_queue_99", "gauge", "99th percentile of requests the datastore has not answered"),
  field("dnode_client_out_queue_99", "gauge", "99th percentile of requests a peer waits for"),
  field("peer_in_queue_99", "gauge", "99th percentile of requests waiting to be sent to a local dc peer"),
  field("peer_out_queue_99", "gauge", "99th percentile of requests a local dc peer has not answered"),
  field("remote_peer_out_queue_99", "gauge", "99th percentile of requests a remote dc peer has not answered"),
  field("remote_peer_in_queue_99", "gauge", "99th percentile of requests waiting to be sent to a remote dc peer"),
  field("alloc_msgs", "gauge", "# request objects made"),
  field("free_msgs", "gauge", "# request objects at rest"),
  field("alloc_mbufs", "gauge", "# buffers made"),
  field("free_mbufs", "gauge", "# buffers at rest"),
  field("dyn_memory", "gauge", "peak resident size in KB"),
];

/** The pool's object, named as the configuration names the pool. */
export const poolFields: readonly StatField[] = [
  field("client_eof", "counter", "# eof on client connections"),
  field("client_err", "counter", "# errors on client connections"),
  field("client_connections", "gauge", "# active client connections"),
  field("client_read_requests", "counter", "# client read requests"),
  field("client_write_requests", "counter", "# client write requests"),
  field("client_dropped_requests", "counter", "# client dropped requests"),
  field("client_non_quorum_w_responses", "counter", "# client non quorum write responses"),
  field("client_non_quorum_r_responses", "counter", "# client non quorum read responses"),
  field("server_ejects", "counter", "# times backend server was ejected"),
  field("dnode_client_eof", "counter", "# eof on dnode client connections"),
  field("dnode_client_err", "counter", "# errors on dnode client connections"),
  field("dnode_client_connections", "gauge", "# active dnode client connections"),
  field("dnode_client_in_queue", "gauge", "# dnode client requests in incoming queue"),
  field("dnode_client_in_queue_bytes", "gauge", "current dnode client request bytes in incoming queue"),
  field("dnode_client_out_queue", "gauge", "# dnode client requests in outgoing queue"),
  field("dnode_client_out_queue_bytes", "gauge", "current dnode client request bytes in outgoing queue"),
  field("peer_dropped_requests", "counter", "# local dc peer dropped requests"),
  field("peer_timedout_requests", "counter", "# local dc peer timedout requests"),
  field("remote_peer_dropped_requests", "counter", "# remote dc peer dropped requests"),
  field("remote_peer_timedout_requests", "counter", "# remote dc peer timedout requests"),
  field("remote_peer_failover_requests", "counter", "# remote dc peer failover requests"),
  field("peer_eof", "counter", "# eof on peer connections"),
  field("peer_err", "counter", "# errors on peer connections"),
  field("peer_timedout", "counter", "# timeouts on local dc peer connections"),
  field("remote_peer_timedout", "counter", "# timeouts on remote dc peer connections"),
  field("peer_connections", "gauge", "# active peer connections"),
  field("peer_forward_error", "counter", "# times we encountered a peer forwarding error"),
  field("peer_requests", "counter", "# peer requests"),
  field("peer_request_bytes", "counter", "total peer request bytes"),
  field("peer_responses", "counter", "# peer responses"),
  field("peer_response_bytes", "counter", "total peer response bytes"),
  field("peer_ejected_at", "timestamp", "timestamp when peer was ejected"),
  field("peer_ejects", "counter", "# times a peer was ejected"),
  field("peer_in_queue", "gauge", "# local dc peer requests in incoming queue"),
  field("remote_peer_in_queue", "gauge", "# remote dc peer requests in incoming queue"),
  field("peer_in_queue_bytes", "gauge", "current peer request bytes in incoming queue"),
  field("remote_peer_in_queue_bytes", "gauge", "current peer request bytes in incoming queue to remote DC"),
  field("peer_out_queue", "gauge", "# local dc peer requests in outgoing queue"),
  field("remote_peer_out_queue", "gauge", "# remote dc peer requests in outgoing queue"),
  field("peer_out_queue_bytes", "gauge", "current peer request bytes in outgoing queue"),
  field("remote_peer_out_queue_bytes", "gauge", "current peer request bytes in outgoing queue to remote DC"),
  field("peer_mismatch_requests", "counter", "# dnode peer mismatched messages"),
  field("forward_error", "counter", "# times we encountered a forwarding error"),
  field("fragments", "counter", "# fragments created from a multi-vector request"),
  field("stats_count", "counter", "# stats request"),
];

/** The datastore's object inside the pool's, named as the `servers` line names it. */
export const serverFields: readonly StatField[] = [
  field("server_eof", "counter", "# eof on server connections"),
  field("server_err", "counter", "# errors on server connections"),
  field("server_timedout", "counter", "# timeouts on server connections"),
  field("server_ejected_at", "timestamp", "timestamp when server was ejected in msec since epoch"),
  field("server_dropped_requests", "counter", "# server dropped requests"),
  field("server_timedout_requests", "counter", "# server timedout requests"),
  field("read_requests", "counter", "# read requests"),
  field("read_request_bytes", "counter", "total read request bytes"),
  field("write_requests", "counter", "# write requests"),
  field("write_request_bytes", "counter", "total write request bytes"),
  field("read_responses", "counter", "# read responses"),
  field("read_response_bytes", "counter", "total read response bytes"),
  field("write_responses", "counter", "# write responses"),
  field("write_response_bytes", "counter", "total write response bytes"),
  field("in_queue", "gauge", "# requests in incoming queue"),
  field("in_queue_bytes", "gauge", "current request bytes in incoming queue"),
  field("out_queue", "gauge", "# requests in outgoing queue"),
  field("out_queue_bytes", "gauge", "current request bytes in outgoing queue"),
  field("redis_req_get", "counter", "# Redis get"),
  field("redis_req_set", "counter", "# Redis set"),
  field("redis_req_del", "counter", "# Redis del"),
  field("redis_req_incr_decr", "counter", "# Redis incr or decr"),
  field("redis_req_keys", "counter", "# Redis keys"),
  field("redis_req_mget", "counter", "# Redis mget"),
  field("redis_req_scan", "counter", "# Redis scan"),
  field("redis_req_sort", "counter", "# Redis sort"),
  field("redis_req_lreqm", "counter", "# Redis lrem"),
  field("redis_req_sunion", "counter", "# Redis sunion"),
  field("redis_req_ping", "counter", "# Redis ping"),
  field("redis_req_lists", "counter", "# Redis lists"),
  field("redis_req_sets", "counter", "# Redis sets"),
  field("redis_req_hashes", "counter", "# Redis hashes"),
  field("redis_req_sortedsets", "counter", "# Redis sortedsets"),
  field("redis_req_other", "counter", "# Redis other"),
];

/** What `-D` prints: two headings, then a line per counter, in the form that scripts for C Dynomite read. */
export function describeStats(): string {
  const section = (heading: string, fields: readonly StatField[]) =>
    `${heading}:\n${fields.map(({ name, doc }) => `  ${name.padEnd(20)}"${doc}"\n`).join("")}`;
  return `${section("pool stats", poolFields)}\n${section("server stats", serverFields)}`;
}
