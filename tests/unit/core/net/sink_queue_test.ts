import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { HopStats } from "../../../../core/hop_stats.ts";
import { EntryKind, SinkQueue } from "../../../../core/net/sink_queue.ts";
import { Failure, FailureKind, type ReplySink } from "../../../../core/reply.ts";
import { noQueues } from "../../../../core/upstream_stats.ts";
import { RecordingSink } from "../../../support/recording_sink.ts";

const late = new Failure(FailureKind.Timeout, "Storage", "late");
const lost = new Failure(FailureKind.Disconnected, "Storage", "lost");

/** A read of ten bytes, behind what is in the queue. */
function push(queue: SinkQueue, sink: ReplySink | null, target: number, now: number): void {
  queue.push(sink, target, now, EntryKind.Read, 10, 10 * queue.nextId);
}
/** The oldest entry, taken: its sink, target and time. */
function takeHead(queue: SinkQueue): [ReplySink | null, number, number] {
  return [queue.takeHead(), queue.takenTarget, queue.takenSentAt];
}

Deno.test("SinkQueue gives entries back in the order they were sent", () => {
  const queue = new SinkQueue(1000);
  const sinks = Array.from({ length: 5 }, () => new RecordingSink());
  sinks.forEach((sink, i) => push(queue, sink, i * 10, 100 + i));
  for (let i = 0; i < 5; i++) assertEquals(takeHead(queue), [sinks[i]!, i * 10, 100 + i]);
  assertEquals(queue.count, 0);
});

Deno.test("SinkQueue is full at its limit, forgotten entries included", () => {
  const queue = new SinkQueue(2);
  push(queue, new RecordingSink(), 0, 1);
  assertEquals(queue.full, false);
  push(queue, new RecordingSink(), 0, 1);
  queue.expire(5, late);
  assertEquals(queue.full, true);
  queue.takeHead();
  assertEquals(queue.full, false);
});

Deno.test("SinkQueue.takeHead() of nothing is a broken invariant", () => {
  assertThrows(() => new SinkQueue(1).takeHead(), Error, "invariant");
});

Deno.test("SinkQueue.expire() fails the late alone, and each keeps its place", () => {
  const queue = new SinkQueue(1000);
  const sink = new RecordingSink();
  for (let i = 0; i < 4; i++) push(queue, sink, i, i * 10);
  assertEquals(queue.expire(10, late), 2);
  assertEquals(sink.calls, ["0! Storage: late", "1! Storage: late"]);
  assertEquals([queue.count, queue.headForgotten], [4, true]);
  assertEquals(queue.expire(10, late), 0, "once each");
  assertEquals([queue.takeHead(), queue.takeHead(), queue.headForgotten], [null, null, false]);
  assertEquals(queue.expire(20, late), 1);
  assertEquals(sink.calls.at(-1), "2! Storage: late");
});

Deno.test("SinkQueue.expire() passes over entries nobody waits for", () => {
  const queue = new SinkQueue(1000);
  const sink = new RecordingSink();
  push(queue, null, 0, 1);
  push(queue, sink, 1, 2);
  assertEquals(queue.expire(2, late), 1);
  assertEquals(sink.calls, ["1! Storage: late"]);
});

Deno.test("SinkQueue.failAll() tells each that still waits, once, and is empty", () => {
  const queue = new SinkQueue(1000);
  const sink = new RecordingSink();
  for (let i = 0; i < 3; i++) push(queue, sink, i, i);
  push(queue, null, 9, 3);
  queue.expire(0, late);
  assertEquals(queue.failAll(lost), 2);
  assertEquals(sink.calls, ["0! Storage: late", "1! Storage: lost", "2! Storage: lost"]);
  assertEquals(queue.count, 0);
});

Deno.test("SinkQueue grows across its wrap and keeps order", () => {
  const queue = new SinkQueue(100_000);
  const sink = new RecordingSink();
  for (let i = 0; i < 50; i++) push(queue, sink, i, i);
  for (let i = 0; i < 40; i++) queue.takeHead();
  for (let i = 50; i < 500; i++) push(queue, sink, i, i);
  for (let i = 40; i < 500; i++) {
    assertEquals(takeHead(queue).slice(1), [i, i]);
  }
});

Deno.test("SinkQueue keeps what expired in mind while it grows", () => {
  const queue = new SinkQueue(100_000);
  const sink = new RecordingSink();
  for (let i = 0; i < 60; i++) push(queue, sink, i, i);
  for (let i = 0; i < 20; i++) queue.takeHead();
  assertEquals(queue.expire(29, late), 10);
  for (let i = 60; i < 300; i++) push(queue, sink, i, i);
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
          push(queue, nobody ? null : told, now, now);
          naive.entries.push({ sink: nobody ? null : expected, target: now, at: now });
        }
      } else if (what === "pop") {
        for (let i = 0; i < count && naive.entries.length > 0; i++) {
          const { sink, target, at } = naive.entries.shift()!;
          assertEquals(queue.headForgotten, sink === null);
          assertEquals(takeHead(queue), [sink === null ? null : told, target, at]);
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

/** [in_queue, in_queue_bytes, out_queue, out_queue_bytes] */
function queuesOf(queue: SinkQueue): number[] {
  const gauges = queue.addTo(noQueues());
  return [gauges.in_queue, gauges.in_queue_bytes, gauges.out_queue, gauges.out_queue_bytes];
}

Deno.test("SinkQueue.sent() moves what has left whole from the in-queue to the out-queue, and measures the waits", () => {
  const queue = new SinkQueue(1000);
  const hop = new HopStats();
  const sink = new RecordingSink();
  for (const at of [1, 1, 4]) push(queue, sink, 0, at);
  assertEquals(queuesOf(queue), [3, 30, 0, 0]);
  queue.sent(9, 5, hop);
  assertEquals([queuesOf(queue), hop.queueWaitUs.count], [[3, 30, 0, 0], 0], "no request is out whole");
  queue.sent(25, 6, hop);
  assertEquals(queuesOf(queue), [1, 10, 2, 20]);
  assertEquals([hop.queueWaitUs.count, hop.queueWaitUs.max, hop.queueWaitUs.sum], [2, 5000, 10_000]);
  assertEquals([hop.inQueue.max, hop.outQueue.max], [3, 2]);
  queue.sent(30, 9, hop);
  assertEquals(queuesOf(queue), [0, 0, 3, 30]);
  assertEquals([hop.queueWaitUs.count, hop.queueWaitUs.sum, hop.outQueue.max], [3, 15_000, 3]);
  assertEquals([takeHead(queue)[2], takeHead(queue)[2], takeHead(queue)[2]], [6, 6, 9], "when they were sent");
  assertEquals(queuesOf(queue), [0, 0, 0, 0]);
});

Deno.test("SinkQueue.shift() puts what waited for the link behind what the link said first", () => {
  const queue = new SinkQueue(1000);
  const hop = new HopStats();
  for (let i = 0; i < 2; i++) push(queue, new RecordingSink(), i, 0);
  queue.shift(100);
  queue.sent(100, 1, hop);
  assertEquals(queue.sentCount, 0);
  queue.sent(110, 1, hop);
  assertEquals(queue.sentCount, 1);
});

Deno.test("SinkQueue.take() tells what was answered, once, wherever it stands", () => {
  const queue = new SinkQueue(1000, true);
  const sinks = Array.from({ length: 3 }, () => new RecordingSink());
  const kinds = [EntryKind.Read, EntryKind.Write, EntryKind.Read];
  sinks.forEach((sink, i) => queue.push(sink, i, i, kinds[i]!, 10, 10 * (i + 1)));
  queue.sent(30, 7, new HopStats());
  assertEquals([queue.take(2) === sinks[1], queue.takenTarget, queue.takenKind, queue.takenSentAt], [
    true,
    1,
    EntryKind.Write,
    7,
  ]);
  assertEquals([queuesOf(queue), queue.take(2), queue.takenKind], [[0, 0, 3, 20], null, EntryKind.Probe]);
  assertEquals([queue.take(1) === sinks[0], queue.takenKind, queuesOf(queue)], [true, EntryKind.Read, [0, 0, 1, 10]]);
  assertEquals([queue.take(9), queue.takenKind], [null, EntryKind.Probe]);
});

Deno.test("SinkQueue keeps its queues apart whatever comes and goes", () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant("push" as const), count: fc.integer({ min: 1, max: 50 }) }),
    fc.record({ do: fc.constant("send" as const), count: fc.nat(50) }),
    fc.record({ do: fc.constant("take" as const), count: fc.nat(50) }),
    fc.record({ do: fc.constant("failAll" as const), count: fc.constant(0) }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const queue = new SinkQueue(1000);
    const hop = new HopStats();
    const waiting: { length: number; end: number }[] = [];
    let [written, sent, now] = [0, 0, 0];
    for (const { do: what, count } of steps) {
      now++;
      for (let i = 0; what === "push" && i < count; i++) {
        const length = 1 + ((now * 7 + i) % 5);
        written += length;
        queue.push(null, 0, now, EntryKind.Read, length, written);
        waiting.push({ length, end: written });
      }
      if (what === "send") queue.sent(sent = Math.min(written, sent + count), now, hop);
      for (let i = 0; what === "take" && i < count && waiting.length > 0 && waiting[0]!.end <= sent; i++) {
        queue.takeHead();
        waiting.shift();
      }
      if (what === "failAll") {
        queue.failAll(lost);
        waiting.length = 0;
      }
      const out = waiting.filter(({ end }) => end <= sent);
      const waits = waiting.slice(out.length);
      const bytes = (entries: readonly { length: number }[]) => entries.reduce((sum, { length }) => sum + length, 0);
      assertEquals(queuesOf(queue), [waits.length, bytes(waits), out.length, bytes(out)]);
    }
  }));
});
