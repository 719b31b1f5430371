/**
 * A log-linear histogram after HdrHistogram (https://hdrhistogram.org): values below 64 have a bucket of their own, every
 * power of two above is cut into 32 equal ones, so a percentile is off by 3 % at most. Recording is a shift and an
 * addition; memory is fixed (7 KB).
 */
const SUB_BITS = 5;
const SUB_BUCKETS = 1 << SUB_BITS;
const LINEAR_LIMIT = SUB_BUCKETS * 2;
const BUCKETS = LINEAR_LIMIT + (31 - SUB_BITS - 1) * SUB_BUCKETS;
const VALUE_MAX = 0x7fffffff;

export class Histogram {
  #counts = new Float64Array(BUCKETS);
  #sum = 0;
  count = 0;
  max = 0;

  /** Adds one value: any whole unit, 0 to 2^31 - 1; beyond is clamped. */
  record(value: number): void {
    const whole = value < VALUE_MAX ? (value > 0 ? value | 0 : 0) : VALUE_MAX;
    this.#counts[bucketOf(whole)]!++;
    this.#sum += whole;
    this.count++;
    if (whole > this.max) this.max = whole;
  }

  /** The value that the given share of all recorded ones does not exceed (its bucket's greatest); 0 when empty. */
  percentile(share: number): number {
    if (this.count === 0) return 0;
    let left = Math.ceil(share * this.count);
    for (let index = 0; index < BUCKETS; index++) {
      left -= this.#counts[index]!;
      if (left <= 0) return Math.min(this.max, greatestOf(index));
    }
    return this.max;
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.#sum / this.count;
  }
  get sum(): number {
    return this.#sum;
  }

  /** How many recorded values are at most `value`, by whole buckets. */
  countAtMost(value: number): number {
    let total = 0;
    const last = bucketOf(Math.min(value, VALUE_MAX));
    for (let index = 0; index <= last; index++) total += this.#counts[index]!;
    return total;
  }

  reset(): void {
    this.#counts.fill(0);
    this.#sum = 0;
    this.count = 0;
    this.max = 0;
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
