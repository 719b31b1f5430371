import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { SinkQueue } from "../../../../core/net/sink_queue.ts";
import { Failure, FailureKind, type ReplySink } from "../../../../core/reply.ts";
import { RecordingSink } from "../../../support/recording_sink.ts";

const late = new Failure(FailureKind.Timeout, "Storage", "late");
const lost = new Failure(FailureKind.Disconnected, "Storage", "lost");

Deno.test("SinkQueue gives entries back in the order they were sent", () => {
  const queue = new SinkQueue(1000);
  const sinks = Array.from({ length: 5 }, () => new RecordingSink());
  sinks.forEach((sink, i) => queue.push(sink, i * 10, 100 + i));
  for (let i = 0; i < 5; i++) {
    assertEquals([queue.headSink === sinks[i], queue.headTarget, queue.headSentAt], [true, i * 10, 100 + i]);
    queue.pop();
  }
  assertEquals(queue.count, 0);
});

Deno.test("SinkQueue is full at its limit, forgotten entries included", () => {
  const queue = new SinkQueue(2);
  queue.push(new RecordingSink(), 0, 1);
  assertEquals(queue.full, false);
  queue.push(new RecordingSink(), 0, 1);
  queue.expire(5, late);
  assertEquals(queue.full, true);
  queue.pop();
  assertEquals(queue.full, false);
});

Deno.test("SinkQueue.pop() of nothing is a broken invariant", () => {
  assertThrows(() => new SinkQueue(1).pop(), Error, "invariant");
});

Deno.test("SinkQueue.expire() fails the late alone, and each keeps its place", () => {
  const queue = new SinkQueue(1000);
  const sink = new RecordingSink();
  for (let i = 0; i < 4; i++) queue.push(sink, i, i * 10);
  assertEquals(queue.expire(10, late), 2);
  assertEquals(sink.calls, ["0! Storage: late", "1! Storage: late"]);
  assertEquals([queue.count, queue.headForgotten, queue.headSink], [4, true, null]);
  assertEquals(queue.expire(10, late), 0, "once each");
  queue.pop();
  queue.pop();
  assertEquals([queue.headForgotten, queue.headTarget], [false, 2]);
  assertEquals(queue.expire(20, late), 1);
  assertEquals(sink.calls.at(-1), "2! Storage: late");
});

Deno.test("SinkQueue.expire() passes over entries nobody waits for", () => {
  const queue = new SinkQueue(1000);
  const sink = new RecordingSink();
  queue.push(null, 0, 1);
  queue.push(sink, 1, 2);
  assertEquals(queue.expire(2, late), 1);
  assertEquals(sink.calls, ["1! Storage: late"]);
});

Deno.test("SinkQueue.failAll() tells each that still waits, once, and is empty", () => {
  const queue = new SinkQueue(1000);
  const sink = new RecordingSink();
  for (let i = 0; i < 3; i++) queue.push(sink, i, i);
  queue.push(null, 9, 3);
  queue.expire(0, late);
  assertEquals(queue.failAll(lost), 2);
  assertEquals(sink.calls, ["0! Storage: late", "1! Storage: lost", "2! Storage: lost"]);
  assertEquals(queue.count, 0);
});

Deno.test("SinkQueue grows across its wrap and keeps order", () => {
  const queue = new SinkQueue(100_000);
  const sink = new RecordingSink();
  for (let i = 0; i < 50; i++) queue.push(sink, i, i);
  for (let i = 0; i < 40; i++) queue.pop();
  for (let i = 50; i < 500; i++) queue.push(sink, i, i);
  for (let i = 40; i < 500; i++) {
    assertEquals([queue.headTarget, queue.headSentAt], [i, i]);
    queue.pop();
  }
});

Deno.test("SinkQueue keeps what expired in mind while it grows", () => {
  const queue = new SinkQueue(100_000);
  const sink = new RecordingSink();
  for (let i = 0; i < 60; i++) queue.push(sink, i, i);
  for (let i = 0; i < 20; i++) queue.pop();
  assertEquals(queue.expire(29, late), 10);
  for (let i = 60; i < 300; i++) queue.push(sink, i, i);
  assertEquals(queue.expire(29, late), 0);
  assertEquals(queue.expire(39, late), 10);
  assertEquals(sink.calls.length, 20);
});

/** The same, as an array of what waits. */
class NaiveQueue {
  readonly entries: { sink: ReplySink | null; target: number; at: number }[] = [];
  expire(deadline: number, failure: Failure): number {
    const lateOnes = this.entries.filter((entry) => entry.sink !== null && entry.at <= deadline);
    for (const entry of lateOnes) {
      const { sink } = entry;
      entry.sink = null;
      sink!.onFailure(entry.target, failure);
    }
    return lateOnes.length;
  }
  failAll(failure: Failure): number {
    const failed = this.entries.splice(0).filter((entry) => entry.sink !== null);
    for (const { sink, target } of failed) sink!.onFailure(target, failure);
    return failed.length;
  }
}

Deno.test("SinkQueue does what a plain list does", () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant("push" as const), count: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 6, arbitrary: fc.record({ do: fc.constant("pop" as const), count: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("expire" as const), count: fc.nat(60) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("failAll" as const), count: fc.constant(0) }) },
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const queue = new SinkQueue(1000);
    const naive = new NaiveQueue();
    const [told, expected] = [new RecordingSink(), new RecordingSink()];
    let now = 0;
    for (const { do: what, count } of steps) {
      if (what === "push") {
        for (let i = 0; i < count; i++) {
          const nobody = ++now % 7 === 0;
          queue.push(nobody ? null : told, now, now);
          naive.entries.push({ sink: nobody ? null : expected, target: now, at: now });
        }
      } else if (what === "pop") {
        for (let i = 0; i < count && naive.entries.length > 0; i++) {
          const { sink, target, at } = naive.entries.shift()!;
          assertEquals([queue.headForgotten, queue.headTarget, queue.headSentAt], [sink === null, target, at]);
          assert(queue.headSink === (sink === null ? null : told));
          queue.pop();
        }
      } else if (what === "expire") {
        assertEquals(queue.expire(now - count, late), naive.expire(now - count, late));
      } else {
        assertEquals(queue.failAll(lost), naive.failAll(lost));
      }
      assertEquals(queue.count, naive.entries.length);
      assertEquals(told.calls, expected.calls);
    }
  }));
});
