/**
 * Time comes in through this interface, so that a simulation can own it. Monotonic time measures and schedules; wall
 * time is only for what people and clients see (timestamps, expiry dates).
 */
export interface Clock {
  /** Monotonic milliseconds, with fractions. Its zero means nothing. */
  now(): number;
  /** Milliseconds since 1970. May jump. */
  wall(): number;
  /** Calls `task` once after `delayMs`. Returns a function that cancels it. */
  after(delayMs: number, task: () => void): () => void;
  /** Calls `task` every `periodMs` until the returned function is called. */
  every(periodMs: number, task: () => void): () => void;
}

/** The machine's own clock. */
export class SystemClock implements Clock {
  now(): number {
    return performance.now();
  }
  wall(): number {
    return Date.now();
  }
  after(delayMs: number, task: () => void): () => void {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  }
  every(periodMs: number, task: () => void): () => void {
    const timer = setInterval(task, periodMs);
    return () => clearInterval(timer);
  }
}
