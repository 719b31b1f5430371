/** What a link to an engine or peer is told, what it needs, and what it tells its pool. */
import type { Clock } from "../clock.ts";
import type { HopStats } from "../hop_stats.ts";
import type { Logger } from "../logger.ts";
import type { Random } from "../random.ts";
import type { Address, Transport } from "../transport.ts";
import type { UpstreamStats } from "../upstream_stats.ts";
import type { LinkFailures, LinkFraming } from "./link_framing.ts";
import type { Pressure, Slowed } from "./pressure.ts";
import type { Turn } from "./turn.ts";

export interface UpstreamOptions {
  readonly address: Address;
  /** Which of the pool's kinds of link this is. */
  readonly dialect: number;
  readonly framing: LinkFraming;
  readonly failures: LinkFailures;
  /** Too much unsent: everybody waits (the one engine), or clients do while it gets on (one peer of many). */
  readonly slows: Slowed;
  /** Requests may wait for the outcome of the first try to connect; else they fail until the link is up. */
  readonly patient: boolean;
  /** Small requests may wait for the answers to earlier ones, to leave together: for an engine that is near and answers in order. */
  readonly gathers: boolean;
  /** For one reply; 0 waits without end. */
  readonly timeoutMs: number;
  /** Longest wait between two tries to connect. */
  readonly retryMsMax: number;
  /** Requests without an answer. */
  readonly pendingMax: number;
  /** Requests per second, 0 for no limit: what is above waits. */
  readonly ratePerSecond: number;
  /** What it counts and measures: shared with other links. */
  readonly stats: UpstreamStats;
  readonly hop: HopStats;
}

export interface UpstreamParts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly turn: Turn;
  readonly pressure: Pressure;
  readonly logger: Logger;
}
