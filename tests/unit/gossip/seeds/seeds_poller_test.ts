import { assert, assertEquals } from "@std/assert";
import { SeededRandom } from "../../../../core/random.ts";
import type { NodeDescription } from "../../../../core/ring/topology.ts";
import { ownAddresses } from "../../../../gossip/seeds/own_address.ts";
import type { SeedsProvider } from "../../../../gossip/seeds/provider.ts";
import { SeedsPoller } from "../../../../gossip/seeds/seeds_poller.ts";
import { RecordingLogger } from "../../../support/recording_logger.ts";
import { node, recordsOf } from "../../../support/seed_records.ts";
import { settled } from "../../../support/settled.ts";
import { SimClock } from "../../../support/sim_clock.ts";

const self = node("10.0.0.1:8101:rack1:dc1:0");
const two = "10.0.0.2:8101:rack2:dc1:0";
const three = "10.0.0.3:8101:rack3:dc1:0";

/** Answers as it is told; an undefined answer never comes. */
class ScriptedProvider implements SeedsProvider {
  readonly name = "script";
  answer: readonly string[] | Error | undefined = [];
  readonly askedAt: number[] = [];
  underWay = 0;
  mostUnderWay = 0;
  delayMs = 0;
  heedsSignal = true;
  change = () => {};
  constructor(readonly clock: SimClock) {}

  async ask(signal: AbortSignal): Promise<readonly NodeDescription[]> {
    this.askedAt.push(this.clock.now());
    this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
    const { answer } = this;
    try {
      await new Promise<void>((resolve, reject) => {
        if (answer !== undefined) this.clock.after(this.delayMs, resolve);
        if (this.heedsSignal) signal.addEventListener("abort", () => reject(signal.reason));
      });
    } finally {
      this.underWay--;
    }
    if (answer instanceof Error) throw answer;
    return answer!.map(node);
  }
  watch(onChange: () => void): () => void {
    this.change = onChange;
    return () => this.change = () => {};
  }
}

function setup(fixed: readonly string[] = []) {
  const clock = new SimClock();
  const provider = new ScriptedProvider(clock);
  const logger = new RecordingLogger();
  const isOwn = ownAddresses(self, [], () => []);
  const poller = new SeedsPoller(
    { provider, around: { self, isOwn, fixed: fixed.map(node) }, intervalMs: 10_000, timeoutMs: 5_000 },
    { clock, random: new SeededRandom(3), logger },
  );
  const published: string[][] = [];
  const start = () => poller.start((nodes) => published.push(recordsOf(nodes)));
  return { clock, provider, logger, poller, published, start };
}

Deno.test("SeedsPoller.ask() gives up after its time limit and keeps the nodes of dyn_seeds", async () => {
  const { clock, provider, logger, poller } = setup([two]);
  provider.answer = undefined;
  let done = false;
  poller.ask().then(() => done = true);
  await clock.run(4_999);
  assertEquals(done, false);
  await clock.run(1);
  assertEquals([done, recordsOf(poller.nodes), provider.underWay], [true, [two], 0]);
  assertEquals(logger.lines, [
    "warn: script: no answer within 5000 ms; the other node known stays, and it is asked again",
  ]);
});

Deno.test("SeedsPoller asks every interval, each pause of another length", async () => {
  const { clock, provider, poller, start } = setup();
  start();
  await clock.run(1_000_000);
  const pauses = provider.askedAt.map((at, i, all) => at - (all[i - 1] ?? 1000));
  assert(pauses.length > 90 && pauses.length < 110, `${pauses.length} questions`);
  assert(pauses.every((pause) => pause >= 8_000 && pause <= 12_000));
  assert(new Set(pauses).size > 50);
  await poller.close();
  assertEquals(clock.timerCount, 0);
});

Deno.test("SeedsPoller publishes each list that is another one, once, and says what it means", async () => {
  const { clock, provider, logger, poller, published, start } = setup();
  provider.answer = [two];
  await Promise.all([poller.ask(), clock.run(0)]);
  // What there is at the start is no change.
  assertEquals(logger.lines.splice(0), ["notice: script: joined: 10.0.0.2:8101 (rack2 of dc1, token 0)"]);
  start();
  await clock.run(50_000);
  assertEquals(published, []);
  provider.answer = [three, two];
  await clock.run(50_000);
  assertEquals(published.splice(0), [[two, three]]);
  assertEquals(logger.lines.length, 2);
  assert(logger.lines[1]!.startsWith("warn: script: rack3 of dc1 is new, and nothing is copied to it"));
  provider.answer = [three];
  await clock.run(12_000);
  assertEquals(published, [[three]]);
  assertEquals(logger.lines.slice(2), [
    "notice: script: left: 10.0.0.2:8101 (rack2 of dc1, token 0)",
    "warn: script: rack2 of dc1 is gone: there is one copy of the data fewer",
  ]);
  await poller.close();
});

Deno.test("SeedsPoller keeps the last list while the provider fails or its list is refused, and logs each trouble once", async () => {
  const { clock, provider, logger, poller, published, start } = setup();
  provider.answer = [two, three];
  await Promise.all([poller.ask(), clock.run(0)]);
  start();
  logger.lines.length = 0;
  const stays = "the 2 other nodes known stay, and it is asked again";
  const troubles: (readonly [ScriptedProvider["answer"], string])[] = [
    [new Error("connection refused"), "connection refused"],
    [new Error("the answer names no node"), "the answer names no node"],
    [
      [two, "10.0.0.4:8101:rack2:dc1:0"],
      "the list would give token 0 in rack2 of dc1 to both 10.0.0.2:8101 and 10.0.0.4:8101",
    ],
    [undefined, "no answer within 5000 ms"],
  ];
  for (const [answer, text] of troubles) {
    provider.answer = answer;
    await clock.run(60_000);
    assertEquals(logger.lines.splice(0), [`warn: script: ${text}; ${stays}`]);
  }
  provider.answer = [two, three];
  await clock.run(20_000);
  assertEquals(logger.lines, ["notice: script: answers again with a list that can be used"]);
  assertEquals([published, recordsOf(poller.nodes)], [[], [two, three]]);
  await poller.close();
});

Deno.test("SeedsPoller never asks twice at a time, not even a provider that does not give up", async () => {
  const { clock, provider, poller, start } = setup();
  provider.answer = undefined;
  provider.heedsSignal = false;
  start();
  await clock.run(100_000);
  provider.change();
  await clock.run(10_000);
  assertEquals([provider.askedAt.length, provider.mostUnderWay], [1, 1]);
  await poller.close();
});

Deno.test("SeedsPoller asks soon after the provider told of a change, once for many events, and is not put off by them", async () => {
  const { clock, provider, poller, start } = setup();
  start();
  for (let i = 0; i < 20; i++) provider.change();
  await clock.run(200);
  assertEquals(provider.askedAt, [1200]);
  // A folder where something happens all the time.
  for (let i = 0; i < 100; i++) {
    provider.change();
    await clock.run(10);
  }
  assertEquals(provider.askedAt.slice(1), [1400, 1600, 1800, 2000, 2200]);
  await poller.close();
});

Deno.test("SeedsPoller asks again after a change that came while it asked", async () => {
  const { clock, provider, poller, published, start } = setup();
  provider.delayMs = 1_000;
  provider.answer = [two];
  start();
  provider.change();
  await clock.run(300);
  // The answer under way is the old one.
  provider.answer = [three];
  provider.change();
  await clock.run(3_000);
  assertEquals(published, [[two], [three]]);
  assertEquals(provider.mostUnderWay, 1);
  await poller.close();
});

Deno.test("SeedsPoller bears a provider that throws instead of failing, and a list that cannot be put in force", async () => {
  const { clock, provider, logger, poller } = setup();
  const { ask } = provider;
  provider.ask = () => {
    throw new Error("not even a promise");
  };
  let refuse = true;
  const published: number[] = [];
  poller.start((nodes) => {
    if (refuse) throw new Error("cannot be");
    published.push(nodes.length);
  });
  await clock.run(30_000);
  assertEquals(logger.lines, ["warn: script: not even a promise; this node goes on alone, and it is asked again"]);
  provider.ask = ask;
  provider.answer = [two];
  await clock.run(30_000);
  assertEquals([published, recordsOf(poller.nodes)], [[], []]);
  refuse = false;
  await clock.run(30_000);
  assertEquals([published, recordsOf(poller.nodes)], [[1], [two]]);
  await poller.close();
});

Deno.test("SeedsPoller.close() gives up the question under way and asks no more", async () => {
  const { clock, provider, logger, poller, start } = setup();
  provider.answer = undefined;
  start();
  await clock.until(() => provider.underWay === 1);
  await poller.close();
  await settled();
  provider.change();
  await clock.run(100_000);
  assertEquals([provider.underWay, provider.askedAt.length, clock.timerCount, logger.lines], [0, 1, 0, []]);
});
