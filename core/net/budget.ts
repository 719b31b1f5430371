/**
 * A share of the memory for buffers. Who can wait takes room, in the order of asking; what cannot wait is charged and may
 * overdraw. When there is no room one taker may overdraw too, until it is done: whoever has begun can finish, one after
 * the other.
 */
import type { SpareMemory } from "./spare_memory.ts";

interface Waiter {
  readonly taker: object;
  readonly bytes: number;
  readonly resolve: (taken: boolean) => void;
}

export class Budget {
  usedBytes = 0;
  /** Times somebody had to wait for room. */
  waits = 0;
  readonly limitBytes: number;
  /** Where its memory comes from. */
  readonly memory: SpareMemory;
  readonly #onRoom: () => void;
  #overdrawer: object | undefined;
  #line: Waiter[] = [];

  /** `onRoom` is called when it is no longer overdrawn. */
  constructor(limitBytes: number, memory: SpareMemory, onRoom: () => void = () => {}) {
    this.limitBytes = limitBytes;
    this.memory = memory;
    this.#onRoom = onRoom;
  }

  /** Is more in use than there should be? */
  get high(): boolean {
    return this.usedBytes > this.limitBytes;
  }
  /** Does anybody wait for room? */
  get wanted(): boolean {
    return this.#line.length > 0;
  }

  /** For what cannot wait. */
  charge(bytes: number): void {
    this.usedBytes += bytes;
  }

  release(bytes: number): void {
    const wasHigh = this.high;
    this.usedBytes -= bytes;
    if (this.#line.length > 0) this.#serve();
    if (wasHigh && !this.high) this.#onRoom();
  }

  /**
   * Charges `bytes` to `taker`: at once (true), or when its turn has come. A promise of false: it was `done` before. A taker
   * waits once at a time, and says `done` when it has released all it took.
   */
  take(taker: object, bytes: number): true | Promise<boolean> {
    if ((this.#line.length === 0 || this.#overdrawer === taker) && this.#admits(taker, bytes)) {
      this.usedBytes += bytes;
      return true;
    }
    this.waits++;
    return new Promise((resolve) => this.#line.push({ taker, bytes, resolve }));
  }

  /** The taker has finished what it needed memory for, or is gone. */
  done(taker: object): void {
    const at = this.#line.findIndex((waiter) => waiter.taker === taker);
    if (at >= 0) this.#line.splice(at, 1)[0]!.resolve(false);
    if (this.#overdrawer === taker) this.#overdrawer = undefined;
    this.#serve();
  }

  #admits(taker: object, bytes: number): boolean {
    if (this.usedBytes + bytes <= this.limitBytes) return true;
    this.#overdrawer ??= taker;
    return this.#overdrawer === taker;
  }

  #serve(): void {
    while (this.#line.length > 0) {
      const { taker, bytes, resolve } = this.#line[0]!;
      if (!this.#admits(taker, bytes)) return;
      this.#line.shift();
      this.usedBytes += bytes;
      resolve(true);
    }
  }
}
