/**
 * How much each node is suspected (phi, arrival_window.ts). Above the threshold it counts as down; what follows from that is
 * membership's.
 *
 * When this process itself stood still (stopped, starved, paused), everybody seems silent. So the detector has a clock of its
 * own that does not count such times: it is looked at once a round at least, and a longer pause between two looks was ours.
 */
import { ArrivalWindow } from "./arrival_window.ts";

export interface FailureDetectorOptions {
  /** Phi above which a node counts as down. Higher is slower and errs less. */
  readonly threshold: number;
  /** Time between two rounds, ms. */
  readonly intervalMs: number;
}

/** Looks may be late by this share of a round, and by this much more, before it counts as a stall. */
const LATE_SHARE = 0.5;
const LATE_MS = 250;
/** The first interval is taken to be this many rounds. */
const FIRST_ROUNDS = 2;

export class FailureDetector {
  readonly threshold: number;
  readonly #intervalMs: number;
  readonly #windows = new Map<string, ArrivalWindow>();
  #lookedAt: number | undefined;
  /** Time that was ours, all together. */
  #stalledMs = 0;

  constructor({ threshold, intervalMs }: FailureDetectorOptions) {
    this.threshold = threshold;
    this.#intervalMs = intervalMs;
  }

  /** Phi above which a node is suspected. */
  get calmPhi(): number {
    return this.threshold / 2;
  }
  /** How long a node that is heard every round may be silent, ms. */
  get patienceMs(): number {
    return this.threshold * Math.LN10 * this.#intervalMs;
  }

  /** To be called every round with the monotonic time; every other call counts as a look too. */
  look(now: number): void {
    if (this.#lookedAt !== undefined) {
      const lateMs = now - this.#lookedAt - this.#intervalMs;
      if (lateMs > LATE_SHARE * this.#intervalMs + LATE_MS) this.#stalledMs += lateMs;
    }
    this.#lookedAt = now;
  }

  /** A newer heartbeat of this node came. */
  heard(address: string, now: number): void {
    const at = this.#own(now);
    const window = this.#windows.get(address);
    if (window === undefined) this.#windows.set(address, new ArrivalWindow(at, FIRST_ROUNDS * this.#intervalMs));
    else window.add(at);
  }

  /** The same for one that was down or began anew: the silence before says nothing about its rhythm. */
  heardAgain(address: string, now: number): void {
    const window = this.#windows.get(address);
    if (window === undefined) this.heard(address, now);
    else window.resume(this.#own(now));
  }

  /** Suspicion of this node; 0 when it was never heard. `evidenceAt` is when something else last showed that it lives. */
  phi(address: string, now: number, evidenceAt = -Infinity): number {
    const window = this.#windows.get(address);
    if (window === undefined) return 0;
    const at = this.#own(now);
    const silentMs = Math.max(0, now - evidenceAt);
    return Math.min(window.phi(at), window.phi(window.lastAt + silentMs));
  }

  /**
   * Until when phi of this node stays at `calmPhi` or below, should nothing more be heard of it: so it need not be looked at
   * before. A stall of this process only puts it off.
   */
  calmUntil(address: string, now: number, evidenceAt = -Infinity): number {
    const window = this.#windows.get(address);
    if (window === undefined) return now;
    return now + window.silenceOf(this.calmPhi) -
      Math.min(this.#own(now) - window.lastAt, Math.max(0, now - evidenceAt));
  }

  forget(address: string): void {
    this.#windows.delete(address);
  }

  #own(now: number): number {
    this.look(now);
    return now - this.#stalledMs;
  }
}
