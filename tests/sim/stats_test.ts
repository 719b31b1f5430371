/** `/info` of nodes that have something to tell: each field means what it says (the table's order and types: stats_table_test.ts). */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { statsInfo } from "../../core/admin/stats_info.ts";
import { Consistency } from "../../core/consistency.ts";
import { LineClient } from "../support/line_client.ts";
import { racks, SimCluster } from "../support/sim_cluster.ts";

type Numbers = Record<string, number>;

/** What node `index` tells: top level, pool, datastore. */
function infoOf(cluster: SimCluster, index: number): { top: Numbers; pool: Numbers; server: Numbers } {
  const { node } = cluster.nodes[index]!.running;
  const top = statsInfo(node) as Record<string, unknown>;
  const pool = top[node.options.poolName] as Record<string, unknown>;
  return { top: top as Numbers, pool: pool as Numbers, server: pool[node.parts.dataStore.name] as Numbers };
}

/** Two racks of two nodes here, one of one node in another datacenter; a millisecond between any two. */
const places = [...racks(2, 2), ...racks(1, 1, "dc2")];
const options = { delayMs: 1 };
const keys = Array.from({ length: 20 }, (_, i) => `key${i}`);

Deno.test("/info counts what clients ask, where it goes and what comes back", async () => {
  await using cluster = await SimCluster.start(places, options);
  const client = await cluster.connect(0);
  await client.pipeline(keys.map((key) => ["SET", key, "value"]));
  await client.pipeline(keys.map((key) => ["GET", key]));
  await client.pipeline([["SADD", "s", "a"], ["LPUSH", "l", "a"], ["HSET", "h", "f", "v"], ["ZADD", "z", "1", "a"]]);
  await client.pipeline([["INCRBY", "n", "2"], ["PING"]]);
  const before = infoOf(cluster, 0);
  assertEquals([before.pool.client_read_requests, before.pool.client_write_requests], [20, 25]);
  assertEquals([before.pool.client_connections, before.pool.client_requests, before.pool.fragments], [1, 46, 0]);
  assertEquals(await client.call("MGET", ...keys), `[${keys.map(() => "value").join(" ")}]`);
  const { pool, server } = infoOf(cluster, 0);
  // Its keys lie on two nodes.
  assertEquals([pool.fragments, pool.client_read_requests, pool.client_requests], [2, 22, 47]);
  assertEquals(pool.stats_count, 2);
  // While the client is still there.
  assertGreater(pool.client_sent_bytes!, 20 * "$5\r\nvalue\r\n".length);
  assertGreater(pool.client_received_bytes!, 20 * 40);

  const all = cluster.nodes.map((_, i) => infoOf(cluster, i));
  // Every write is in one node of each rack, every read in one of the own rack.
  const sum = (name: string) => all.reduce((total, info) => total + info.server[name]!, 0);
  assertEquals([sum("write_requests"), sum("write_responses")], [25 * 3, 25 * 3]);
  assertEquals([sum("read_requests"), sum("read_responses")], [22, 22]);
  assertEquals([sum("redis_req_set"), sum("redis_req_get"), sum("redis_req_mget")], [60, 20, 2]);
  assertEquals([sum("redis_req_sets"), sum("redis_req_lists"), sum("redis_req_hashes")], [3, 3, 3]);
  assertEquals([sum("redis_req_sortedsets"), sum("redis_req_incr_decr"), sum("redis_req_other")], [3, 3, 0]);
  assertGreater(server.redis_req_ping!, 0);
  assertGreater(server.write_request_bytes!, server.write_requests! * 20);
  assertGreater(server.read_response_bytes!, 0);

  // To the other datacenter 25 writes, to this one a copy of each to the other rack, and what the own neighbour owns.
  assertEquals(pool.peer_requests, 25 * 3 + 22 - server.write_requests! - server.read_requests!);
  assertGreater(pool.peer_request_bytes!, pool.peer_requests! * 20);
  // Those of copies were of no use; those of the neighbour were.
  const neighbour = all[1]!.server;
  assertEquals(pool.peer_responses, neighbour.read_requests! + neighbour.write_requests!);
  assertGreater(pool.peer_response_bytes!, 0);
  assertEquals(
    all.slice(1).reduce((total, info) => total + info.pool.dnode_client_requests!, 0) > pool.peer_requests!,
    true,
  );
  assertEquals([pool.peer_connections, pool.dnode_client_connections], [4, 4]);
  assertEquals([pool.peer_mismatch_requests, pool.forward_error, pool.peer_forward_error], [0, 0, 0]);
  client.close();
});

Deno.test("/info measures each hop, and begins anew after five minutes or when told", async () => {
  await using cluster = await SimCluster.start(places, options);
  const { node } = cluster.nodes[0]!.running;
  const client = await cluster.connect(0);
  const load = async () => {
    await client.pipeline(keys.map((key) => ["SET", key, "value"]));
    await client.pipeline(keys.map((key) => ["GET", key]));
  };
  await load();
  const { top } = infoOf(cluster, 0);
  // There and back takes two milliseconds.
  for (const name of ["average_cross_zone_latency", "99_cross_zone_latency", "average_cross_region_rtt"]) {
    assertGreater(top[name]!, 1900, name);
    assertLess(top[name]!, 10_000, name);
  }
  assertGreater(top["latency_max"]!, 1900);
  const latencies = ["latency_max", "latency_99th", "latency_95th", "latency_50th"].map((name) => top[name]!);
  assertEquals(latencies.toSorted((a, b) => b - a), latencies);
  assertGreater(top["latency_50th"]!, 0);
  assertEquals(top["average_server_latency"], 0, "the embedded engine needs no time of the simulation's");
  // Of a pipeline of twenty.
  for (const name of ["peer_in_queue_99", "peer_out_queue_99", "remote_peer_in_queue_99", "remote_peer_out_queue_99"]) {
    assert(top[name]! >= 1 && top[name]! <= 20, `${name} ${top[name]}`);
  }
  assert(top["client_out_queue_99"]! >= 1 && top["client_out_queue_99"]! <= 20);
  assertGreater(top["server_out_queue_99"]!, 0);
  const bytes = "*3\r\n$3\r\nSET\r\n$5\r\nkey19\r\n$5\r\nvalue\r\n".length;
  assertEquals([top["payload_size_max"], top["payload_size_mean"]], [bytes, Math.round(bytes - 0.5)]);
  assert(top["alloc_msgs"]! >= top["free_msgs"]! && top["free_msgs"]! > 0);
  assert(top["alloc_mbufs"]! >= top["free_mbufs"]! && top["alloc_mbufs"]! > 0);

  const total = node.measures.clients.latencyUs.totalCount;
  const windows = ["latency_max", "payload_size_mean", "99_cross_region_rtt", "peer_out_queue_99"];
  node.resetHistograms();
  for (const name of windows) assertEquals(infoOf(cluster, 0).top[name], 0, name);
  await load();
  for (const name of windows) assertGreater(infoOf(cluster, 0).top[name]!, 0, name);
  await cluster.clock.run(5 * 60_000);
  for (const name of windows) assertEquals(infoOf(cluster, 0).top[name], 0, name);
  assertEquals(node.measures.clients.latencyUs.totalCount, 2 * total, "totals go on");
  client.close();
});

Deno.test("/info shows queues while requests are on their way", async () => {
  await using cluster = await SimCluster.start(places, { delayMs: 50 });
  const client = await cluster.connect(0);
  client.send(keys.map((key) => ["SET", key, "value"]));
  const grown = (name: string) => () => infoOf(cluster, 0).pool[name]! > 0;
  await cluster.clock.until(grown("remote_peer_out_queue"));
  const { pool } = infoOf(cluster, 0);
  assertEquals(pool.remote_peer_out_queue, 20);
  assertGreater(pool.remote_peer_out_queue_bytes!, 20 * 30);
  assertGreater(pool.peer_out_queue!, 20);
  assertEquals([pool.peer_in_queue, pool.peer_in_queue_bytes], [0, 0]);
  await cluster.clock.until(() => client.arrived.length === 20);
  await cluster.clock.run(500);
  const idle = infoOf(cluster, 0).pool;
  assertEquals([idle.remote_peer_out_queue, idle.remote_peer_out_queue_bytes, idle.peer_out_queue], [0, 0, 0]);
  client.close();
});

Deno.test("/info tells errors that went to clients from those that went to peers, and counts what no rack could take", async () => {
  const conf = { readConsistency: Consistency.SafeQuorum, writeConsistency: Consistency.SafeQuorum };
  await using cluster = await SimCluster.start([...racks(2), ...racks(1, 1, "dc2")], { ...options, conf });
  const client = await cluster.connect(0);
  assertEquals(cluster.nodes[1]!.running.node.setState("STANDBY"), undefined);
  assert((await client.call("GET", "k")).startsWith("-"));
  assertEquals([infoOf(cluster, 0).pool.forward_error, infoOf(cluster, 0).pool.peer_forward_error], [1, 0]);
  const refusing = infoOf(cluster, 1).pool;
  assertEquals([refusing.forward_error, refusing.peer_forward_error], [0, 1]);
  assertEquals(infoOf(cluster, 0).pool.client_non_quorum_r_responses, 1);
  await cluster.crash(2);
  await cluster.clock.until(() => !cluster.nodes[0]!.running.node.peers.list().every(({ up }) => up));
  await client.call("SET", "k", "v");
  const { pool } = infoOf(cluster, 0);
  assertEquals([pool.remote_peer_dropped_requests, pool.forward_error], [1, 2]);
  assertGreater(pool.missed_writes!, 0);
  assertGreater(pool.peer_ejected_at!, 0);
  assertGreater(pool.peer_eof! + pool.peer_err!, 0);
  client.close();
});

Deno.test("/info of a Memcached node counts reads and writes, and no Redis commands", async () => {
  await using cluster = await SimCluster.start(racks(2), { conf: { dataStore: "memcached" } });
  const client = new LineClient(await cluster.network.connect({ kind: "tcp", host: "10.0.0.1", port: 8102 }, 1000));
  // Another node has asked it for a sign of life, which is a command of the engine's.
  const { server: before } = infoOf(cluster, 0);
  client.send("set k 0 0 1\r\nv\r\nget k\r\n");
  await cluster.clock.until(() => client.lines.length === 4);
  const { pool, server } = infoOf(cluster, 0);
  const grown = (name: string) => server[name]! - before[name]!;
  assertEquals([pool.client_read_requests, pool.client_write_requests], [1, 1]);
  assertEquals(["read_requests", "write_requests", "read_responses", "write_responses"].map(grown), [1, 1, 1, 1]);
  assertEquals(grown("write_response_bytes"), "STORED\r\n".length);
  const redis = Object.entries(server).filter(([name]) => name.startsWith("redis_req_"));
  assertEquals([redis.length, redis.every(([, count]) => count === 0)], [16, true]);
  client.connection.close();
});
