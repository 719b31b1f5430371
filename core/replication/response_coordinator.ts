/**
 * One request in flight: it is the slot in its client's queue and the sink of its replicas' replies.
 *
 *     begin(plan) -> replica 0 ... n-1 -> onReply/onFailure (each exactly once) -> one answer -> client or parent
 *                                               '-> the last one: back to the pool
 *
 * It decides once: when the level is met, or as soon as it cannot be met. It has no timer; links fail what is late. A reply
 * that answers a client whose turn it is goes out in one copy; one that is early, or must be compared, is kept. It goes back
 * to its pool after its last reply or failure, never at the decision.
 */
import { ByteWriter, decode } from "../bytes.ts";
import { Consistency } from "../consistency.ts";
import type { Pool } from "../pool.ts";
import type { Protocol } from "../protocol.ts";
import type { Replica } from "../replica.ts";
import { alsoFailed, Failure, FailureKind, Reply, ReplyKind } from "../reply.ts";
import type { ReplyQueue, Slot } from "../reply_queue.ts";
import type { Command } from "../request.ts";
import { NO_RETRY, type Retries, type SoleSink } from "../retries.ts";
import type { Stats } from "../stats.ts";
import { Ballot } from "./ballot.ts";
import { noQuorum } from "./full_ballot.ts";
import { Verdict } from "./vote.ts";

/** The whole of which this request is a part (a split one), or nobody. */
export interface Parent {
  /** Part `index` has its answer: `bytes[start, end)`, lent. */
  onPart(index: number, bytes: Uint8Array, start: number, end: number, kind: ReplyKind): void;
  /** A part has no answer, for this reason: what it is answered with follows. */
  failed(kind: FailureKind): void;
}

/** Who was asked, as the coordinator needs it: filled by the planner. */
export interface Targets {
  readonly count: number;
  /** Node of each target. */
  readonly nodes: Int32Array;
  /** Target i's vote: 0 for the local datacenter, then one number for each remote one; -1 when its reply is not waited for. */
  readonly votes: Int32Array;
  /** Votes, and for each how many good replies it takes. */
  readonly voteCount: number;
  readonly required: Int32Array;
  /** The target whose reply is preferred where one is enough. */
  readonly preferred: number;
  readonly level: Consistency;
}

/** What a coordinator needs of its node; shared by all. */
export interface CoordinatorParts {
  readonly protocol: Protocol;
  readonly stats: Stats;
  readonly pool: Pool<ResponseCoordinator>;
  readonly retries: Retries;
  /** A replica did not take a write that others may have taken. */
  onMissedWrite(replica: Replica, failure: Failure): void;
}

const NOBODY: readonly Replica[] = [];
/** Of an error that a replica gave in place of a write. */
const ERROR_BYTES_MAX = 200;
/** Kept answers above this are given back. */
const KEPT_BYTES_MAX = 16 * 1024;

export class ResponseCoordinator implements Slot, SoleSink {
  ready = false;
  readonly #parts: CoordinatorParts;
  #queue: ReplyQueue | undefined;
  #parent: Parent | undefined;
  #partIndex = 0;
  #quiet = 0;
  #dialect = 0;
  #isWrite = false;
  #command: Command | undefined;
  #outstanding = 0;
  #decided = false;
  #delivered = false;
  /** Looked at only while `#keeps` says so: most requests in flight have nothing there, and with thousands of them every
   * object that is touched is a cache miss. */
  readonly #kept = new ByteWriter();
  #keeps = false;
  #keptKind: ReplyKind = ReplyKind.Value;
  /** Set while several replies are weighed; else the preferred replica's decides. */
  #ballot: Ballot | undefined;
  #ownBallot: Ballot | undefined;
  #suppressible: Reply | undefined;
  #preferred = 0;
  #failure: Failure | undefined;
  #fallback = false;
  /** Of a write: the client was told that it was done. */
  #accepted = false;
  /** Of a write that is not decided yet: replicas that refused it. */
  readonly #refusals: { readonly target: number; readonly failure: Failure }[] = [];
  /** Of a read that asked one replica. */
  #retry = NO_RETRY;
  /** Who was asked: target i is `#replicas[#nodes[i]]`. */
  #replicas: readonly Replica[] = NOBODY;
  #nodes = new Int32Array(8);

  constructor(parts: CoordinatorParts) {
    this.#parts = parts;
  }

  /** Takes its place in the client's queue. */
  enqueue(queue: ReplyQueue, quiet: number): void {
    this.#queue = queue;
    this.#parent = undefined;
    this.#quiet = quiet;
    queue.push(this);
  }

  /** Becomes a part of a split request. */
  adopt(parent: Parent, partIndex: number): void {
    this.#queue = undefined;
    this.#parent = parent;
    this.#partIndex = partIndex;
    this.#quiet = 0;
  }

  /** Waits for one answer that is given by `settle`. */
  beginLocal(dialect: number): void {
    this.#reset(0);
    this.#dialect = dialect;
    this.#isWrite = false;
    this.#ballot = undefined;
  }

  /** Waits for the only reply of one replica; where it fails, of those that `retry` has. */
  beginSingle(dialect: number, retry: number): number {
    this.#reset(1);
    this.#dialect = dialect;
    this.#isWrite = false;
    this.#preferred = 0;
    this.#ballot = undefined;
    this.#retry = retry;
    return 0;
  }

  /** Waits for the replies of several; the numbers in `targets.nodes` are places in `replicas`. */
  begin(targets: Targets, replicas: readonly Replica[], command: Command, isWrite: boolean, dialect: number): void {
    this.#reset(targets.count);
    this.#dialect = dialect;
    this.#isWrite = isWrite;
    this.#command = command;
    this.#preferred = targets.preferred;
    this.#replicas = replicas;
    if (this.#nodes.length < targets.count) this.#nodes = new Int32Array(targets.count * 2);
    for (let i = 0; i < targets.count; i++) this.#nodes[i] = targets.nodes[i]!;
    if (targets.count === 0) return this.settleFailure(noQuorum);
    if (targets.level === Consistency.One) {
      this.#ballot = undefined;
      return;
    }
    const ballot = this.#ballot = this.#ownBallot ??= new Ballot();
    ballot.begin(targets);
    if (ballot.verdict === Verdict.Impossible) this.#decideBallot(ballot);
  }

  onReply(target: number, reply: Reply): boolean {
    this.#outstanding--;
    if (this.#isWrite && reply.kind === ReplyKind.Error) this.#refused(target, reply);
    const used = !this.#decided && this.#weigh(target, reply);
    this.#leave();
    return used;
  }

  /** Does this reply decide, or take part in the decision? */
  #weigh(target: number, reply: Reply): boolean {
    const ballot = this.#ballot;
    if (ballot !== undefined) {
      const counted = ballot.reply(target, reply, this.#command!, this.#parts.protocol);
      if (ballot.verdict !== Verdict.Open) this.#decideBallot(ballot);
      return counted;
    }
    if (target === this.#preferred || this.#outstanding === 0 || this.#fallback) {
      this.#answer(reply.bytes, reply.start, reply.end, reply.kind);
      return true;
    }
    if (!this.#keeps) {
      // Not the preferred replica: its reply counts only if that one fails.
      this.#keep(reply.bytes, reply.start, reply.end);
      this.#keptKind = reply.kind;
    }
    return false;
  }

  onFailure(target: number, failure: Failure): void {
    const retry = this.#retry;
    if (retry !== NO_RETRY) {
      const { retries } = this.#parts;
      // A replica that let its whole time pass leaves none for another.
      if (failure.kind !== FailureKind.Timeout && retries.next(retry, failure, this, target)) return;
      failure = retries.explain(retry, failure);
    }
    // Where one answer is enough, the client hears of all failures when nobody gave one.
    if (this.#ballot === undefined && !this.#decided) this.#failure = alsoFailed(this.#failure, failure);
    this.#outstanding--;
    if (this.#isWrite && failure.kind !== FailureKind.Queued) this.#missed(target, failure);
    if (!this.#decided) {
      const ballot = this.#ballot;
      if (ballot !== undefined) {
        const { name } = this.#replicas[this.#nodes[target]!]!;
        ballot.failure(target, failure, name, this.#command!, this.#parts.protocol);
        if (ballot.verdict !== Verdict.Open) this.#decideBallot(ballot);
      } else if (target === this.#preferred && this.#keeps) {
        this.#answer(this.#kept.bytes, 0, this.#kept.length, this.#keptKind);
      } else if (this.#outstanding === 0) {
        if (this.#keeps) this.#answer(this.#kept.bytes, 0, this.#kept.length, this.#keptKind);
        else this.#fail(this.#failure!);
      } else if (target === this.#preferred) {
        this.#fallback = true;
      }
    }
    this.#leave();
  }

  /** Gives the answer from the node itself: nobody was asked. */
  settle(bytes: Uint8Array, start: number, end: number, kind: ReplyKind): void {
    this.#answer(bytes, start, end, kind);
    this.#leave();
  }

  /** The node itself says why there is no answer. */
  settleFailure(failure: Failure): void {
    this.#fail(failure);
    this.#leave();
  }

  emitTo(queue: ReplyQueue): void {
    queue.emit(this.#kept.bytes, 0, this.#kept.length);
    this.ready = false;
    this.#delivered = true;
    this.#leave();
  }

  abandon(): void {
    this.#queue = undefined;
    if (!this.ready) return;
    this.ready = false;
    this.#delivered = true;
    this.#leave();
  }

  #reset(outstanding: number): void {
    this.#outstanding = outstanding;
    this.#decided = false;
    this.#delivered = false;
    this.#failure = undefined;
    this.#fallback = false;
    this.#accepted = false;
    this.#keeps = false;
    this.ready = false;
  }

  /** A replica that refuses what the client is told was done lacks it: out of memory, or without a script that others know. */
  #refused(target: number, { bytes, start, end }: Reply): void {
    if (this.#decided && !this.#accepted) return;
    const text = decode(bytes, start, Math.min(end, start + ERROR_BYTES_MAX)).trimEnd();
    const failure = new Failure(FailureKind.Storage, "Storage", text);
    if (this.#accepted) this.#missed(target, failure);
    else this.#refusals.push({ target, failure });
  }
  #missed(target: number, failure: Failure): void {
    this.#parts.onMissedWrite(this.#replicas[this.#nodes[target]!]!, failure);
  }

  #decideBallot(ballot: Ballot): void {
    const { stats } = this.#parts;
    if (ballot.verdict !== Verdict.Agreed) {
      if (this.#isWrite) stats.client_non_quorum_w_responses++;
      else stats.client_non_quorum_r_responses++;
    }
    const reply = ballot.answer;
    if (reply !== undefined) this.#answer(reply.bytes, reply.start, reply.end, reply.kind);
    else this.#fail(ballot.explain());
  }

  #fail(failure: Failure): void {
    const { protocol } = this.#parts;
    (this.#parent ?? this.#queue)?.failed(failure.kind);
    const out = this.#kept;
    out.clear();
    this.#keeps = true;
    protocol.writeFailure(failure, this.#dialect, out);
    this.#answer(out.bytes, 0, out.length, ReplyKind.Error);
  }

  #answer(bytes: Uint8Array, start: number, end: number, kind: ReplyKind): void {
    this.#decided = true;
    if (this.#isWrite && kind !== ReplyKind.Error) this.#accept();
    if (this.#parent !== undefined) {
      this.#delivered = true;
      this.#parent.onPart(this.#partIndex, bytes, start, end, kind);
      return;
    }
    const queue = this.#queue;
    if (queue === undefined) {
      this.#delivered = true;
      return;
    }
    if (this.#quiet !== 0 && this.#isSuppressed(bytes, start, end, kind)) end = start;
    if (queue.isFirst(this)) {
      queue.emit(bytes, start, end);
      this.#delivered = true;
      queue.advance();
      return;
    }
    if (this.#keeps && bytes === this.#kept.bytes) this.#kept.length = end;
    else this.#keep(bytes, start, end);
    this.ready = true;
  }

  #accept(): void {
    this.#accepted = true;
    for (const { target, failure } of this.#refusals) this.#missed(target, failure);
    this.#refusals.length = 0;
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    this.#kept.clear();
    this.#kept.copy(bytes, start, end);
    this.#keeps = true;
  }

  #isSuppressed(bytes: Uint8Array, start: number, end: number, kind: ReplyKind): boolean {
    const reply = this.#suppressible ??= new Reply();
    return this.#parts.protocol.isSuppressed(this.#quiet, reply.set(bytes, start, end, kind));
  }

  /** Back to the pool once everybody asked has answered and the client has its answer. */
  #leave(): void {
    if (!this.#delivered || this.#outstanding > 0) return;
    this.#delivered = false;
    if (this.#retry !== NO_RETRY) {
      this.#parts.retries.drop(this.#retry);
      this.#retry = NO_RETRY;
    }
    if (this.#replicas !== NOBODY) {
      this.#replicas = NOBODY;
      this.#refusals.length = 0;
    }
    this.#queue = undefined;
    this.#parent = undefined;
    this.#ballot?.clear();
    if (this.#keeps && this.#kept.bytes.length > KEPT_BYTES_MAX) this.#kept.bytes = new Uint8Array(0);
    this.#parts.pool.give(this);
  }
}
