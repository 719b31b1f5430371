import { assert, assertEquals, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { type Holder, Pressure } from "../../../../core/net/pressure.ts";
import { settled } from "../../../support/settled.ts";

class TestHolder implements Holder {
  readonly reasons: string[] = [];
  constructor(public heldBytes = 0) {}
  evict(reason: string): void {
    this.reasons.push(reason);
  }
}

/** Counts how many times each of `count` waiters was let look again; they wait anew while `again` says so. */
function waiters(pressure: Pressure, count: number, again: (waiter: number) => boolean = () => false) {
  const looks = new Array<number>(count).fill(0);
  for (let waiter = 0; waiter < count; waiter++) {
    (async () => {
      do {
        await pressure.relief();
        looks[waiter]!++;
      } while (again(waiter));
    })();
  }
  return looks;
}

Deno.test("Pressure is high above its limit, not at it", () => {
  const pressure = new Pressure(100);
  pressure.charge(100);
  assertEquals([pressure.high, pressure.memoryHigh], [false, false]);
  pressure.charge(1);
  assertEquals([pressure.high, pressure.memoryHigh], [true, true]);
  pressure.release(1);
  assertEquals(pressure.high, false);
});

Deno.test("Pressure is high while any link is congested", () => {
  const pressure = new Pressure(100);
  pressure.congest();
  pressure.congest();
  pressure.decongest();
  assertEquals([pressure.high, pressure.memoryHigh], [true, false]);
  pressure.decongest();
  assertEquals(pressure.high, false);
});

Deno.test("Pressure.admits() what fits, and beyond that the first that asks", () => {
  const pressure = new Pressure(100);
  const [first, second] = [new TestHolder(), new TestHolder()];
  assertEquals(pressure.admits(first, 100), true);
  pressure.charge(90);
  assertEquals(pressure.admits(second, 20), true, "the first to ask when memory is short");
  assertEquals(pressure.admits(first, 20), false);
  assertEquals(pressure.admits(first, 10), true, "what fits is given to anybody");
  assertEquals(pressure.admits(second, 1000), true);
});

Deno.test("Pressure.done() of the elder makes room for another one and wakes those who wait", async () => {
  const pressure = new Pressure(100);
  const [elder, next, other] = [new TestHolder(), new TestHolder(), new TestHolder()];
  pressure.charge(100);
  assert(pressure.admits(elder, 50));
  assert(!pressure.admits(next, 50));
  const looks = waiters(pressure, 1);
  pressure.done(other);
  await settled();
  assertEquals(looks, [0], "somebody else being done changes nothing");
  pressure.done(elder);
  await settled();
  assertEquals(looks, [1]);
  assertEquals([pressure.admits(next, 50), pressure.admits(elder, 50)], [true, false]);
});

Deno.test("Pressure.release() wakes everybody once it is no longer high", async () => {
  const pressure = new Pressure(100);
  pressure.charge(150);
  const looks = waiters(pressure, 3);
  pressure.release(20);
  await settled();
  assertEquals(looks, [0, 0, 0]);
  pressure.release(30);
  await settled();
  assertEquals(looks, [1, 1, 1]);
  assertEquals(pressure.waits, 3);
});

Deno.test("Pressure loses no waiter that waits again while others are woken", async () => {
  const pressure = new Pressure(100);
  pressure.charge(150);
  const turns = [3, 1, 2];
  const looks = waiters(pressure, 3, (waiter) => --turns[waiter]! > 0);
  for (let i = 0; i < 5; i++) {
    pressure.nudge();
    await settled();
  }
  assertEquals(looks, [3, 1, 2]);
});

Deno.test("Pressure.decongest() wakes those who wait, with memory short too: they may hold what is missing", async () => {
  const pressure = new Pressure(100);
  pressure.congest();
  pressure.congest();
  pressure.charge(150);
  const looks = waiters(pressure, 1);
  pressure.decongest();
  await settled();
  assertEquals(looks, [0]);
  pressure.decongest();
  await settled();
  assertEquals(looks, [1]);
});

Deno.test("Pressure.borrow() lends what was given back, in sizes at most a quarter above what was asked for", () => {
  const pressure = new Pressure(1 << 20);
  for (const bytes of [1025, 5000, 70_000, 300_001]) {
    const memory = pressure.borrow(bytes);
    assert(memory.length >= bytes && memory.length <= bytes * 1.25);
    pressure.giveBack(memory);
    assertStrictEquals(pressure.borrow(bytes), memory);
  }
  assertEquals(pressure.idleBytes, 0);
});

Deno.test("Pressure.giveBack() keeps half of the budget at most", () => {
  const pressure = new Pressure(1 << 20);
  const lent = Array.from({ length: 20 }, () => pressure.borrow(100_000));
  for (const memory of lent) {
    pressure.giveBack(memory);
    assert(pressure.idleBytes > 0 && pressure.idleBytes <= 1 << 19);
  }
  pressure.giveBack(pressure.borrow(1 << 20));
  assert(pressure.idleBytes <= 1 << 19);
});

Deno.test("Pressure.giveBack() keeps nothing of a size it would never lend", () => {
  const pressure = new Pressure(1 << 20);
  pressure.giveBack(new Uint8Array(100_001));
  assertEquals(pressure.idleBytes, 0);
});

Deno.test("Pressure.release() while a link is congested leaves waiters to decongest()", async () => {
  const pressure = new Pressure(100);
  pressure.charge(150);
  pressure.congest();
  const looks = waiters(pressure, 1);
  pressure.release(150);
  await settled();
  assertEquals(looks, [0]);
  pressure.decongest();
  await settled();
  assertEquals(looks, [1]);
});

Deno.test("Pressure.sweep() ends the largest holder once others have waited long enough", () => {
  const pressure = new Pressure(100);
  const [small, large] = [new TestHolder(30), new TestHolder(120)];
  pressure.charge(150);
  waiters(pressure, 1);
  pressure.sweep(1000, 500, [small, large]);
  pressure.sweep(1499, 500, [small, large]);
  assertEquals([small.reasons, large.reasons, pressure.evictions], [[], [], 0]);
  pressure.sweep(1500, 500, [small, large]);
  assertEquals([small.reasons.length, large.reasons.length, pressure.evictions], [0, 1, 1]);
  assertStringIncludes(large.reasons[0]!, "120 bytes");
});

Deno.test("Pressure.sweep() gives the next culprit its own time", () => {
  const pressure = new Pressure(100);
  const [first, second] = [new TestHolder(120), new TestHolder(110)];
  pressure.charge(230);
  waiters(pressure, 1);
  for (const now of [0, 500]) pressure.sweep(now, 500, [first, second]);
  assertEquals(first.reasons.length, 1);
  pressure.sweep(999, 500, [second]);
  assertEquals(second.reasons.length, 0);
  pressure.sweep(1000, 500, [second]);
  assertEquals(second.reasons.length, 1);
});

Deno.test("Pressure.sweep() begins anew when nobody had to wait in between", async () => {
  const pressure = new Pressure(100);
  const holder = new TestHolder(150);
  pressure.charge(150);
  waiters(pressure, 1);
  pressure.sweep(0, 500, [holder]);
  pressure.nudge();
  await settled();
  pressure.sweep(400, 500, [holder]);
  waiters(pressure, 1);
  pressure.sweep(450, 500, [holder]);
  pressure.sweep(800, 500, [holder]);
  assertEquals(holder.reasons, []);
});

Deno.test("Pressure.sweep() ends nobody for a congested link, nor when nobody holds anything", () => {
  const pressure = new Pressure(100);
  const holder = new TestHolder(50);
  pressure.congest();
  waiters(pressure, 1);
  for (const now of [0, 10_000]) pressure.sweep(now, 500, [holder]);
  assertEquals(holder.reasons, []);
  pressure.charge(150);
  const empty = new TestHolder(0);
  for (const now of [20_000, 30_000]) pressure.sweep(now, 500, [empty]);
  assertEquals([empty.reasons, pressure.evictions], [[], 0]);
});
