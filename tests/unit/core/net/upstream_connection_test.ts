import { assertEquals } from "@std/assert";
import { encode } from "../../../../core/bytes.ts";
import { SeededRandom } from "../../../../core/random.ts";
import { lineRequest } from "../../../support/line_protocol.ts";
import { settled } from "../../../support/settled.ts";
import { setUp } from "../../../support/upstream_link.ts";

Deno.test("UpstreamConnection pairs replies with requests in order, split at every byte", async () => {
  const replies = "first\n>push\n!error\n\nlast one\n";
  for (let cut = 1; cut < replies.length; cut++) {
    const { link, engine, sink, send, close } = setUp();
    engine.answer = () => undefined;
    await link.start();
    for (const key of ["a", "b", "c", "d"]) send(`get ${key}`);
    await settled();
    assertEquals(engine.lines, ["get a", "get b", "get c", "get d"]);
    await engine.link.send(replies.slice(0, cut));
    await settled();
    await engine.link.send(replies.slice(cut));
    await settled();
    assertEquals(sink.calls, ["0: first", "1: !error", "2: ", "3: last one"]);
    await close();
  }
});

Deno.test("UpstreamConnection for an engine gathers small requests while two batches are unanswered", async () => {
  const { link, engine, sink, send, close } = setUp({ gathers: true });
  engine.answer = () => undefined;
  await link.start();
  for (const key of ["a", "b", "c", "d"]) {
    send(`get ${key}`);
    await settled();
  }
  assertEquals(engine.lines, ["get a", "get b"]);
  await engine.link.send("re a\n");
  await settled();
  assertEquals(engine.lines.slice(2), ["get c", "get d"]);
  // A batch that is answered by halves is unanswered.
  send("get e");
  await engine.link.send("re b\nre c\n");
  await settled();
  send("get f");
  await settled();
  assertEquals(engine.lines.slice(4), ["get e"]);
  // What is long leaves at once, with what waits.
  send(`get ${"g".repeat(1024)}`);
  await settled();
  assertEquals(engine.lines.slice(5).map((line) => line.length), [5, 1028]);
  await engine.link.send("re d\nre e\nre f\nre g\n");
  await settled();
  assertEquals(sink.calls, ["a", "b", "c", "d", "e", "f", "g"].map((key, i) => `${i}: re ${key}`));
  await close();
});

Deno.test("UpstreamConnection fails what it gathered when its link breaks, and gathers anew on the next", async () => {
  const { clock, link, engine, sink, send, close } = setUp({ gathers: true });
  engine.answer = () => undefined;
  await link.start();
  for (const key of ["a", "b", "c"]) {
    send(`get ${key}`);
    await settled();
  }
  engine.link.connection.close();
  await settled();
  assertEquals(sink.calls, [0, 1, 2].map((i) => `${i}! Storage: Datastore closed the connection (engine)`));
  await clock.run(2000);
  engine.answer = (line) => `re ${line}`;
  send("get d");
  await settled();
  assertEquals([engine.lines, sink.calls.at(-1)], [["get a", "get b", "get d"], "3: re get d"]);
  await close();
});

Deno.test("UpstreamConnection keeps pairs under random partial reads and writes", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const { link, sink, send, close, stats, hop } = setUp({
      gathers: seed % 2 === 1,
      network: { random: new SeededRandom(seed), capacityBytes: 200 },
      pendingMax: 1000,
    });
    await link.start();
    for (let i = 0; i < 300; i++) {
      send(`get key${i}`);
      if (i % 50 === 0) await settled();
    }
    await settled();
    assertEquals(sink.calls, Array.from({ length: 300 }, (_, i) => `${i}: re get key${i}`), `seed ${seed}`);
    assertEquals([stats.read_responses, stats.used_responses, link.pendingRequests], [300, 300, 0]);
    assertEquals([hop.latencyUs.count, hop.queueWaitUs.count], [300, 300]);
    assertEquals(stats.read_response_bytes, sink.calls.reduce((sum, call) => sum + call.length - call.indexOf(" "), 0));
    await close();
  }
});

Deno.test("UpstreamConnection leaves out what the engine shall not see", async () => {
  const { link, engine, send, close } = setUp();
  await link.start();
  send("put k v quiet");
  send("put k w");
  await settled();
  assertEquals(engine.lines, ["put k v", "put k w"]);
  await close();
});

Deno.test("UpstreamConnection fails a late request alone, and drops its reply when it comes", async () => {
  const { clock, link, engine, sink, send, close, observer } = setUp();
  engine.answer = () => undefined;
  await link.start();
  send("get slow");
  await clock.run(600);
  send("get next");
  await clock.run(500);
  assertEquals(sink.calls, ["0! Storage: Datastore did not answer within 1000 ms (engine)"]);
  await engine.link.send("slow one\nnext one\n");
  await settled();
  send("get last");
  await engine.link.send("last one\n");
  await settled();
  assertEquals(sink.calls.slice(1), ["1: next one", "2: last one"]);
  assertEquals([observer.events, link.pendingRequests], [["up", "1 late"], 0]);
  await close();
});

Deno.test("UpstreamConnection with a timeout of 0 waits without end", async () => {
  const { clock, link, engine, sink, send, close } = setUp({ timeoutMs: 0 });
  engine.answer = () => undefined;
  await link.start();
  send("get slow");
  await clock.run(3_600_000);
  assertEquals([sink.calls, link.up], [[], true]);
  await engine.link.send("at last\n");
  await settled();
  assertEquals(sink.calls, ["0: at last"]);
  await close();
});

Deno.test("UpstreamConnection forgets half a reply when its link breaks", async () => {
  const { clock, link, engine, sink, send, close } = setUp();
  engine.answer = () => undefined;
  await link.start();
  send("get a");
  await engine.link.send("half a re");
  await settled();
  engine.link.connection.break("reset");
  await clock.until(() => link.up);
  engine.answer = (line) => line;
  send("get b");
  await settled();
  assertEquals(sink.calls, ["0! Storage: Datastore closed the connection (engine)", "1: get b"]);
  await close();
});

Deno.test("UpstreamConnection ends a link with a malformed reply, or one nobody asked for", async () => {
  for (
    const [reply, reason] of [["\0", "malformed reply: zero byte"], ["a\nb\n", "a reply nobody asked for"]] as const
  ) {
    const { clock, link, engine, send, sink, close, observer } = setUp();
    engine.answer = () => undefined;
    await link.start();
    send("get a");
    await engine.link.send(reply);
    await settled();
    assertEquals(observer.events.at(-1), `down: ${reason}`);
    assertEquals(sink.calls.length, 1);
    await clock.until(() => link.up);
    await close();
  }
});

Deno.test("UpstreamConnection refuses a reply above its limit", async () => {
  const { link, engine, send, close, observer } = setUp({ replyBytesMax: 100 });
  engine.answer = () => "x".repeat(101);
  await link.start();
  send("get a");
  await settled();
  assertEquals(observer.events.slice(1), ["1 dropped", "down: malformed reply: line is longer than 100 bytes"]);
  await close();
});

Deno.test("UpstreamConnection copies the request's lent bytes", async () => {
  for (const first of [true, false]) {
    const { link, engine, sink, close } = setUp();
    if (!first) await link.start();
    const request = lineRequest("get kept");
    link.send(request, sink, 0);
    request.bytes.set(encode("xxxxxxxxx"));
    await settled();
    assertEquals(engine.lines, ["get kept"]);
    await close();
  }
});
