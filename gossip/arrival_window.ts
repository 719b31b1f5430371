/** The times between the last heartbeats of one node that arrived here, and what they say about the present silence. */

/** Enough that one odd interval moves the mean little, few enough that the mean follows a change within a minute or so. */
const SAMPLES_MAX = 64;
/** Turns e-folds into powers of ten. */
const PHI_FACTOR = 1 / Math.LN10;

/**
 * How one node is heard.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const window = new ArrivalWindow(0, 1000);
 * for (const now of [1000, 2000, 3000]) window.add(now);
 * assertEquals(Math.round(window.phi(3000 + window.silenceOf(8))), 8);
 * ```
 */
export class ArrivalWindow {
  readonly #samples: number[] = [];
  #next = 0;
  #sum = 0;
  #lastAt: number;

  /** Nothing is known of its rhythm yet: `firstIntervalMs` is taken for the first interval. */
  constructor(now: number, firstIntervalMs: number) {
    this.#lastAt = now;
    this.#push(firstIntervalMs);
  }

  /** Of the arrival before, ms. */
  get lastAt(): number {
    return this.#lastAt;
  }
  get meanMs(): number {
    return this.#sum / this.#samples.length;
  }

  /** A heartbeat has come. */
  add(now: number): void {
    this.#push(now - this.#lastAt);
    this.#lastAt = now;
  }

  /** It is heard of again after a silence that says nothing about its rhythm. */
  resume(now: number): void {
    this.#lastAt = now;
  }

  /**
   * Suspicion: -log10 of the chance that a node with this rhythm is merely late, where silences are exponentially distributed.
   * 1 is wrong once in ten times, 8 once in 10^8. (Hayashibara et al., "The phi accrual failure detector", 2004; the
   * exponential form is Cassandra's: heartbeats come over many paths, so their intervals are no bell curve.)
   */
  phi(now: number): number {
    return PHI_FACTOR * (now - this.#lastAt) / this.meanMs;
  }

  /** The silence after which phi is this, ms. */
  silenceOf(phi: number): number {
    return phi * this.meanMs / PHI_FACTOR;
  }

  #push(sampleMs: number): void {
    if (this.#samples.length < SAMPLES_MAX) this.#samples.push(sampleMs);
    else {
      this.#sum -= this.#samples[this.#next]!;
      this.#samples[this.#next] = sampleMs;
      this.#next = (this.#next + 1) % SAMPLES_MAX;
    }
    this.#sum += sampleMs;
  }
}
