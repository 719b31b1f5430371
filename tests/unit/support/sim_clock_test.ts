import { assertEquals, assertRejects } from "@std/assert";
import { SimClock } from "../../support/sim_clock.ts";

Deno.test("SimClock fires timers in the order of their time, at their own time", () => {
  const clock = new SimClock(0, 500);
  const fired: string[] = [];
  clock.after(30, () => fired.push(`c ${clock.now()}`));
  clock.after(10, () => fired.push(`a ${clock.now()}`));
  clock.after(10, () => fired.push(`b ${clock.now()}`));
  clock.advance(20);
  assertEquals(fired, ["a 10", "b 10"]);
  clock.advance(10);
  assertEquals(fired, ["a 10", "b 10", "c 30"]);
  assertEquals([clock.now(), clock.wall()], [30, 530]);
});

Deno.test("SimClock fires a timer that another one sets within the same advance", () => {
  const clock = new SimClock(0);
  const fired: number[] = [];
  clock.after(10, () => clock.after(5, () => fired.push(clock.now())));
  clock.advance(20);
  assertEquals(fired, [15]);
});

Deno.test("SimClock.every() goes on until it is cancelled", () => {
  const clock = new SimClock(0);
  const fired: number[] = [];
  const cancel = clock.every(10, () => fired.push(clock.now()));
  clock.advance(35);
  cancel();
  clock.advance(100);
  assertEquals(fired, [10, 20, 30]);
  assertEquals(clock.timerCount, 0);
});

Deno.test("SimClock.after() can be cancelled", () => {
  const clock = new SimClock();
  let fired = false;
  clock.after(10, () => fired = true)();
  clock.advance(100);
  assertEquals(fired, false);
});

Deno.test("SimClock.jumpWall() moves the wall alone", () => {
  const clock = new SimClock(100, 1000);
  clock.jumpWall(-300);
  assertEquals([clock.now(), clock.wall()], [100, 700]);
});

Deno.test("SimClock.run() lets promises settle between two timers", async () => {
  const clock = new SimClock(0);
  const fired: string[] = [];
  clock.after(10, () => void Promise.resolve().then(() => fired.push("after the first")));
  clock.after(10, () => fired.push("second"));
  await clock.run(10);
  assertEquals(fired, ["after the first", "second"]);
});

Deno.test("SimClock.until() stops at the moment that makes it so, or throws", async () => {
  const clock = new SimClock(0);
  let so = false;
  clock.after(40, () => so = true);
  clock.after(50, () => {});
  await clock.until(() => so);
  assertEquals(clock.now(), 40);
  await assertRejects(() => clock.until(() => false, 100), Error, "not so after 100 ms");
});
