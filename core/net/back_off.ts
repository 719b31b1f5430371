import type { Random } from "../random.ts";

/**
 * How long to wait before the next try: doubling from `firstMs` to `longestMs`, each cut by up to a half at random so that
 * many nodes that lost the same server do not come back in step ("equal jitter",
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export class BackOff {
  /** Failures in a row. */
  failures = 0;
  readonly #firstMs: number;
  readonly #longestMs: number;
  readonly #random: Random;

  constructor(firstMs: number, longestMs: number, random: Random) {
    this.#firstMs = firstMs;
    this.#longestMs = Math.max(firstMs, longestMs);
    this.#random = random;
  }

  /** Another failure: milliseconds to wait. */
  next(): number {
    const ceiling = Math.min(this.#longestMs, this.#firstMs * 2 ** Math.min(this.failures++, 30));
    return ceiling / 2 + this.#random.next() * ceiling / 2;
  }

  succeeded(): void {
    this.failures = 0;
  }
}
