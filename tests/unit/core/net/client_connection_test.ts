import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { SeededRandom } from "../../../../core/random.ts";
import { settled } from "../../../support/settled.ts";
import { setUp } from "../../../support/client_set_up.ts";

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
      const { client, sink, leave, measures } = await setUp({
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
      assertEquals(measures.latencyUs.count, choices.length);
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

Deno.test("ClientConnection counts requests, bytes and time", async () => {
  const { client, sink, stats, clock, measures, leave } = await setUp();
  await client.send("get a\nput b c\n\nping\n");
  await settled();
  clock.advance(3);
  sink.waiting[0]!.reply("re a");
  sink.waiting[0]!.reply("re b");
  await settled();
  assertEquals([stats.client_requests, stats.client_read_requests, stats.client_write_requests], [3, 1, 1]);
  assertEquals(stats.bytes_in, "get a\nput b c\n\nping\n".length);
  assertEquals(measures.latencyUs.count, 3);
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
