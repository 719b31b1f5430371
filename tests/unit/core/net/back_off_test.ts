import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BackOff } from "../../../../core/net/back_off.ts";
import { SeededRandom } from "../../../../core/random.ts";

/** Chance that always says the same. */
const always = (share: number) => ({ next: () => share, below: (limit: number) => Math.floor(share * limit) });

Deno.test("BackOff.next() doubles up to the longest wait", () => {
  const backOff = new BackOff(50, 1000, always(1));
  assertEquals(Array.from({ length: 7 }, () => backOff.next()), [50, 100, 200, 400, 800, 1000, 1000]);
});

Deno.test("BackOff.next() cuts a wait by a half at most", () => {
  const backOff = new BackOff(50, 1000, always(0));
  assertEquals(Array.from({ length: 6 }, () => backOff.next()), [25, 50, 100, 200, 400, 500]);
});

Deno.test("BackOff.next() stays between half of the wait and the wait", () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 500 }), fc.nat(100_000), (seed, first, longest) => {
    const backOff = new BackOff(first, longest, new SeededRandom(seed));
    let ceiling = first;
    for (let i = 0; i < 50; i++) {
      const most = Math.min(ceiling, Math.max(first, longest));
      const wait = backOff.next();
      assert(wait >= most / 2 && wait <= most, `wait ${i}: ${wait} is not in ${most / 2} to ${most}`);
      ceiling *= 2;
    }
  }));
});

Deno.test("BackOff.next() of two nodes differ", () => {
  const [a, b] = [1, 2].map((seed) => new BackOff(50, 1000, new SeededRandom(seed)));
  assert(a!.next() !== b!.next());
});

Deno.test("BackOff.succeeded() begins again", () => {
  const backOff = new BackOff(50, 1000, always(1));
  for (let i = 0; i < 5; i++) backOff.next();
  assertEquals(backOff.failures, 5);
  backOff.succeeded();
  assertEquals([backOff.failures, backOff.next()], [0, 50]);
});

Deno.test("BackOff.next() stays finite after very many failures", () => {
  const backOff = new BackOff(50, 1000, always(1));
  for (let i = 0; i < 5000; i++) backOff.next();
  assertEquals(backOff.next(), 1000);
});

Deno.test("BackOff takes its first wait where the longest is shorter", () => {
  assertEquals(new BackOff(50, 10, always(1)).next(), 50);
});
