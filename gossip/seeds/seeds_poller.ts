/**
 * Keeps the list of nodes that a provider gives. It is asked once at the start, then again and again, never twice at a time:
 *
 *     ask --> list --> other nodes (node_list.ts) --> different? --> told on
 *      |                     |
 *      no answer in time     a list that is refused     --> the nodes known before stay; logged once, and when it changes
 *
 * A running node depends on nothing here: what fails changes nothing but the log.
 */
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Random } from "../../core/random.ts";
import type { NodeDescription } from "../../core/ring/topology.ts";
import { describeData, describeMoves } from "./list_changes.ts";
import { type Neighbourhood, otherNodes } from "./node_list.ts";
import type { SeedsProvider } from "./provider.ts";

export interface SeedsPollerOptions {
  readonly provider: SeedsProvider;
  readonly around: Neighbourhood;
  /** Between two questions, on average. */
  readonly intervalMs: number;
  /** How long one question may take. */
  readonly timeoutMs: number;
}

export interface SeedsPollerParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Nodes that were started together shall not ask together for ever: each pause is up to this share shorter or longer. */
const JITTER = 0.2;
/** One change is often several events. */
const SETTLE_MS = 200;

export class SeedsPoller {
  readonly #options: SeedsPollerOptions;
  readonly #parts: SeedsPollerParts;
  #nodes: readonly NodeDescription[];
  /** There was a list since the start: from then on a difference is a change of the cluster. */
  #informed = false;
  /** What was wrong last time. */
  #trouble: string | undefined;
  /** The provider has not come back from its last question, though that may have been given up. */
  #occupied = false;
  #asking: Promise<void> | undefined;
  #abort = new AbortController();
  #publish: (nodes: readonly NodeDescription[]) => void = () => {};
  #nextAt = 0;
  #cancelNext = () => {};
  #unwatch = () => {};
  #closed = false;

  constructor(options: SeedsPollerOptions, parts: SeedsPollerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#nodes = options.around.fixed;
  }

  /** The other nodes as far as is known. */
  get nodes(): readonly NodeDescription[] {
    return this.#nodes;
  }

  /** Asks once; settles when that is decided, after the time limit at the latest, and never fails. */
  ask(): Promise<void> {
    return this.#asking ??= this.#askOnce().finally(() => this.#asking = undefined);
  }

  /** From now on asks every interval, and when the provider tells of a change; `publish` gets each list that is another one. */
  start(publish: (nodes: readonly NodeDescription[]) => void): void {
    this.#publish = publish;
    this.#unwatch = this.#options.provider.watch?.(() => this.#hurry()) ?? this.#unwatch;
    this.#next(this.#pauseMs());
  }

  /** Asks no more. A question under way is given up. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelNext();
    this.#unwatch();
    this.#abort.abort(new Error("the node stops"));
    await this.#asking;
  }

  #pauseMs(): number {
    return this.#options.intervalMs * (1 + JITTER * (2 * this.#parts.random.next() - 1));
  }

  #next(delayMs: number): void {
    this.#cancelNext();
    if (this.#closed) return;
    const { clock } = this.#parts;
    this.#nextAt = clock.now() + delayMs;
    this.#cancelNext = clock.after(delayMs, () => {
      // The answer under way may be older than the change we were told of.
      if (this.#asking !== undefined) return this.#next(SETTLE_MS);
      this.#next(this.#pauseMs());
      void this.ask();
    });
  }

  /** The next question comes soon. Never later than it would: events without end must not put it off without end. */
  #hurry(): void {
    if (this.#nextAt - this.#parts.clock.now() > SETTLE_MS) this.#next(SETTLE_MS);
  }

  async #askOnce(): Promise<void> {
    if (this.#occupied || this.#closed) return;
    const { provider, timeoutMs, around } = this.#options;
    const abort = this.#abort = new AbortController();
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    abort.signal.addEventListener("abort", () => reject(abort.signal.reason));
    const cancel = this.#parts.clock.after(timeoutMs, () => abort.abort(new Error(`no answer within ${timeoutMs} ms`)));
    try {
      this.#occupied = true;
      // Also a provider that throws instead of failing is only one that failed.
      const answer = Promise.resolve(abort.signal).then((signal) => provider.ask(signal));
      const free = () => void (this.#occupied = false);
      answer.then(free, free);
      this.#adopt(otherNodes(await Promise.race([answer, givenUp]), around));
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
    } finally {
      cancel();
    }
  }

  #fail(trouble: string): void {
    if (trouble === this.#trouble || this.#closed) return;
    this.#trouble = trouble;
    const { provider } = this.#options;
    const { length } = this.#nodes;
    const kept = length === 0
      ? "this node goes on alone"
      : length === 1
      ? "the other node known stays"
      : `the ${length} other nodes known stay`;
    const facts = { provider: provider.name, reason: trouble };
    this.#parts.logger.warn(`{provider}: {reason}; ${kept}, and it is asked again`, facts);
  }

  #adopt(nodes: readonly NodeDescription[]): void {
    const { provider, around } = this.#options;
    const { logger } = this.#parts;
    const facts = { provider: provider.name };
    if (this.#trouble !== undefined) logger.notice("{provider}: answers again with a list that can be used", facts);
    this.#trouble = undefined;
    const before = this.#nodes;
    const moves = describeMoves(before, nodes);
    if (moves !== undefined) {
      logger.notice("{provider}: {moves}", { ...facts, moves });
      if (this.#informed) {
        for (const change of describeData(around.self, before, nodes)) {
          logger.warn("{provider}: {change}", { ...facts, change });
        }
      }
      this.#publish(nodes);
      this.#nodes = nodes;
    }
    this.#informed = true;
  }
}
