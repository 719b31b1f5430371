/** The time for which the event loop was busy with other things when a timer was due: what every request waited then. */
import type { Clock } from "./clock.ts";
import type { Histogram } from "./histogram.ts";

const PERIOD_MS = 100;

/** Measures it ten times a second, in microseconds, until the returned function is called. */
export function measureLag(clock: Clock, lagUs: Histogram): () => void {
  let before = clock.now();
  return clock.every(PERIOD_MS, () => {
    const now = clock.now();
    lagUs.record((now - before - PERIOD_MS) * 1000);
    before = now;
  });
}
