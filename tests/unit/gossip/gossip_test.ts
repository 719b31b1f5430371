import { assertEquals } from "@std/assert";
import { SeededRandom } from "../../../core/random.ts";
import { Gossip } from "../../../gossip/mod.ts";
import { RecordingLogger } from "../../support/recording_logger.ts";
import { SimClock } from "../../support/sim_clock.ts";

function alone() {
  const clock = new SimClock();
  const logger = new RecordingLogger();
  const place = (host: string) => ({ name: host, host, port: 8101, rack: host, datacenter: "dc1", tokens: [0] });
  const sent: string[] = [];
  const gossip = new Gossip({
    cluster: "dyn_o_mite",
    self: place("a"),
    seeds: [place("b")],
    version: "1.0",
    intervalMs: 1000,
    threshold: 8,
    forgetAfterMs: 0,
  }, {
    clock,
    logger,
    random: new SeededRandom(1),
    node: {
      send: (address) => sent.push(address) > 0,
      heardAt: () => -Infinity,
      changeRing() {},
      setDown() {},
      reachOut() {},
      setState() {},
    },
  });
  return { clock, logger, gossip, sent };
}

Deno.test("Gossip.start() waits for its seeds, but not for ever, and goes on asking them", async () => {
  const { clock, logger, gossip, sent } = alone();
  let started = false;
  gossip.start().then(() => started = true);
  await clock.run(2900);
  assertEquals(started, false);
  await clock.run(200);
  assertEquals(started, true);
  assertEquals(logger.lines, ["warn: gossip: no seed has answered yet; this node goes on asking them"]);
  const before = sent.length;
  await clock.run(10_000);
  assertEquals(sent.length >= before + 9, true);
  assertEquals(new Set(sent), new Set(["b:8101"]));
  gossip.stop();
  await clock.run(10_000);
  assertEquals(clock.timerCount, 0);
});

Deno.test("Gossip.start() ends when the node is stopped meanwhile", async () => {
  const { clock, gossip } = alone();
  let started = false;
  gossip.start().then(() => started = true);
  await clock.run(500);
  gossip.stop();
  await clock.run(200);
  assertEquals([started, clock.timerCount], [true, 0]);
});

Deno.test("Gossip.receive() says what it cannot read, and answers nothing", () => {
  const { logger, gossip } = alone();
  gossip.receive(Uint8Array.of(9, 9, 9), 0, 3, () => {
    throw new Error("it answered");
  });
  assertEquals(logger.lines, ["warn: gossip that cannot be read is ignored: format 9 is not known"]);
});
