/** `/metrics` of nodes in a cluster: what a Prometheus server takes, and values that are those of `/info`. */
import { assert, assertEquals, assertGreater } from "@std/assert";
import { renderMetrics, tableMetrics } from "../../core/admin/metrics.ts";
import { statsInfo } from "../../core/admin/stats_info.ts";
import { parseMetrics, valueOf } from "../support/prometheus_text.ts";
import { racks, SimCluster } from "../support/sim_cluster.ts";

const places = [...racks(2, 2), ...racks(1, 1, "dc2")];
const keys = Array.from({ length: 20 }, (_, i) => `key${i}`);

Deno.test("/metrics is well formed, and counts requests by class and outcome and latencies by hop", async () => {
  await using cluster = await SimCluster.start(places, { delayMs: 1 });
  const { node } = cluster.nodes[0]!.running;
  parseMetrics(renderMetrics(node));
  const client = await cluster.connect(0);
  await client.pipeline(keys.map((key) => ["SET", key, "value"]));
  await client.pipeline([...keys.map((key) => ["GET", key]), ["INCR", "key1"], ["PING"], ["GET"]]);
  await cluster.clock.run(1000);
  const families = parseMetrics(renderMetrics(node));
  const requests = (name: string, outcome: string) =>
    valueOf(families, "dynomite_requests_total", { class: name, outcome });
  assertEquals([requests("write", "ok"), requests("write", "failed"), requests("write", "rejected")], [20, 1, 0]);
  assertEquals([requests("read", "ok"), requests("read", "failed"), requests("read", "rejected")], [20, 0, 1]);
  assertEquals(requests("other", "ok"), 1);

  const count = (hop: string) => valueOf(families, "dynomite_latency_seconds_count", { hop });
  assertEquals(count("client"), 43);
  assertEquals(count("remote_peer"), 21);
  assertEquals(count("engine")! + count("peer")!, 20 * 2 + 2 + 20);
  // There and back is two milliseconds.
  const bucket = (hop: string, le: string) => valueOf(families, "dynomite_latency_seconds_bucket", { hop, le });
  assertEquals([bucket("remote_peer", "0.001"), bucket("remote_peer", "0.005")], [0, 21]);
  assertEquals(valueOf(families, "dynomite_queue_wait_seconds_count", { hop: "remote_peer" }), 21);
  assertEquals(valueOf(families, "dynomite_client_write_size_bytes_count"), 21);
  assertGreater(valueOf(families, "dynomite_event_loop_lag_seconds_count")!, 0);

  node.resetHistograms();
  const later = parseMetrics(renderMetrics(node));
  assertEquals(valueOf(later, "dynomite_latency_seconds_count", { hop: "client" }), 43, "windows are for /info");
  client.close();
});

Deno.test("/metrics has every number of /info that is not of a window, in base units", async () => {
  await using cluster = await SimCluster.start(places, { delayMs: 1 });
  const { node } = cluster.nodes[0]!.running;
  await cluster.call(0, "MSET", ...keys.flatMap((key) => [key, "value"]));
  await cluster.crash(4);
  await cluster.clock.until(() => !node.peers.at("10.0.0.5:8101")!.up);
  const info = statsInfo(node) as Record<string, unknown>;
  const families = parseMetrics(renderMetrics(node));
  assertEquals(new Set(tableMetrics.map(({ name }) => name)).size, tableMetrics.length);
  for (const { name } of tableMetrics) assert(valueOf(families, name) !== undefined, name);
  const pool = info[node.options.poolName] as Record<string, number>;
  const server = pool[node.parts.dataStore.name] as unknown as Record<string, number>;
  const same = [
    ["dynomite_client_write_requests_total", pool.client_write_requests],
    ["dynomite_peer_request_bytes_total", pool.peer_request_bytes],
    ["dynomite_fragments_total", pool.fragments],
    ["dynomite_server_write_response_bytes_total", server.write_response_bytes],
    ["dynomite_peer_ejected_timestamp_seconds", pool.peer_ejected_at! / 1000],
    ["dynomite_dyn_memory_bytes", (info.dyn_memory as number) * 1024],
  ] as const;
  for (const [name, value] of same) {
    // The memory may grow meanwhile.
    if (name === "dynomite_dyn_memory_bytes") assertGreater(valueOf(families, name)! + 1, value);
    else assertEquals(valueOf(families, name), value, name);
    assertGreater(value!, 0, name);
  }
});

Deno.test("/metrics shows each peer, its state, and the ring; reasons why this node said no", async () => {
  await using cluster = await SimCluster.start(places, { delayMs: 1 });
  const { node } = cluster.nodes[0]!.running;
  await cluster.crash(1);
  await cluster.clock.until(() => !node.peers.at("10.0.0.2:8101")!.up);
  assertEquals(cluster.nodes[0]!.running.node.setState("STANDBY"), undefined);
  const families = parseMetrics(renderMetrics(node));
  const labels = (peer: string, rack: string, datacenter = "dc1") => ({ peer, rack, datacenter });
  assertEquals(valueOf(families, "dynomite_peer_up", labels("10.0.0.2:8101", "rack1")), 0);
  assertEquals(valueOf(families, "dynomite_peer_up", labels("10.0.0.3:8101", "rack2")), 1);
  const state = (peer: string, name: string, ...where: [string, string?]) =>
    valueOf(families, "dynomite_peer_state", { ...labels(peer, ...where), state: name });
  assertEquals(state("10.0.0.3:8101", "NORMAL", "rack2"), 1);
  assertEquals(state("10.0.0.5:8101", "NORMAL", "rack1", "dc2"), 1);
  assertEquals(families.get("dynomite_peer_state")!.samples.length, 4);
  assertEquals(valueOf(families, "dynomite_node_state", { state: "STANDBY" }), 1);
  assertEquals(valueOf(families, "dynomite_ring_nodes", { rack: "rack1", datacenter: "dc1" }), 2);
  const owned = families.get("dynomite_ring_ownership_ratio")!.samples;
  assertEquals(owned.length, 5);
  assert(Math.abs(owned.reduce((sum, { value }) => sum + value, 0) - 3) < 1e-9, "one for each rack");

  for (const index of [2, 3, 4]) await cluster.crash(index);
  await cluster.clock.until(() => node.peers.list().every(({ up }) => !up));
  assert((await cluster.call(0, "MGET", ...keys)).startsWith("-"));
  const { samples } = parseMetrics(renderMetrics(node)).get("dynomite_request_failures_total")!;
  const told = samples.filter(({ labels, value }) => labels.to === "client" && value > 0);
  assertEquals(told.map(({ value }) => value), [1], "one answer, whatever its parts");
  assert(["state", "not_connected", "disconnected"].includes(told[0]!.labels.reason!), told[0]!.labels.reason);
});
