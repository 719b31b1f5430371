/**
 * Copies of writes that a replica did not take. Each is counted; the log gets one line per replica now and then, not one per
 * write.
 */
import type { Clock } from "../clock.ts";
import type { Logger } from "../logger.ts";
import type { Replica } from "../replica.ts";
import type { Failure } from "../reply.ts";
import type { Stats } from "../stats.ts";

/** Least pause between two reports, ms. */
const REPORT_MS = 5_000;

export class MissedWrites {
  readonly #stats: Stats;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #counts = new Map<Replica, { count: number; last: Failure }>();
  #reportedAt = -Infinity;

  constructor(stats: Stats, clock: Clock, logger: Logger) {
    this.#stats = stats;
    this.#clock = clock;
    this.#logger = logger;
  }

  add(replica: Replica, failure: Failure): void {
    this.#stats.missed_writes++;
    const entry = this.#counts.get(replica);
    if (entry === undefined) this.#counts.set(replica, { count: 1, last: failure });
    else {
      entry.count++;
      entry.last = failure;
    }
  }

  /** Logs what was missed since the last time, if that was long enough ago. */
  report(): void {
    if (this.#counts.size === 0 || this.#clock.now() - this.#reportedAt < REPORT_MS) return;
    this.#reportedAt = this.#clock.now();
    this.close();
  }

  /** Logs what was not reported yet. */
  close(): void {
    for (const [{ name }, { count, last }] of this.#counts) {
      this.#logger.warn("{peer} missed {count} writes and lacks them until it is mended; the last: {reason}", {
        peer: name,
        count,
        reason: String(last),
      });
    }
    this.#counts.clear();
  }
}
