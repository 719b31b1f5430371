/**
 * Bytes that came in on one connection and are not parsed yet: `bytes[start, end)`.
 *
 *     |  parsed  |  start ... end  |  room for the next read  |
 *
 * It starts small, because a pending read pins its buffer and most connections are idle; it doubles when a read fills it,
 * up to a size at which reads are efficient, and beyond that only for a frame that is larger, within the budget. It reads
 * little beyond such a frame, so that it shrinks as soon as the frame is gone; so it does when traffic has been light for a
 * while.
 *
 * A buffer that trusts the other side (our own engine) takes a frame's announced length for true: large values are not copied
 * while it grows.
 */
import type { Connection } from "../transport.ts";
import type { Budget } from "./budget.ts";
import { lendableSize } from "./spare_memory.ts";

/** Reads in a row that used under a quarter of the buffer before it is halved. */
const LIGHT_READS = 32;

/** Who has sent this much of a frame is given room for the rest at once. */
const EARNEST_BYTES = 4 * 1024 * 1024;

export class ReadBuffer {
  bytes: Uint8Array<ArrayBuffer>;
  start = 0;
  end = 0;
  /** `fill` waits for memory, not for the other side. */
  waiting = false;
  readonly #smallestBytes: number;
  readonly #usualBytes: number;
  readonly #budget: Budget;
  readonly #trusting: boolean;
  #chargedBytes = 0;
  #lightReads = 0;
  #closed = false;

  /** Grows from `smallestBytes` to `usualBytes` by traffic, and above that for large frames, charged to `budget`. */
  constructor(smallestBytes: number, usualBytes: number, budget: Budget, trusting = false) {
    this.#trusting = trusting;
    this.#smallestBytes = smallestBytes;
    this.#usualBytes = usualBytes;
    this.#budget = budget;
    this.bytes = new Uint8Array(smallestBytes);
  }

  /** Bytes of memory charged to the budget. */
  get heldBytes(): number {
    return this.#chargedBytes;
  }

  /**
   * Makes room, then reads once. `neededBytes` is the least size of the frame in progress, 0 when unknown. Returns how
   * many bytes came, or null at the end of the stream. Throws when it is closed.
   */
  async fill(connection: Connection, neededBytes: number): Promise<number | null> {
    if (this.#closed) throw new Error("read after the end");
    this.relax();
    if (this.start < this.end && (this.end === this.bytes.length || this.start + neededBytes > this.bytes.length)) {
      this.#compact();
      if (this.end === this.bytes.length || (this.#trusting && neededBytes > this.bytes.length)) {
        await this.#grow(neededBytes);
      }
    }
    const most = Math.max(this.start + neededBytes, this.end + this.#usualBytes);
    const room = Math.min(this.bytes.length, most) - this.end;
    const whole = room === this.bytes.length;
    const count = await connection.read(whole ? this.bytes : this.bytes.subarray(this.end, this.end + room));
    if (count === null || this.#closed) return null;
    this.end += count;
    this.#adapt(count, room);
    return count;
  }

  /** Gives back what a large frame needed, once it is gone. To be called before a wait of any other kind. */
  relax(): void {
    if (this.start === this.end) {
      this.start = 0;
      this.end = 0;
    } else if (this.start === 0) {
      return; // the frame it grew for, if it did, is the one in progress
    }
    if (this.bytes.length > this.#usualBytes && this.end - this.start <= this.#usualBytes) {
      this.#resize(this.#usualBytes);
    }
  }

  /** Gives its memory back. */
  close(): void {
    this.#closed = true;
    const charged = this.#chargedBytes;
    this.#chargedBytes = 0;
    this.#budget.release(charged);
    this.#budget.done(this);
    this.bytes = new Uint8Array(0);
    this.start = 0;
    this.end = 0;
  }

  #compact(): void {
    if (this.start === 0) return;
    this.bytes.copyWithin(0, this.start, this.end);
    this.end -= this.start;
    this.start = 0;
  }

  /** By what arrived, unless trusting, not by what was announced: a length alone costs its sender nothing. */
  async #grow(neededBytes: number): Promise<void> {
    const size = this.bytes.length;
    const doubled = size * 2;
    const most = this.#trusting || size >= EARNEST_BYTES ? neededBytes : size * 4;
    const wanted = neededBytes > doubled ? Math.min(neededBytes, most) : Math.max(doubled, neededBytes);
    if (wanted <= this.#usualBytes) return this.#resize(wanted);
    const charge = lendableSize(wanted) - this.#chargedBytes;
    const taken = this.#budget.take(this, charge);
    if (taken !== true) {
      this.waiting = true;
      const granted = await taken;
      this.waiting = false;
      if (granted && this.#closed) this.#budget.release(charge);
      if (this.#closed) throw new Error("closed while waiting for memory");
    }
    this.#chargedBytes += charge;
    this.#resize(wanted);
  }

  /** Its usual size follows the traffic; a large one is the business of `#grow` and `relax`. */
  #adapt(count: number, room: number): void {
    const size = this.bytes.length;
    if (size > this.#usualBytes) return;
    if (count === room) {
      this.#lightReads = 0;
      if (size < this.#usualBytes) this.#resize(size * 2);
    } else if (count * 4 < size && size > this.#smallestBytes) {
      if (++this.#lightReads < LIGHT_READS) return;
      this.#lightReads = 0;
      if (this.start === 0 && this.end * 2 <= size) this.#resize(Math.max(this.#smallestBytes, size >> 1));
    } else {
      this.#lightReads = 0;
    }
  }

  /** To another size, charged before if it is a large one; the unparsed bytes move along. */
  #resize(size: number): void {
    const { memory } = this.#budget;
    const next = size > this.#usualBytes ? memory.borrow(size) : new Uint8Array(size);
    next.set(this.bytes.subarray(this.start, this.end));
    this.end -= this.start;
    this.start = 0;
    const left = this.bytes;
    this.bytes = next;
    if (size <= this.#usualBytes && this.#chargedBytes > 0) {
      const charged = this.#chargedBytes;
      this.#chargedBytes = 0;
      this.#budget.release(charged);
      this.#budget.done(this);
    }
    if (left.length > this.#usualBytes) memory.giveBack(left);
  }
}
