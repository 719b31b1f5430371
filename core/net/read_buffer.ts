/**
 * Bytes that came in on one connection and are not parsed yet: `bytes[start, end)`.
 *
 *     |  parsed  |  start ... end  |  room for the next read  |
 *
 * A pending read pins its buffer and most connections are idle: a small one of its own waits for traffic. When a read fills
 * that, or a frame does not fit, one of a size at which reads are efficient is borrowed until nothing is left to read; a larger
 * one only for a frame that is larger, within the budget. It reads little beyond such a frame, so that its memory is free as
 * soon as the frame is gone.
 *
 * A buffer that trusts the other side (our own engine) takes a frame's announced length for true: large values are not copied
 * while it grows.
 */
import type { Connection } from "../transport.ts";
import type { Budget } from "./budget.ts";
import { lendableSize } from "./spare_memory.ts";

/** Who has sent this much of a frame is given room for the rest at once. */
const EARNEST_BYTES = 4 * 1024 * 1024;

export class ReadBuffer {
  bytes: Uint8Array<ArrayBuffer>;
  start = 0;
  end = 0;
  /** `fill` waits for memory, not for the other side. */
  waiting = false;
  readonly #small: Uint8Array<ArrayBuffer>;
  readonly #usualBytes: number;
  readonly #budget: Budget;
  readonly #trusting: boolean;
  #chargedBytes = 0;
  #neededBytes = 0;
  /** The last read took all there was room for: there is more, probably. */
  #more = false;
  #closed = false;

  /** Idles with `smallBytes`, reads traffic with `usualBytes`; more is for large frames and charged to `budget`. */
  constructor(smallBytes: number, usualBytes: number, budget: Budget, trusting = false) {
    this.#trusting = trusting;
    this.#usualBytes = usualBytes;
    this.#budget = budget;
    this.bytes = this.#small = new Uint8Array(smallBytes);
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
    const growth = this.makeRoom(neededBytes);
    if (growth !== undefined) await growth;
    return this.took(await connection.read(this.room));
  }

  /**
   * The three steps of `fill`, for whoever waits for nothing but the socket: the first, which mostly has not to wait for memory
   * and returns undefined; the place to read into; and what has come.
   */
  makeRoom(neededBytes: number): Promise<void> | undefined {
    if (this.#closed) throw new Error("read after the end");
    this.relax();
    this.#neededBytes = neededBytes;
    if (this.end === 0) {
      if (this.#more && this.bytes === this.#small) this.#resize(this.#usualBytes);
    } else if (this.end === this.bytes.length || this.start + neededBytes > this.bytes.length) {
      this.#compact();
      if (this.end === this.bytes.length || (this.#trusting && neededBytes > this.bytes.length)) {
        return this.#grow(neededBytes);
      }
    }
    return undefined;
  }

  get room(): Uint8Array {
    const most = Math.max(this.start + this.#neededBytes, this.end + this.#usualBytes);
    const room = Math.min(this.bytes.length, most) - this.end;
    return room === this.bytes.length ? this.bytes : this.bytes.subarray(this.end, this.end + room);
  }

  took(count: number | null): number | null {
    if (count === null || this.#closed) return null;
    this.end += count;
    this.#more = this.end === this.bytes.length;
    return count;
  }

  /** Gives back what traffic or a large frame needed, once that is gone. To be called before a wait of any other kind. */
  relax(): void {
    if (this.start === this.end) {
      this.start = 0;
      this.end = 0;
      if (!this.#more && this.bytes !== this.#small) return this.#resize(this.#small.length);
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
    if (wanted <= this.#usualBytes) return this.#resize(this.#usualBytes);
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

  /** To another size, charged before if it is a large one; the unparsed bytes move along. */
  #resize(size: number): void {
    const { memory } = this.#budget;
    const next = size === this.#small.length ? this.#small : memory.borrow(size);
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
    if (left !== this.#small) memory.giveBack(left);
  }
}
