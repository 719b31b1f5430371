import type { Clock } from "./clock.ts";
import type { Logger } from "./logger.ts";
import type { Random } from "./random.ts";
import type { SlowLog } from "./slow_log.ts";
import type { Session } from "./session.ts";
import type { Stats } from "./stats.ts";

/** One open client connection, as CLIENT LIST shows it. */
export interface ClientView {
  /** Unique for the life of the process, from 1. */
  readonly id: number;
  readonly remote: string;
  readonly local: string;
  readonly session: Session;
  /** Monotonic ms. */
  readonly connectedAt: number;
  readonly lastRequestAt: number;
  /** Name of its last command. */
  readonly lastCommand: string;
  /** Requests not answered yet, and reply bytes not sent yet. */
  readonly pendingRequests: number;
  readonly outputBytes: number;
  /** Ends the connection. */
  close(): void;
}

/** A setting that CONFIG GET shows. */
export interface Setting {
  readonly name: string;
  readonly value: string;
}

/** A section of INFO: `# Server`, `redis_version:7.0.0`. */
export interface InfoSection {
  readonly name: string;
  readonly entries: readonly (readonly [string, string | number])[];
  /** Long, and shown only where it or everything is asked for. */
  readonly onRequest?: boolean;
}

/** What a protocol may see and change of its node when it answers a request by itself (PING, CLIENT, CONFIG, INFO ...). */
export interface NodeView {
  readonly version: string;
  /** `host:port` clients connect to. */
  readonly address: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly stats: Stats;
  readonly slowLog: SlowLog;
  /** Password clients must give, or undefined. */
  readonly password: string | undefined;
  /** Milliseconds since 1970 of the start. */
  readonly startedAt: number;
  clients(): Iterable<ClientView>;
  settings(): readonly Setting[];
  /** Changes one setting now. Returns an error text naming what is accepted, or undefined when done. */
  set(name: string, value: string): string | undefined;
  info(): readonly InfoSection[];
  /** Zeroes the counters. */
  resetStats(): void;
}
