/** The datastore's object inside the pool's, named as the `servers` line names it. */
import type { CommandGroup } from "./command_groups.ts";
import { added, counter, gauge, type StatField, timestamp } from "./stats_field.ts";

function calls(group: CommandGroup, doc: string): StatField {
  return counter(`redis_req_${group}`, doc, (from) => from.countCommands(group));
}

export const serverFields: readonly StatField[] = [
  counter("server_eof", "# eof on server connections", (s) => s.engine.server_eof),
  counter("server_err", "# errors on server connections", (s) => s.engine.server_err),
  counter("server_timedout", "# timeouts on server connections", (s) => s.engine.server_timedout),
  timestamp(
    "server_ejected_at",
    "timestamp when a server connection last ended in msec since epoch",
    (s) => s.engine.server_ejected_at,
  ),
  counter(
    "server_dropped_requests",
    "# server dropped requests, and late ones",
    ({ engine }) => engine.server_dropped_requests + engine.server_timedout_requests,
  ),
  counter("server_timedout_requests", "# server timedout requests", (s) => s.engine.server_timedout_requests),
  counter("read_requests", "# read requests", (s) => s.engine.read_requests),
  counter("read_request_bytes", "total read request bytes", (s) => s.engine.read_request_bytes, "bytes"),
  counter("write_requests", "# write requests", (s) => s.engine.write_requests),
  counter("write_request_bytes", "total write request bytes", (s) => s.engine.write_request_bytes, "bytes"),
  counter("read_responses", "# read responses", (s) => s.engine.read_responses),
  counter("read_response_bytes", "total read response bytes", (s) => s.engine.read_response_bytes, "bytes"),
  counter("write_responses", "# write responses", (s) => s.engine.write_responses),
  counter("write_response_bytes", "total write response bytes", (s) => s.engine.write_response_bytes, "bytes"),
  gauge("in_queue", "# requests in incoming queue", (s) => s.engineQueues.in_queue),
  gauge("in_queue_bytes", "current request bytes in incoming queue", (s) => s.engineQueues.in_queue_bytes, "bytes"),
  gauge("out_queue", "# requests in outgoing queue", (s) => s.engineQueues.out_queue),
  gauge("out_queue_bytes", "current request bytes in outgoing queue", (s) => s.engineQueues.out_queue_bytes, "bytes"),
  calls("get", "# Redis get"),
  calls("set", "# Redis set, setex, psetex, setnx, setbit, setrange"),
  calls("del", "# Redis del, unlink"),
  calls("incr_decr", "# Redis incr or decr, by whatever"),
  calls("keys", "# Redis keys"),
  calls("mget", "# Redis mget"),
  calls("scan", "# Redis scan"),
  calls("sort", "# Redis sort"),
  calls("lreqm", "# Redis lrem"),
  calls("sunion", "# Redis sunion"),
  calls("ping", "# Redis ping, which the node answers"),
  calls("lists", "# Redis lists"),
  calls("sets", "# Redis sets"),
  calls("hashes", "# Redis hashes"),
  calls("sortedsets", "# Redis sortedsets"),
  calls("other", "# Redis other"),
  added(
    counter("server_auto_ejects", "# times the server was ejected (auto_eject_hosts)", (s) => s.engine.server_ejects),
  ),
  added(
    counter(
      "expired_keys",
      "# keys the embedded engine removed at their time",
      ({ node }) => node.parts.dataStore.expiredKeys ?? 0,
    ),
  ),
];
