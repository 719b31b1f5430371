/** How long a link waits: for an engine that is silent or slow, and for memory. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { settled } from "../../../support/settled.ts";
import { setUp, TIMEOUT_MS } from "../../../support/upstream_link.ts";

Deno.test("UpstreamConnection ends a link that is silent for long although it owes an answer", async () => {
  const { clock, link, engine, sink, send, close, observer } = setUp();
  await link.start();
  engine.link.connection.pause();
  send("get lost");
  await clock.run(2_900);
  assertEquals([link.up, observer.events], [true, ["up", "1 late"]]);
  await clock.run(400);
  assertMatch(observer.events[2]!, /^down \(timeout\): no byte for 3\d00 ms while an answer was due$/);
  assertEquals(sink.calls.length, 1);
  await clock.until(() => link.up);
  send("get found");
  await settled();
  assertEquals(sink.calls[1], "1: re get found");
  await close();
});

Deno.test("UpstreamConnection keeps a slow link that says something now and then", async () => {
  const { clock, link, engine, sink, send, close } = setUp();
  engine.answer = () => undefined;
  await link.start();
  for (let i = 0; i < 5; i++) send(`get ${i}`);
  for (let i = 0; i < 5; i++) {
    await clock.run(2_500);
    await engine.link.send(`${i}\n`);
    await settled();
  }
  assertEquals([link.up, engine.links.length, link.pendingRequests], [true, 1, 0]);
  assertEquals(sink.calls.filter((call) => call.includes("!")).length, 5);
  await close();
});

Deno.test("UpstreamConnection asks an idle link for a sign of life, and keeps one that gives it", async () => {
  const { clock, link, engine, sink, send, close } = setUp();
  await link.start();
  await clock.run(60_000);
  assert(engine.lines.length >= 3 && engine.lines.length <= 4, `probes: ${engine.lines}`);
  assertEquals([new Set(engine.lines), link.up], [new Set(["ping"]), true]);
  send("get a");
  await settled();
  assertEquals(sink.calls, ["0: re get a"]);
  await close();
});

Deno.test("UpstreamConnection ends an idle link that gives no sign of life, also without a timeout", async () => {
  for (const timeoutMs of [TIMEOUT_MS, 0]) {
    const { clock, link, engine, close, observer } = setUp({ timeoutMs });
    await link.start();
    engine.link.connection.pause();
    await clock.run(15_000 + 46_000);
    assertMatch(
      observer.events[1] ?? "nothing happened",
      /^down \(timeout\): no byte for \d+ ms while an answer was due$/,
    );
    await clock.until(() => link.up);
    await close();
  }
});

Deno.test("UpstreamConnection takes no link for dead while it is itself not reading for want of memory", async () => {
  const { clock, link, sink, send, pressure, close, observer } = setUp();
  await link.start();
  send("get a");
  await settled();
  pressure.replies.charge(pressure.replies.limitBytes + 1);
  send("get b"); // its reply still comes: that read was waiting before
  await settled();
  send("get c");
  await clock.run(30_000);
  assertEquals([link.up, sink.calls.slice(0, 2)], [true, ["0: re get a", "1: re get b"]]);
  assertEquals(observer.events, ["up"], "nothing is late that we did not read");
  pressure.replies.release(pressure.replies.limitBytes + 1);
  await settled();
  assertEquals(link.pendingRequests, 0);
  send("get d");
  await settled();
  assertEquals(sink.calls.at(-1), "3: re get d");
  await close();
});

Deno.test("UpstreamConnection that ends while it waits for memory goes on to connect again", async () => {
  const { clock, link, engine, send, pressure, close, observer } = setUp();
  await link.start();
  send("get a");
  await settled();
  pressure.replies.charge(pressure.replies.limitBytes + 1);
  send("get b");
  await settled();
  engine.link.connection.break("reset");
  send("get c");
  await settled();
  assertEquals(observer.events.slice(0, 2), ["up", "1 dropped"]);
  await clock.until(() => link.up);
  assertEquals(engine.links.length, 2);
  pressure.replies.release(pressure.replies.limitBytes + 1);
  await close();
});

Deno.test("UpstreamConnection that ends while a large reply waits for memory does not wait on", async () => {
  const { clock, link, engine, send, sink, pressure, close } = setUp({ memoryBytes: 1 << 20 });
  engine.answer = () => undefined;
  await link.start();
  pressure.replies.charge(1 << 19);
  assertEquals(pressure.replies.take({}, 1), true, "somebody else overdraws");
  send("get large");
  engine.link.send("x".repeat(900_000));
  await settled();
  engine.link.connection.break("reset");
  send("get other");
  await settled();
  assertEquals(sink.calls, [0, 1].map((target) => `${target}! Storage: Datastore closed the connection (engine)`));
  await clock.until(() => link.up);
  pressure.replies.release((1 << 19) + 1);
  await close();
});

Deno.test("UpstreamConnection asks clients to wait while the engine takes bytes slowly", async () => {
  const { link, engine, send, sink, pressure, close } = setUp();
  await link.start();
  engine.link.hold();
  const value = "v".repeat(500_000);
  for (let i = 0; i < 8; i++) send(`put k ${value}`);
  await settled();
  assertEquals(pressure.congested, false);
  for (let i = 0; i < 2; i++) send(`put k ${value}`);
  await settled();
  assertEquals([pressure.congested, pressure.high], [true, true]);
  engine.answer = () => "stored";
  engine.link.release();
  await settled();
  assertEquals([pressure.congested, sink.calls.length], [false, 10]);
  await close();
});

Deno.test("UpstreamConnection that ends is no longer congested", async () => {
  const { link, engine, send, sink, pressure, close } = setUp();
  await link.start();
  engine.link.hold();
  for (let i = 0; i < 10; i++) send(`put k ${"v".repeat(500_000)}`);
  assertEquals(pressure.congested, true);
  engine.link.connection.break();
  await settled();
  assertEquals([pressure.congested, pressure.usedBytes, sink.failures.length], [false, 0, 10]);
  await close();
});

Deno.test("UpstreamConnection.close() fails what is outstanding, and takes nothing more", async () => {
  const { link, engine, send, sink, close, observer } = setUp();
  engine.answer = () => undefined;
  await link.start();
  send("get a");
  await settled();
  await close();
  assertEquals(sink.calls, ["0! Storage: Datastore closed the connection (engine)"]);
  send("get b");
  assertEquals(sink.calls[1], "1! Storage: Datastore is not connected (engine)");
  assertEquals(observer.events, ["up", "1 dropped"]);
  assertEquals([engine.link.ended, link.usable], [true, false]);
});

Deno.test("UpstreamConnection takes a reply that alone needs more memory than there is", async () => {
  const { link, engine, send, sink, pressure, close } = setUp({ memoryBytes: 500_000, replyBytesMax: 64 << 20 });
  engine.answer = (line) => line === "get large" ? "x".repeat(2_000_000) : line;
  await link.start();
  for (const key of ["large", "a", "large", "b"]) send(`get ${key}`);
  for (let i = 0; i < 200 && sink.calls.length < 4; i++) await settled();
  assertEquals(sink.calls.map((call) => call.length), [2_000_003, 8, 2_000_003, 8]);
  await settled();
  assertEquals(pressure.usedBytes, 0, "memory of a large reply is given back behind it");
  await close();
});

Deno.test("UpstreamConnection that is idle holds no memory for the large reply it once had", async () => {
  const { link, engine, send, sink, pressure, close } = setUp({ memoryBytes: 4 << 20, replyBytesMax: 64 << 20 });
  engine.answer = (line) => line === "get large" ? "x".repeat(3_000_000) : line;
  await link.start();
  send("get large");
  for (let i = 0; i < 200 && sink.calls.length < 1; i++) await settled();
  await settled();
  assertEquals([sink.calls.length, pressure.usedBytes, link.heldBytes], [1, 0, 0]);
  await close();
});

Deno.test("UpstreamConnection ends a link to an engine that takes nothing, with memory short too", async () => {
  const { clock, link, engine, send, sink, pressure, close, observer } = setUp({ memoryBytes: 1 << 20 });
  await link.start();
  engine.link.hold();
  send("put k v");
  await settled();
  for (let i = 0; i < 5; i++) send(`put k ${"v".repeat(500_000)}`);
  await settled();
  assertEquals(pressure.requests.high, true);
  await clock.run(5_000);
  assertEquals([sink.failures.length, pressure.usedBytes], [5, 0]);
  assert(observer.events.some((event) => event.startsWith("down (timeout): ")), observer.events.join());
  engine.link.release();
  await clock.until(() => link.up);
  await close();
});
