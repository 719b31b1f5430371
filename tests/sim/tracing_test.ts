/** Traces of requests in simulated clusters: which hops they have, how each ended, and that nothing else changes. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Consistency } from "../../core/consistency.ts";
import { RecordingTracer } from "../support/recording_tracer.ts";
import { racks, SimCluster, type SimClusterOptions } from "../support/sim_cluster.ts";

const seed = 5;

async function start(places: ReturnType<typeof racks>, options: SimClusterOptions = {}, traceSampleEvery = 1) {
  const tracer = new RecordingTracer();
  const conf = { traceSampleEvery, ...options.conf };
  const cluster = await SimCluster.start(places, { seed, tracer, ...options, conf });
  return { tracer, cluster };
}

Deno.test(`a read that asks one replica has one hop, a write one to every rack, each with its end (seed ${seed})`, async () => {
  const { tracer, cluster } = await start([...racks(2), ...racks(1, 1, "dc2")]);
  await using _ = cluster;
  await cluster.call(0, "SET", "k", "v");
  await cluster.clock.until(() => tracer.traces[0]!.hops.every(({ outcome }) => outcome !== undefined));
  const [{ request, hops }] = tracer.traces as [RecordingTracer["traces"][number]];
  assertEquals([request.command, request.protocol, request.bytes], ["SET", "redis", 27]);
  assertMatch(request.client, /^[\d.]+:\d+$/);
  assertEquals(hops.map(({ hop }) => hop.address), ["embedded", "10.0.0.2:8101", "10.0.0.3:8101"]);
  assertEquals(tracer.take(), ["SET ok: engine dc1/rack1 ok, peer dc1/rack2 ok, remote_peer dc2/rack1 ok"]);
  await cluster.call(1, "GET", "k");
  assertEquals(tracer.take(), ["GET ok: engine dc1/rack2 ok"]);
});

Deno.test(`a quorum read shows every replica that voted (seed ${seed})`, async () => {
  const { tracer, cluster } = await start(racks(3), { conf: { readConsistency: Consistency.Quorum } });
  await using _ = cluster;
  await cluster.call(0, "GET", "k");
  await cluster.clock.until(() => tracer.traces[0]!.hops.every(({ outcome }) => outcome !== undefined));
  assertEquals(tracer.take(), ["GET ok: engine dc1/rack1 ok, peer dc1/rack2 ok, peer dc1/rack3 ok"]);
});

Deno.test(`a read that is tried again shows both tries (seed ${seed})`, async () => {
  const { tracer, cluster } = await start(racks(2, 2), { delayMs: 1 });
  await using _ = cluster;
  const client = await cluster.connect(0);
  // The key's owner in this rack is the other node, which dies with the read on its way.
  const owner = cluster.nodes[0]!.running.node.topology.nodes.find(({ index, rack }) =>
    index !== 0 && rack === "rack1"
  )!;
  const key = ["a", "b", "c", "d", "e", "f"].find((key) =>
    cluster.nodes[0]!.running.node.dispatcher.topology.placementOf(
      cluster.nodes[0]!.running.node.dispatcher.tokenOf(new TextEncoder().encode(key), 0, 1),
    ).nearest[0] === owner.index
  )!;
  client.send([["GET", key]]);
  await cluster.clock.until(() => tracer.traces.length > 0);
  await cluster.crash(1);
  await cluster.clock.until(() => client.arrived.length > 0);
  assertEquals(tracer.take(), ["GET ok: peer dc1/rack1 Disconnected, peer dc1/rack2 ok"]);
  client.close();
});

Deno.test(`parts of a request, and nodes of a rack, are hops of one trace (seed ${seed})`, async () => {
  const { tracer, cluster } = await start(racks(1, 2));
  await using _ = cluster;
  await cluster.call(0, "MSET", ...["a", "b", "c", "d", "e", "f"].flatMap((key) => [key, "v"]));
  assertEquals(tracer.take().map(sorted), ["MSET ok: engine dc1/rack1 ok, peer dc1/rack1 ok"]);
  await cluster.call(0, "DBSIZE");
  assertEquals(tracer.take().map(sorted), ["DBSIZE ok: engine dc1/rack1 ok, peer dc1/rack1 ok"]);
});

/** Hops by name: which part goes first depends on the keys. */
function sorted(line: string): string {
  const [head, hops] = line.split(": ") as [string, string];
  return `${head}: ${hops.split(", ").toSorted().join(", ")}`;
}

Deno.test(`what the node answers itself has no hop; errors are named (seed ${seed})`, async () => {
  const { tracer, cluster } = await start(racks(1));
  await using _ = cluster;
  const client = await cluster.connect(0);
  await client.pipeline([["SET", "k", "v"], ["PING"], ["LPUSH", "k", "x"], ["CONFIG", "GET", "port"], ["NOSUCH"], [
    "PING",
  ]]);
  assertEquals(tracer.take(), [
    "SET ok: engine dc1/rack1 ok",
    "PING ok: ",
    "LPUSH WRONGTYPE: engine dc1/rack1 error",
    "CONFIG GET ok: ",
    "(UNKNOWN) ERR: ",
    "PING ok: ",
  ]);
  client.close();
});

Deno.test(`a trace ends when its client is gone, and its hops go on to their own end (seed ${seed})`, async () => {
  const { tracer, cluster } = await start(racks(2), { delayMs: 2, conf: { readConsistency: Consistency.Quorum } });
  await using _ = cluster;
  const client = await cluster.connect(0);
  cluster.cut(0, 1);
  client.send([["GET", "k"]]);
  await cluster.clock.until(() => tracer.traces.length > 0);
  for (const connection of cluster.nodes[0]!.running.node.clients()) connection.close();
  assertEquals([tracer.traces[0]!.ended, tracer.traces[0]!.error], [true, "the client is gone"]);
  await cluster.clock.until(() => tracer.traces[0]!.hops.every(({ outcome }) => outcome !== undefined), 30_000);
  assertMatch(tracer.take()[0]!, /engine dc1\/rack1 ok, peer dc1\/rack2 (Timeout|Disconnected|NotConnected)$/);
});

Deno.test(`one request in trace_sample_every is traced, and tracing is switched while the node runs (seed ${seed})`, async () => {
  const { tracer, cluster } = await start(racks(1), {}, 10);
  await using _ = cluster;
  const client = await cluster.connect(0);
  const gets = (count: number) => client.pipeline(Array.from({ length: count }, () => ["GET", "k"]));
  await gets(2000);
  const traced = tracer.take().length;
  assert(traced > 120 && traced < 280, `${traced} of 2000`);
  await client.call("CONFIG", "SET", "trace_sample_every", "0");
  tracer.take();
  await gets(2000);
  assertEquals(tracer.take(), []);
  tracer.records = false;
  await client.call("CONFIG", "SET", "trace_sample_every", "1");
  await gets(3);
  assertEquals(tracer.take().length, 3);
  assert(cluster.logger.lines.some((line) => line.includes("OTEL_DENO is not true")), cluster.logger.lines.join("\n"));
  client.close();
});
