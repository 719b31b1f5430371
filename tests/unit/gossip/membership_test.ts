/** What a node makes of what others say of a third one: that it is down, up to a version, or something newer. */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { FailureDetector } from "../../../gossip/failure_detector.ts";
import { Liveness, Membership } from "../../../gossip/membership.ts";
import { addressOf, ownValues } from "../../../gossip/place.ts";
import { placeAt } from "../../support/sim_gossip.ts";
import { RecordingLogger } from "../../support/recording_logger.ts";
import { SimClock } from "../../support/sim_clock.ts";

const [self, other] = [placeAt(0), placeAt(1)];
const address = addressOf(other);
const values = ownValues(other, "1.0");

function member(heardAt: () => number = () => -Infinity) {
  const clock = new SimClock();
  const logger = new RecordingLogger();
  const told: boolean[] = [];
  const membership = new Membership({ self, generation: 1, seeds: [], forgetAfterMs: 0, keepLeftMs: 60_000 }, {
    clock,
    logger,
    detector: new FailureDetector({ threshold: 8, intervalMs: 1000 }),
    heardAt,
    observer: { onRing() {}, onState() {}, onDown: (_, down) => told.push(down), onForgotten() {}, onBegun() {} },
  });
  const hear = (version: number, generation = 1) =>
    membership.onState(address, { generation, heartbeat: version, values });
  const accuse = (version: number, generation = 1) => membership.onDown({ address, generation, version });
  return { membership, clock, logger, told, hear, accuse };
}

Deno.test("Membership.onDown() believes that a node is down unless anything newer is known", () => {
  const { membership, logger, told, hear, accuse } = member();
  assertEquals(accuse(10), false, "nothing is known of it");
  hear(10);
  assertEquals([accuse(9), accuse(99, 0), accuse(99, 2)], [false, false, false]);
  assertEquals([membership.livenessOf(address), membership.downOf(address)], [Liveness.Alive, undefined]);
  assertEquals(accuse(12), true);
  assertEquals(membership.livenessOf(address), Liveness.Down);
  assertEquals(membership.downOf(address), { address, generation: 1, version: 12 });
  assertEquals([accuse(12), accuse(11)], [false, false], "that is no news");
  assertEquals(accuse(13), true);
  assertEquals(membership.census(), { living: [], suspects: [], down: [address] });
  assertEquals(
    logger.lines.at(-1),
    `warn: node ${address} is down: others do not hear it either; no request waits for it`,
  );
  assertEquals(told, [true]);
});

Deno.test("Membership.onState() does not bring a node back for an old copy, but for anything newer and for another life", () => {
  const { membership, told, hear, accuse } = member();
  hear(10);
  accuse(13);
  assertEquals([hear(12), hear(13)], [false, false]);
  assertEquals(membership.livenessOf(address), Liveness.Down);
  assertEquals(hear(14), true);
  assertEquals(membership.livenessOf(address), Liveness.Alive);
  assertEquals(accuse(13), false, "refuted");
  accuse(14);
  assertEquals(hear(1, 2), true);
  assertEquals(told, [true, false, true, false]);
});

Deno.test("Membership.onDown() is not believed while the own link shows that the node lives", () => {
  let heardAt = 0;
  const { membership, clock, hear, accuse } = member(() => heardAt);
  heardAt = clock.now();
  hear(10);
  assertEquals(accuse(10), false);
  // A node that is heard each second is down after 18.4 of silence; half of that is waited for.
  clock.advance(9_000);
  assertEquals(accuse(10), false);
  clock.advance(500);
  assertEquals(accuse(10), true);
  heardAt = clock.now() + 1;
  clock.advance(1);
  membership.review();
  assertEquals(membership.livenessOf(address), Liveness.Alive);
});

Deno.test("Membership comes to the same whatever the order and however often it hears versions and that they are down", () => {
  const word = fc.record({
    generation: fc.integer({ min: 1, max: 2 }),
    version: fc.integer({ min: 6, max: 9 }),
    isDown: fc.boolean(),
  });
  /** Whoever says that it is down says of which state; the gossiper passes on states that are newer alone. */
  const outcome = (words: readonly { generation: number; version: number; isDown: boolean }[]) => {
    const { membership, hear, accuse } = member();
    let [generation, version] = [0, 0];
    for (const word of words) {
      if (word.generation > generation || (word.generation === generation && word.version > version)) {
        ({ generation, version } = word);
        hear(version, generation);
      }
      if (word.isDown) accuse(word.version, word.generation);
    }
    return { generation, version, liveness: membership.livenessOf(address) };
  };
  const twice = fc.array(word, { minLength: 1, maxLength: 6 }).chain((words) =>
    fc.tuple(fc.constant(words), fc.shuffledSubarray([...words, ...words], { minLength: 2 * words.length }))
  );
  fc.assert(fc.property(twice, ([words, again]) => assertEquals(outcome(again), outcome(words))));
});
