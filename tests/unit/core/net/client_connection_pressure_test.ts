/** When a client is not read: too much unanswered, too much unsent, memory short. */
import { assertEquals, assertLess } from "@std/assert";
import { settled } from "../../../support/settled.ts";
import { setUp } from "../../../support/client_set_up.ts";

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
