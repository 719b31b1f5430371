import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { VisitorMeasures } from "../../../core/measures.ts";
import { ReplyQueue } from "../../../core/reply_queue.ts";
import { CollectedOutput } from "../../support/collected_output.ts";
import { TestSlot } from "../../support/test_slot.ts";
import { queueParts } from "../../support/queue_parts.ts";
import { LineProtocol, lineReply } from "../../support/line_protocol.ts";
import { alsoFailed, Failure, FailureKind, type ReplySink } from "../../../core/reply.ts";
import { NO_RETRY, type Retries } from "../../../core/retries.ts";

/** Has so many tries left for every request, and writes down what it is asked. */
class TestRetries implements Retries {
  readonly calls: string[] = [];
  left = 0;

  next(retry: number, failure: Failure, _sink: ReplySink, target: number): boolean {
    if (this.left-- <= 0) return false;
    this.calls.push(`next ${retry} for ${target}: ${failure}`);
    return true;
  }
  explain(retry: number, failure: Failure): Failure {
    return alsoFailed(new Failure(failure.kind, "Peer", `retry ${retry}`), failure);
  }
  drop(retry: number): void {
    this.calls.push(`drop ${retry}`);
  }
}

function setUp() {
  const out = new CollectedOutput();
  const seen = { spaces: 0 };
  const measures = new VisitorMeasures();
  const time = { now: 0 };
  const retries = new TestRetries();
  const parts = queueParts(new LineProtocol(), { measures, time, retries });
  const queue = new ReplyQueue(out, { onSpace: () => void seen.spaces++ }, parts);
  const push = () => {
    const slot = new TestSlot();
    queue.push(slot);
    return slot;
  };
  return { out, seen, latencyUs: measures.latencyUs, measures, time, queue, push, retries, early: parts.early };
}

const lost = new Failure(FailureKind.Disconnected, "Peer", "gone");
const late = new Failure(FailureKind.Timeout, "Peer", "late");

Deno.test("ReplyQueue is the sink of what one replica answers, between slots, in any order", () => {
  fc.assert(fc.property(
    fc.array(fc.record({ choice: fc.nat(), single: fc.boolean() }), { minLength: 1, maxLength: 150 }),
    fc.nat(30),
    (choices, ahead) => {
      const { out, queue, push, latencyUs, early } = setUp();
      const waiting: (() => void)[] = [];
      const settleOne = (choice: number) => waiting.splice(choice % waiting.length, 1)[0]!();
      choices.forEach(({ choice, single }, i) => {
        if (single) {
          const target = queue.beginSingle(0, NO_RETRY);
          const reply = lineReply(`${i}`);
          waiting.push(() => {
            assertEquals(queue.onReply(target, reply), true);
            reply.bytes.fill(0);
          });
        } else {
          const slot = push();
          waiting.push(() => slot.settle(queue, `${i}\n`));
        }
        if (waiting.length > ahead) settleOne(choice);
      });
      while (waiting.length > 0) settleOne(choices[waiting.length % choices.length]!.choice);
      assertEquals(out.sent, choices.map((_, i) => `${i}\n`).join(""));
      assertEquals([queue.count, latencyUs.count], [0, choices.length]);
      assertEquals(early.idleCount, Math.min(early.made, 8));
    },
  ));
});

Deno.test("ReplyQueue.onFailure() answers with the protocol's error, and counts its kind", () => {
  const { out, queue, measures } = setUp();
  const [first, second] = [queue.beginSingle(0, NO_RETRY), queue.beginSingle(0, NO_RETRY)];
  queue.onFailure(second, late);
  assertEquals(out.sent, "");
  queue.onFailure(first, lost);
  assertEquals(out.sent, "!Peer: gone\n!Peer: late\n");
  assertEquals([measures.failures[FailureKind.Disconnected], measures.failures[FailureKind.Timeout]], [1, 1]);
});

Deno.test("ReplyQueue.onFailure() has the request sent to another replica, and tells of all where none is left", () => {
  const { out, queue, retries } = setUp();
  const [first, second, third] = [queue.beginSingle(0, 30), queue.beginSingle(0, 31), queue.beginSingle(0, 32)];
  retries.left = 2;
  queue.onFailure(first, lost);
  queue.onFailure(second, lost);
  assertEquals([retries.calls, out.sent], [
    [`next 30 for ${first}: Peer: gone`, `next 31 for ${second}: Peer: gone`],
    "",
  ]);
  queue.onReply(first, lineReply("one"));
  queue.onFailure(second, lost);
  // Nothing is left of its time for another replica.
  retries.left = 1;
  queue.onFailure(third, late);
  assertEquals(out.sent, "one\n!Peer: retry 31; Peer: gone\n!Peer: retry 32; Peer: late\n");
  assertEquals(retries.calls.slice(2), ["drop 30", "drop 31", "drop 32"]);
});

Deno.test("ReplyQueue.close() drops retries and early answers; what comes later is of no use to anybody", () => {
  const { out, queue, retries, measures, early } = setUp();
  const [first, second] = [queue.beginSingle(0, 5), queue.beginSingle(0, 6), queue.beginSingle(0, NO_RETRY)];
  queue.onReply(second!, lineReply("two"));
  queue.close();
  assertEquals([retries.calls, early.idleCount, queue.count], [["drop 6", "drop 5"], 1, 0]);
  retries.left = 9;
  assertEquals(queue.onReply(first!, lineReply("one")), false);
  queue.onFailure(second! + 1, lost);
  assertEquals([out.sent, retries.calls.length, measures.failureCount], ["", 2, 0]);
});

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
