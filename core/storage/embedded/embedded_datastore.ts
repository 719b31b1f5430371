/**
 * The embedded engine as a `DataStore`. A request runs the moment it is sent; its reply waits for the end of the turn:
 *
 *     send -> execute -> reply bytes in one buffer     (again for every request of the turn)
 *     end of turn: COMMIT, and only then every reply to its sink, in order
 *
 * So the writes of a turn share one transaction and one wait for the disk, and nothing is acknowledged that a crash could
 * lose. When the commit fails, everything from the turn's first write on fails with it: what was read after that write may
 * have seen what is no longer there.
 */
import type { Clock } from "../../clock.ts";
import type { DataStore } from "../../datastore.ts";
import type { Executor } from "../../executor.ts";
import { HopStats } from "../../hop_stats.ts";
import type { Logger } from "../../logger.ts";
import type { Turn } from "../../net/turn.ts";
import { Failure, FailureKind, Reply, ReplyKind, type ReplySink } from "../../reply.ts";
import { Access, type Request } from "../../request.ts";
import { EngineStats, noQueues, type QueueGauges } from "../../upstream_stats.ts";
import { BoundedWriter, ReplyTooLarge } from "./bounded_writer.ts";
import type { Engine } from "./engine.ts";
import { ExpirySweep, SWEEP_PERIOD_MS } from "./expiry.ts";

export interface EmbeddedParts {
  readonly engine: Engine;
  readonly executor: Executor;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly logger: Logger;
  /** Length of the protocol's table. */
  readonly commandCount: number;
  /** Bounds one reply. */
  readonly replyBytesMax: number;
  /** Is the wire reply that starts at `at` the protocol's error form? Default: it begins with `-`, as in RESP. */
  readonly isError?: (bytes: Uint8Array, at: number, end: number) => boolean;
}

/** Replies that have gathered this much are delivered before the next request runs, without waiting for the turn's end. */
const REPLY_BYTES_MAX = 1 << 20;
/** A buffer that had to grow beyond this is given up after its delivery. */
const KEPT_BYTES_MAX = 1 << 18;
/** A disk that stays full fails every turn: it is told of once in so long. */
const LOG_PERIOD_MS = 1000;
const MINUS = 45;

/** The replies of one turn, in parallel arrays that are used again. Reply i is `out.bytes[ends[i - 1], ends[i])`. */
class Batch {
  out: BoundedWriter;
  count = 0;
  readonly sinks: ReplySink[] = [];
  readonly targets: number[] = [];
  readonly ends: number[] = [];
  /** Undefined for those that have a reply. */
  readonly failures: (Failure | undefined)[] = [];
  readonly writes: boolean[] = [];
  /** Monotonic ms of the turn each was sent in. */
  readonly sentAt: number[] = [];
  requestBytes = 0;
  /** Index of the first request of the open transaction; -1 when there is none. */
  firstWrite = -1;
  readonly #replyBytesMax: number;

  constructor(replyBytesMax: number) {
    this.#replyBytesMax = replyBytesMax;
    this.out = this.#newWriter();
  }

  add(sink: ReplySink, target: number, failure: Failure | undefined): void {
    const index = this.count++;
    this.sinks[index] = sink;
    this.targets[index] = target;
    this.ends[index] = this.out.length;
    this.failures[index] = failure;
  }

  clear(): void {
    // The sinks are pooled by their owner: holding them here would keep dead ones alive, but only until the next turn.
    this.count = 0;
    this.requestBytes = 0;
    this.firstWrite = -1;
    if (this.out.bytes.length > KEPT_BYTES_MAX) this.out = this.#newWriter();
    else this.out.clear();
  }

  #newWriter(): BoundedWriter {
    return new BoundedWriter(4096, this.#replyBytesMax);
  }
}

export class EmbeddedDataStore implements DataStore {
  readonly name = "embedded";
  readonly #parts: EmbeddedParts;
  readonly #sweep: ExpirySweep;
  readonly #isError: (bytes: Uint8Array, at: number, end: number) => boolean;
  readonly #reply = new Reply();
  readonly #endTurn = () => this.#finish();
  #batch: Batch;
  #spare: Batch;
  #scheduled = false;
  #delivering = false;
  #closed = false;
  #stopSweep: (() => void) | undefined;
  /** Requests undone since the last line about it, and when that was written. */
  #undone = 0;
  #loggedAt = -Infinity;
  readonly stats: EngineStats;
  readonly hop = new HopStats();

  constructor(parts: EmbeddedParts) {
    this.#parts = parts;
    this.stats = new EngineStats(parts.commandCount);
    this.#batch = new Batch(parts.replyBytesMax);
    this.#spare = new Batch(parts.replyBytesMax);
    this.#sweep = new ExpirySweep(parts.engine);
    this.#isError = parts.isError ?? ((bytes, at) => bytes[at] === MINUS);
  }

  get up(): boolean {
    return !this.#closed;
  }

  start(): Promise<void> {
    this.#stopSweep ??= this.#parts.clock.every(SWEEP_PERIOD_MS, () => this.#removeExpired());
    return Promise.resolve();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopSweep?.();
    // Called by a sink in the middle of a delivery: what was sent since is answered first.
    if (this.#delivering) await Promise.resolve();
    this.#finish();
    this.#parts.engine.close();
  }

  /** A request runs at once, so none waits to be sent; its reply waits for the end of the turn. */
  queues(): QueueGauges {
    const { count, requestBytes } = this.#batch;
    return { ...noQueues(), out_queue: count, out_queue_bytes: requestBytes };
  }
  get expiredKeys(): number {
    return this.#sweep.removed;
  }

  keyCount(): number {
    return this.#parts.engine.keyspace.size();
  }

  send(request: Request, sink: ReplySink, target: number): void {
    if (this.#closed) {
      sink.onFailure(target, new Failure(FailureKind.NotConnected, "Storage", "the embedded engine is closed"));
      return;
    }
    if (this.#batch.out.length > REPLY_BYTES_MAX) this.#finish();
    this.stats.countRequest(request);
    const batch = this.#batch;
    batch.writes[batch.count] = request.command.access === Access.Write;
    batch.sentAt[batch.count] = this.#parts.turn.now;
    batch.requestBytes += request.end - request.start;
    const { db } = this.#parts.engine;
    const start = batch.out.length;
    batch.out.begin();
    try {
      this.#parts.executor.execute(request, batch.out);
      if (batch.firstWrite < 0 && db.inTransaction) batch.firstWrite = batch.count;
      batch.add(sink, target, undefined);
    } catch (error) {
      batch.out.length = start;
      if (error instanceof ReplyTooLarge && request.command.access !== Access.Write) {
        this.#refuse(batch, sink, target, error);
      } else this.#undo(batch, sink, target, error);
    }
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(this.#endTurn);
  }

  /** A read changed nothing: it fails alone. */
  #refuse(batch: Batch, sink: ReplySink, target: number, error: ReplyTooLarge): void {
    batch.add(sink, target, new Failure(FailureKind.Storage, "Storage", error.message));
  }

  #undo(batch: Batch, sink: ReplySink, target: number, error: unknown): void {
    if (batch.firstWrite < 0) batch.firstWrite = batch.count;
    batch.add(sink, target, undefined);
    this.#abort(batch, error);
  }

  /** Commits and delivers. Requests that are sent by a sink meanwhile form the next batch. */
  #finish(): void {
    if (this.#delivering) return;
    this.#scheduled = false;
    const batch = this.#batch;
    if (batch.count === 0) return;
    this.#commit(batch);
    // Time has passed: what the answers are measured by.
    this.#parts.turn.begin();
    this.#batch = this.#spare;
    this.#spare = batch;
    this.#delivering = true;
    try {
      this.#deliver(batch);
    } finally {
      this.#delivering = false;
      batch.clear();
    }
  }

  #deliver(batch: Batch): void {
    const { bytes } = batch.out;
    const { stats, hop } = this;
    const { turn } = this.#parts;
    hop.outQueue.record(batch.count);
    let start = 0;
    for (let i = 0; i < batch.count; i++) {
      const end = batch.ends[i]!;
      const failure = batch.failures[i];
      if (failure === undefined) {
        stats.countReply(batch.writes[i]!, end - start);
        hop.latencyUs.record((turn.now - batch.sentAt[i]!) * 1000);
        const kind = this.#isError(bytes, start, end) ? ReplyKind.Error : ReplyKind.Value;
        batch.sinks[i]!.onReply(batch.targets[i]!, this.#reply.set(bytes, start, end, kind));
      } else batch.sinks[i]!.onFailure(batch.targets[i]!, failure);
      start = end;
    }
  }

  #commit(batch: Batch): void {
    try {
      this.#parts.engine.db.commit();
    } catch (error) {
      if (batch.firstWrite < 0) batch.firstWrite = 0;
      this.#abort(batch, error);
    }
  }

  /** The engine failed: nothing since the turn's first write was kept. */
  #abort(batch: Batch, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.stats.server_err++;
    this.#undone += batch.count - batch.firstWrite;
    this.#logUndone(text);
    const failure = new Failure(FailureKind.Storage, "Storage", text);
    for (let i = batch.firstWrite; i < batch.count; i++) batch.failures[i] = failure;
    batch.firstWrite = -1;
    this.#parts.engine.rollback();
  }

  #logUndone(text: string): void {
    if (!this.#mayLog()) return;
    this.#parts.logger.error(
      "The embedded engine failed ({reason}). {count} requests are undone and answered with an error.",
      {
        reason: text,
        count: this.#undone,
      },
    );
    this.#undone = 0;
  }

  #mayLog(): boolean {
    const now = this.#parts.clock.now();
    if (now - this.#loggedAt < LOG_PERIOD_MS) return false;
    this.#loggedAt = now;
    return true;
  }

  #removeExpired(): void {
    if (this.#parts.engine.db.inTransaction) return;
    try {
      this.#sweep.run();
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      this.stats.server_err++;
      if (this.#mayLog()) {
        this.#parts.logger.error("The embedded engine could not remove expired keys ({reason}). It will try again.", {
          reason: text,
        });
      }
      this.#parts.engine.rollback();
    }
  }
}
