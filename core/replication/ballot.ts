/**
 * The replies to one request as they are weighed. Mostly all replicas of one datacenter say the same: then a copy of the first
 * reply and a number are all there is to remember. As soon as one differs or fails, or where several datacenters vote, every
 * reply is looked at (full_ballot.ts), those that agreed before included.
 *
 * The difference is memory: with thousands of requests in flight it decides how many of them the processor's cache holds.
 */
import { ByteWriter } from "../bytes.ts";
import { Consistency } from "../consistency.ts";
import type { Protocol } from "../protocol.ts";
import { type Failure, Reply } from "../reply.ts";
import type { Command } from "../request.ts";
import { FullBallot, sameReply } from "./full_ballot.ts";
import type { Targets } from "./response_coordinator.ts";
import { Verdict } from "./vote.ts";

/** The memory of a reply above this is not kept for the next one. */
const KEPT_BYTES_MAX = 1024;

export class Ballot {
  verdict: Verdict = Verdict.Open;
  #level: Consistency = Consistency.Quorum;
  #count = 0;
  /** The first so many targets vote, the others do not; 0 while the full ballot counts. */
  #voters = 0;
  #required = 0;
  /** Replies so far, all the same as `#first`. */
  #agreeing = 0;
  readonly #first = new Reply();
  readonly #memory = new ByteWriter();
  #full: FullBallot | undefined;

  begin(targets: Targets): void {
    const { count, votes, voteCount, required, level } = targets;
    let voters = 0;
    while (voters < count && votes[voters] === 0) voters++;
    for (let i = voters; i < count; i++) if (votes[i]! >= 0) voters = 0;
    this.#agreeing = 0;
    if (voteCount !== 1 || voters < required[0]!) return this.#beginFull(targets);
    this.#level = level;
    this.#count = count;
    this.#voters = voters;
    this.#required = required[0]!;
    this.verdict = Verdict.Open;
  }

  /** Counts a reply; false when its target has no vote. */
  reply(target: number, reply: Reply, command: Command, protocol: Protocol): boolean {
    if (this.#voters > 0) {
      if (target >= this.#voters) return false;
      if (this.#agreeing === 0 || sameReply(this.#first, reply, command, protocol)) {
        if (this.#agreeing++ === 0) this.#keep(reply);
        if (this.#agreeing >= this.#required) this.verdict = Verdict.Agreed;
        return true;
      }
      this.#lookCloser(command, protocol);
    }
    const full = this.#full!;
    const counted = full.reply(target, reply, command, protocol);
    this.verdict = full.verdict;
    return counted;
  }

  failure(target: number, failure: Failure, name: string, command: Command, protocol: Protocol): void {
    if (this.#voters > 0) {
      if (target >= this.#voters) return;
      this.#lookCloser(command, protocol);
    }
    const full = this.#full!;
    full.failure(target, failure, name);
    this.verdict = full.verdict;
  }

  /** The answer, when the verdict allows one; undefined: `explain` says why not. */
  get answer(): Reply | undefined {
    return this.#voters > 0 ? this.#first : this.#full!.answer;
  }

  /** Why there is no answer, naming the replicas that failed. */
  explain(): Failure {
    return this.#full!.explain();
  }

  clear(): void {
    if (this.#voters === 0) this.#full?.clear();
    if (this.#memory.bytes.length > KEPT_BYTES_MAX) this.#memory.bytes = this.#first.bytes = new Uint8Array(0);
  }

  #keep({ bytes, start, end, kind }: Reply): void {
    const memory = this.#memory;
    memory.clear();
    memory.copy(bytes, start, end);
    this.#first.set(memory.bytes, 0, memory.length, kind);
  }

  #beginFull(targets: Targets): void {
    const full = this.#full ??= new FullBallot();
    this.#voters = 0;
    full.begin(targets);
    this.verdict = full.verdict;
  }

  /** From now on the full ballot counts; it is told what was counted here. */
  #lookCloser(command: Command, protocol: Protocol): void {
    const full = this.#full ??= new FullBallot();
    full.beginOne(this.#count, this.#voters, this.#required, this.#level);
    this.#voters = 0;
    for (let i = 0; i < this.#agreeing; i++) full.reply(i, this.#first, command, protocol);
  }
}
