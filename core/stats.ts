/**
 * Counters of one node. Plain numbers in fixed fields: counting is an addition. Names are those of the stats JSON where it
 * has one, so that rendering is a loop.
 */
export class Stats {
  client_eof = 0;
  client_err = 0;
  client_connections = 0;
  client_read_requests = 0;
  client_write_requests = 0;
  client_dropped_requests = 0;
  client_non_quorum_w_responses = 0;
  client_non_quorum_r_responses = 0;
  fragments = 0;
  /** Copies of writes that a replica did not take: it lacks them until it is mended. */
  missed_writes = 0;
  /** Writes passed on to another rack of a datacenter than the preferred one, which was away. */
  remote_peer_failover_requests = 0;
  /** Copies for a datacenter of which no rack could be reached. */
  remote_peer_unreachable_requests = 0;
  /** Reads that went to another replica because the one asked first failed. */
  retried_reads = 0;
  /** Connections refused because `client_connections` was reached. */
  client_rejected = 0;
  /** Connections ended for a malformed frame. */
  client_protocol_errors = 0;
  /** Requests of any kind that entered. */
  client_requests = 0;
  bytes_in = 0;
  bytes_out = 0;
  /** Times the statistics were asked for. */
  stats_count = 0;
}
