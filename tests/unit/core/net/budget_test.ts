import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Budget } from "../../../../core/net/budget.ts";
import { SpareMemory } from "../../../../core/net/spare_memory.ts";
import { settled } from "../../../support/settled.ts";

function budgetOf(limit: number, onRoom?: () => void) {
  return new Budget(limit, new SpareMemory(limit, () => 0), onRoom);
}

/** Notes in `log` how a take that has to wait ends. */
function note(log: string[], name: string, taken: true | Promise<boolean>) {
  if (taken === true) log.push(name);
  else taken.then((granted) => log.push(granted ? name : `not ${name}`));
}

Deno.test("Budget is high above its limit, not at it, and says when it is no longer", () => {
  let calls = 0;
  const budget = budgetOf(100, () => calls++);
  budget.charge(100);
  assertEquals(budget.high, false);
  budget.charge(50);
  assertEquals(budget.high, true);
  budget.release(49);
  assertEquals([budget.high, calls], [true, 0]);
  budget.release(1);
  assertEquals([budget.high, calls], [false, 1]);
  budget.release(100);
  assertEquals(calls, 1);
});

Deno.test("Budget.take() gives what fits, and beyond that whatever one taker needs", () => {
  const budget = budgetOf(100);
  const [first, second] = [{}, {}];
  assertEquals(budget.take(first, 90), true);
  assertEquals(budget.take(second, 20), true, "the first to ask when memory is short");
  assertEquals(budget.take(second, 1000), true);
  assertEquals([budget.usedBytes, budget.wanted, budget.waits], [1110, false, 0]);
  budget.take(first, 1);
  assertEquals([budget.usedBytes, budget.wanted, budget.waits], [1110, true, 1]);
});

Deno.test("Budget.take() serves those who wait in the order they asked, small ones too", async () => {
  const budget = budgetOf(100);
  const log: string[] = [];
  const takers = ["a", "b", "c", "d"].map((name) => ({ name }));
  const overdrawer = {};
  budget.take(overdrawer, 150);
  note(log, "a", budget.take(takers[0]!, 80));
  note(log, "b", budget.take(takers[1]!, 10));
  budget.release(60);
  await settled();
  assertEquals(log, [], "b would fit: it is not its turn");
  note(log, "c", budget.take(takers[2]!, 10));
  budget.release(70);
  await settled();
  assertEquals([log, budget.usedBytes], [["a"], 100]);
  budget.release(20);
  await settled();
  assertEquals([log, budget.usedBytes, budget.wanted], [["a", "b", "c"], 100, false]);
});

Deno.test("Budget.done() of the one that overdraws lets the next one overdraw", async () => {
  const budget = budgetOf(100);
  const log: string[] = [];
  const [first, second, third] = [{}, {}, {}];
  budget.take(first, 500);
  note(log, "second", budget.take(second, 600));
  note(log, "third", budget.take(third, 1));
  budget.done({});
  await settled();
  assertEquals(log, []);
  budget.done(first);
  await settled();
  assertEquals(log, ["second"]);
  budget.release(1100);
  await settled();
  assertEquals(log, ["second", "third"]);
});

Deno.test("Budget.done() of one that waits ends its wait, and lets those behind it pass", async () => {
  const budget = budgetOf(100);
  const log: string[] = [];
  const [first, second, third] = [{}, {}, {}];
  budget.take(first, 90);
  budget.take(first, 20);
  note(log, "second", budget.take(second, 60));
  note(log, "third", budget.take(third, 10));
  budget.release(60);
  budget.done(second);
  await settled();
  assertEquals([log.sort(), budget.usedBytes], [["not second", "third"], 60]);
});

Deno.test("Budget lets everybody finish who takes in steps, whatever they need, and is never overdrawn by two", async () => {
  const plan = fc.array(fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 4 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(plan, async (plans) => {
      const budget = budgetOf(100);
      const beyond = new Set<object>();
      let finished = 0;
      const all = plans.map(async (steps) => {
        const taker = {};
        let held = 0;
        for (const bytes of steps) {
          const before = budget.usedBytes;
          const taken = budget.take(taker, bytes);
          if (taken !== true) await taken;
          else if (before + bytes > 100) beyond.add(taker);
          held += bytes;
          await Promise.resolve();
          assertEquals(beyond.size <= 1, true);
        }
        beyond.delete(taker);
        budget.release(held);
        budget.done(taker);
        finished++;
      });
      await Promise.all(all);
      assertEquals([finished, budget.usedBytes, budget.wanted], [plans.length, 0, false]);
    }),
    { numRuns: 300 },
  );
});
