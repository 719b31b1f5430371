import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Budget } from "../../../../core/net/budget.ts";
import { type Holder, Pressure } from "../../../../core/net/pressure.ts";
import { settled } from "../../../support/settled.ts";

/** Holds so much of the requests' budget, and of the replies'. */
class TestHolder implements Holder {
  readonly reasons: string[] = [];
  movedBytes = 0;
  constructor(private readonly pressure: Pressure, public requests: number, public replies = 0) {}
  owedBytes(budget: Budget): number {
    return budget === this.pressure.requests ? this.requests : this.replies;
  }
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

Deno.test("Pressure is high when replies use more than their half, whatever requests use", () => {
  const pressure = new Pressure(200);
  pressure.requests.charge(1000);
  pressure.replies.charge(100);
  assertEquals([pressure.high, pressure.usedBytes], [false, 1100]);
  pressure.replies.charge(1);
  assertEquals(pressure.high, true);
  pressure.replies.release(1);
  assertEquals(pressure.high, false);
});

Deno.test("Pressure is high while any link is congested", () => {
  const pressure = new Pressure(100);
  pressure.congest();
  pressure.congest();
  pressure.decongest();
  assertEquals([pressure.high, pressure.congested], [true, true]);
  pressure.decongest();
  assertEquals([pressure.high, pressure.congested], [false, false]);
});

Deno.test("Pressure.relief() settles for everybody once replies have room", async () => {
  const pressure = new Pressure(200);
  pressure.replies.charge(150);
  const looks = waiters(pressure, 3);
  pressure.replies.release(20);
  await settled();
  assertEquals(looks, [0, 0, 0]);
  pressure.replies.release(30);
  await settled();
  assertEquals(looks, [1, 1, 1]);
});

Deno.test("Pressure.relief() settles when the last link is no longer congested, with memory short too", async () => {
  const pressure = new Pressure(200);
  pressure.congest();
  pressure.congest();
  pressure.replies.charge(150);
  const looks = waiters(pressure, 1);
  pressure.decongest();
  await settled();
  assertEquals(looks, [0]);
  pressure.decongest();
  await settled();
  assertEquals(looks, [1]);
});

Deno.test("Pressure.nudge() loses no waiter that waits again while others are woken", async () => {
  const pressure = new Pressure(100);
  const turns = [3, 1, 2];
  const looks = waiters(pressure, 3, (waiter) => --turns[waiter]! > 0);
  for (let i = 0; i < 5; i++) {
    pressure.nudge();
    await settled();
  }
  assertEquals(looks, [3, 1, 2]);
});

Deno.test("Pressure.sweep() ends the largest holder of what others wait for, once they have waited long enough", () => {
  const pressure = new Pressure(200);
  const small = new TestHolder(pressure, 30);
  const large = new TestHolder(pressure, 120);
  const other = new TestHolder(pressure, 0, 1000);
  const holders = [small, large, other];
  pressure.requests.take({}, 150);
  pressure.requests.take({}, 10);
  for (const now of [1000, 1499]) pressure.sweep(now, 500, holders);
  assertEquals([holders.flatMap(({ reasons }) => reasons), pressure.evictions], [[], 0]);
  pressure.sweep(1500, 500, holders);
  assertEquals([holders.map(({ reasons }) => reasons.length), pressure.evictions], [[0, 1, 0], 1]);
  assertStringIncludes(large.reasons[0]!, "120 bytes");
});

Deno.test("Pressure.sweep() ends who does not take its replies, when clients wait for that", () => {
  const pressure = new Pressure(200);
  const holders = [new TestHolder(pressure, 1000), new TestHolder(pressure, 0, 150)];
  pressure.replies.charge(150);
  waiters(pressure, 1);
  for (const now of [0, 500]) pressure.sweep(now, 500, holders);
  assertEquals(holders.map(({ reasons }) => reasons.length), [0, 1]);
});

Deno.test("Pressure.sweep() leaves alone who gets on, and who came since", () => {
  const pressure = new Pressure(200);
  const quick = new TestHolder(pressure, 1000);
  const late = new TestHolder(pressure, 500);
  const slow = new TestHolder(pressure, 400);
  pressure.requests.take({}, 150);
  pressure.requests.take({}, 10);
  pressure.sweep(0, 500, [quick, slow]);
  quick.movedBytes += 250;
  slow.movedBytes += 99;
  pressure.sweep(500, 500, [quick, late, slow]);
  assertEquals([quick.reasons.length, late.reasons.length, slow.reasons.length], [0, 0, 1]);
  quick.movedBytes += 249;
  late.movedBytes += 1000;
  pressure.sweep(1000, 500, [quick, late]);
  assertEquals([quick.reasons.length, late.reasons.length], [1, 0]);
});

Deno.test("Pressure.sweep() gives the next culprit its own time", () => {
  const pressure = new Pressure(100);
  const [first, second] = [new TestHolder(pressure, 120), new TestHolder(pressure, 110)];
  pressure.requests.take({}, 230);
  pressure.requests.take({}, 10);
  for (const now of [0, 500]) pressure.sweep(now, 500, [first, second]);
  assertEquals(first.reasons.length, 1);
  pressure.sweep(999, 500, [second]);
  assertEquals(second.reasons.length, 0);
  pressure.sweep(1000, 500, [second]);
  assertEquals(second.reasons.length, 1);
});

Deno.test("Pressure.sweep() begins anew when nobody had to wait in between", async () => {
  const pressure = new Pressure(200);
  const holder = new TestHolder(pressure, 0, 150);
  pressure.replies.charge(150);
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
  const holder = new TestHolder(pressure, 50, 50);
  pressure.congest();
  waiters(pressure, 1);
  for (const now of [0, 10_000]) pressure.sweep(now, 500, [holder]);
  assertEquals(holder.reasons, []);
  pressure.replies.charge(150);
  const empty = new TestHolder(pressure, 0);
  for (const now of [20_000, 30_000]) pressure.sweep(now, 500, [empty]);
  assertEquals([empty.reasons, pressure.evictions], [[], 0]);
});
