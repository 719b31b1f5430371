import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Pool } from "../../../core/pool.ts";

Deno.test("Pool.take() prefers what was given back to making another", () => {
  let made = 0;
  const pool = new Pool(() => ({ made: ++made }), 2);
  const first = pool.take();
  pool.give(first);
  assertStrictEquals(pool.take(), first);
  assertEquals(pool.take().made, 2);
});

Deno.test("Pool keeps no more than its limit", () => {
  let made = 0;
  const pool = new Pool(() => ({ made: ++made }), 2);
  const items = [pool.take(), pool.take(), pool.take()];
  for (const item of items) pool.give(item);
  const again = [pool.take(), pool.take(), pool.take()];
  assertEquals(again.filter((item) => items.includes(item)).length, 2);
  assert(!items.includes(again[2]!));
});
