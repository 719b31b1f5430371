/**
 * Replies that differ, replicas that fail, votes of several datacenters: which replies say the same, and what the votes conclude
 * from it. Reused, with the memory of the replies it keeps.
 */
import { ByteWriter, equalBytes } from "../bytes.ts";
import { Consistency } from "../consistency.ts";
import type { Protocol } from "../protocol.ts";
import { Failure, FailureKind, Reply, ReplyKind } from "../reply.ts";
import type { Command } from "../request.ts";
import type { Targets } from "./response_coordinator.ts";
import { Verdict, Vote } from "./vote.ts";

/** The memory of a reply above this is not kept for the next one. */
const KEPT_BYTES_MAX = 1024;

/** The replies being weighed and their votes, one for each datacenter that counts. */
export class FullBallot {
  verdict: Verdict = Verdict.Open;
  #level: Consistency = Consistency.Quorum;
  #voteOf = new Int32Array(8);
  readonly #votes: Vote[] = [];
  #voteCount = 0;
  /** Distinct replies of each vote, by class. */
  readonly #classes: KeptReplies[] = [];
  #failures: string[] = [];
  #firstFailure: Failure | undefined;
  #firstError: Reply | undefined;

  begin(targets: Targets): void {
    this.#reset(targets.count, targets.voteCount, targets.level);
    for (let i = 0; i < targets.count; i++) this.#voteOf[i] = targets.votes[i]!;
    for (let vote = 0; vote < targets.voteCount; vote++) {
      let expected = 0;
      for (let i = 0; i < targets.count; i++) if (targets.votes[i] === vote) expected++;
      this.#beginVote(vote, expected, targets.required[vote]!);
    }
    this.#conclude();
  }

  /** The same for one vote, which the first `voters` of `count` targets have. */
  beginOne(count: number, voters: number, required: number, level: Consistency): void {
    this.#reset(count, 1, level);
    for (let i = 0; i < count; i++) this.#voteOf[i] = i < voters ? 0 : -1;
    this.#beginVote(0, voters, required);
    this.#conclude();
  }

  #reset(count: number, voteCount: number, level: Consistency): void {
    this.#level = level;
    this.#voteCount = voteCount;
    this.verdict = Verdict.Open;
    if (this.#voteOf.length < count) this.#voteOf = new Int32Array(count * 2);
  }

  #beginVote(vote: number, expected: number, required: number): void {
    this.#votes[vote] ??= new Vote();
    this.#classes[vote] ??= new KeptReplies();
    this.#votes[vote]!.begin(expected, required);
  }

  /** Counts a reply; false when its target has no vote. */
  reply(target: number, reply: Reply, command: Command, protocol: Protocol): boolean {
    const vote = this.#voteOf[target]!;
    if (vote < 0) return false;
    const classes = this.#classes[vote]!;
    let index = 0;
    while (index < classes.count && !sameReply(classes.at(index), reply, command, protocol)) index++;
    if (index === classes.count) classes.keep(reply);
    const good = reply.kind !== ReplyKind.Error;
    if (!good) this.#firstError ??= classes.at(index);
    this.#votes[vote]!.reply(index, good);
    this.#conclude();
    return true;
  }

  failure(target: number, failure: Failure, name: string): void {
    const vote = this.#voteOf[target]!;
    if (vote < 0) return;
    this.#firstFailure ??= failure;
    this.#failures.push(failure.text.includes(name) ? failure.toString() : `${failure} (${name})`);
    this.#votes[vote]!.failure();
    this.#conclude();
  }

  /** The answer, when the verdict allows one; undefined: `explain` says why not. */
  get answer(): Reply | undefined {
    if (this.verdict === Verdict.Agreed) return this.#classes[0]!.at(this.#votes[0]!.winner);
    if (this.verdict === Verdict.Impossible) return this.#firstError;
    if (this.#level !== Consistency.Quorum) return undefined;
    return this.#classes[0]!.firstGood;
  }

  /** Why there is no answer, naming the replicas that failed. */
  explain(): Failure {
    if (this.verdict === Verdict.Differing) return noQuorum;
    const only = this.#firstFailure;
    if (only === undefined) return noQuorum;
    return new Failure(only.kind, only.source, this.#failures.join("; ").slice(only.source.length + 2));
  }

  clear(): void {
    for (let i = 0; i < this.#voteCount; i++) this.#classes[i]!.clear();
    if (this.#failures.length > 0) this.#failures = [];
    this.#firstFailure = undefined;
    this.#firstError = undefined;
  }

  /** The first vote that is lost decides; else all must be over. */
  #conclude(): void {
    let open = false;
    for (let i = 0; i < this.#voteCount; i++) {
      const { verdict } = this.#votes[i]!;
      if (verdict === Verdict.Impossible || verdict === Verdict.Differing) {
        this.verdict = verdict;
        return;
      }
      open ||= verdict === Verdict.Open;
    }
    this.verdict = open ? Verdict.Open : Verdict.Agreed;
  }
}

/** Copies of replies. */
class KeptReplies {
  count = 0;
  readonly #replies: Reply[] = [];
  readonly #memories: ByteWriter[] = [];

  at(index: number): Reply {
    return this.#replies[index]!;
  }
  get firstGood(): Reply | undefined {
    for (let i = 0; i < this.count; i++) if (this.at(i).kind !== ReplyKind.Error) return this.at(i);
    return undefined;
  }

  keep(reply: Reply): void {
    const memory = this.#memories[this.count] ??= new ByteWriter();
    const kept = this.#replies[this.count] ??= new Reply();
    this.count++;
    memory.clear();
    memory.copy(reply.bytes, reply.start, reply.end);
    kept.set(memory.bytes, 0, memory.length, reply.kind);
  }

  clear(): void {
    for (let i = 0; i < this.count; i++) {
      const memory = this.#memories[i]!;
      if (memory.bytes.length > KEPT_BYTES_MAX) memory.bytes = this.at(i).bytes = new Uint8Array(0);
    }
    this.count = 0;
  }
}

/** Do both say the same? */
export function sameReply(a: Reply, b: Reply, command: Command, protocol: Protocol): boolean {
  if (a.kind !== b.kind) return false;
  if (equalBytes(a.bytes, a.start, a.end, b.bytes, b.start, b.end)) return true;
  return command.unordered && a.length === b.length && protocol.equalUnordered(command, a, b);
}

/** Nobody can agree, or nobody was asked. */
export const noQuorum = new Failure(FailureKind.NoQuorum, "Dynomite", "Failed to achieve Quorum");
