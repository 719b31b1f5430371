import { assert, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { Histogram } from "../../../../core/histogram.ts";
import { ClientConnection } from "../../../../core/net/client_connection.ts";
import { Pressure } from "../../../../core/net/pressure.ts";
import { clientVisitor } from "../../../../core/net/visitor.ts";
import { Turn } from "../../../../core/net/turn.ts";
import { SeededRandom } from "../../../../core/random.ts";
import { LineClient } from "../../../support/line_client.ts";
import { LineProtocol } from "../../../support/line_protocol.ts";
import { ManualSink } from "../../../support/manual_sink.ts";
import { type MemoryConnection, MemoryNetwork, type MemoryNetworkOptions } from "../../../support/memory_transport.ts";
import { RecordingLogger } from "../../../support/recording_logger.ts";
import { settled } from "../../../support/settled.ts";
import { SimClock } from "../../../support/sim_clock.ts";
import { TestNodeView } from "../../../support/test_node_view.ts";

interface SetUp {
  readonly network?: MemoryNetworkOptions;
  readonly pendingMax?: number;
  readonly maxRequestBytes?: number;
  readonly memoryBytes?: number;
}

async function setUp(
  { network: networkOptions, pendingMax = 1000, maxRequestBytes = 64 << 20, memoryBytes = 64 << 20 }: SetUp = {},
) {
  const clock = new SimClock();
  const network = new MemoryNetwork(networkOptions);
  const listener = network.listen({ kind: "tcp", host: "127.0.0.1", port: 8102 });
  const logger = new RecordingLogger();
  const node = new TestNodeView(clock, logger);
  const protocol = new LineProtocol({ dialects: 2 });
  const sink = new ManualSink(protocol, node);
  const pressure = new Pressure(memoryBytes);
  const latencyUs = new Histogram();
  const turn = new Turn(clock);
  const connect = async (id: number) => {
    const client = new LineClient(await network.connect(listener.address, 1000));
    const served = await listener.accept() as MemoryConnection;
    const visit = () => clientVisitor(protocol, node, { maxRequestBytes });
    const parts = { protocol, visit, sink, node, turn, pressure, stats: node.stats, latencyUs };
    const connection = new ClientConnection(id, served, { pendingMax }, parts);
    const state = { finished: false };
    const run = connection.run().then(() => void (state.finished = true));
    /** The client leaves: nothing may be left behind. */
    const leave = async () => {
      client.release();
      client.connection.close();
      while (sink.waiting.length > 0) sink.waiting[0]!.reply("unread");
      await settled();
      assert(state.finished, "run() goes on although the client is gone");
      await run;
    };
    return { client, served, connection, state, leave };
  };
  const first = await connect(1);
  const leave = async () => {
    await first.leave();
    assertEquals(pressure.usedBytes, 0, "memory is still charged");
  };
  return { ...first, leave, connect, clock, network, node, stats: node.stats, sink, pressure, latencyUs, logger };
}

Deno.test("ClientConnection takes pipelined requests split at every byte", async () => {
  const input = "get a\n\nput key value quiet\nget bcd\n";
  for (let cut = 1; cut < input.length; cut++) {
    const { client, sink, leave } = await setUp();
    sink.answer = (line) => line.endsWith("quiet") ? "" : `re ${line}`;
    await client.send(input.slice(0, cut));
    await settled();
    await client.send(input.slice(cut));
    await settled();
    assertEquals(sink.lines, ["get a", "put key value quiet", "get bcd"], `cut at ${cut}`);
    assertEquals(client.lines, ["re get a", "re get bcd"]);
    await leave();
  }
});

Deno.test("ClientConnection takes every way of cutting a short input in three", async () => {
  const input = "get a\nget bc\nping\n";
  for (let one = 1; one < input.length - 1; one++) {
    for (let two = one + 1; two < input.length; two++) {
      const { client, sink, leave } = await setUp();
      sink.answer = (line) => `re ${line}`;
      for (const piece of [input.slice(0, one), input.slice(one, two), input.slice(two)]) {
        await client.send(piece);
        await settled();
      }
      assertEquals(client.lines, ["re get a", "re get bc", "pong"]);
      await leave();
    }
  }
});

Deno.test("ClientConnection answers in the order of the requests, however they complete", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(), { minLength: 1, maxLength: 60 }), fc.integer(), async (choices, seed) => {
      const { client, sink, leave, latencyUs } = await setUp({
        network: { random: new SeededRandom(seed), capacityBytes: 100 },
        pendingMax: 20,
      });
      client.send(choices.map((_, i) => `get ${i}\n`).join(""));
      for (const choice of choices) {
        while (sink.waiting.length === 0) await settled();
        const request = sink.waiting[choice % sink.waiting.length]!;
        request.reply(`re ${request.line}`);
        if (choice % 3 === 0) await settled();
      }
      await settled();
      assertEquals(client.lines, choices.map((_, i) => `re get ${i}`));
      assertEquals(latencyUs.count, choices.length);
      await leave();
    }),
    { numRuns: 60 },
  );
});

Deno.test("ClientConnection sends the answers of one turn with one write", async () => {
  const { client, served, sink, leave } = await setUp();
  sink.answer = (line) => line;
  await client.send(Array.from({ length: 50 }, (_, i) => `get ${i}\n`).join(""));
  await settled();
  assertEquals([served.writes, client.lines.length], [1, 50]);
  await leave();
});

Deno.test("ClientConnection takes no more than its limit of unanswered requests", async () => {
  const { client, served, sink, leave } = await setUp({ pendingMax: 10, network: { capacityBytes: 1000 } });
  client.send(Array.from({ length: 2000 }, (_, i) => `get ${i}\n`).join(""));
  await settled();
  assertEquals(sink.lines.length, 10);
  const { reads } = served;
  for (let i = 0; i < 5; i++) await settled();
  assertEquals([served.reads, sink.lines.length], [reads, 10], "it goes on reading");
  for (let i = 0; i < 5; i++) sink.waiting[0]!.reply("x");
  await settled();
  assertEquals(sink.lines.length, 15);
  sink.answer = () => "x";
  while (sink.waiting.length > 0) sink.waiting[0]!.reply("x");
  await settled();
  assertEquals(client.lines.length, 2000);
  await leave();
});

Deno.test("ClientConnection with a limit of 1 serves one request at a time", async () => {
  const { client, sink, leave } = await setUp({ pendingMax: 1 });
  await client.send("get a\nget b\nget c\n");
  for (const key of ["a", "b", "c"]) {
    await settled();
    assertEquals(sink.waiting.map(({ line }) => line), [`get ${key}`]);
    sink.waiting[0]!.reply(key);
  }
  await settled();
  assertEquals(client.lines, ["a", "b", "c"]);
  await leave();
});

Deno.test("ClientConnection does not read a client that does not take its answers", async () => {
  const { client, sink, connection, leave } = await setUp({
    memoryBytes: 16 << 20,
    network: { capacityBytes: 20_000 },
  });
  const value = "v".repeat(10_000);
  sink.answer = () => value;
  client.hold();
  client.send("get k\n".repeat(1000));
  await settled();
  const taken = sink.lines.length;
  assertLess(taken, 150);
  assertLess(connection.outputBytes, (1 << 20) + 20_000);
  for (let i = 0; i < 5; i++) await settled();
  assertEquals(sink.lines.length, taken);
  client.release();
  for (let i = 0; i < 1000 && client.received.length < 10_001_000; i++) await settled();
  assertEquals(client.received.length, 10_001_000);
  await leave();
});

Deno.test("ClientConnection lets a client send all its requests before it reads an answer, as far as memory allows", async () => {
  const { client, sink, leave } = await setUp({ memoryBytes: 256 << 20 });
  const value = "v".repeat(3_000);
  sink.answer = () => value;
  client.hold();
  await client.send("get k\n".repeat(1000));
  client.release();
  for (let i = 0; i < 2000 && client.lines.length < 1000; i++) await settled();
  assertEquals(client.lines.length, 1000);
  await leave();
});

Deno.test("ClientConnection waits while an engine is congested", async () => {
  const { client, sink, pressure, leave } = await setUp();
  sink.answer = (line) => line;
  pressure.congest();
  await client.send("get a\nget b\n");
  await settled();
  assertEquals(sink.lines, []);
  pressure.decongest();
  await settled();
  assertEquals(client.lines, ["get a", "get b"]);
  await leave();
});

Deno.test("ClientConnection waits while replies use more memory than they should", async () => {
  const { client, sink, pressure, leave } = await setUp({ memoryBytes: 2000 });
  sink.answer = (line) => line;
  pressure.replies.charge(1001);
  await client.send("get a\n");
  await settled();
  assertEquals(sink.lines, []);
  pressure.replies.release(1001);
  await settled();
  assertEquals(client.lines, ["get a"]);
  await leave();
});

Deno.test("ClientConnection with small requests does not wait for memory that large ones use", async () => {
  const { client, sink, pressure, leave } = await setUp({ memoryBytes: 2000 });
  sink.answer = (line) => line;
  pressure.requests.charge(1_000_000);
  await client.send("get a\n");
  await settled();
  assertEquals(client.lines, ["get a"]);
  pressure.requests.release(1_000_000);
  await leave();
});

Deno.test("ClientConnection holds no memory of a large request while it waits for answers", async () => {
  const { client, sink, pressure, leave } = await setUp({ pendingMax: 2 });
  client.send(`put k ${"v".repeat(300_000)}\nget a\nget b\nget c\n`);
  for (let i = 0; i < 200 && sink.waiting.length < 2; i++) await settled();
  await settled();
  assertEquals([sink.waiting.length, pressure.usedBytes], [2, 0]);
  for (let i = 0; i < 4; i++) {
    sink.waiting[0]!.reply(`${i}`);
    await settled();
  }
  assertEquals(client.lines, ["0", "1", "2", "3"]);
  await leave();
});

Deno.test("ClientConnection takes a request that alone needs all the memory there is", async () => {
  const { client, sink, pressure, leave } = await setUp({ memoryBytes: 200_000 });
  sink.answer = (line) => String(line.length);
  client.send(`put k ${"v".repeat(1_000_000)}\nget a\n`);
  for (let i = 0; i < 200 && client.lines.length < 2; i++) await settled();
  assertEquals(client.lines, ["1000006", "5"]);
  assertEquals(pressure.usedBytes, 0);
  await leave();
});

Deno.test("ClientConnection lets clients with large requests pass one after the other when memory is short", async () => {
  const { client, connect, sink, leave } = await setUp({ memoryBytes: 300_000 });
  const others = await Promise.all([2, 3, 4].map(connect));
  sink.answer = (line) => String(line.length);
  const clients = [client, ...others.map((other) => other.client)];
  for (const each of clients) each.send(`put k ${"v".repeat(500_000)}\nget a\n`);
  for (let i = 0; i < 500 && clients.some(({ lines }) => lines.length < 2); i++) await settled();
  for (const { lines } of clients) assertEquals(lines, ["500006", "5"]);
  for (const other of others) await other.leave();
  await leave();
});

Deno.test("ClientConnection answers what is due, then says what is malformed, then closes", async () => {
  const { client, sink, stats, state, leave } = await setUp();
  await client.send("get a\nget b\nget \0\nget never\n");
  await settled();
  assertEquals([sink.lines, client.received, client.ended], [["get a", "get b"], "", false]);
  sink.waiting[1]!.reply("re b");
  await settled();
  sink.waiting[0]!.reply("re a");
  await settled();
  assertEquals(client.lines, ["re a", "re b", "!zero byte"]);
  assertEquals([client.ended, state.finished, stats.client_protocol_errors], [true, false, 1]);
  client.connection.close();
  await settled();
  assertEquals(state.finished, true);
  await leave();
});

Deno.test("ClientConnection takes what a malformed client still sends, so that it can read the error, for a while", async () => {
  const { client, clock, state, pressure, leave } = await setUp({ maxRequestBytes: 1000 });
  await client.send("get \0\n");
  await settled();
  for (let i = 0; i < 50; i++) await client.send("k".repeat(100_000));
  await settled();
  assertEquals([client.lines, client.ended, state.finished], [["!zero byte"], true, false]);
  assertEquals(pressure.usedBytes, 0);
  clock.advance(5000);
  await settled();
  assertEquals(state.finished, true);
  await leave();
});

Deno.test("ClientConnection refuses a request above its limit without taking it in", async () => {
  const { client, pressure, leave } = await setUp({ maxRequestBytes: 100_000 });
  client.send("get " + "k".repeat(5_000_000) + "\n");
  await settled();
  assertEquals([client.lines, client.ended], [["!line is longer than 100000 bytes"], true]);
  assertEquals(pressure.usedBytes, 0);
  await leave();
});

Deno.test("ClientConnection leaves another client alone when one sends garbage", async () => {
  const { client, connect, sink, leave } = await setUp({ network: { random: new SeededRandom(3) } });
  const other = await connect(2);
  sink.answer = (line) => line;
  const garbage = other.client.send("\0\xff garbage ".repeat(1000));
  client.send(Array.from({ length: 1000 }, (_, i) => `get ${i}\n`).join(""));
  for (let i = 0; i < 100 && client.lines.length < 1000; i++) await settled();
  assertEquals(client.lines, Array.from({ length: 1000 }, (_, i) => `get ${i}`));
  assertEquals([other.client.lines, other.client.ended], [["!zero byte"], true]);
  await garbage;
  await other.leave();
  await leave();
});

Deno.test("ClientConnection sends the remaining answers to a client that has sent its end", async () => {
  const { client, sink, state, stats, leave } = await setUp();
  await client.send("get a\nget b\nhalf a requ");
  await client.connection.closeWrite();
  await settled();
  assertEquals([client.ended, state.finished], [false, false]);
  for (const text of ["1", "2"]) sink.waiting[0]!.reply(text);
  await settled();
  assertEquals([client.lines, client.ended, state.finished], [["1", "2"], true, true]);
  assertEquals([stats.client_eof, stats.client_err], [1, 0]);
  await leave();
});

Deno.test("ClientConnection sends a long rest to a client that has sent its end and reads slowly", async () => {
  const { client, sink, state, leave } = await setUp({ network: { capacityBytes: 100 } });
  client.hold();
  sink.answer = () => "v".repeat(50_000);
  await client.send("get a\nget b\n");
  await client.connection.closeWrite();
  await settled();
  assertEquals(state.finished, false);
  client.release();
  await settled();
  assertEquals([client.received.length, client.ended, state.finished], [100_002, true, true]);
  await leave();
});

Deno.test("ClientConnection says goodbye behind the answers that are due, and takes nothing after it", async () => {
  const { client, sink, state, leave } = await setUp();
  await client.send("get a\nquit\nget never\n");
  await settled();
  assertEquals([client.received, sink.lines], ["", ["get a", "quit"]]);
  sink.waiting[0]!.reply("re a");
  await settled();
  assertEquals([client.lines, client.ended, state.finished], [["re a", "bye"], true, true]);
  await leave();
});

Deno.test("ClientConnection vanishes at once when told to", async () => {
  const { client, sink, state, stats, leave } = await setUp();
  await client.send("get a\nvanish\nget never\n");
  await settled();
  assertEquals([client.received, client.ended, state.finished], ["", true, true]);
  assertEquals(sink.lines, ["get a", "vanish"]);
  assert(stats.client_dropped_requests > 0);
  sink.waiting[0]!.reply("too late");
  await leave();
});

Deno.test("ClientConnection abandons its requests when the client's link breaks", async () => {
  const { client, sink, state, stats, served, leave } = await setUp();
  await client.send("get a\nget b\n");
  await settled();
  served.break("connection reset");
  await settled();
  assertEquals([state.finished, stats.client_err, stats.client_eof], [true, 1, 0]);
  assertEquals(stats.client_dropped_requests, 2);
  const { replies } = sink.waiting[0]!.client;
  assertEquals([replies.closed, replies.count], [true, 0]);
  sink.waiting[0]!.reply("nobody listens");
  await leave();
});

Deno.test("ClientConnection counts a client whose link breaks under an answer once", async () => {
  const { client, sink, state, stats, served, leave } = await setUp({ network: { capacityBytes: 10 } });
  client.hold();
  await client.send("get a\n");
  await settled();
  sink.waiting[0]!.reply("v".repeat(1000));
  await settled();
  served.break("connection reset");
  await settled();
  assertEquals([state.finished, stats.client_err, stats.client_eof], [true, 1, 0]);
  await leave();
});

Deno.test("ClientConnection that is evicted gives everything back, wherever it stands", async () => {
  const stands: [string, (s: Awaited<ReturnType<typeof setUp>>) => Promise<void> | void][] = [
    ["idle", () => {}],
    ["waiting for answers", ({ client }) => client.send("get a\n".repeat(5))],
    ["at its limit", ({ client }) => client.send("get a\n".repeat(50))],
    ["in a large request", ({ client }) => client.send("put k " + "v".repeat(300_000))],
    ["with output nobody takes", async ({ client, sink }) => {
      sink.answer = () => "v".repeat(3_000_000);
      client.hold();
      await client.send("get a\nget b\n");
    }],
    ["waiting for an engine", async ({ client, pressure }) => {
      pressure.congest();
      await client.send("get a\n");
    }],
    ["waiting for memory", async ({ client, pressure }) => {
      pressure.requests.charge(4 << 20);
      pressure.requests.take({}, 4 << 20);
      client.send("put k " + "v".repeat(300_000));
      await settled();
    }],
  ];
  for (const [what, stand] of stands) {
    const all = await setUp({ pendingMax: 10, memoryBytes: 8 << 20, network: { capacityBytes: 1 << 20 } });
    await stand(all);
    await settled();
    const before = what === "waiting for memory" ? 8 << 20 : 0;
    all.connection.evict("held too much");
    await settled();
    assertEquals(all.state.finished, true, what);
    assertEquals([all.pressure.usedBytes, all.connection.heldBytes], [before, 0], what);
    assertEquals([all.stats.client_err, all.stats.client_eof], [1, 0], what);
    assertEquals(all.logger.lines, [`warn: client ${all.connection.remote} is closed: it held too much`], what);
    all.pressure.requests.release(before);
    await all.leave();
  }
});

Deno.test("ClientConnection changes the form of its replies behind the answers that are due", async () => {
  const { client, sink, leave } = await setUp();
  await client.send("get old\ndialect 1\nget new\n");
  await settled();
  assertEquals(sink.lines, ["get old", "dialect 1"]);
  sink.waiting[0]!.reply("re old");
  await settled();
  assertEquals(sink.lines, ["get old", "dialect 1", "get new"]);
  sink.waiting[0]!.reply("re new");
  await settled();
  assertEquals(client.lines, ["re old", "dialect 1", "re new"]);
  await leave();
});

Deno.test("ClientConnection.drain() closes an idle client at once", async () => {
  const { client, connection, state, leave } = await setUp();
  await settled();
  connection.drain();
  await settled();
  assertEquals([client.ended, state.finished], [true, true]);
  await leave();
});

Deno.test("ClientConnection.drain() lets a client have the answers it waits for", async () => {
  const { client, connection, sink, state, leave } = await setUp();
  await client.send("get a\nget b\n");
  await settled();
  connection.drain();
  await client.send("get never\n");
  await settled();
  assertEquals([client.ended, state.finished], [false, false]);
  sink.waiting[1]!.reply("re b");
  await settled();
  assertEquals(client.ended, false);
  sink.waiting[0]!.reply("re a");
  await settled();
  assertEquals([client.lines, client.ended, state.finished], [["re a", "re b"], true, true]);
  assertEquals(sink.lines, ["get a", "get b"]);
  await leave();
});

Deno.test("ClientConnection.drain() waits for a client that reads slowly", async () => {
  const { client, connection, sink, state, leave } = await setUp({ network: { capacityBytes: 100 } });
  sink.answer = () => "v".repeat(50_000);
  client.hold();
  await client.send("get a\n");
  await settled();
  connection.drain();
  await settled();
  assertEquals(state.finished, false);
  client.release();
  await settled();
  assertEquals([client.received.length, client.ended, state.finished], [50_001, true, true]);
  await leave();
});

Deno.test("ClientConnection.drain() ends behind an answer that is not sent at all", async () => {
  const { client, connection, sink, state, leave } = await setUp();
  await client.send("put k v quiet\n");
  await settled();
  connection.drain();
  sink.waiting[0]!.reply("");
  await settled();
  assertEquals([client.received, client.ended, state.finished], ["", true, true]);
  await leave();
});

Deno.test("ClientConnection.drain() of a client at its limit takes nothing more of what was read", async () => {
  const { client, connection, sink, state, leave } = await setUp({ pendingMax: 2 });
  await client.send("get a\nget b\nget c\nget d\n");
  await settled();
  connection.drain();
  await settled();
  for (const text of ["1", "2"]) sink.waiting[0]!.reply(text);
  await settled();
  assertEquals([client.lines, sink.lines.length, client.ended, state.finished], [["1", "2"], 2, true, true]);
  await leave();
});

Deno.test("ClientConnection counts requests, bytes and time", async () => {
  const { client, sink, stats, clock, latencyUs, leave } = await setUp();
  await client.send("get a\nput b c\n\nping\n");
  await settled();
  clock.advance(3);
  sink.waiting[0]!.reply("re a");
  sink.waiting[0]!.reply("re b");
  await settled();
  assertEquals([stats.client_requests, stats.client_read_requests, stats.client_write_requests], [3, 1, 1]);
  assertEquals(stats.bytes_in, "get a\nput b c\n\nping\n".length);
  assertEquals(latencyUs.count, 3);
  await leave();
  assertEquals(stats.bytes_out, client.received.length);
  assertEquals([stats.client_eof, stats.client_err, stats.client_dropped_requests], [1, 0, 0]);
});

Deno.test("ClientConnection tells what CLIENT LIST shows of it", async () => {
  const { client, connection, clock, leave } = await setUp();
  clock.advance(500);
  await client.send("get a\nput b c\n");
  await settled();
  assertEquals([connection.id, connection.local], [1, "127.0.0.1:8102"]);
  assertEquals(connection.remote, client.connection.local);
  assertEquals([connection.pendingRequests, connection.lastCommand], [2, "put"]);
  assertEquals(connection.lastRequestAt - connection.connectedAt, 500);
  await leave();
});
