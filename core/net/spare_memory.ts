/**
 * Memory that is lent again instead of collected. The collector is slow to notice large buffers that nobody refers
 * to: without this a node that passes on large values holds several times what it uses.
 */
export class SpareMemory {
  /** Bytes kept for the next borrower. */
  idleBytes = 0;
  /** Buffers made since the start. */
  made = 0;
  readonly #limitBytes: number;
  readonly #usedBytes: () => number;
  /** By size. */
  readonly #idle = new Map<number, Uint8Array<ArrayBuffer>[]>();
  /** The least that was idle since the last `trim`. */
  #leastIdleBytes = 0;

  /** Keeps as much as `usedBytes()` leaves of the limit, and half of the limit at most. */
  constructor(limitBytes: number, usedBytes: () => number) {
    this.#limitBytes = limitBytes;
    this.#usedBytes = usedBytes;
  }

  /** Memory of `lendableSize(bytes)`; what it holds is of no meaning. */
  borrow(bytes: number): Uint8Array<ArrayBuffer> {
    const size = lendableSize(bytes);
    const used = this.#idle.get(size)?.pop();
    if (used !== undefined) {
      this.idleBytes -= size;
      if (this.idleBytes < this.#leastIdleBytes) this.#leastIdleBytes = this.idleBytes;
      return used;
    }
    if (!this.#hasRoom(size)) this.#drop();
    this.made++;
    return new Uint8Array(size);
  }

  /** Buffers kept for the next borrower. */
  get idleCount(): number {
    let count = 0;
    for (const buffers of this.#idle.values()) count += buffers.length;
    return count;
  }

  /** Takes borrowed memory back; nobody may refer to it any more. */
  giveBack(memory: Uint8Array<ArrayBuffer>): void {
    const size = memory.length;
    if (size !== lendableSize(size) || size > this.#limitBytes / 2) return;
    // What is wanted now goes before what was wanted once.
    if (!this.#hasRoom(size)) this.#drop();
    if (!this.#hasRoom(size)) return;
    const idle = this.#idle.get(size);
    if (idle === undefined) this.#idle.set(size, [memory]);
    else idle.push(memory);
    this.idleBytes += size;
  }

  /** Called now and then: lets go of half of what nobody has wanted since the last time. */
  trim(): void {
    let surplus = this.#leastIdleBytes / 2;
    for (const [size, buffers] of this.#idle) {
      for (; buffers.length > 0 && surplus >= size; surplus -= size) {
        buffers.pop();
        this.idleBytes -= size;
      }
    }
    this.#leastIdleBytes = this.idleBytes;
  }

  #hasRoom(size: number): boolean {
    const bytes = this.idleBytes + size;
    return bytes <= this.#limitBytes / 2 && this.#usedBytes() + bytes <= this.#limitBytes;
  }

  #drop(): void {
    this.#idle.clear();
    this.idleBytes = this.#leastIdleBytes = 0;
  }
}

/** Four sizes to each power of two, so that few sizes serve all and at most a fifth is wasted. */
export function lendableSize(bytes: number): number {
  const step = 2 ** Math.max(6, 29 - Math.clz32(bytes - 1));
  return Math.ceil(bytes / step) * step;
}
