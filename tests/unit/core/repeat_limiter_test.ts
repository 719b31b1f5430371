import { assert, assertEquals } from "@std/assert";
import { LINES_MAX, PERIOD_MS, RepeatLimiter, TEXTS_MAX } from "../../../core/repeat_limiter.ts";
import { RecordingLogger } from "../../support/recording_logger.ts";
import { SimClock } from "../../support/sim_clock.ts";

function setUp() {
  const clock = new SimClock();
  const logger = new RecordingLogger();
  return { clock, logger, limiter: new RepeatLimiter(logger, clock) };
}

Deno.test("RepeatLimiter lets the first lines of a text pass, and tells at the end of the period how many more there were", () => {
  const { clock, logger, limiter } = setUp();
  for (let i = 0; i < 500; i++) limiter.warn("peer {peer} is away", { peer: `p${i}`, category: "peers" });
  assertEquals(logger.lines.length, LINES_MAX);
  assertEquals(logger.lines[0], "warn: peer p0 is away");
  clock.advance(PERIOD_MS - 1);
  assertEquals(logger.lines.length, LINES_MAX);
  clock.advance(1);
  assertEquals(logger.lines.slice(LINES_MAX), ["warn: repeated 490 more times within 10 s: peer p499 is away"]);
  const { repeated, peer, category } = logger.fields.at(-1)!;
  assertEquals([repeated, peer, category, clock.timerCount], [490, "p499", "peers", 0]);
});

Deno.test("RepeatLimiter counts each text and each level by itself", () => {
  const { clock, logger, limiter } = setUp();
  for (let i = 0; i < LINES_MAX; i++) limiter.warn("a {n}", { n: i });
  limiter.warn("a {n}", { n: "hidden" });
  limiter.error("a {n}", { n: "an error" });
  limiter.warn("b");
  limiter.notice("c");
  limiter.info("d");
  limiter.debug("e");
  assertEquals(logger.lines.slice(LINES_MAX), ["error: a an error", "warn: b", "notice: c", "info: d", "debug: e"]);
  limiter.close();
  assertEquals([logger.lines.at(-1), clock.timerCount], ["warn: repeated 1 more times within 10 s: a hidden", 0]);
});

Deno.test("RepeatLimiter begins anew with each period", () => {
  const { clock, logger, limiter } = setUp();
  for (let second = 0; second < 60; second++) {
    for (let i = 0; i < 1000; i++) limiter.warn("again");
    clock.advance(1000);
  }
  assertEquals(logger.lines.length, 6 * (LINES_MAX + 1));
  const told = logger.fields.reduce((sum, fields) => sum + Number(fields?.repeated ?? 1), 0);
  assertEquals(told, 60_000, "none is forgotten");
  clock.advance(PERIOD_MS);
  limiter.warn("again");
  assertEquals(logger.lines.at(-1), "warn: again");
  assertEquals(clock.timerCount, 0);
});

Deno.test("RepeatLimiter lets slow repeats pass, without a timer", () => {
  const { clock, logger, limiter } = setUp();
  for (let i = 0; i < 100; i++) {
    limiter.warn("now and then");
    clock.advance(PERIOD_MS / LINES_MAX);
    assertEquals(clock.timerCount, 0);
  }
  assertEquals(logger.lines.length, 100);
});

Deno.test("RepeatLimiter keeps a bounded number of texts, and counts those beyond together", () => {
  const { clock, logger, limiter } = setUp();
  for (let i = 0; i < 10_000; i++) limiter.warn(`text ${i}`);
  limiter.error("an error finds room of its own");
  assertEquals(logger.lines.length, TEXTS_MAX + LINES_MAX + 1);
  clock.advance(PERIOD_MS);
  const hidden = 10_000 - TEXTS_MAX - LINES_MAX;
  assertEquals(logger.lines.at(-1), `warn: repeated ${hidden} more times within 10 s: text 9999`);
  // The period is over: there is room again.
  for (let i = 0; i < TEXTS_MAX; i++) limiter.warn(`new text ${i}`);
  assertEquals(logger.lines.at(-1), `warn: new text ${TEXTS_MAX - 1}`);
  assert(logger.lines.length < 2 * TEXTS_MAX + 20);
});

Deno.test("RepeatLimiter.close() tells what it hid, and later lines pass", () => {
  const { clock, logger, limiter } = setUp();
  for (let i = 0; i < 20; i++) limiter.warn("x");
  limiter.close();
  assertEquals(logger.lines.at(-1), "warn: repeated 10 more times within 10 s: x");
  for (let i = 0; i < 20; i++) limiter.warn("x");
  assertEquals([logger.lines.length, clock.timerCount], [31, 0]);
});
