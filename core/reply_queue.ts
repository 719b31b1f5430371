/**
 * The replies one client waits for, in the order of its requests. A request takes a place when it is submitted; an answer whose
 * place is the first goes straight into the client's output, one that is early is kept and waits.
 *
 *     requests ->  [ 5: a slot | 4: an early answer | 3: of one replica | 2: a slot ]  -> output
 *
 * A request that one replica answers needs nobody in between: the queue itself is the sink, the number of the place the target.
 * With thousands of requests in flight every object less is a miss of the cache less. All others have a slot.
 */
import { ByteWriter } from "./bytes.ts";
import type { EarlyAnswer } from "./early_answer.ts";
import type { VisitorMeasures } from "./measures.ts";
import type { Pool } from "./pool.ts";
import type { Protocol } from "./protocol.ts";
import { type Failure, FailureKind, type Reply } from "./reply.ts";
import { NO_RETRY, type Retries, type SoleSink } from "./retries.ts";
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

/** What all queues of one kind of visitor share. */
export interface ReplyQueueParts {
  readonly protocol: Protocol;
  /** Get the time from submit to answer of each request, in microseconds of `time`. */
  readonly measures: VisitorMeasures;
  readonly time: { readonly now: number };
  readonly early: Pool<EarlyAnswer>;
  readonly retries: Retries;
}

/** Places are numbered one by one, and begin again at 0 here. */
const NUMBER_MASK = 0x3fffffff;

export class ReplyQueue implements SoleSink {
  readonly out: Output;
  /** Each answer gets something around it: it has to come through `emit`. */
  readonly framed: boolean = false;
  count = 0;
  closed = false;
  readonly #owner: ReplyQueueOwner;
  readonly #parts: ReplyQueueParts;
  /** Number of the oldest place. */
  #first = 0;
  /** By number: null where one replica is going to answer. */
  #slots: (Slot | null)[] = new Array<Slot | null>(8).fill(null);
  /** Monotonic ms at which each was submitted. */
  #since = new Float64Array(8);
  #retries = new Int32Array(8).fill(NO_RETRY);
  #mask = 7;
  #wantedCount = -1;

  constructor(out: Output, owner: ReplyQueueOwner, parts: ReplyQueueParts) {
    this.out = out;
    this.#owner = owner;
    this.#parts = parts;
  }

  /** Gives the next place to the request of now. Returns its number. */
  push(slot: Slot | null): number {
    if (this.count > this.#mask) this.#grow();
    const number = (this.#first + this.count) & NUMBER_MASK;
    const at = number & this.#mask;
    this.#slots[at] = slot;
    this.#since[at] = this.#parts.time.now;
    this.count++;
    return number;
  }

  beginSingle(_dialect: number, retry: number): number {
    const number = this.push(null);
    this.#retries[number & this.#mask] = retry;
    return number;
  }

  onReply(number: number, { bytes, start, end }: Reply): boolean {
    if (this.closed) return false;
    this.#answer(number, bytes, start, end);
    return true;
  }

  onFailure(number: number, failure: Failure): void {
    if (this.closed) return;
    const { protocol, retries } = this.#parts;
    const retry = this.#retries[number & this.#mask]!;
    if (retry !== NO_RETRY) {
      // A replica that let its whole time pass leaves none for another.
      if (failure.kind !== FailureKind.Timeout && retries.next(retry, failure, this, number)) return;
      failure = retries.explain(retry, failure);
    }
    this.failed(failure.kind);
    const error = new ByteWriter();
    protocol.writeFailure(failure, 0, error);
    this.#answer(number, error.bytes, 0, error.length);
  }

  /** The one replica of this place has answered. */
  #answer(number: number, bytes: Uint8Array, start: number, end: number): void {
    const at = number & this.#mask;
    this.#dropRetry(at);
    if (number === this.#first) {
      this.emit(bytes, start, end);
      this.advance();
    } else this.#slots[at] = this.#parts.early.take().hold(bytes, start, end);
  }

  #dropRetry(at: number): void {
    const retry = this.#retries[at]!;
    if (retry === NO_RETRY) return;
    this.#retries[at] = NO_RETRY;
    this.#parts.retries.drop(retry);
  }

  /**
   * Is `slot` the first? Then the caller emits its answer and calls `advance`; else it keeps the answer, is `ready` from
   * then on, and will be asked for it.
   */
  isFirst(slot: Slot): boolean {
    return this.#slots[this.#first & this.#mask] === slot;
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
    this.#parts.measures.latencyUs.record(durationUs);
  }

  /** The request that is submitted next is traced. */
  watch(_trace: RequestTrace): void {}

  /** The first slot has emitted its answer: removes it, and writes out those behind it that are ready. */
  advance(): void {
    this.#pop();
    while (this.count > 0) {
      const slot = this.#slots[this.#first & this.#mask]!;
      if (slot === null || !slot.ready) break;
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
      const at = this.#first & this.#mask;
      const slot = this.#slots[at]!;
      this.#dropRetry(at);
      this.#pop();
      slot?.abandon();
    }
  }

  /** The oldest request is done with, answered or abandoned, `durationUs` after it came. */
  protected leave(durationUs: number): void {
    this.#parts.measures.latencyUs.record(durationUs);
  }

  /** An answer that goes out says why there is none. */
  failed(kind: FailureKind): void {
    this.#parts.measures.failures[kind]!++;
  }

  #pop(): void {
    const at = this.#first & this.#mask;
    this.leave((this.#parts.time.now - this.#since[at]!) * 1000);
    this.#slots[at] = null;
    this.#first = (this.#first + 1) & NUMBER_MASK;
    this.count--;
  }

  /** Twice the places, each where its number says. */
  #grow(): void {
    const size = (this.#mask + 1) * 2;
    const slots = new Array<Slot | null>(size).fill(null);
    const since = new Float64Array(size);
    const retries = new Int32Array(size).fill(NO_RETRY);
    for (let i = 0; i < this.count; i++) {
      const number = this.#first + i;
      const [from, to] = [number & this.#mask, number & (size - 1)];
      slots[to] = this.#slots[from]!;
      since[to] = this.#since[from]!;
      retries[to] = this.#retries[from]!;
    }
    this.#slots = slots;
    this.#since = since;
    this.#retries = retries;
    this.#mask = size - 1;
  }
}
