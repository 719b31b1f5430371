import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { SpareMemory } from "../../../../core/net/spare_memory.ts";

Deno.test("SpareMemory.borrow() lends what was given back, in sizes at most a quarter above what was asked for", () => {
  const spare = new SpareMemory(1 << 20, () => 0);
  for (const bytes of [1025, 5000, 70_000, 300_001]) {
    const memory = spare.borrow(bytes);
    assert(memory.length >= bytes && memory.length <= bytes * 1.25);
    spare.giveBack(memory);
    assertStrictEquals(spare.borrow(bytes), memory);
  }
  assertEquals(spare.idleBytes, 0);
});

Deno.test("SpareMemory.giveBack() keeps half of the limit at most", () => {
  const spare = new SpareMemory(1 << 20, () => 0);
  const lent = Array.from({ length: 20 }, () => spare.borrow(100_000));
  for (const memory of lent) {
    spare.giveBack(memory);
    assert(spare.idleBytes > 0 && spare.idleBytes <= 1 << 19);
  }
  spare.giveBack(spare.borrow(1 << 20));
  assert(spare.idleBytes <= 1 << 19);
});

Deno.test("SpareMemory keeps no more than what is in use leaves of the limit", () => {
  let used = 0;
  const spare = new SpareMemory(1 << 20, () => used);
  const lent = [spare.borrow(1 << 18), spare.borrow(1 << 18)];
  for (const memory of lent) spare.giveBack(memory);
  assertEquals(spare.idleBytes, 1 << 19);
  used = (1 << 20) - (1 << 18);
  assertEquals(spare.borrow(1 << 17).length, 1 << 17);
  assertEquals(spare.idleBytes, 0, "what is wanted now goes before what was wanted once");
  used = 1 << 20;
  spare.giveBack(lent[0]!);
  assertEquals(spare.idleBytes, 0);
});

Deno.test("SpareMemory.giveBack() keeps nothing of a size it would never lend", () => {
  const spare = new SpareMemory(1 << 20, () => 0);
  spare.giveBack(new Uint8Array(100_001));
  assertEquals(spare.idleBytes, 0);
});

Deno.test("SpareMemory.trim() lets go of half of what nobody wanted since the last time, and of nothing that is used", () => {
  const spare = new SpareMemory(1 << 24, () => 0);
  const lent = Array.from({ length: 16 }, () => spare.borrow(1 << 16));
  spare.trim();
  for (const memory of lent) spare.giveBack(memory);
  spare.trim();
  assertEquals(spare.idleBytes, 16 << 16, "it came in the meantime");
  const used = Array.from({ length: 8 }, () => spare.borrow(1 << 16));
  for (const memory of used) spare.giveBack(memory);
  spare.trim();
  assertEquals(spare.idleBytes, 12 << 16);
  for (let i = 0; i < 10; i++) spare.trim();
  assertEquals(spare.idleBytes, 1 << 16);
});
