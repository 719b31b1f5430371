/**
 * Who waits for the replies of a link, in the order the requests left. Engines answer in order, so the oldest entry belongs to
 * the reply that comes next; between nodes replies carry the number of their request, which finds its entry wherever it is.
 *
 * A request that is late is failed alone: its sink is forgotten and the late reply is dropped when it comes. Without numbers its
 * entry stays until then, so that the reply behind it still finds its own; with numbers it can go at once.
 */
import { assert } from "../assert.ts";
import type { Failure, ReplySink } from "../reply.ts";

export class SinkQueue {
  /** Entries, forgotten ones included. */
  count = 0;
  /** Number of the oldest entry; entries are numbered one by one over the life of the queue. */
  headId = 1;
  readonly limit: number;
  readonly #numbered: boolean;
  /** Target of the entry that `take` found. */
  takenTarget = 0;
  #sinks: (ReplySink | null)[];
  #targets: Int32Array;
  /** Monotonic ms at which each was sent. */
  #sentAt: Float64Array;
  #head = 0;
  #mask: number;
  /** Entries at the head that `expire` has already failed. */
  #expired = 0;

  constructor(limit: number, numbered = false) {
    this.limit = limit;
    this.#numbered = numbered;
    const size = 64;
    this.#sinks = new Array<ReplySink | null>(size).fill(null);
    this.#targets = new Int32Array(size);
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
  /** Is the oldest entry's sink forgotten? */
  get headForgotten(): boolean {
    return this.#sinks[this.#head] === null;
  }
  get headSink(): ReplySink | null {
    return this.#sinks[this.#head]!;
  }
  get headTarget(): number {
    return this.#targets[this.#head]!;
  }
  get headSentAt(): number {
    return this.#sentAt[this.#head]!;
  }

  push(sink: ReplySink | null, target: number, now: number): void {
    if (this.count > this.#mask) this.#grow();
    const at = (this.#head + this.count) & this.#mask;
    this.#sinks[at] = sink;
    this.#targets[at] = target;
    this.#sentAt[at] = now;
    this.count++;
  }

  pop(): void {
    assert(this.count > 0, "a reply has an entry");
    this.#sinks[this.#head] = null;
    this.#head = (this.#head + 1) & this.#mask;
    this.headId++;
    this.count--;
    if (this.#expired > 0) this.#expired--;
  }

  /** The sink of the entry with this number, which is answered now; null when nobody waits for it (any more). */
  take(id: number): ReplySink | null {
    const offset = id - this.headId;
    if (offset < 0 || offset >= this.count) return null;
    const at = (this.#head + offset) & this.#mask;
    const sink = this.#sinks[at]!;
    this.takenTarget = this.#targets[at]!;
    this.#sinks[at] = null;
    while (this.count > 0 && this.#sinks[this.#head] === null) this.pop();
    return sink;
  }

  /** Fails every entry sent at or before `deadline`. Returns how many. */
  expire(deadline: number, failure: Failure): number {
    let failed = 0;
    while (this.#expired < this.count) {
      const at = (this.#head + this.#expired) & this.#mask;
      if (this.#sentAt[at]! > deadline) break;
      this.#expired++;
      const sink = this.#sinks[at]!;
      if (sink === null) continue;
      this.#sinks[at] = null;
      failed++;
      sink.onFailure(this.#targets[at]!, failure);
    }
    if (this.#numbered) { while (this.#expired > 0) this.pop(); }
    return failed;
  }

  /** Fails and removes all entries. Returns how many sinks were told. */
  failAll(failure: Failure): number {
    let failed = 0;
    while (this.count > 0) {
      const sink = this.headSink;
      const target = this.headTarget;
      this.pop();
      if (sink === null) continue;
      failed++;
      sink.onFailure(target, failure);
    }
    return failed;
  }

  #grow(): void {
    const size = (this.#mask + 1) * 2;
    const sinks = new Array<ReplySink | null>(size).fill(null);
    const targets = new Int32Array(size);
    const sentAt = new Float64Array(size);
    for (let i = 0; i < this.count; i++) {
      const at = (this.#head + i) & this.#mask;
      sinks[i] = this.#sinks[at]!;
      targets[i] = this.#targets[at]!;
      sentAt[i] = this.#sentAt[at]!;
    }
    this.#sinks = sinks;
    this.#targets = targets;
    this.#sentAt = sentAt;
    this.#head = 0;
    this.#mask = size - 1;
  }
}
