/** The top level of the statistics, up to the pool's own object: who this node is, and what it measured lately. */
import type { Histogram } from "../histogram.ts";
import type { Measures } from "../measures.ts";
import { added, gauge, type StatField, type StatUnit, text, timestamp, window } from "./stats_field.ts";

type Of = (measures: Measures) => Histogram;

const [MAX, P999, P99, P95, P50] = ["max", 0.999, 0.99, 0.95, 0.5] as const;

function share(name: string, doc: string, of: Of, share: number | "max", unit: StatUnit = "usec"): StatField {
  return window(name, doc, ({ measures }) => share === "max" ? of(measures).max : of(measures).percentile(share), unit);
}
function mean(name: string, doc: string, of: Of, unit: StatUnit = "usec"): StatField {
  return window(name, doc, ({ measures }) => of(measures).mean, unit);
}
function length(name: string, doc: string, of: Of): StatField {
  return share(name, doc, of, P99, "count");
}

const latency: Of = ({ clients }) => clients.latencyUs;
const payload: Of = ({ clients }) => clients.writeBytes;

export const nodeFields: readonly StatField[] = [
  text("service", "always dynomite", () => "dynomite"),
  text("source", "host name", ({ node }) => node.parts.facts.hostname),
  text("version", "version of the program", ({ node }) => node.version),
  gauge("uptime", "seconds since the start", ({ node, now }) => Math.floor((now - node.startedAt) / 1000), "seconds"),
  timestamp(
    "timestamp",
    "time of this snapshot in seconds since epoch",
    ({ now }) => Math.floor(now / 1000),
    "seconds",
  ),
  text("rack", "rack of this node", ({ node }) => node.options.rack),
  text("dc", "datacenter of this node", ({ node }) => node.options.datacenter),
  share("latency_max", "longest client request in usec, parsed to answered", latency, MAX),
  share("latency_999th", "99.9th percentile of client requests in usec", latency, P999),
  share("latency_99th", "99th percentile of client requests in usec", latency, P99),
  share("latency_95th", "95th percentile of client requests in usec", latency, P95),
  mean("latency_mean", "mean of client requests in usec", latency),
  share("payload_size_max", "largest client write request in bytes", payload, MAX, "bytes"),
  share("payload_size_999th", "99.9th percentile of client write requests in bytes", payload, P999, "bytes"),
  share("payload_size_99th", "99th percentile of client write requests in bytes", payload, P99, "bytes"),
  share("payload_size_95th", "95th percentile of client write requests in bytes", payload, P95, "bytes"),
  mean("payload_size_mean", "mean of client write requests in bytes", payload, "bytes"),
  mean("average_cross_region_rtt", "mean of remote dc peers in usec, sent to answered", (m) => m.remotePeers.latencyUs),
  share("99_cross_region_rtt", "99th percentile of remote dc peers in usec", (m) => m.remotePeers.latencyUs, P99),
  mean("average_cross_zone_latency", "mean of local dc peers in usec, sent to answered", (m) => m.peers.latencyUs),
  share("99_cross_zone_latency", "99th percentile of local dc peers in usec", (m) => m.peers.latencyUs, P99),
  mean("average_server_latency", "mean of the datastore in usec, sent to answered", (m) => m.engine.latencyUs),
  share("99_server_latency", "99th percentile of the datastore in usec", (m) => m.engine.latencyUs, P99),
  mean(
    "average_cross_region_queue_wait",
    "mean wait in usec until sent to remote dc peers",
    (m) => m.remotePeers.queueWaitUs,
  ),
  share("99_cross_region_queue_wait", "99th percentile of that wait in usec", (m) => m.remotePeers.queueWaitUs, P99),
  mean("average_cross_zone_queue_wait", "mean wait in usec until sent to local dc peers", (m) => m.peers.queueWaitUs),
  share("99_cross_zone_queue_wait", "99th percentile of that wait in usec", (m) => m.peers.queueWaitUs, P99),
  mean("average_server_queue_wait", "mean wait in usec until sent to the datastore", (m) => m.engine.queueWaitUs),
  share("99_server_queue_wait", "99th percentile of that wait in usec", (m) => m.engine.queueWaitUs, P99),
  length("client_out_queue_99", "99th percentile of # requests a client waits for", (m) => m.clients.outQueue),
  length(
    "server_in_queue_99",
    "99th percentile of # requests that wait to be sent to the datastore",
    (m) => m.engine.inQueue,
  ),
  length(
    "server_out_queue_99",
    "99th percentile of # requests the datastore has not answered",
    (m) => m.engine.outQueue,
  ),
  length(
    "dnode_client_out_queue_99",
    "99th percentile of # requests a peer waits for",
    (m) => m.visitingPeers.outQueue,
  ),
  length(
    "peer_in_queue_99",
    "99th percentile of # requests that wait to be sent to a local dc peer",
    (m) => m.peers.inQueue,
  ),
  length(
    "peer_out_queue_99",
    "99th percentile of # requests a local dc peer has not answered",
    (m) => m.peers.outQueue,
  ),
  length(
    "remote_peer_out_queue_99",
    "99th percentile of # requests a remote dc peer has not answered",
    (m) => m.remotePeers.outQueue,
  ),
  length(
    "remote_peer_in_queue_99",
    "99th percentile of # requests that wait to be sent to a remote dc peer",
    (m) => m.remotePeers.inQueue,
  ),
  gauge("alloc_msgs", "# objects for requests in flight made since the start", ({ node }) => node.pipeline.pooled.made),
  gauge("free_msgs", "# objects for requests kept for the next ones", ({ node }) => node.pipeline.pooled.idle),
  gauge("alloc_mbufs", "# buffers made since the start", ({ node }) => node.parts.pressure.memory.made),
  gauge("free_mbufs", "# buffers kept for the next to need one", ({ node }) => node.parts.pressure.memory.idleCount),
  gauge("dyn_memory", "peak resident size in KB", ({ memory }) => Math.round(memory.peakRssBytes / 1024), "KB"),
  added(text("state", "state of this node, NORMAL in service", ({ node }) => node.state)),
  added(share("latency_50th", "median of client requests in usec", latency, P50)),
  added(gauge("resident_memory", "resident size now in KB", ({ memory }) => Math.round(memory.rssBytes / 1024), "KB")),
  added(share("event_loop_lag_99", "99th percentile in usec of how late timers fire", (m) => m.loopLagUs, P99)),
];
