import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ByteWriter, decode, encode } from "../../../../core/bytes.ts";
import { Pace } from "../../../../core/net/pace.ts";
import { Budget } from "../../../../core/net/budget.ts";
import { SpareMemory } from "../../../../core/net/spare_memory.ts";

function setUp(rate: number) {
  const budget = new Budget(1 << 20, new SpareMemory(1 << 20, () => 0));
  const pace = new Pace(rate, budget);
  const out = new ByteWriter();
  const send = (text: string) => {
    const bytes = encode(text);
    const goes = pace.take();
    (goes ? out : pace.held).copy(bytes);
    if (!goes) pace.hold();
  };
  return { pace, budget, out, send };
}

Deno.test("Pace without a rate lets everything pass", () => {
  const { pace, out, send } = setUp(0);
  for (let i = 0; i < 1000; i++) send("x");
  assertEquals([out.length, pace.held.length], [1000, 0]);
  assertEquals(pace.release(5, out), false);
});

Deno.test("Pace lets one second's worth pass at once, and the rest as time goes by", () => {
  const { pace, out, send } = setUp(10);
  pace.release(0, out);
  for (let i = 0; i < 15; i++) send(String.fromCharCode(97 + i));
  assertEquals(decode(out.take()), "abcdefghij");
  assertEquals(pace.release(99, out), false);
  assertEquals(pace.release(100, out), true);
  assertEquals(decode(out.take()), "abcdefghijk");
  pace.release(350, out);
  assertEquals(decode(out.take()), "abcdefghijklm");
  send("!");
  pace.release(10_000, out);
  assertEquals(decode(out.take()), "abcdefghijklmno!");
});

Deno.test("Pace keeps requests whole and in order, and never exceeds its rate in any second", () => {
  const steps = fc.array(fc.record({ requests: fc.nat(30), waitMs: fc.nat(500) }), { maxLength: 40 });
  fc.assert(fc.property(steps, fc.integer({ min: 1, max: 100 }), (list, rate) => {
    const { pace, budget, out, send } = setUp(rate);
    let now = 0;
    let sent = 0;
    const leftAt: number[] = [];
    const note = () => {
      while (leftAt.length < decode(out.take()).split(";").length - 1) leftAt.push(now);
    };
    pace.release(now, out);
    for (const { requests, waitMs } of list) {
      for (let i = 0; i < requests; i++) send(`request ${sent++};`);
      note();
      now += waitMs;
      pace.release(now, out);
      note();
    }
    for (let i = 0; i < sent; i++) {
      const within = leftAt.filter((at) => at >= leftAt[i]! && at < leftAt[i]! + 1000).length;
      assert(within <= 2 * rate, `${within} in one second at a rate of ${rate}`);
    }
    pace.release(now + 1e9, out);
    for (let i = 1; pace.held.length > 0; i++) pace.release(now + 1e9 + i * 1000, out);
    assertEquals(decode(out.take()), Array.from({ length: sent }, (_, i) => `request ${i};`).join(""));
    assertEquals(budget.usedBytes, 0);
  }));
});

Deno.test("Pace charges what waits, and gives it back when it is cleared", () => {
  const { pace, budget, out, send } = setUp(1);
  send("goes");
  send("waits");
  assertEquals(budget.usedBytes, 5);
  pace.clear();
  assertEquals([budget.usedBytes, pace.held.length], [0, 0]);
  assertEquals(pace.release(1e6, out), false);
});
