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

Deno.test("Histogram is all zero when empty, and after reset()", () => {
  const histogram = new Histogram();
  const look = () => [histogram.percentile(0.99), histogram.mean, histogram.count, histogram.sum, histogram.max];
  assertEquals(look(), [0, 0, 0, 0, 0]);
  histogram.record(77);
  histogram.reset();
  assertEquals(look(), [0, 0, 0, 0, 0]);
  assertEquals(histogram.countAtMost(1000), 0);
});

Deno.test("Histogram.record() takes whole units, and clamps what it cannot hold", () => {
  const histogram = new Histogram();
  histogram.record(3.9);
  histogram.record(-5);
  histogram.record(Number.MAX_SAFE_INTEGER);
  assertEquals(histogram.count, 3);
  assertEquals(histogram.max, 2 ** 31 - 1);
  assertEquals(histogram.countAtMost(3), 2);
  assertEquals(histogram.countAtMost(0), 1);
});

Deno.test("Histogram counts, sums and averages what was recorded", () => {
  const histogram = new Histogram();
  for (const value of [10, 20, 60]) histogram.record(value);
  assertEquals([histogram.count, histogram.sum, histogram.mean, histogram.max], [3, 90, 30, 60]);
});

Deno.test("Histogram.countAtMost() counts whole buckets, at most one too many", () => {
  fc.assert(fc.property(fc.array(fc.nat(1_000_000), { maxLength: 100 }), fc.nat(1_000_000), (values, limit) => {
    const histogram = new Histogram();
    for (const value of values) histogram.record(value);
    const told = histogram.countAtMost(limit);
    assert(told >= values.filter((value) => value <= limit).length);
    assert(told <= values.filter((value) => value <= limit * 1.032 + 1).length);
  }));
});
