/**
 * The replies one client waits for, in the order of its requests. A request takes a slot when it is submitted; a slot that
 * is settled while it is the first goes straight into the client's output, one that is early keeps its bytes and waits.
 *
 *     requests ->  [ slot 5 | slot 4: settled, kept | slot 3 ]  -> output
 */
import type { ByteWriter } from "./bytes.ts";
import type { VisitorMeasures } from "./measures.ts";
import type { FailureKind } from "./reply.ts";
import type { RequestTrace } from "./tracer.ts";

/** A request in flight, as its client's queue sees it. */
export interface Slot {
  /** It has its answer and keeps it. */
  readonly ready: boolean;
  /** Hands the kept answer to `queue.emit`, and forgets it. */
  emitTo(queue: ReplyQueue): void;
  /** The client is gone: nobody waits for the answer any more. */
  abandon(): void;
}

/** Output that is sent at the end of the turn once marked. */
export interface Output extends ByteWriter {
  mark(): void;
}

/** Told when the queue has become short again, after `wantSpace`. */
export interface ReplyQueueOwner {
  onSpace(): void;
}

export class ReplyQueue {
  readonly out: Output;
  /** Each answer gets something around it: it has to come through `emit`. */
  readonly framed: boolean = false;
  count = 0;
  closed = false;
  readonly #owner: ReplyQueueOwner;
  readonly #measures: VisitorMeasures;
  readonly #time: { readonly now: number };
  #slots: (Slot | null)[] = new Array<Slot | null>(8).fill(null);
  /** Monotonic ms at which each was submitted. */
  #since = new Float64Array(8);
  #head = 0;
  #mask = 7;
  #wantedCount = -1;

  /** `measures` gets the time from submit to answer of each slot, in microseconds of `time`. */
  constructor(out: Output, owner: ReplyQueueOwner, measures: VisitorMeasures, time: { readonly now: number }) {
    this.out = out;
    this.#owner = owner;
    this.#measures = measures;
    this.#time = time;
  }

  push(slot: Slot): void {
    if (this.count > this.#mask) this.#grow();
    const at = (this.#head + this.count) & this.#mask;
    this.#slots[at] = slot;
    this.#since[at] = this.#time.now;
    this.count++;
  }

  /**
   * Is `slot` the first? Then the caller emits its answer and calls `advance`; else it keeps the answer, is `ready` from
   * then on, and will be asked for it.
   */
  isFirst(slot: Slot): boolean {
    return this.#slots[this.#head] === slot;
  }

  /** Sends one whole answer, `bytes[start, end)`; nothing when it is empty: the client asked for none. */
  emit(bytes: Uint8Array, start: number, end: number): void {
    if (end > start) this.out.copy(bytes, start, end);
  }

  /**
   * The request of now was answered at once, while nothing else was waiting: its answer is in `out` from the offset `from` on.
   * It took `durationUs`.
   */
  answered(_from: number, durationUs: number): void {
    this.#measures.latencyUs.record(durationUs);
  }

  /** The request that is submitted next is traced. */
  watch(_trace: RequestTrace): void {}

  /** The first slot has emitted its answer: removes it, and writes out those behind it that are ready. */
  advance(): void {
    this.#pop();
    while (this.count > 0) {
      const slot = this.#slots[this.#head]!;
      if (!slot.ready) break;
      slot.emitTo(this);
      this.#pop();
    }
    this.out.mark();
    if (this.count <= this.#wantedCount) {
      this.#wantedCount = -1;
      this.#owner.onSpace();
    }
  }

  /** Calls the owner's `onSpace` once the count is at most `count`. */
  wantSpace(count: number): void {
    this.#wantedCount = count;
  }

  /** The client is gone. */
  close(): void {
    this.closed = true;
    while (this.count > 0) {
      const slot = this.#slots[this.#head]!;
      this.#pop();
      slot.abandon();
    }
  }

  /** The oldest request is done with, answered or abandoned, `durationUs` after it came. */
  protected leave(durationUs: number): void {
    this.#measures.latencyUs.record(durationUs);
  }

  /** An answer that goes out says why there is none. */
  failed(kind: FailureKind): void {
    this.#measures.failures[kind]!++;
  }

  #pop(): void {
    this.leave((this.#time.now - this.#since[this.#head]!) * 1000);
    this.#slots[this.#head] = null;
    this.#head = (this.#head + 1) & this.#mask;
    this.count--;
  }

  #grow(): void {
    const size = (this.#mask + 1) * 2;
    const slots = new Array<Slot | null>(size).fill(null);
    const since = new Float64Array(size);
    for (let i = 0; i < this.count; i++) {
      const at = (this.#head + i) & this.#mask;
      slots[i] = this.#slots[at]!;
      since[i] = this.#since[at]!;
    }
    this.#slots = slots;
    this.#since = since;
    this.#head = 0;
    this.#mask = size - 1;
  }
}
