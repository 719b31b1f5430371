import { assertEquals } from "@std/assert";
import { Turn } from "../../../../core/net/turn.ts";
import { settled } from "../../../support/settled.ts";
import { SimClock } from "../../../support/sim_clock.ts";

Deno.test("Turn flushes what was marked at its end, in order, once", async () => {
  const turn = new Turn(new SimClock());
  const flushed: string[] = [];
  const item = (name: string) => ({ flush: () => void flushed.push(name) });
  turn.mark(item("a"));
  turn.mark(item("b"));
  assertEquals(flushed, []);
  await settled();
  assertEquals(flushed, ["a", "b"]);
  await settled();
  assertEquals(flushed, ["a", "b"]);
});

Deno.test("Turn flushes behind the microtasks that were ready with it", async () => {
  const turn = new Turn(new SimClock());
  const order: string[] = [];
  queueMicrotask(() => {
    turn.mark({ flush: () => void order.push("flush") });
    order.push("first read");
  });
  queueMicrotask(() => order.push("second read"));
  await settled();
  assertEquals(order, ["first read", "second read", "flush"]);
});

Deno.test("Turn flushes in another round what is marked during a flush", async () => {
  const turn = new Turn(new SimClock());
  const flushed: string[] = [];
  turn.mark({
    flush: () => {
      flushed.push("outer");
      turn.mark({ flush: () => void flushed.push("inner") });
    },
  });
  await settled();
  assertEquals(flushed, ["outer", "inner"]);
});

Deno.test("Turn.begin() reads the clock; until then the time stands still", () => {
  const clock = new SimClock(100);
  const turn = new Turn(clock);
  clock.advance(5);
  assertEquals(turn.now, 100);
  turn.begin();
  assertEquals(turn.now, 105);
});
