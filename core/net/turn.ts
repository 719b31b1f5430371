/**
 * A turn is one run of the event loop's ready work. Whatever was written to a link during a turn leaves in one system
 * call at its end: the first buffer that is marked queues one microtask, which runs behind the reads that became ready
 * together with it.
 *
 * It also holds the time of the turn. Reading the clock costs as much as parsing a small request, so it is read once
 * per socket read and shared.
 */
import type { Clock } from "../clock.ts";

/** Something with bytes to send at the end of the turn. */
export interface Flushable {
  flush(): void;
}

export class Turn {
  /** Monotonic ms of the newest socket read. */
  now: number;
  readonly #clock: Clock;
  #marked: Flushable[] = [];
  #spare: Flushable[] = [];
  #scheduled = false;
  readonly #end = () => this.#run();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.now = clock.now();
  }

  /** To be called after every wait, before the work that follows it. */
  begin(): void {
    this.now = this.#clock.now();
  }

  /** Flushes `item` at the end of this turn. The caller marks it once a turn. */
  mark(item: Flushable): void {
    this.#marked.push(item);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(this.#end);
  }

  #run(): void {
    const items = this.#marked;
    this.#marked = this.#spare;
    this.#spare = items;
    this.#scheduled = false;
    for (let i = 0; i < items.length; i++) items[i]!.flush();
    items.length = 0;
  }
}
