import type { HopStats } from "./hop_stats.ts";
import type { Replica } from "./replica.ts";
import type { EngineStats, QueueGauges } from "./upstream_stats.ts";

/** The local engine: a Redis or Memcached server behind a pool of links, or the embedded one. */
export interface DataStore extends Replica {
  /** Opens what it needs. A remote engine that is away is not an error: it is tried again until `close`. */
  start(): Promise<void>;
  /** Answers what is outstanding or fails it, then frees everything. */
  close(): Promise<void>;
  /** What it counts and measures. */
  readonly stats: EngineStats;
  readonly hop: HopStats;
  queues(): QueueGauges;
  /** Its replies may take `factor` times as long as was configured. An engine in this process has no limit to stretch. */
  stretchTimeout?(factor: number): void;
  /** How many keys it holds, where it can tell without asking anyone. */
  keyCount?(): number;
  /** How many keys it removed because their time was up, likewise. */
  readonly expiredKeys?: number;
}
