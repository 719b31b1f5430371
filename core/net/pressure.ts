/**
 * How the node says "slow down". Two things make pressure:
 *
 * - memory: large buffers (anything above what a quiet connection holds) are charged to one budget. Growing a read buffer
 *   waits until there is room; one waiter at a time, the oldest, may overdraw, so somebody can always finish its
 *   request and free it. What is written cannot wait, so it may overdraw too, and then nothing new is read until it left.
 * - an engine link that takes bytes more slowly than they come ("congested").
 *
 * While there is pressure clients that have more to send are not read: TCP then slows them down. A connection that holds
 * memory and makes others wait without getting on is the one that is closed: see `culprit`.
 */
export interface Holder {
  /** Bytes it has charged. */
  readonly heldBytes: number;
  /** Ends it, telling why. */
  evict(reason: string): void;
}

export class Pressure {
  /** Bytes charged now. */
  usedBytes = 0;
  /** Times somebody had to wait for memory. */
  waits = 0;
  /** Connections closed because they held memory others waited for. */
  evictions = 0;
  readonly limitBytes: number;
  #congestedLinks = 0;
  #elder: Holder | undefined;
  #waiters: (() => void)[] = [];
  #highSince = -1;

  /** Memory to lend, by its size. */
  readonly #idle = new Map<number, Uint8Array<ArrayBuffer>[]>();
  #idleBytes = 0;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
  }

  /**
   * Memory of at least `bytes`, used before if there is some. The collector is slow to notice large buffers that nobody
   * refers to: without this a node that passes on large values holds several times what it uses.
   */
  borrow(bytes: number): Uint8Array<ArrayBuffer> {
    const size = lendableSize(bytes);
    const used = this.#idle.get(size)?.pop();
    if (used === undefined) return new Uint8Array(size);
    this.#idleBytes -= size;
    return used;
  }

  /** Takes borrowed memory back; nobody may refer to it any more. Keeps half of the budget at most, and nothing it never lent. */
  giveBack(memory: Uint8Array<ArrayBuffer>): void {
    const size = memory.length;
    if (size > this.limitBytes / 2 || size !== lendableSize(size)) return;
    if (this.#idleBytes + size > this.limitBytes / 2) {
      // What is wanted now goes before what was wanted once.
      this.#idle.clear();
      this.#idleBytes = 0;
    }
    const idle = this.#idle.get(size);
    if (idle === undefined) this.#idle.set(size, [memory]);
    else idle.push(memory);
    this.#idleBytes += size;
  }

  /** Bytes kept for the next borrower. */
  get idleBytes(): number {
    return this.#idleBytes;
  }

  get congested(): boolean {
    return this.#congestedLinks > 0;
  }
  get memoryHigh(): boolean {
    return this.usedBytes > this.limitBytes;
  }
  /** Should a client's next request wait? */
  get high(): boolean {
    return this.#congestedLinks > 0 || this.usedBytes > this.limitBytes;
  }

  charge(bytes: number): void {
    this.usedBytes += bytes;
  }

  release(bytes: number): void {
    this.usedBytes -= bytes;
    if (this.#waiters.length > 0 && !this.high) this.nudge();
  }

  /** May `holder` charge `bytes` more now? One holder, the first that asks when memory is short, may whatever it needs. */
  admits(holder: Holder, bytes: number): boolean {
    if (this.usedBytes + bytes <= this.limitBytes) return true;
    if (this.#elder === undefined) this.#elder = holder;
    return this.#elder === holder;
  }

  /** The holder has finished what it needed memory for, or is gone. */
  done(holder: Holder): void {
    if (this.#elder !== holder) return;
    this.#elder = undefined;
    this.nudge();
  }

  /** Settles when it is worth trying again. */
  relief(): Promise<void> {
    this.waits++;
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  congest(): void {
    this.#congestedLinks++;
  }
  decongest(): void {
    // Even with memory short: who holds some may now go on, and give it back.
    if (--this.#congestedLinks === 0) this.nudge();
  }

  /** Called now and then: when waiting has lasted `patienceMs`, the largest holder is ended. */
  sweep(now: number, patienceMs: number, holders: Iterable<Holder>): void {
    const waiting = this.#waiters.length > 0 && (this.memoryHigh || this.#elder !== undefined);
    if (!waiting) {
      this.#highSince = -1;
      return;
    }
    if (this.#highSince < 0) this.#highSince = now;
    if (now - this.#highSince < patienceMs) return;
    this.#highSince = now;
    let culprit: Holder | undefined;
    for (const holder of holders) if (culprit === undefined || holder.heldBytes > culprit.heldBytes) culprit = holder;
    if (culprit === undefined || culprit.heldBytes === 0) return;
    this.evictions++;
    culprit.evict(`held ${culprit.heldBytes} bytes that others waited for during ${patienceMs} ms`);
  }

  /** Lets everybody who waits look again: something they wait on has ended. */
  nudge(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve();
  }
}

/** Four sizes to each power of two, so that few sizes serve all and at most a fifth is wasted. */
function lendableSize(bytes: number): number {
  const step = 2 ** Math.max(6, 29 - Math.clz32(bytes - 1));
  return Math.ceil(bytes / step) * step;
}
