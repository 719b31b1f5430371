import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { VisitorMeasures } from "../../../core/measures.ts";
import { ReplyQueue } from "../../../core/reply_queue.ts";
import { CollectedOutput } from "../../support/collected_output.ts";
import { TestSlot } from "../../support/test_slot.ts";

function setUp() {
  const out = new CollectedOutput();
  const seen = { spaces: 0 };
  const measures = new VisitorMeasures();
  const time = { now: 0 };
  const queue = new ReplyQueue(out, { onSpace: () => void seen.spaces++ }, measures, time);
  const push = () => {
    const slot = new TestSlot();
    queue.push(slot);
    return slot;
  };
  return { out, seen, latencyUs: measures.latencyUs, time, queue, push };
}

Deno.test("ReplyQueue sends answers in the order of the requests, however they settle", () => {
  fc.assert(fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 120 }), fc.nat(20), (choices, ahead) => {
    const { out, queue, push, latencyUs } = setUp();
    const waiting: { slot: TestSlot; number: number }[] = [];
    let pushed = 0;
    const settleOne = (choice: number) => {
      const [{ slot, number }] = waiting.splice(choice % waiting.length, 1) as [typeof waiting[number]];
      slot.settle(queue, `${number};`);
    };
    for (const choice of choices) {
      waiting.push({ slot: push(), number: pushed++ });
      if (waiting.length > ahead) settleOne(choice);
    }
    while (waiting.length > 0) settleOne(choices[waiting.length % choices.length]!);
    assertEquals(out.sent, Array.from({ length: pushed }, (_, i) => `${i};`).join(""));
    assertEquals([queue.count, latencyUs.count], [0, pushed]);
  }));
});

Deno.test("ReplyQueue keeps an early answer until those before it are out", () => {
  const { out, queue, push } = setUp();
  const [first, second, third] = [push(), push(), push()];
  third.settle(queue, "3");
  second.settle(queue, "2");
  assertEquals([out.sent, out.marks, queue.count], ["", 0, 3]);
  first.settle(queue, "1");
  assertEquals([out.sent, out.marks, queue.count], ["123", 1, 0]);
});

Deno.test("ReplyQueue.emit() of nothing writes nothing, and the queue goes on", () => {
  const { out, queue, push } = setUp();
  const [first, second] = [push(), push()];
  second.settle(queue, "2");
  first.settle(queue, "");
  assertEquals([out.sent, queue.count], ["2", 0]);
});

Deno.test("ReplyQueue.wantSpace() is answered once, when the queue has become that short", () => {
  const { queue, push, seen } = setUp();
  const slots = Array.from({ length: 5 }, push);
  queue.wantSpace(2);
  slots[0]!.settle(queue, "");
  slots[1]!.settle(queue, "");
  assertEquals(seen.spaces, 0);
  slots[2]!.settle(queue, "");
  assertEquals(seen.spaces, 1);
  slots[3]!.settle(queue, "");
  slots[4]!.settle(queue, "");
  assertEquals(seen.spaces, 1);
});

Deno.test("ReplyQueue.wantSpace(0) is answered when several leave at once", () => {
  const { queue, push, seen } = setUp();
  const slots = Array.from({ length: 3 }, push);
  queue.wantSpace(0);
  slots[1]!.settle(queue, "");
  slots[2]!.settle(queue, "");
  assertEquals(seen.spaces, 0);
  slots[0]!.settle(queue, "");
  assertEquals(seen.spaces, 1);
});

Deno.test("ReplyQueue.close() abandons everybody that waits, ready or not, once", () => {
  const { queue, push, out } = setUp();
  const slots = Array.from({ length: 4 }, push);
  slots[0]!.settle(queue, "sent");
  slots[2]!.settle(queue, "kept");
  queue.close();
  assertEquals(slots.map((slot) => slot.abandoned), [false, true, true, true]);
  assertEquals([queue.count, queue.closed, out.sent], [0, true, "sent"]);
  queue.close();
});

Deno.test("ReplyQueue records the time from request to answer, in microseconds", () => {
  const { queue, push, time, latencyUs } = setUp();
  const first = push();
  time.now = 2;
  const second = push();
  time.now = 5;
  second.settle(queue, "2");
  assertEquals(latencyUs.count, 0);
  first.settle(queue, "1");
  assertEquals([latencyUs.count, latencyUs.sum, latencyUs.max], [2, 8000, 5000]);
});

Deno.test("ReplyQueue grows across its wrap and keeps order", () => {
  const { queue, push, out } = setUp();
  const slots = Array.from({ length: 6 }, push);
  for (let i = 0; i < 5; i++) slots[i]!.settle(queue, `${i};`);
  for (let i = 6; i < 40; i++) slots.push(push());
  for (let i = 39; i >= 5; i--) slots[i]!.settle(queue, `${i};`);
  assertEquals(out.sent, Array.from({ length: 40 }, (_, i) => `${i};`).join(""));
});

Deno.test("ReplyQueue.isFirst() is true of the oldest alone", () => {
  const { queue, push } = setUp();
  const [first, second] = [push(), push()];
  assertEquals([queue.isFirst(first!), queue.isFirst(second!), queue.isFirst(new TestSlot())], [true, false, false]);
});
