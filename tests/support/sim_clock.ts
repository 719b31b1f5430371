/**
 * A clock that stands still until the test moves it. Timers fire in the order of their time, those of one moment in the
 * order they were set, and see the clock at exactly their own time.
 */
import type { Clock } from "../../core/clock.ts";
import { settled } from "./settled.ts";

interface Timer {
  at: number;
  readonly order: number;
  readonly periodMs: number;
  readonly task: () => void;
}

export class SimClock implements Clock {
  #now: number;
  #wallOffset: number;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** Starts at `now` monotonic ms, and at `wall` ms since 1970. */
  constructor(now = 1000, wall = 1_700_000_000_000) {
    this.#now = now;
    this.#wallOffset = wall - now;
  }

  now(): number {
    return this.#now;
  }
  wall(): number {
    return this.#now + this.#wallOffset;
  }
  after(delayMs: number, task: () => void): () => void {
    return this.#set(delayMs, 0, task);
  }
  every(periodMs: number, task: () => void): () => void {
    return this.#set(periodMs, periodMs, task);
  }

  /** Timers that have not fired and were not cancelled, periodic ones included. */
  get timerCount(): number {
    return this.#timers.size;
  }
  /** Milliseconds until the next timer; Infinity when there is none. */
  get nextInMs(): number {
    return (this.#next()?.at ?? Infinity) - this.#now;
  }

  /** Moves the wall alone, as an operator or NTP does. */
  jumpWall(ms: number): void {
    this.#wallOffset += ms;
  }

  /** Moves time on and fires what is due; promises that depend on it settle only after the test awaits. */
  advance(ms: number): void {
    const end = this.#now + ms;
    while (this.#fire(end));
    this.#now = end;
  }

  /** Moves time on; after each timer everything that follows from it settles before the next fires. */
  async run(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settled();
    while (this.#fire(end)) await settled();
    this.#now = end;
  }

  /** Moves time on, timer by timer, until `condition` holds; throws after `limitMs`. */
  async until(condition: () => boolean, limitMs = 60_000): Promise<void> {
    const end = this.#now + limitMs;
    await settled();
    while (!condition()) {
      if (!this.#fire(end)) throw new Error(`not so after ${limitMs} ms: ${condition}`);
      await settled();
    }
  }

  #set(delayMs: number, periodMs: number, task: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, delayMs), order: this.#order++, periodMs, task };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  }

  /** Fires the next timer if it is due by `end`. */
  #fire(end: number): boolean {
    const timer = this.#next();
    if (timer === undefined || timer.at > end) return false;
    this.#now = Math.max(this.#now, timer.at);
    if (timer.periodMs > 0) timer.at += timer.periodMs;
    else this.#timers.delete(timer);
    timer.task();
    return true;
  }
}
