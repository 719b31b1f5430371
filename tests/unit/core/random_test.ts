import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { SeededRandom, systemRandom } from "../../../core/random.ts";

/** xoshiro128** and its seeding once more, in the plain arithmetic of the paper. */
function* reference(seed: number): Generator<bigint> {
  const mask = (1n << 32n) - 1n;
  const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (32n - by))) & mask;
  let state = BigInt(seed);
  const split = () => {
    state = (state + 0x9e3779b9n) & mask;
    let z = state;
    z = ((z ^ (z >> 16n)) * 0x85ebca6bn) & mask;
    z = ((z ^ (z >> 13n)) * 0xc2b2ae35n) & mask;
    return z ^ (z >> 16n);
  };
  const s = [split(), split(), split(), split()];
  for (;;) {
    yield (rotate((s[1]! * 5n) & mask, 7n) * 9n) & mask;
    const t = (s[1]! << 9n) & mask;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotate(s[3]!, 11n);
  }
}

Deno.test("SeededRandom gives the sequence of its seed", () => {
  for (const seed of [0, 1, 42, 0x7fffffff, 0xffffffff]) {
    const random = new SeededRandom(seed);
    const expected = reference(seed);
    for (let i = 0; i < 1000; i++) {
      assertEquals(random.next() * 2 ** 32, Number(expected.next().value), `seed ${seed}, number ${i}`);
    }
  }
});

Deno.test("SeededRandom repeats itself from the same seed and not from another", () => {
  const draw = (seed: number) =>
    Array.from({ length: 8 }, function (this: SeededRandom) {
      return this.next();
    }, new SeededRandom(seed));
  assertEquals(draw(5), draw(5));
  assertNotEquals(draw(5), draw(6));
});

Deno.test("SeededRandom.below() stays below its limit", () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 31 - 1 }), (seed, limit) => {
    const random = new SeededRandom(seed);
    for (let i = 0; i < 20; i++) {
      const value = random.below(limit);
      assert(Number.isInteger(value) && value >= 0 && value < limit);
    }
  }));
});

Deno.test("SeededRandom.below() reaches every value about equally often", () => {
  const counts = new Array<number>(10).fill(0);
  const random = new SeededRandom(3);
  for (let i = 0; i < 10_000; i++) counts[random.below(10)]!++;
  for (const count of counts) assert(count > 850 && count < 1150, `of 10,000 draws: ${counts}`);
});

Deno.test("systemRandom() is seeded anew each time", () => {
  const [a, b] = [systemRandom(), systemRandom()];
  assertNotEquals([a.next(), a.next()], [b.next(), b.next()]);
});
