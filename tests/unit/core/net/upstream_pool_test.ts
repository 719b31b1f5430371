import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Pressure } from "../../../../core/net/pressure.ts";
import { Turn } from "../../../../core/net/turn.ts";
import { engineLinks, UpstreamPool, type UpstreamPoolOptions } from "../../../../core/net/upstream_pool.ts";
import { HopStats } from "../../../../core/hop_stats.ts";
import { UpstreamStats } from "../../../../core/upstream_stats.ts";
import { SeededRandom } from "../../../../core/random.ts";
import { LineEngine } from "../../../support/line_engine.ts";
import { LineProtocol, lineRequest } from "../../../support/line_protocol.ts";
import { MemoryNetwork } from "../../../support/memory_transport.ts";
import { RecordingLogger } from "../../../support/recording_logger.ts";
import { RecordingSink } from "../../../support/recording_sink.ts";
import { settled } from "../../../support/settled.ts";
import { SimClock } from "../../../support/sim_clock.ts";

const TIMEOUT_MS = 1000;
const RETRY_MS = 5000;

function setUp({ dialects = 1, ...options }: Partial<UpstreamPoolOptions> & { dialects?: 1 | 2 } = {}) {
  const clock = new SimClock();
  const network = new MemoryNetwork({ clock });
  const engine = new LineEngine(network);
  const logger = new RecordingLogger();
  const turn = new Turn(clock);
  const pool = new UpstreamPool(
    {
      address: engine.address,
      kind: engineLinks(new LineProtocol({ dialects }), {}, 1 << 20),
      ratePerSecond: 0,
      timeoutMs: TIMEOUT_MS,
      retryMsMax: 1000,
      pendingMax: 100,
      preconnect: true,
      size: 2,
      autoEject: true,
      failureMax: 3,
      retryAfterMs: RETRY_MS,
      ...options,
    },
    { transport: network, clock, random: new SeededRandom(1), turn, pressure: new Pressure(64 << 20), logger },
    new UpstreamStats(),
    new HopStats(),
  );
  const sink = new RecordingSink();
  let target = 0;
  const send = (line: string, affinity = 0, dialect = 0) => {
    turn.begin();
    pool.send(lineRequest(line, affinity, dialect), sink, target++);
  };
  const close = async () => {
    await pool.close();
    assertEquals(clock.timerCount, 0, "a timer is left");
    for (const { near } of network.links) assert(near.closed, "a link is left open");
  };
  return { clock, network, engine, logger, pool, sink, send, close };
}

Deno.test("UpstreamPool opens every link at its start", async () => {
  const { pool, engine, close, logger } = setUp({ size: 3 });
  await pool.start();
  assertEquals([engine.links.length, pool.up], [3, true]);
  assertEquals(logger.lines, Array(3).fill(`info: datastore ${pool.name}: connected (plain)`));
  await close();
});

Deno.test("UpstreamPool without preconnect opens a link with its first request", async () => {
  const { pool, engine, sink, send, close } = setUp({ preconnect: false });
  await pool.start();
  assertEquals([engine.links.length, pool.up], [0, true]);
  send("get a", 1);
  await settled();
  assertEquals([engine.links.length, sink.calls], [1, ["0: re get a"]]);
  await close();
});

Deno.test("UpstreamPool keeps a client on one link, and spreads clients", async () => {
  const { pool, engine, send, close } = setUp();
  await pool.start();
  for (let i = 0; i < 6; i++) send(`get ${i}`, i % 2);
  await settled();
  assertEquals(engine.links.map((link) => link.lines), [["get 0", "get 2", "get 4"], ["get 1", "get 3", "get 5"]]);
  await close();
});

Deno.test("UpstreamPool serves a client over another link while its own is down", async () => {
  const { clock, network, pool, engine, sink, send, close } = setUp();
  await pool.start();
  network.refuse(engine.address);
  engine.links[1]!.connection.break();
  await settled();
  send("get a", 1);
  await settled();
  assertEquals(sink.calls, ["0: re get a"]);
  assertEquals([engine.links[0]!.lines, pool.up], [["get a"], true]);
  network.restore(engine.address);
  await clock.until(() => engine.links.length === 3);
  await settled();
  send("get b", 1);
  await settled();
  assertEquals(engine.links[2]!.lines, ["get b"]);
  await close();
});

Deno.test("UpstreamPool lets no request overtake an earlier one of its client when the client's own link is back", async () => {
  const { clock, network, pool, engine, sink, send, close } = setUp();
  await pool.start();
  network.refuse(engine.address);
  engine.links[1]!.connection.break();
  await settled();
  engine.answer = () => undefined;
  for (let i = 0; i < 3; i++) send(`put k ${i}`, 1);
  network.restore(engine.address);
  await clock.until(() => engine.links.length === 3);
  await settled();
  send("put k 3", 1);
  await settled();
  assertEquals(engine.links[0]!.lines, ["put k 0", "put k 1", "put k 2", "put k 3"]);
  engine.links[0]!.send("a\nb\nc\nd\n");
  await settled();
  assertEquals(sink.calls.length, 4);
  send("put k 4", 1);
  await settled();
  assertEquals(engine.links[2]!.lines, ["put k 4"]);
  await close();
});

Deno.test("UpstreamPool fails a request at once when no link is up, naming the engine", async () => {
  const { network, pool, engine, sink, send, close, logger } = setUp({ autoEject: false });
  network.refuse(engine.address, "no route");
  await pool.start();
  assertEquals(pool.up, false);
  send("get a");
  assertEquals(sink.calls, [`0! Storage: Datastore refused connection (${pool.name})`]);
  assertEquals(logger.lines[0], `warn: datastore ${pool.name}: connect ${pool.name}: no route; connecting again`);
  await close();
});

Deno.test("UpstreamPool ejects an engine that cannot be reached, and takes it back with the first link", async () => {
  const { clock, network, pool, engine, sink, send, close, logger } = setUp({ retryMsMax: 100 });
  network.refuse(engine.address);
  await pool.start();
  await clock.until(() => pool.stats.server_ejects === 1);
  send("get a");
  assertStringIncludes(sink.calls[0]!, "Datastore ejected after 3 failures in a row, tried again within 5000 ms");
  assertEquals(pool.up, false);
  assert(
    logger.lines.some((line) => line.includes("ejected after 3 failures in a row, tried again every 5000 ms")),
    logger.lines.join("\n"),
  );
  network.restore(engine.address);
  const before = clock.now();
  await clock.until(() => engine.links.length > 0);
  await settled();
  assert(clock.now() - before < RETRY_MS);
  send("get b");
  await settled();
  assertEquals([sink.calls[1], pool.up], ["1: re get b", true]);
  await close();
});

Deno.test("UpstreamPool ejects an engine that is silent, and asks it for a sign of life so that no request has to", async () => {
  const { clock, pool, engine, sink, send, close } = setUp({ timeoutMs: 4000 });
  engine.answer = () => undefined;
  await pool.start();
  for (let i = 0; i < 3; i++) send(`get ${i}`);
  await clock.until(() => pool.stats.server_ejects === 1);
  assertEquals(sink.calls.filter((call) => call.includes("did not answer")).length, 3);
  const asked = engine.lines.length;
  await clock.run(RETRY_MS - 200);
  send("get ejected");
  assertStringIncludes(sink.calls[3]!, "ejected");
  assertEquals(engine.lines.length, asked);
  await clock.run(300);
  assertEquals(engine.lines.slice(asked), ["ping", "ping"]);
  send("get still", 1);
  assertStringIncludes(sink.calls[4]!, "ejected");
  assertEquals(pool.up, false);
  engine.answer = (line) => `re ${line}`;
  await engine.links[1]!.send("pong\n");
  await settled();
  assertEquals(pool.up, true);
  send("get tried", 1);
  await settled();
  assertEquals([sink.calls.at(-1), pool.stats.server_ejects], ["5: re get tried", 1]);
  await close();
});

Deno.test("UpstreamPool ejects no engine that is late but talks", async () => {
  const { clock, pool, engine, sink, send, close } = setUp({ size: 1 });
  engine.answer = () => undefined;
  await pool.start();
  for (let i = 0; i < 30; i++) send(`get ${i}`);
  for (let i = 0; i < 30; i++) {
    await clock.run(200);
    await engine.link.send(`${i}\n`);
  }
  await settled();
  assert(pool.stats.server_timedout_requests >= 20, `${pool.stats.server_timedout_requests} were late`);
  assertEquals([pool.stats.server_ejects, pool.up, sink.calls.length], [0, true, 30]);
  await close();
});

Deno.test("UpstreamPool ends an ejection with the first byte of the engine", async () => {
  const { clock, pool, engine, sink, send, close } = setUp({ timeoutMs: 4000 });
  engine.answer = () => undefined;
  await pool.start();
  for (let i = 0; i < 3; i++) send(`get ${i}`);
  await clock.until(() => pool.stats.server_ejects === 1);
  await engine.links[0]!.send("late\n");
  await settled();
  engine.answer = (line) => line;
  send("get back", 1);
  await settled();
  assertEquals(sink.calls.at(-1), "3: get back");
  await close();
});

Deno.test("UpstreamPool ejects nobody when it is told not to, nor when failures are not in a row", async () => {
  const never = setUp({ autoEject: false });
  never.network.refuse(never.engine.address);
  await never.pool.start();
  await never.clock.run(20_000);
  assertEquals(never.pool.stats.server_ejects, 0);
  await never.close();

  const { clock, pool, engine, send, close } = setUp({ size: 1, failureMax: 3 });
  await pool.start();
  for (let i = 0; i < 10; i++) {
    engine.link.connection.break();
    await settled();
    await clock.until(() => pool.links[0]![0]!.up);
    send("get a");
    await settled();
  }
  assertEquals([pool.stats.server_ejects, pool.stats.server_err], [0, 10]);
  await close();
});

Deno.test("UpstreamPool keeps links for each dialect apart", async () => {
  const { pool, engine, sink, send, close } = setUp({ dialects: 2, size: 1 });
  engine.answer = (line, link) => link.lines[0] === "hello 1" ? `fancy ${line}` : `plain ${line}`;
  await pool.start();
  send("get a", 0, 0);
  send("get b", 0, 1);
  await settled();
  assertEquals(sink.calls.toSorted(), ["0: plain get a", "1: fancy get b"]);
  assertEquals(engine.links.length, 2);
  await close();
});

Deno.test("UpstreamPool falls back to the first dialect where the engine knows no other", async () => {
  const { clock, pool, engine, network, sink, send, close, logger } = setUp({ dialects: 2 });
  engine.answer = (line) => line.startsWith("hello") ? "!unknown command hello" : `re ${line}`;
  await pool.start();
  send("get a", 0, 1);
  send("get b", 1, 1);
  send("get c", 1, 0);
  await settled();
  assertEquals(sink.calls.toSorted(), ["0: re get a", "1: re get b", "2: re get c"]);
  assertEquals(pool.up, true);
  assert(logger.lines.some((line) => line.startsWith("notice:") && line.includes("does not speak fancy")));
  const { connects } = network;
  await clock.run(10_000);
  assertEquals(network.connects, connects, "the other dialect is not tried again");
  assertEquals(pool.stats.server_ejects, 0);
  await close();
});

Deno.test("UpstreamPool.close() ends a link that is still trying a dialect the engine does not know", async () => {
  const { clock, pool, engine, network, close } = setUp({ dialects: 2 });
  engine.answer = (line, link) => {
    if (line.startsWith("hello") && link !== engine.links.at(-1)) return "!unknown command hello";
    if (!line.startsWith("hello")) return "re";
    link.connection.break();
    return undefined;
  };
  await pool.start();
  await close();
  const { connects } = network;
  await clock.run(10_000);
  assertEquals(network.connects, connects);
});

Deno.test("UpstreamPool counts what it sends and gets", async () => {
  const { clock, pool, engine, send, close } = setUp();
  await pool.start();
  send("get a");
  send("put k value");
  send("put k value");
  await settled();
  const { stats } = pool;
  assertEquals([stats.read_requests, stats.read_request_bytes], [1, "get a\n".length]);
  assertEquals([stats.write_requests, stats.write_request_bytes], [2, 2 * "put k value\n".length]);
  assertEquals([stats.read_responses, stats.read_response_bytes], [1, "re get a\n".length]);
  assertEquals([stats.write_responses, stats.write_response_bytes], [2, 2 * "re put k value\n".length]);
  assertEquals([stats.used_responses, stats.used_response_bytes], [
    3,
    "re get a\n".length + 2 * "re put k value\n".length,
  ]);
  engine.answer = () => undefined;
  send("get late");
  await clock.run(TIMEOUT_MS + 300);
  assertEquals([stats.server_timedout, stats.server_timedout_requests], [0, 1]);
  send("get lost");
  await settled();
  engine.links[0]!.connection.close();
  await settled();
  assertEquals([stats.server_eof, stats.server_err, stats.server_dropped_requests], [1, 0, 1]);
  assertEquals(stats.server_ejected_at, clock.wall());
  await close();
});

Deno.test("UpstreamPool.queues() tells what waits now, each link once", async () => {
  const { pool, engine, send, close } = setUp({ dialects: 2 });
  engine.answer = (line) => line.startsWith("hello") ? "!unknown command" : undefined;
  await pool.start();
  send("get a", 0, 1);
  send("get b", 1, 0);
  const bytes = "get a\nget b\n".length;
  assertEquals(pool.queues(), { in_queue: 2, in_queue_bytes: bytes, out_queue: 0, out_queue_bytes: 0 });
  await settled();
  assertEquals(pool.queues(), { in_queue: 0, in_queue_bytes: 0, out_queue: 2, out_queue_bytes: bytes });
  await close();
});

Deno.test("UpstreamPool comes back after the engine was away", async () => {
  const { clock, pool, engine, sink, send, close } = setUp({ autoEject: false });
  await pool.start();
  engine.stop();
  await clock.run(5_000);
  send("get a");
  assertStringIncludes(sink.calls[0]!, "refused connection");
  engine.restart();
  await clock.until(() => pool.links[0]!.every((link) => link.up), 1_100);
  send("get b");
  await settled();
  assertEquals(sink.calls[1], "1: re get b");
  await close();
});

Deno.test("UpstreamPool.stretchTimeout() counts for requests that wait already, and is named by their failure", async () => {
  const { clock, pool, engine, sink, send, close } = setUp({ autoEject: false });
  engine.answer = () => undefined;
  await pool.start();
  send("get a");
  pool.stretchTimeout(3);
  await clock.run(2 * TIMEOUT_MS);
  assertEquals(sink.calls, []);
  await clock.run(TIMEOUT_MS + 300);
  assertStringIncludes(sink.calls[0]!, `did not answer within ${3 * TIMEOUT_MS} ms`);
  assertStringIncludes(pool.lastError!, `within ${3 * TIMEOUT_MS} ms`);
  pool.stretchTimeout(1);
  send("get b");
  await clock.run(TIMEOUT_MS + 300);
  assertStringIncludes(sink.calls[1]!, `did not answer within ${TIMEOUT_MS} ms`);
  await close();
});
