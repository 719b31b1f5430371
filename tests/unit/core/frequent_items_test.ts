import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { FrequentItems } from "../../../core/frequent_items.ts";

Deno.test("FrequentItems never overstates a count, and understates it by no more than its bound, in any order", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(fc.nat(30), { maxLength: 600 }), (capacity, stream) => {
      const table = new FrequentItems(capacity);
      const counts = new Map<string, number>();
      for (const item of stream) {
        const name = String(item);
        table.add(name, false);
        counts.set(name, (counts.get(name) ?? 0) + 1);
        assert(table.items.size <= capacity);
      }
      for (const [name, count] of counts) {
        const found = table.items.get(name)?.count ?? 0;
        assert(found <= count && found >= count - stream.length / (capacity + 1), `${name}: ${found} of ${count}`);
      }
    }),
  );
});

Deno.test("FrequentItems finds what makes up more than its share among as many others as there are", () => {
  const table = new FrequentItems(9);
  for (let i = 0; i < 10_000; i++) table.add(i % 8 === 0 ? "hot" : `cold${i}`, false);
  assert(table.items.has("hot"));
});

Deno.test("FrequentItems counts how many had the mark", () => {
  const table = new FrequentItems(4);
  for (let i = 0; i < 8; i++) table.add("a", i % 4 === 0);
  assertEquals(table.items.get("a"), { count: 8, seen: 8, marked: 2 });
});
