/**
 * A limit to the requests one link sends in a second: a token bucket that holds one second's worth, and behind it, in order,
 * the requests that wait for a token. A limit of 0 lets everything pass.
 *
 *     take() true   -> straight to the link
 *     take() false  -> held -> sweep: as many as the bucket has tokens -> the link
 */
import { ByteWriter } from "../bytes.ts";
import type { Budget } from "./budget.ts";

export class Pace {
  /** Requests that wait: whoever was refused by `take` writes one here, then calls `hold`. */
  readonly held = new ByteWriter();
  readonly #ratePerSecond: number;
  readonly #budget: Budget;
  /** Where each request ends in `held`. */
  #ends: number[] = [];
  #chargedBytes = 0;
  #tokens: number;
  #refilledAt = -Infinity;

  constructor(ratePerSecond: number, budget: Budget) {
    this.#ratePerSecond = ratePerSecond;
    this.#budget = budget;
    this.#tokens = ratePerSecond;
  }

  /** May the next request go at once? */
  take(): boolean {
    if (this.#ratePerSecond === 0) return true;
    if (this.#ends.length > 0 || this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  /** What was written to `held` since the last call is one request. */
  hold(): void {
    this.#ends.push(this.held.length);
    this.#charge();
  }

  /** Refills the bucket, and moves to `out` as many requests as it has tokens. Did any move? */
  release(now: number, out: ByteWriter): boolean {
    if (this.#ratePerSecond === 0) return false;
    const earned = (now - this.#refilledAt) * this.#ratePerSecond / 1000;
    this.#refilledAt = now;
    this.#tokens = Math.min(this.#ratePerSecond, this.#tokens + earned);
    const count = Math.min(this.#ends.length, Math.floor(this.#tokens));
    if (count === 0) return false;
    this.#tokens -= count;
    const end = this.#ends[count - 1]!;
    const { held } = this;
    out.copy(held.bytes, 0, end);
    held.bytes.copyWithin(0, end, held.length);
    held.length -= end;
    this.#ends = this.#ends.slice(count).map((other) => other - end);
    this.#charge();
    return true;
  }

  /** The link has ended: forgets what waits. */
  clear(): void {
    this.#ends = [];
    this.held.bytes = new Uint8Array(0);
    this.held.length = 0;
    this.#charge();
  }

  #charge(): void {
    const { length } = this.held;
    if (length > this.#chargedBytes) this.#budget.charge(length - this.#chargedBytes);
    else this.#budget.release(this.#chargedBytes - length);
    this.#chargedBytes = length;
  }
}
