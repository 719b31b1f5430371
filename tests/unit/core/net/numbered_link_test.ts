/** UpstreamConnection as a link to a peer: requests carry numbers, and one slow peer slows no client. */
import { assert, assertEquals } from "@std/assert";
import { silentLogger } from "../../../../core/logger.ts";
import { linkFailures } from "../../../../core/net/link_framing.ts";
import { Pressure, Slowed } from "../../../../core/net/pressure.ts";
import { Turn } from "../../../../core/net/turn.ts";
import { UpstreamConnection } from "../../../../core/net/upstream_connection.ts";
import type { UpstreamOptions } from "../../../../core/net/upstream_options.ts";
import { HopStats } from "../../../../core/hop_stats.ts";
import { UpstreamStats } from "../../../../core/upstream_stats.ts";
import { SeededRandom } from "../../../../core/random.ts";
import { LineEngine } from "../../../support/line_engine.ts";
import { lineRequest } from "../../../support/line_protocol.ts";
import { MemoryNetwork } from "../../../support/memory_transport.ts";
import { NumberedFraming } from "../../../support/numbered_framing.ts";
import { RecordingSink } from "../../../support/recording_sink.ts";
import { settled } from "../../../support/settled.ts";
import { SimClock } from "../../../support/sim_clock.ts";

function setUp(options: Partial<UpstreamOptions> = {}) {
  const clock = new SimClock();
  const network = new MemoryNetwork({ clock });
  const peer = new LineEngine(network);
  peer.answer = () => undefined;
  const pressure = new Pressure(64 << 20);
  const turn = new Turn(clock);
  const observer = {
    onAlive() {},
    onUp() {},
    onDown() {},
    onTimeouts() {},
    onDropped() {},
    onUnsupported() {},
  };
  const link = new UpstreamConnection(
    {
      address: peer.address,
      framing: new NumberedFraming(),
      failures: linkFailures("Peer", "peer", 1000),
      slows: Slowed.Clients,
      patient: true,
      gathers: false,
      ratePerSecond: 0,
      dialect: 0,
      timeoutMs: 1000,
      retryMsMax: 1000,
      pendingMax: 1000,
      stats: new UpstreamStats(),
      hop: new HopStats(),
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
    assertEquals([pressure.usedBytes, clock.timerCount], [0, 0]);
  };
  return { clock, peer, pressure, link, sink, send, close };
}

Deno.test("UpstreamConnection numbers its requests one by one, those that waited for the first try too", async () => {
  const { peer, send, close } = setUp();
  send("get early");
  send("put k v quiet");
  await settled();
  send("get next");
  await settled();
  assertEquals(peer.lines, ["#1 get early", "#2 put k v", "#3 get next"]);
  await close();
});

Deno.test("UpstreamConnection finds the request a numbered reply belongs to, at every cut", async () => {
  const replies = "#1 first\n#2 !error\n#3 third\n";
  for (let cut = 1; cut < replies.length; cut++) {
    const { peer, link, sink, send, close } = setUp();
    await link.start();
    for (const key of ["a", "b", "c"]) send(`get ${key}`);
    await settled();
    await peer.link.send(replies.slice(0, cut));
    await settled();
    await peer.link.send(replies.slice(cut));
    await settled();
    assertEquals(sink.calls, ["0: first", "1: !error", "2: third"]);
    await close();
  }
});

Deno.test("UpstreamConnection takes numbered replies in any order; one that is passed over is late alone", async () => {
  const { clock, peer, link, sink, send, close } = setUp();
  await link.start();
  for (const key of ["a", "b", "c", "d"]) send(`get ${key}`);
  await peer.link.send("#3 third\n#1 first\n#4 fourth\n");
  await settled();
  assertEquals(sink.calls, ["2: third", "0: first", "3: fourth"]);
  await clock.run(1100);
  assertEquals(sink.calls.slice(3), ["1! Peer: Peer Node did not answer within 1000 ms (peer)"]);
  assertEquals([link.up, link.pendingRequests], [true, 0]);
  await close();
});

Deno.test("UpstreamConnection drops a numbered reply that nobody waits for", async () => {
  const { peer, link, sink, send, close } = setUp();
  await link.start();
  send("get a");
  send("get b");
  await peer.link.send("#1 first\n#1 again\n#0 never asked\n#7 not asked yet\n#2 second\n");
  await settled();
  assertEquals([sink.calls, link.up], [["0: first", "1: second"], true]);
  await close();
});

Deno.test("UpstreamConnection goes on counting over a reconnect", async () => {
  const { clock, peer, link, sink, send, close } = setUp();
  await link.start();
  send("get a");
  await settled();
  peer.link.connection.close();
  await clock.until(() => link.up);
  send("get b");
  await settled();
  assertEquals(peer.link.lines, ["#2 get b"]);
  await peer.link.send("#1 late from another life\n#2 second\n");
  await settled();
  assertEquals(sink.calls.slice(1), ["1: second"]);
  await close();
});

Deno.test("UpstreamConnection keeps numbers and pairs when a request is late", async () => {
  const { clock, peer, link, sink, send, close } = setUp();
  await link.start();
  send("get slow");
  await clock.run(600);
  send("get b");
  await clock.run(500);
  await peer.link.send("#1 slow\n#2 second\n");
  await settled();
  assertEquals(sink.calls, ["0! Peer: Peer Node did not answer within 1000 ms (peer)", "1: second"]);
  await close();
});

Deno.test("UpstreamConnection numbers its probe, and takes the answer for no request's", async () => {
  const { clock, peer, link, sink, send, close } = setUp();
  await link.start();
  await clock.until(() => peer.lines.length > 0);
  assertEquals(peer.lines, ["#1 ping"]);
  await peer.link.send("#1 pong\n");
  send("get a");
  await peer.link.send("#2 re a\n");
  await settled();
  assertEquals([sink.calls, link.pendingRequests], [["0: re a"], 0]);
  await close();
});

Deno.test("UpstreamConnection to a peer that falls behind slows clients, no other nodes, until it has taken all", async () => {
  const { peer, link, sink, pressure, send, close } = setUp();
  await link.start();
  peer.link.hold();
  for (let i = 0; i < 12; i++) send(`put k ${"v".repeat(500_000)}`);
  assertEquals([pressure.high, pressure.highForNodes, sink.calls.length], [true, false, 0]);
  peer.link.release();
  await settled();
  assertEquals([pressure.high, peer.lines.length], [false, 12]);
  await close();
});

Deno.test("UpstreamConnection to a peer that takes nothing at all slows nobody for long: its requests fail", async () => {
  const { clock, peer, link, sink, pressure, send, close } = setUp({ timeoutMs: 0 });
  await link.start();
  peer.link.hold();
  for (let i = 0; i < 12; i++) send(`put k ${"v".repeat(500_000)}`);
  await clock.run(1000);
  assertEquals([pressure.high, sink.calls.length], [false, 0]);
  send("put k stuck");
  assertEquals(sink.failures.map(String), ["Peer: Peer Node has too many requests waiting (peer)"]);
  peer.link.release();
  await settled();
  send("put k again");
  await settled();
  assertEquals([sink.failures.length, peer.lines.at(-1)], [1, "#13 put k again"]);
  await close();
});

Deno.test("UpstreamConnection to a peer has a bound of bytes that wait, whatever its progress", async () => {
  const { peer, link, sink, send, close } = setUp();
  await link.start();
  peer.link.hold();
  for (let i = 0; i < 40; i++) send(`put k ${"v".repeat(500_000)}`);
  assert(sink.failures.length > 0 && link.pendingBytes < 18_000_000, `${link.pendingBytes} bytes wait`);
  peer.link.release();
  await close();
});

Deno.test("UpstreamConnection ends a link that stays silent while it is asked again and again", async () => {
  const { clock, peer, link, send, close } = setUp();
  await link.start();
  send("get a");
  await settled();
  await peer.link.send("#1 first\n");
  for (let i = 0; i < 40 && link.up; i++) {
    send("get b");
    await clock.run(100);
  }
  assertEquals(link.up, false);
  await close();
});

Deno.test("UpstreamConnection sends no more a second than its rate, steadily, and all of it in the end", async () => {
  const { clock, peer, link, send, close } = setUp({ ratePerSecond: 100, timeoutMs: 0 });
  await link.start();
  await clock.run(1000);
  const bySecond: number[] = [];
  for (let second = 0; second < 6; second++) {
    const before = peer.lines.length;
    for (let i = 0; i < 20; i++) {
      if (second < 3) { for (let j = 0; j < 8; j++) send("put k v"); }
      await clock.run(50);
    }
    bySecond.push(peer.lines.length - before);
  }
  // A full bucket and what one second refills, then the rate, then what is left of 480.
  assert(bySecond[0]! >= 150 && bySecond[0]! <= 200, `by second: ${bySecond}`);
  for (const second of [1, 2]) assert(bySecond[second]! >= 90 && bySecond[second]! <= 150, `by second: ${bySecond}`);
  assertEquals(peer.lines, Array.from({ length: 480 }, (_, i) => `#${i + 1} put k v`));
  await close();
});

Deno.test("UpstreamConnection forgets what waits for its rate when the link ends", async () => {
  const { clock, peer, link, sink, pressure, send, close } = setUp({ ratePerSecond: 2 });
  await link.start();
  for (let i = 0; i < 5; i++) send("put k v");
  assert(pressure.usedBytes > 0);
  await settled();
  assertEquals(peer.lines.length, 2);
  peer.link.connection.close();
  await settled();
  assertEquals([sink.failures.length, pressure.usedBytes, link.pendingBytes], [5, 0, 0]);
  await clock.until(() => link.up);
  await clock.run(1000);
  assertEquals(peer.link.lines, []);
  await close();
});
