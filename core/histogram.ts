/**
 * A log-linear histogram after HdrHistogram (https://hdrhistogram.org): values below 64 have a bucket of their own, every
 * power of two above is cut into 32 equal ones, so a percentile is off by 3 % at most. Recording is a shift and a few
 * additions, and allocates nothing; memory is fixed (14 KB).
 *
 * It has two readers. People ask how it was lately: `percentile`, `mean`, `count` and `max` tell of the window since
 * `resetWindow`. A monitoring system takes differences itself and needs numbers that only rise: the `total` ones tell of all
 * since `clear`. Recording pays for one of them: the window is the total less what it was when the window began.
 */
const SUB_BITS = 5;
const SUB_BUCKETS = 1 << SUB_BITS;
const LINEAR_LIMIT = SUB_BUCKETS * 2;
const BUCKETS = LINEAR_LIMIT + (31 - SUB_BITS - 1) * SUB_BUCKETS;
const VALUE_MAX = 0x7fffffff;

/**
 * Values by size, and what share of them is below which.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const histogram = new Histogram();
 * for (let value = 1; value <= 60; value++) histogram.record(value);
 * assertEquals([histogram.percentile(0.5), histogram.max, histogram.count], [30, 60, 60]);
 * ```
 */
export class Histogram {
  /** All since `clear`, and how many of them came before the window. */
  readonly #counts = new Float64Array(BUCKETS);
  readonly #countsBefore = new Float64Array(BUCKETS);
  #sum = 0;
  #sumBefore = 0;
  #count = 0;
  #countBefore = 0;
  /** Greatest of the window. */
  max = 0;

  /** Adds one value, or the same one `times` times: any whole unit, 0 to 2^31 - 1; beyond is clamped. */
  record(value: number, times = 1): void {
    const whole = value < VALUE_MAX ? (value > 0 ? value | 0 : 0) : VALUE_MAX;
    this.#counts[bucketOf(whole)]! += times;
    this.#sum += whole * times;
    this.#count += times;
    if (whole > this.max) this.max = whole;
  }

  /** The value that the given share of the window does not exceed (its bucket's greatest); 0 when empty. */
  percentile(share: number): number {
    const { count } = this;
    if (count === 0) return 0;
    let left = Math.ceil(share * count);
    for (let index = 0; index < BUCKETS; index++) {
      left -= this.#counts[index]! - this.#countsBefore[index]!;
      if (left <= 0) return Math.min(this.max, greatestOf(index));
    }
    return this.max;
  }

  /** Of the window. */
  get count(): number {
    return this.#count - this.#countBefore;
  }
  get sum(): number {
    return this.#sum - this.#sumBefore;
  }
  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  get totalCount(): number {
    return this.#count;
  }
  get totalSum(): number {
    return this.#sum;
  }
  /** How many of all values are at most `value`, by whole buckets. */
  totalAtMost(value: number): number {
    let total = 0;
    const last = bucketOf(Math.min(value, VALUE_MAX));
    for (let index = 0; index <= last; index++) total += this.#counts[index]!;
    return total;
  }

  /** A new window begins. */
  resetWindow(): void {
    this.#countsBefore.set(this.#counts);
    this.#sumBefore = this.#sum;
    this.#countBefore = this.#count;
    this.max = 0;
  }

  /** Forgets everything. */
  clear(): void {
    this.#counts.fill(0);
    this.#sum = this.#count = 0;
    this.resetWindow();
  }
}

function bucketOf(value: number): number {
  if (value < LINEAR_LIMIT) return value;
  const shift = 31 - Math.clz32(value) - SUB_BITS;
  return shift * SUB_BUCKETS + (value >>> shift);
}

function greatestOf(index: number): number {
  if (index < LINEAR_LIMIT) return index;
  const shift = (index >>> SUB_BITS) - 1;
  const mantissa = (index & (SUB_BUCKETS - 1)) + SUB_BUCKETS;
  return (mantissa + 1) * 2 ** shift - 1;
}
