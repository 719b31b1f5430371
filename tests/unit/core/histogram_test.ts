import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import fc from "fast-check";
import { Histogram } from "../../../core/histogram.ts";

/** The reference: sort and pick. */
function exactPercentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

Deno.test("Histogram.percentile() is within 3.2 % above the exact value", () => {
  const value = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.nat(100_000));
  fc.assert(fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), (values) => {
    const histogram = new Histogram();
    for (const one of values) histogram.record(one);
    for (const share of [0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1]) {
      const exact = exactPercentile(values, share);
      const told = histogram.percentile(share);
      assert(told >= exact, `p${share}: ${told} is below ${exact}`);
      assertLessOrEqual(told, exact * 1.032, `p${share} of ${values}`);
    }
  }));
});

Deno.test("Histogram.percentile() is exact below 64", () => {
  const histogram = new Histogram();
  for (let value = 0; value < 64; value++) histogram.record(value);
  for (let value = 0; value < 64; value++) assertEquals(histogram.percentile((value + 1) / 64), value);
});

Deno.test("Histogram.percentile() never exceeds the greatest value", () => {
  const histogram = new Histogram();
  histogram.record(1_000_001);
  assertEquals(histogram.percentile(0.5), 1_000_001);
});

/** What it tells of its window. */
function look(histogram: Histogram): number[] {
  return [histogram.percentile(0.99), histogram.mean, histogram.count, histogram.sum, histogram.max];
}

Deno.test("Histogram is all zero when empty, and after clear()", () => {
  const histogram = new Histogram();
  assertEquals(look(histogram), [0, 0, 0, 0, 0]);
  histogram.record(77);
  histogram.clear();
  assertEquals(look(histogram), [0, 0, 0, 0, 0]);
  assertEquals([histogram.totalAtMost(1000), histogram.totalCount, histogram.totalSum], [0, 0, 0]);
});

Deno.test("Histogram.resetWindow() forgets the window and keeps the totals", () => {
  const histogram = new Histogram();
  histogram.record(5000);
  histogram.record(10);
  histogram.resetWindow();
  assertEquals(look(histogram), [0, 0, 0, 0, 0]);
  assertEquals([histogram.totalAtMost(20), histogram.totalCount, histogram.totalSum], [1, 2, 5010]);
  histogram.record(20);
  assertEquals(look(histogram), [20, 20, 1, 20, 20]);
  assertEquals([histogram.totalAtMost(20), histogram.totalCount, histogram.totalSum], [2, 3, 5030]);
});

Deno.test("Histogram tells of its window what a new one tells that was given the same", () => {
  const values = fc.array(fc.nat(100_000), { maxLength: 50 });
  fc.assert(fc.property(values, values, (before, after) => {
    const [windowed, fresh] = [new Histogram(), new Histogram()];
    for (const value of before) windowed.record(value);
    windowed.resetWindow();
    for (const value of after) for (const histogram of [windowed, fresh]) histogram.record(value);
    for (const share of [0.5, 0.95, 0.99, 1]) assertEquals(windowed.percentile(share), fresh.percentile(share));
    assertEquals(look(windowed), look(fresh));
  }));
});

Deno.test("Histogram.record() of a value many times is that many records of it", () => {
  const [one, many] = [new Histogram(), new Histogram()];
  for (let i = 0; i < 7; i++) one.record(300);
  many.record(300, 7);
  assertEquals(look(many), look(one));
  assertEquals(many.totalAtMost(299), one.totalAtMost(299));
});

Deno.test("Histogram.record() takes whole units, and clamps what it cannot hold", () => {
  const histogram = new Histogram();
  histogram.record(3.9);
  histogram.record(-5);
  histogram.record(Number.MAX_SAFE_INTEGER);
  assertEquals(histogram.count, 3);
  assertEquals(histogram.max, 2 ** 31 - 1);
  assertEquals(histogram.totalAtMost(3), 2);
  assertEquals(histogram.totalAtMost(0), 1);
});

Deno.test("Histogram counts, sums and averages what was recorded", () => {
  const histogram = new Histogram();
  for (const value of [10, 20, 60]) histogram.record(value);
  assertEquals([histogram.count, histogram.sum, histogram.mean, histogram.max], [3, 90, 30, 60]);
});

Deno.test("Histogram.totalAtMost() counts whole buckets, at most one too many", () => {
  fc.assert(fc.property(fc.array(fc.nat(1_000_000), { maxLength: 100 }), fc.nat(1_000_000), (values, limit) => {
    const histogram = new Histogram();
    for (const value of values) histogram.record(value);
    const told = histogram.totalAtMost(limit);
    assert(told >= values.filter((value) => value <= limit).length);
    assert(told <= values.filter((value) => value <= limit * 1.032 + 1).length);
  }));
});
