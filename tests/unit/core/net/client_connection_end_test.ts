/** How a connection ends, from either side. */
import { assert, assertEquals } from "@std/assert";
import { settled } from "../../../support/settled.ts";
import { setUp } from "../../../support/client_set_up.ts";

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
