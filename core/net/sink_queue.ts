/**
 * Who waits for the replies of a link, in the order the requests left. Engines answer in order, so the oldest entry belongs to
 * the reply that comes next; between nodes replies carry the number of their request, which finds its entry wherever it is.
 *
 * An entry is queued when its request was written to the link's buffer, and sent once the socket has taken its last byte: those
 * that are sent stand before those that are not.
 *
 *     oldest  [ sent sent sent | queued queued ]  newest
 *
 * A request that is late is failed alone: its sink is forgotten and the late reply is dropped when it comes. Without numbers its
 * entry stays until then, so that the reply behind it still finds its own; with numbers it can go at once.
 */
import { assert } from "../assert.ts";
import type { HopStats } from "../hop_stats.ts";
import type { Failure, ReplySink } from "../reply.ts";
import type { QueueGauges } from "../upstream_stats.ts";

/** What an entry's request is. */
export const EntryKind = {
  /** The link's own question whether the other side lives. */
  Probe: 0,
  Read: 1,
  Write: 2,
} as const;
export type EntryKind = typeof EntryKind[keyof typeof EntryKind];

export class SinkQueue {
  /** Entries, forgotten ones included. */
  count = 0;
  /** How many of them are sent. */
  sentCount = 0;
  /** Number of the oldest entry; entries are numbered one by one over the life of the queue. */
  headId = 1;
  readonly limit: number;
  readonly #numbered: boolean;
  /** Of the entry that `take` or `takeHead` found. */
  takenTarget = 0;
  takenKind: EntryKind = EntryKind.Probe;
  takenSentAt = 0;
  #sinks: (ReplySink | null)[];
  #targets: Int32Array;
  #kinds: Uint8Array;
  /** Bytes of each request, and the place of its last one in all that the link writes. */
  #lengths: Int32Array;
  #ends: Float64Array;
  /** Monotonic ms at which each was queued and sent; the second is the first until then. */
  #queuedAt: Float64Array;
  #sentAt: Float64Array;
  #head = 0;
  #mask: number;
  /** Number of the first entry of the batch that was sent last. */
  #batchId = 0;
  /** Entries at the head that `expire` has already failed. */
  #expired = 0;

  constructor(limit: number, numbered = false) {
    this.limit = limit;
    this.#numbered = numbered;
    const size = 64;
    this.#sinks = new Array<ReplySink | null>(size).fill(null);
    this.#targets = new Int32Array(size);
    this.#kinds = new Uint8Array(size);
    this.#lengths = new Int32Array(size);
    this.#ends = new Float64Array(size);
    this.#queuedAt = new Float64Array(size);
    this.#sentAt = new Float64Array(size);
    this.#mask = size - 1;
  }

  /** The number the next entry gets. */
  get nextId(): number {
    return this.headId + this.count;
  }
  get full(): boolean {
    return this.count >= this.limit;
  }
  /** Is an entry left that was sent before the last batch? */
  get backlogged(): boolean {
    return this.headId < this.#batchId;
  }
  /** Is the oldest entry's sink forgotten? */
  get headForgotten(): boolean {
    return this.#sinks[this.#head] === null;
  }

  /** `end` is how many bytes the link will have written when the request, of `length` bytes, has left. */
  push(sink: ReplySink | null, target: number, now: number, kind: EntryKind, length: number, end: number): void {
    if (this.count > this.#mask) this.#grow();
    const at = (this.#head + this.count) & this.#mask;
    this.#sinks[at] = sink;
    this.#targets[at] = target;
    this.#kinds[at] = kind;
    this.#lengths[at] = length;
    this.#ends[at] = end;
    this.#queuedAt[at] = now;
    this.#sentAt[at] = now;
    this.count++;
  }

  /** The link has written `bytes` in all: what they hold is sent now. `hop` gets the waits and the lengths of both queues. */
  sent(bytes: number, now: number, hop: HopStats): void {
    const { count } = this;
    const before = this.sentCount;
    let sent = before;
    // Those that came with one read were queued at the same time.
    let queuedAt = 0;
    let together = 0;
    for (; sent < count; sent++) {
      const at = (this.#head + sent) & this.#mask;
      if (this.#ends[at]! > bytes) break;
      this.#sentAt[at] = now;
      if (this.#queuedAt[at] !== queuedAt) {
        if (together > 0) hop.queueWaitUs.record((now - queuedAt) * 1000, together);
        queuedAt = this.#queuedAt[at]!;
        together = 0;
      }
      together++;
    }
    if (together === 0) return;
    hop.queueWaitUs.record((now - queuedAt) * 1000, together);
    hop.inQueue.record(count - before);
    hop.outQueue.record(sent);
    this.sentCount = sent;
    this.#batchId = this.headId + before;
  }

  /** Requests that waited for the link to open follow `bytes` others. */
  shift(bytes: number): void {
    for (let i = 0; i < this.count; i++) this.#ends[(this.#head + i) & this.#mask]! += bytes;
  }

  /** Adds what waits here to `gauges`, which it returns. */
  addTo(gauges: QueueGauges): QueueGauges {
    gauges.out_queue += this.sentCount;
    gauges.in_queue += this.count - this.sentCount;
    for (let i = 0; i < this.count; i++) {
      const length = this.#lengths[(this.#head + i) & this.#mask]!;
      if (i < this.sentCount) gauges.out_queue_bytes += length;
      else gauges.in_queue_bytes += length;
    }
    return gauges;
  }

  /** The sink of the oldest entry, which is answered now; null when nobody waits for it (any more). */
  takeHead(): ReplySink | null {
    const sink = this.#sinks[this.#head]!;
    this.#describe(this.#head);
    this.#pop();
    return sink;
  }

  /** The sink of the entry with this number, likewise. A number that is not in the queue is nobody's. */
  take(id: number): ReplySink | null {
    const offset = id - this.headId;
    this.takenKind = EntryKind.Probe;
    if (offset < 0 || offset >= this.count) return null;
    const at = (this.#head + offset) & this.#mask;
    const sink = this.#sinks[at]!;
    this.#describe(at);
    // Should it be answered again, that is nobody's reply.
    this.#sinks[at] = null;
    this.#kinds[at] = EntryKind.Probe;
    this.#lengths[at] = 0;
    while (this.count > 0 && this.#sinks[this.#head] === null) this.#pop();
    return sink;
  }

  #describe(at: number): void {
    this.takenTarget = this.#targets[at]!;
    this.takenKind = this.#kinds[at] as EntryKind;
    this.takenSentAt = this.#sentAt[at]!;
  }

  #pop(): void {
    assert(this.count > 0, "a reply has an entry");
    this.#sinks[this.#head] = null;
    this.#head = (this.#head + 1) & this.#mask;
    this.headId++;
    this.count--;
    if (this.sentCount > 0) this.sentCount--;
    if (this.#expired > 0) this.#expired--;
  }

  /** Fails every entry queued at or before `deadline`. Returns how many. */
  expire(deadline: number, failure: Failure): number {
    let failed = 0;
    while (this.#expired < this.count) {
      const at = (this.#head + this.#expired) & this.#mask;
      if (this.#queuedAt[at]! > deadline) break;
      this.#expired++;
      const sink = this.#sinks[at]!;
      if (sink === null) continue;
      this.#sinks[at] = null;
      failed++;
      sink.onFailure(this.#targets[at]!, failure);
    }
    if (this.#numbered) { while (this.#expired > 0) this.#pop(); }
    return failed;
  }

  /** Fails and removes all entries. Returns how many sinks were told. */
  failAll(failure: Failure): number {
    let failed = 0;
    while (this.count > 0) {
      const sink = this.takeHead();
      if (sink === null) continue;
      failed++;
      sink.onFailure(this.takenTarget, failure);
    }
    return failed;
  }

  #grow(): void {
    const size = (this.#mask + 1) * 2;
    const straighten = <T extends Uint8Array | Int32Array | Float64Array>(from: T, to: T): T => {
      for (let i = 0; i < this.count; i++) to[i] = from[(this.#head + i) & this.#mask]!;
      return to;
    };
    const sinks = new Array<ReplySink | null>(size).fill(null);
    for (let i = 0; i < this.count; i++) sinks[i] = this.#sinks[(this.#head + i) & this.#mask]!;
    this.#sinks = sinks;
    this.#targets = straighten(this.#targets, new Int32Array(size));
    this.#kinds = straighten(this.#kinds, new Uint8Array(size));
    this.#lengths = straighten(this.#lengths, new Int32Array(size));
    this.#ends = straighten(this.#ends, new Float64Array(size));
    this.#queuedAt = straighten(this.#queuedAt, new Float64Array(size));
    this.#sentAt = straighten(this.#sentAt, new Float64Array(size));
    this.#head = 0;
    this.#mask = size - 1;
  }
}
