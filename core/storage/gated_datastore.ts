/**
 * The local engine behind the state of its node: what the state refuses is refused, what it puts off is queued.
 *
 *     NORMAL         nobody need come through here: while the gate is `open` the node uses the engine itself
 *     STANDBY        every request is refused
 *     WRITES_ONLY    reads are refused, writes are queued (held_writes.ts)
 *     RESUMING       reads are refused; the queue goes to the engine in order, later writes behind it
 *
 * A queued write has no timeout. Who asked for it waits for its reply if it cannot be had elsewhere (`request.waits`), else it is
 * told at once that the write is put off. The queue leaves in portions, one at the end of the other, over one link of the
 * engine: in the order in which the writes came. An engine that is away stops it, and it goes on when the engine is back.
 */
import { decode } from "../bytes.ts";
import type { Clock } from "../clock.ts";
import type { DataStore } from "../datastore.ts";
import type { HopStats } from "../hop_stats.ts";
import type { Logger } from "../logger.ts";
import { kindOf, Kinds, type NodeState, nodeStates, putOff, stateRefusal } from "../node_state.ts";
import { Failure, FailureKind, type Reply, ReplyKind, type ReplySink } from "../reply.ts";
import { type Command, Request } from "../request.ts";
import type { EngineStats, QueueGauges } from "../upstream_stats.ts";
import { type HeldLimits, type HeldWrite, HeldWrites, refill } from "./held_writes.ts";

/** A portion of the queue: requests, and bytes. */
const PORTION_MAX = 256;
const PORTION_BYTES_MAX = 1 << 20;
/** An engine that is away is tried again after this. */
const RETRY_MS = 250;

export interface GateParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Any command: the form of a request that is filled again and again. */
  readonly command: Command;
  /** The engine did not do a write of which nobody waits to hear. */
  onMissedWrite(failure: Failure): void;
  /** `state` and `open` may be others than before. */
  onState(): void;
}

export class GatedDataStore implements DataStore {
  readonly name: string;
  readonly #inner: DataStore;
  readonly #parts: GateParts;
  readonly #held: HeldWrites;
  readonly #full: Failure;
  readonly #request: Request;
  #state: NodeState = "NORMAL";
  /** Of the portion that is with the engine. */
  #inFlight = 0;
  #cancelNext: (() => void) | undefined;
  #closed = false;
  #toldFull = false;
  /** The engine did not take the oldest write. */
  #isAway = false;

  constructor(inner: DataStore, limits: HeldLimits, parts: GateParts) {
    this.name = inner.name;
    this.#inner = inner;
    this.#parts = parts;
    this.#held = new HeldWrites(limits);
    this.#request = new Request(parts.command);
    this.#full = new Failure(
      FailureKind.Overloaded,
      "Dynomite",
      `The queue of writes that wait for this node to resume is full (${limits.count} writes or ${limits.bytes} bytes)`,
    );
  }

  /** The state as others should see it: NORMAL only once the queue has left. */
  get state(): NodeState {
    return this.#state === "NORMAL" && this.#drains ? "RESUMING" : this.#state;
  }
  /** Nothing is refused, queued or on its way out of the queue. */
  get open(): boolean {
    const { refuses, queuesWrites } = nodeStates[this.#state];
    return refuses === Kinds.None && !queuesWrites && !this.#drains;
  }
  get #drains(): boolean {
    return this.#held.count > 0 || this.#inFlight > 0;
  }
  /** Writes in the queue, and their bytes. */
  get queue(): { readonly count: number; readonly bytes: number } {
    return { count: this.#held.count, bytes: this.#held.bytes };
  }

  get up(): boolean {
    return this.#inner.up;
  }
  /** While the queue leaves there is an older write behind every read. */
  get avoid(): Kinds {
    return this.#drains ? Kinds.All : nodeStates[this.#state].avoid;
  }

  /** From now on requests are met as this state has it. A state that takes writes sends off the queue. */
  enter(state: NodeState): void {
    this.#state = state;
    if (this.#mayDrain && this.#held.count > 0) this.#drain();
    this.#parts.onState();
  }
  get #mayDrain(): boolean {
    const { refuses, queuesWrites } = nodeStates[this.#state];
    return !queuesWrites && (refuses & Kinds.Writes) === 0 && !this.#closed;
  }

  send(request: Request, sink: ReplySink, target: number): void {
    const { refuses, queuesWrites } = nodeStates[this.#state];
    const kind = kindOf(request.command.access);
    if ((refuses & kind) !== 0) return sink.onFailure(target, stateRefusal);
    if (!queuesWrites && !this.#drains) return this.#inner.send(request, sink, target);
    if (kind === Kinds.Reads) return sink.onFailure(target, stateRefusal);
    // What only waits for the queue to leave has its reply soon.
    const isKept = request.waits || !(queuesWrites || this.#isAway);
    if (!this.#held.push(request, isKept ? sink : undefined, target)) return this.#refuseFull(sink, target);
    if (!isKept) sink.onFailure(target, putOff);
  }

  #refuseFull(sink: ReplySink, target: number): void {
    if (!this.#toldFull) {
      this.#parts.logger.error("{reason}; this node misses what comes now", { reason: this.#full.text });
    }
    this.#toldFull = true;
    sink.onFailure(target, this.#full);
  }

  /** Sends the next portion, unless one is on its way. */
  #drain(): void {
    this.#cancelNext?.();
    this.#cancelNext = undefined;
    if (this.#inFlight > 0 || !this.#mayDrain) return;
    this.#toldFull = false;
    const request = this.#request;
    const dialect = this.#held.first?.dialect;
    let bytes = 0;
    let isAway = false;
    for (let sent = 0; sent < PORTION_MAX && bytes < PORTION_BYTES_MAX; sent++) {
      const held = this.#held.first;
      // Replies of another form come over another link, which may be faster.
      if (held === undefined || held.dialect !== dialect) break;
      refill(request, held);
      const answer = new HeldAnswer(held, this.#onAnswer);
      this.#inFlight++;
      this.#inner.send(request, answer, 0);
      if (answer.notSent) {
        this.#inFlight--;
        isAway = true;
        break;
      }
      answer.isSent = true;
      this.#held.shift();
      bytes += held.bytes.length;
    }
    if (isAway && !this.#isAway) this.#letGo();
    this.#isAway = isAway;
    if (this.#inFlight > 0) return;
    if (this.#held.count > 0) this.#cancelNext = this.#parts.clock.after(isAway ? RETRY_MS : 0, () => this.#drain());
    else this.#parts.onState();
  }

  /** The engine is away: only those who wait however long go on waiting. */
  #letGo(): void {
    for (const held of this.#held) {
      if (held.waits || held.sink === undefined) continue;
      const { sink, target } = held;
      held.sink = undefined;
      sink.onFailure(target, putOff);
    }
  }

  readonly #onAnswer = (isTold: boolean, failure: Failure | undefined): void => {
    if (failure !== undefined && !isTold) this.#parts.onMissedWrite(failure);
    if (--this.#inFlight > 0) return;
    if (this.#held.count > 0 && this.#mayDrain) {
      // Not at once: other requests have their turn between two portions.
      this.#cancelNext ??= this.#parts.clock.after(0, () => this.#drain());
    } else if (this.#held.count === 0) this.#parts.onState();
  };

  start(): Promise<void> {
    return this.#inner.start();
  }
  /** What is still queued is lost to this node: it is said, and counted. */
  close(): Promise<void> {
    this.#closed = true;
    this.#cancelNext?.();
    this.#abandon();
    return this.#inner.close();
  }
  /** Nobody will resume this node: what waits for that is given up, and those who wait are told. */
  stop(): void {
    if (!this.#mayDrain) this.#abandon();
  }
  #abandon(): void {
    const { count } = this.#held;
    if (count > 0) this.#parts.logger.error("{count} queued writes are given up: this node lacks them", { count });
    while (this.#held.count > 0) {
      const { sink, target } = this.#held.first!;
      this.#held.shift();
      if (sink === undefined) this.#parts.onMissedWrite(givenUp);
      else sink.onFailure(target, givenUp);
    }
  }
  get stats(): EngineStats {
    return this.#inner.stats;
  }
  get hop(): HopStats {
    return this.#inner.hop;
  }
  /** The engine's, and before them what is held back here. */
  queues(): QueueGauges {
    const gauges = this.#inner.queues();
    gauges.in_queue += this.#held.count;
    gauges.in_queue_bytes += this.#held.bytes;
    return gauges;
  }
  keyCount(): number {
    return this.#inner.keyCount?.() ?? 0;
  }
}

const givenUp = new Failure(FailureKind.State, "Dynomite", "The node stopped before the queued write was done");

/** The way back of a write that was queued. */
class HeldAnswer implements ReplySink {
  /** `send` has returned. */
  isSent = false;
  /** The engine took nothing: the write stays where it is. */
  notSent = false;
  readonly #held: HeldWrite;
  readonly #done: (isTold: boolean, failure: Failure | undefined) => void;

  constructor(held: HeldWrite, done: (isTold: boolean, failure: Failure | undefined) => void) {
    this.#held = held;
    this.#done = done;
  }

  onReply(_: number, reply: Reply): boolean {
    const { sink, target } = this.#held;
    const used = sink?.onReply(target, reply) ?? false;
    // An error in place of a write that others may have done, and nobody to tell.
    const isRefused = sink === undefined && reply.kind === ReplyKind.Error;
    this.#done(sink !== undefined, isRefused ? refusalIn(reply) : undefined);
    return used;
  }
  onFailure(_: number, failure: Failure): void {
    if (!this.isSent && (failure.kind === FailureKind.NotConnected || failure.kind === FailureKind.Overloaded)) {
      this.notSent = true;
      return;
    }
    const { sink, target } = this.#held;
    sink?.onFailure(target, failure);
    this.#done(sink !== undefined, failure);
  }
}

/** Of an engine's error. */
const ERROR_BYTES_MAX = 200;

function refusalIn({ bytes, start, end }: Reply): Failure {
  const text = decode(bytes, start, Math.min(end, start + ERROR_BYTES_MAX)).trimEnd();
  return new Failure(FailureKind.Storage, "Storage", text);
}
