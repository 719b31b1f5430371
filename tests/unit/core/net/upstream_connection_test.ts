import { assert, assertEquals, assertMatch } from "@std/assert";
import { encode } from "../../../../core/bytes.ts";
import { silentLogger } from "../../../../core/logger.ts";
import { Pressure, Slowed } from "../../../../core/net/pressure.ts";
import { Turn } from "../../../../core/net/turn.ts";
import {
  UpstreamConnection,
  type UpstreamObserver,
  type UpstreamOptions,
} from "../../../../core/net/upstream_connection.ts";
import { SeededRandom } from "../../../../core/random.ts";
import { LineEngine } from "../../../support/line_engine.ts";
import { linkFailures } from "../../../../core/net/link_framing.ts";
import { engineLinks } from "../../../../core/net/upstream_pool.ts";
import type { Credentials } from "../../../../core/protocol.ts";
import { LineProtocol, lineRequest } from "../../../support/line_protocol.ts";
import { MemoryNetwork, type MemoryNetworkOptions } from "../../../support/memory_transport.ts";
import { RecordingSink } from "../../../support/recording_sink.ts";
import { settled } from "../../../support/settled.ts";
import { SimClock } from "../../../support/sim_clock.ts";

const TIMEOUT_MS = 1000;

class RecordingObserver implements UpstreamObserver {
  readonly events: string[] = [];
  alive = 0;
  replies = 0;
  bytes = 0;
  onAlive(): void {
    this.alive++;
  }
  onReplies(count: number, bytes: number): void {
    this.replies += count;
    this.bytes += bytes;
  }
  onUp(): void {
    this.events.push("up");
  }
  onDown(_link: UpstreamConnection, reason: string, eof: boolean): void {
    this.events.push(`down${eof ? " (eof)" : ""}: ${reason}`);
  }
  onTimeouts(count: number): void {
    this.events.push(`${count} late`);
  }
  onDropped(count: number): void {
    this.events.push(`${count} dropped`);
  }
  onUnsupported(_link: UpstreamConnection, problem: string): void {
    this.events.push(`unsupported: ${problem}`);
  }
}

interface SetUp extends Partial<Omit<UpstreamOptions, "framing" | "failures">> {
  readonly credentials?: Credentials;
  readonly replyBytesMax?: number;
  readonly network?: MemoryNetworkOptions;
  readonly memoryBytes?: number;
}

function setUp(
  { network: networkOptions, memoryBytes = 64 << 20, credentials = {}, replyBytesMax = 1 << 20, ...options }: SetUp =
    {},
) {
  const { dialect = 0, timeoutMs = TIMEOUT_MS } = options;
  const kind = engineLinks(new LineProtocol({ dialects: 2 }), credentials, replyBytesMax);
  const clock = new SimClock();
  const network = new MemoryNetwork({ clock, ...networkOptions });
  const engine = new LineEngine(network);
  const pressure = new Pressure(memoryBytes);
  const observer = new RecordingObserver();
  const turn = new Turn(clock);
  const link = new UpstreamConnection(
    {
      address: engine.address,
      framing: kind.frame(dialect),
      failures: linkFailures(kind.source, "engine", timeoutMs),
      slows: Slowed.Everybody,
      patient: true,
      ratePerSecond: 0,
      dialect,
      timeoutMs,
      retryMsMax: 1000,
      pendingMax: 100,
      ...options,
    },
    { transport: network, clock, random: new SeededRandom(1), turn, pressure, logger: silentLogger },
    observer,
  );
  const sink = new RecordingSink();
  let target = 0;
  const send = (line: string) => link.send(lineRequest(line), sink, target++);
  const stopSweep = clock.every(100, () => {
    turn.begin();
    link.sweep(clock.now());
  });
  const close = async () => {
    stopSweep();
    await link.close();
    assertEquals(pressure.usedBytes, 0, "memory still charged after close()");
    assertEquals(pressure.high, false, "still congested after close()");
    assertEquals(clock.timerCount, 0, "a timer is left");
  };
  return { clock, network, engine, pressure, observer, link, sink, send, close };
}

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

Deno.test("UpstreamConnection keeps pairs under random partial reads and writes", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const { link, sink, send, close, observer } = setUp({
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
    assertEquals([observer.replies, link.pendingRequests], [300, 0]);
    assertEquals(observer.bytes, sink.calls.reduce((sum, call) => sum + call.length - call.indexOf(" "), 0));
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

Deno.test("UpstreamConnection opens with the first request, and those that come meanwhile wait for it", async () => {
  const { link, engine, sink, send, close, observer, pressure } = setUp();
  assertEquals(link.usable, true);
  send("get a");
  send("get b");
  assertEquals([link.up, link.usable, link.pendingRequests], [false, true, 2]);
  assert(pressure.usedBytes > 0, "what waits is charged");
  await settled();
  assertEquals(sink.calls, ["0: re get a", "1: re get b"]);
  assertEquals([link.up, engine.links.length, pressure.usedBytes], [true, 1, 0]);
  assertEquals(observer.events, ["up"]);
  await close();
});

Deno.test("UpstreamConnection tells those who waited for the first try that it failed", async () => {
  const { link, engine, network, sink, send, close, observer } = setUp();
  network.refuse(engine.address, "no route");
  send("get a");
  await settled();
  assertEquals(sink.calls, ["0! Storage: Datastore is not connected (engine)"]);
  assertEquals(observer.events, [`down: connect 127.0.0.1:49152: no route`]);
  send("get b");
  assertEquals(sink.calls.length, 2, "at once, during a reconnect");
  assertEquals([link.usable, link.pendingRequests], [false, 0]);
  await close();
});

Deno.test("UpstreamConnection gives a request up in time while its first try hangs", async () => {
  const { clock, link, engine, network, sink, send, close } = setUp();
  network.unreachable(engine.address);
  send("get a");
  await clock.run(TIMEOUT_MS + 200);
  assertEquals(sink.calls, ["0! Storage: Datastore did not answer within 1000 ms (engine)"]);
  send("get b");
  network.restore(engine.address);
  await clock.run(4_000);
  assertEquals(sink.calls.length, 2);
  await clock.until(() => link.up);
  send("get c");
  await settled();
  assertEquals(sink.calls.at(-1), "2: re get c");
  await close();
});

Deno.test("UpstreamConnection takes no more than its limit while it opens, and after", async () => {
  const { link, engine, sink, send, close } = setUp({ pendingMax: 3 });
  engine.answer = () => undefined;
  for (const key of ["a", "b", "c", "d"]) send(`get ${key}`);
  assertEquals(sink.calls, ["3! Storage: Datastore has too many requests waiting (engine)"]);
  await settled();
  send("get e");
  assertEquals(sink.calls.length, 2);
  await engine.link.send("1\n");
  await settled();
  send("get f");
  assertEquals(sink.calls.slice(2), ["0: 1"]);
  assertEquals(link.pendingRequests, 3);
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

Deno.test("UpstreamConnection fails what is outstanding when the engine ends the link, and connects again", async () => {
  const { clock, link, engine, sink, send, close, observer } = setUp();
  engine.answer = () => undefined;
  await link.start();
  send("get a");
  send("get b");
  await settled();
  engine.link.connection.close();
  await settled();
  assertEquals(sink.calls, [
    "0! Storage: Datastore closed the connection (engine)",
    "1! Storage: Datastore closed the connection (engine)",
  ]);
  assertEquals(observer.events, ["up", "2 dropped", "down (eof): closed by the other side"]);
  assertEquals([link.up, link.usable], [false, false]);
  send("get c");
  assertEquals(sink.calls[2], "2! Storage: Datastore is not connected (engine)");
  await clock.until(() => link.up);
  engine.answer = (line) => line;
  send("get d");
  await settled();
  assertEquals(sink.calls[3], "3: get d");
  assertEquals(engine.links.length, 2);
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

Deno.test("UpstreamConnection tries again after waits that double and differ, up to the longest", async () => {
  const { clock, link, engine, network, close, observer } = setUp();
  network.refuse(engine.address);
  const tries: number[] = [];
  let seen = 0;
  await link.start();
  while (tries.length < 9) {
    if (network.connects > seen) tries.push(clock.now());
    seen = network.connects;
    await clock.run(1);
  }
  const waits = tries.slice(1).map((at, i) => at - tries[i]!);
  waits.forEach((wait, i) => {
    const most = Math.min(1000, 50 * 2 ** i);
    assert(wait >= most / 2 && wait <= most + 2, `wait ${i} of ${waits}`);
  });
  assert(waits.some((wait, i) => Math.abs(wait - Math.min(1000, 50 * 2 ** i)) > 5), `no jitter in ${waits}`);
  network.restore(engine.address);
  await clock.until(() => link.up);
  engine.link.connection.close();
  await settled();
  const lost = clock.now();
  await clock.until(() => link.up);
  assert(clock.now() - lost <= 50, "a link that was up begins with the shortest wait");
  assertEquals(observer.events.filter((event) => event === "up").length, 2);
  await close();
});

Deno.test("UpstreamConnection says its greeting first and hands none of its replies on", async () => {
  const { link, engine, sink, send, close } = setUp({ dialect: 1, credentials: { password: "secret" } });
  send("get early");
  await settled();
  assertEquals(engine.lines, ["hello 1", "auth secret", "get early"]);
  assertEquals(sink.calls, ["0: re get early"]);
  assertEquals(link.up, true);
  await close();
});

Deno.test("UpstreamConnection takes the replies to its greeting in any pieces", async () => {
  for (let cut = 1; cut < "ok 1\nok 2\n".length; cut++) {
    const { link, engine, close } = setUp({ dialect: 1, credentials: { password: "secret" } });
    engine.answer = () => undefined;
    const started = link.start();
    await settled();
    await engine.link.send("ok 1\nok 2\n".slice(0, cut));
    await settled();
    assertEquals(link.up, false);
    await engine.link.send("ok 1\nok 2\n".slice(cut));
    await started;
    assertEquals(link.up, true);
    await close();
  }
});

Deno.test("UpstreamConnection with a greeting that is refused sends nothing, and tries again", async () => {
  const { clock, link, engine, sink, send, close, observer } = setUp({ credentials: { password: "wrong" } });
  engine.answer = () => "!no such user";
  send("get early");
  await settled();
  assertEquals(engine.lines, ["auth wrong"]);
  assertEquals(sink.calls, ["0! Storage: Datastore is not connected (engine)"]);
  assertEquals(observer.events, ["down: it refused the greeting: !no such user"]);
  engine.answer = () => "ok";
  await clock.until(() => link.up);
  await close();
});

Deno.test("UpstreamConnection whose dialect the engine does not know gives up for good", async () => {
  const { clock, link, engine, network, sink, send, close, observer } = setUp({ dialect: 1 });
  engine.answer = () => "!NOPROTO unsupported protocol version";
  send("get early");
  await settled();
  assertEquals(observer.events, ["unsupported: !NOPROTO unsupported protocol version"]);
  assertEquals(sink.calls, ["0! Storage: Datastore is not connected (engine)"]);
  await clock.run(60_000);
  assertEquals([network.connects, link.usable], [1, false]);
  send("get later");
  assertEquals(sink.calls.length, 2);
  await close();
});

Deno.test("UpstreamConnection does not wait without end for the answer to its greeting", async () => {
  const { clock, link, engine, sink, send, close, observer } = setUp({ dialect: 1 });
  engine.answer = () => undefined;
  send("get early");
  await clock.run(5_100);
  assertEquals(sink.calls, ["0! Storage: Datastore did not answer within 1000 ms (engine)"]);
  assertEquals(observer.events, ["1 late", "down: no answer to the greeting within 5000 ms"]);
  engine.answer = () => "ok";
  await clock.until(() => link.up);
  await close();
});

Deno.test("UpstreamConnection ends a link that is silent for long although it owes an answer", async () => {
  const { clock, link, engine, sink, send, close, observer } = setUp();
  await link.start();
  engine.link.connection.pause();
  send("get lost");
  await clock.run(2_900);
  assertEquals([link.up, observer.events], [true, ["up", "1 late"]]);
  await clock.run(400);
  assertMatch(observer.events[2]!, /^down: no byte for 3\d00 ms while an answer was due$/);
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
    assertMatch(observer.events[1] ?? "nothing happened", /^down: no byte for \d+ ms while an answer was due$/);
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

Deno.test("UpstreamConnection.close() of one never opened leaves nothing that could wait", async () => {
  const { network, link, send, sink, close } = setUp();
  await close();
  send("get a");
  await link.start();
  assertEquals(sink.calls, ["0! Storage: Datastore is not connected (engine)"]);
  assertEquals([network.connects, link.usable], [0, false]);
});

Deno.test("UpstreamConnection.close() during a wait between two tries ends it", async () => {
  const { clock, network, engine, link, close } = setUp();
  network.refuse(engine.address);
  await link.start();
  await clock.run(500);
  await close();
  const { connects } = network;
  await clock.run(10_000);
  assertEquals(network.connects, connects);
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
  assert(observer.events.some((event) => event.startsWith("down: ")), observer.events.join());
  engine.link.release();
  await clock.until(() => link.up);
  await close();
});
