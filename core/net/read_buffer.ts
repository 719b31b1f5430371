/**
 * Bytes that came in on one connection and are not parsed yet: `bytes[start, end)`.
 *
 *     |  parsed  |  start ... end  |  room for the next read  |
 *
 * It starts small, because a pending read pins its buffer and most connections are idle; it doubles when a read fills it,
 * up to a size at which reads are efficient, and beyond that only for a frame that is larger, within the budget. When the
 * large frame is gone, or traffic has been light for a while, it shrinks.
 *
 * A buffer that trusts the other side (our own engine) takes a frame's announced length for true: large values are not copied
 * while it grows.
 */
import type { Connection } from "../transport.ts";
import type { Holder, Pressure } from "./pressure.ts";

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
  readonly #pressure: Pressure;
  readonly #holder: Holder;
  readonly #trusting: boolean;
  #chargedBytes = 0;
  #lightReads = 0;
  #closed = false;

  /** Grows from `smallestBytes` to `usualBytes` by traffic, and above that for large frames, charged to `pressure`. */
  constructor(smallestBytes: number, usualBytes: number, pressure: Pressure, holder: Holder, trusting = false) {
    this.#trusting = trusting;
    this.#smallestBytes = smallestBytes;
    this.#usualBytes = usualBytes;
    this.#pressure = pressure;
    this.#holder = holder;
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
    if (this.start === this.end) this.relax();
    else if (this.end === this.bytes.length || this.start + neededBytes > this.bytes.length) {
      this.#compact();
      if (this.end === this.bytes.length || (this.#trusting && neededBytes > this.bytes.length)) {
        await this.#grow(neededBytes);
      }
    }
    const room = this.bytes.length - this.end;
    const count = await connection.read(this.end === 0 ? this.bytes : this.bytes.subarray(this.end));
    if (count === null || this.#closed) return null;
    this.end += count;
    this.#adapt(count, room);
    return count;
  }

  /** Gives back what a large frame needed, if nothing is left to parse. To be called before a wait of any other kind. */
  relax(): void {
    if (this.start < this.end) return;
    this.start = 0;
    this.end = 0;
    if (this.bytes.length > this.#usualBytes) this.#resize(this.#usualBytes);
  }

  /** Gives its memory back. */
  close(): void {
    this.#closed = true;
    this.#pressure.release(this.#chargedBytes);
    this.#chargedBytes = 0;
    this.#pressure.done(this.#holder);
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
    if (wanted > this.#usualBytes) {
      while (!this.#pressure.admits(this.#holder, wanted - this.#chargedBytes)) {
        this.waiting = true;
        await this.#pressure.relief();
        this.waiting = false;
        if (this.#closed) throw new Error("closed while waiting for memory");
      }
    }
    this.#resize(wanted);
  }

  #adapt(count: number, room: number): void {
    const size = this.bytes.length;
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

  /** To another size; the unparsed bytes move along. Bytes lent from the old memory stay valid until their call returns. */
  #resize(size: number): void {
    const next = size > this.#usualBytes ? this.#pressure.borrow(size) : new Uint8Array(size);
    next.set(this.bytes.subarray(this.start, this.end));
    this.end -= this.start;
    this.start = 0;
    if (this.bytes.length > this.#usualBytes) this.#pressure.giveBack(this.bytes);
    this.bytes = next;
    const charge = next.length > this.#usualBytes ? next.length : 0;
    if (charge > this.#chargedBytes) this.#pressure.charge(charge - this.#chargedBytes);
    else if (charge < this.#chargedBytes) {
      this.#pressure.release(this.#chargedBytes - charge);
      if (charge === 0) this.#pressure.done(this.#holder);
    }
    this.#chargedBytes = charge;
  }
}
