/**
 * `/metrics`: what `/info` counts, field by field from the same table, and what only a monitoring system can use: histograms of
 * latencies by hop, requests by class and outcome, every peer and every node of the ring with labels.
 *
 * What `/info` measures in windows is not here: quantiles come from the histograms. Labels hold names of nodes, states and kinds,
 * never keys, clients or texts, so the number of series is bounded by the size of the cluster.
 */
import { FailureKind } from "../reply.ts";
import { Access } from "../request.ts";
import type { Node } from "../node.ts";
import { METRICS_CONTENT_TYPE, MetricsText } from "./metrics_text.ts";
import { addressOf, ringOf } from "./ring_view.ts";
import type { StatField, StatUnit } from "./stats_field.ts";
import { snapshotOf, type StatsSnapshot } from "./stats_snapshot.ts";
import { nodeFields, poolFields, serverFields } from "./stats_table.ts";

/** Upper bounds of buckets: seconds, and bytes. */
const LATENCY_SECONDS = [
  ...[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05],
  ...[0.1, 0.25, 0.5, 1, 2.5, 5, 10],
];
const LAG_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const SIZE_BYTES = [64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216];
const MICROS = 1_000_000;

export function metricsResponse(node: Node): Response {
  return new Response(renderMetrics(node), { headers: { "content-type": METRICS_CONTENT_TYPE } });
}

/** The whole text, as of now. */
export function renderMetrics(node: Node): string {
  const from = snapshotOf(node);
  const out = new MetricsText();
  writeProcess(node, from, out);
  for (const { name, help, type, field } of tableMetrics) {
    const value = field.get(from);
    if (typeof value === "number") out.family(name, type, help).add(value * scaleOf[field.unit]);
  }
  writeRequests(node, out);
  writeLatencies(from, out);
  writeCluster(node, out);
  return out.toString();
}

/** What a field's unit is times to be the base unit. */
const scaleOf: Readonly<Record<StatUnit, number>> = {
  count: 1,
  bytes: 1,
  seconds: 1,
  KB: 1024,
  msec: 1 / 1000,
  usec: 1 / MICROS,
};
const unitSuffix: Readonly<Record<StatUnit, string>> = {
  count: "",
  bytes: "_bytes",
  seconds: "_seconds",
  KB: "_bytes",
  msec: "_seconds",
  usec: "_seconds",
};

interface TableMetric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly field: StatField;
}

/** `client_eof` is `dynomite_client_eof_total`, the datastore's `in_queue_bytes` is `dynomite_server_in_queue_bytes`. */
function metricOf(field: StatField, prefix = ""): TableMetric {
  const { name, kind, unit, doc } = field;
  let metric = `dynomite_${name.startsWith(prefix) ? "" : prefix}${name}`;
  if (kind === "timestamp") metric = `${metric.replace(/_at$/, "")}_timestamp`;
  if (!metric.endsWith(unitSuffix[unit])) metric += unitSuffix[unit];
  if (kind === "counter") metric += "_total";
  const help = doc.replace(/^# /, "Number of ").replace(/ in (msec|KB)\b/, "");
  return { name: metric, help, type: kind === "counter" ? "counter" : "gauge", field };
}

const exported = ({ kind, name }: StatField) => kind !== "text" && kind !== "window" && name !== "timestamp";

/** Every number of `/info` that is not of a window. */
export const tableMetrics: readonly TableMetric[] = [
  ...nodeFields.filter(exported).map((field) => metricOf(field)),
  ...poolFields.filter(exported).map((field) => metricOf(field)),
  ...serverFields.filter(exported).map((field) => metricOf(field, "server_")),
];

function writeProcess(node: Node, { memory }: StatsSnapshot, out: MetricsText): void {
  const { facts, dataStore, pressure } = node.parts;
  const { userSeconds, systemSeconds } = facts.cpu();
  const { rack, datacenter } = node.options;
  out.family("dynomite_node_info", "gauge", "Always 1; the labels say which node this is.")
    .add(1, { version: node.version, rack, datacenter, datastore: dataStore.name, runtime: facts.runtime });
  out.family("process_start_time_seconds", "gauge", "Time of the start since epoch.").add(node.startedAt / 1000);
  out.family("process_cpu_seconds_total", "counter", "Processor time used, user and system.")
    .add(userSeconds + systemSeconds);
  out.family("process_resident_memory_bytes", "gauge", "Resident size.").add(memory.rssBytes);
  out.family("dynomite_heap_bytes", "gauge", "JavaScript heap in use.").add(memory.heapBytes);
  out.family("dynomite_heap_limit_bytes", "gauge", "The most the JavaScript heap may have.").add(facts.heapLimitBytes);
  out.family("dynomite_buffer_bytes", "gauge", "Buffers in use, of the budget buffer_budget.").add(pressure.usedBytes);
  out.family("dynomite_buffer_limit_bytes", "gauge", "The budget for buffers.").add(pressure.limitBytes);
  out.family("dynomite_evictions_total", "counter", "Connections ended because they held memory others waited for.")
    .add(pressure.evictions);
  out.family("dynomite_datastore_up", "gauge", "Whether requests are sent to the datastore.").add(dataStore.up ? 1 : 0);
}

/** What clients asked, by class and by how it ended; and why the node itself had to say no. */
function writeRequests(node: Node, out: MetricsText): void {
  const classOf = new Map(node.parts.protocol.commands.map(({ name, access }) => [name, classNames[access]]));
  const counts = new Map(classNames.map((name) => [name, { ok: 0, failed: 0, rejected: 0 }]));
  for (const { name, calls, failed, rejected } of node.commandStats.list()) {
    const count = counts.get(classOf.get(name)!)!;
    count.ok += calls - failed;
    count.failed += failed;
    count.rejected += rejected;
  }
  out.family(
    "dynomite_requests_total",
    "counter",
    "Requests of clients by class of command and outcome: failed ones were answered with an error, rejected ones not carried out.",
  );
  for (const [name, outcomes] of counts) {
    for (const [outcome, count] of Object.entries(outcomes)) out.add(count, { class: name, outcome });
  }
  const { clients, visitingPeers } = node.measures;
  out.family(
    "dynomite_request_failures_total",
    "counter",
    "Error answers that this node itself gave, by reason, to clients and to other nodes.",
  );
  for (const [to, { failures }] of [["client", clients], ["peer", visitingPeers]] as const) {
    for (const [reason, kind] of Object.entries(FailureKind)) {
      out.add(failures[kind]!, { to, reason: snakeCase(reason) });
    }
  }
}

/** By `Access`. */
const classNames = [] as string[];
classNames[Access.None] = "other";
classNames[Access.Read] = "read";
classNames[Access.Write] = "write";

function snakeCase(name: string): string {
  return name.replace(/(?<!^)[A-Z]/g, "_$&").toLowerCase();
}

function writeLatencies({ measures }: StatsSnapshot, out: MetricsText): void {
  const { clients, visitingPeers, engine, peers, remotePeers, loopLagUs } = measures;
  const hops = [["engine", engine], ["peer", peers], ["remote_peer", remotePeers]] as const;
  out.family(
    "dynomite_latency_seconds",
    "histogram",
    "Time to answer by hop: clients and other nodes, as they see this node; the engine, peers of this datacenter and of others, " +
      "from sent to answered.",
  );
  for (const [hop, { latencyUs }] of [["client", clients], ["visiting_peer", visitingPeers], ...hops] as const) {
    out.addHistogram(latencyUs, LATENCY_SECONDS, MICROS, { hop });
  }
  out.family("dynomite_queue_wait_seconds", "histogram", "Time until a request was sent, by hop.");
  for (const [hop, { queueWaitUs }] of hops) out.addHistogram(queueWaitUs, LATENCY_SECONDS, MICROS, { hop });
  out.family("dynomite_client_write_size_bytes", "histogram", "Size of clients' write requests.")
    .addHistogram(clients.writeBytes, SIZE_BYTES, 1);
  out.family("dynomite_event_loop_lag_seconds", "histogram", "How late timers fire: the time the event loop was busy.")
    .addHistogram(loopLagUs, LAG_SECONDS, MICROS);
}

/** The state of this node, of every peer, and the ring. */
function writeCluster(node: Node, out: MetricsText): void {
  const { topology, stateOf } = ringOf(node);
  out.family("dynomite_node_state", "gauge", "Always 1; the label says in which state this node is.")
    .add(1, { state: node.state });
  out.family("dynomite_topology_version", "gauge", "Rises with every change of the ring.").add(topology.version);
  const peers = topology.nodes.filter((one) => one !== topology.local).map((one) => ({
    labels: { peer: addressOf(one), rack: one.rack, datacenter: one.datacenter },
    state: stateOf(one),
    link: node.peers.at(addressOf(one)),
  }));
  out.family("dynomite_peer_up", "gauge", "Whether requests are sent to the peer.");
  for (const { labels, link } of peers) out.add(link?.up ? 1 : 0, labels);
  out.family("dynomite_peer_state", "gauge", "Always 1; the label says in which state the peer is.");
  for (const { labels, state } of peers) out.add(1, { ...labels, state });
  out.family("dynomite_ring_nodes", "gauge", "Nodes of each rack.");
  for (const { name: datacenter, racks } of topology.datacenters) {
    for (const { name: rack, nodes } of racks) out.add(nodes.length, { rack, datacenter });
  }
  out.family("dynomite_ring_ownership_ratio", "gauge", "Share of its rack's keys that a node owns.");
  for (const { racks } of topology.datacenters) {
    for (const { nodes, ring, name: rack, datacenter } of racks) {
      for (const one of nodes) out.add(ring.ownership(one.index), { node: addressOf(one), rack, datacenter });
    }
  }
}
