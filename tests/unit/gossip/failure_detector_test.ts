import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { ArrivalWindow } from "../../../gossip/arrival_window.ts";
import { FailureDetector } from "../../../gossip/failure_detector.ts";

/** A window that has forgotten its assumed first interval. */
function steady(intervalMs: number): ArrivalWindow {
  const window = new ArrivalWindow(0, 2 * intervalMs);
  for (let i = 1; i <= 100; i++) window.add(i * intervalMs);
  return window;
}

Deno.test("ArrivalWindow.phi() is -log10 of exp(-silence / mean), as the paper has it for exponential silences", () => {
  const window = steady(1000);
  assertEquals(window.meanMs, 1000);
  for (const silenceMs of [0, 500, 1000, 5000, 18_421]) {
    assertAlmostEquals(window.phi(100_000 + silenceMs), -Math.log10(Math.exp(-silenceMs / 1000)), 1e-9);
  }
  // Cassandra's default threshold of 8 is reached after 8 ln 10 = 18.42 means.
  assertAlmostEquals(window.phi(100_000 + 18_420.68), 8, 1e-4);
  assertAlmostEquals(window.phi(100_000 + 2302.585), 1, 1e-6);
});

Deno.test("ArrivalWindow counts the last 64 intervals, the assumed first one among them until then", () => {
  const window = new ArrivalWindow(0, 2000);
  assertEquals(window.meanMs, 2000);
  window.add(1000);
  assertEquals(window.meanMs, 1500);
  for (let i = 2; i <= 64; i++) window.add(i * 1000);
  assertEquals(window.meanMs, 1000);
  // A hundred intervals of three seconds: nothing is left of those of one.
  for (let i = 1; i <= 100; i++) window.add(64_000 + i * 3000);
  assertEquals(window.meanMs, 3000);
});

/** A detector that has heard `a` and `b` each second until `at` seconds. */
function listening(seconds: number): FailureDetector {
  const detector = new FailureDetector({ threshold: 8, intervalMs: 1000 });
  for (let i = 0; i <= seconds; i++) {
    detector.look(i * 1000);
    for (const address of ["a", "b"]) detector.heard(address, i * 1000);
  }
  return detector;
}

Deno.test("FailureDetector.phi() grows for who is silent alone", () => {
  const detector = listening(100);
  for (let i = 101; i <= 119; i++) detector.heard("b", i * 1000);
  assert(detector.phi("a", 119_000) > 8);
  assert(detector.phi("b", 119_000) < 1);
  assertEquals(detector.phi("never heard", 119_000), 0);
  // The link shows that it lives, only its gossip does not arrive.
  assert(detector.phi("a", 119_000, 118_500) < 1);
  detector.forget("a");
  assertEquals(detector.phi("a", 119_000), 0);
});

Deno.test("FailureDetector holds fire after this process itself stood still", () => {
  for (const stalledMs of [20_000, 600_000]) {
    const detector = listening(100);
    const now = 100_000 + stalledMs;
    detector.look(now);
    assert(detector.phi("a", now) < 1, `${detector.phi("a", now)} after ${stalledMs} ms`);
    // The first heartbeat after it does not make the rhythm look slow.
    detector.heard("a", now + 1000);
    for (let i = 2; i <= 25; i++) detector.look(now + i * 1000);
    assert(detector.phi("a", now + 25_000) > 8, `${detector.phi("a", now + 25_000)}`);
  }
});

Deno.test("FailureDetector holds fire when what arrived meanwhile is read before its timer runs", () => {
  const detector = listening(100);
  detector.heard("a", 160_000);
  assert(detector.phi("b", 160_000) < 1);
});

Deno.test("FailureDetector.heardAgain() does not take the silence before for a rhythm", () => {
  const detector = listening(100);
  for (let i = 101; i <= 200; i++) detector.look(i * 1000);
  detector.heardAgain("a", 200_000);
  detector.heard("a", 201_000);
  for (let i = 202; i <= 220; i++) detector.look(i * 1000);
  assert(detector.phi("a", 220_000) > 8);
});

Deno.test("FailureDetector.calmUntil() is when a silent node comes under suspicion, and the link's evidence puts that off", () => {
  const detector = listening(100);
  const at = detector.calmUntil("a", 100_000);
  for (let now = 101_000; now <= at; now += 1000) {
    detector.look(now);
    assert(detector.phi("a", now) <= detector.calmPhi);
  }
  assert(detector.phi("a", at + 1) > detector.calmPhi);
  assertAlmostEquals(detector.calmUntil("a", at), at, 1e-6);
  assertAlmostEquals(detector.calmUntil("a", at, at - 1000), at + (at - 1000 - 100_000), 1e-6);
  assertEquals(detector.calmUntil("never heard", 5), 5);
});
