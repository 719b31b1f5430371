import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decode } from "../../../../core/bytes.ts";
import { Consistency } from "../../../../core/consistency.ts";
import { Ballot } from "../../../../core/replication/ballot.ts";
import { majority } from "../../../../core/replication/consistency_policy.ts";
import { FullBallot } from "../../../../core/replication/full_ballot.ts";
import type { Targets } from "../../../../core/replication/response_coordinator.ts";
import { Verdict } from "../../../../core/replication/vote.ts";
import { Failure, FailureKind } from "../../../../core/reply.ts";
import { lineCommand, LineProtocol, lineReply } from "../../../support/line_protocol.ts";

const protocol = new LineProtocol();
const command = lineCommand("get");

/** `voters` of this datacenter, then `copies` whose reply is not waited for, and `others` of a second one that votes too. */
function targetsOf(voters: number, copies: number, others: number, level: Consistency): Targets {
  const votes = [...Array(voters).fill(0), ...Array(others).fill(1), ...Array(copies).fill(-1)] as number[];
  const required = others > 0 ? [majority(voters), majority(others)] : [majority(voters)];
  return {
    count: votes.length,
    nodes: Int32Array.from(votes, (_, i) => i),
    votes: Int32Array.from(votes),
    voteCount: required.length,
    required: Int32Array.from(required),
    preferred: 0,
    level,
  };
}

function conclusion(ballot: Pick<Ballot, "verdict" | "answer" | "explain">): string {
  if (ballot.verdict === Verdict.Open) return "open";
  const { answer } = ballot;
  const text = answer === undefined ? ballot.explain().toString() : decode(answer.bytes, answer.start, answer.end);
  return `${ballot.verdict} ${text}`;
}

Deno.test("Ballot concludes what FullBallot does, after each reply and failure, used again and again", () => {
  const ballot = new Ballot();
  const full = new FullBallot();
  const outcome = fc.oneof(
    { weight: 4, arbitrary: fc.constant("a") },
    fc.constantFrom("b", "!e", "lost", "x".repeat(2000)),
  );
  fc.assert(
    fc.property(
      fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(2), fc.nat(3)),
      fc.constantFrom(Consistency.Quorum, Consistency.SafeQuorum, Consistency.EachSafeQuorum),
      fc.array(outcome, { minLength: 10, maxLength: 10 }),
      fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], { minLength: 10 }),
      ([voters, copies, others], level, outcomes, order) => {
        const targets = targetsOf(voters, copies, others, level);
        ballot.begin(targets);
        full.begin(targets);
        for (const target of order.filter((target) => target < targets.count)) {
          assertEquals(conclusion(ballot), conclusion(full));
          if (ballot.verdict !== Verdict.Open) break;
          const says = outcomes[target]!;
          if (says === "lost") {
            const failure = new Failure(FailureKind.Disconnected, "Peer", `${target} is gone`);
            ballot.failure(target, failure, `node${target}`, command, protocol);
            full.failure(target, failure, `node${target}`);
          } else {
            const reply = lineReply(says);
            const counted = ballot.reply(target, reply, command, protocol);
            assertEquals(counted, full.reply(target, reply, command, protocol));
            reply.bytes.fill(0);
          }
        }
        assertEquals(conclusion(ballot), conclusion(full));
        ballot.clear();
        full.clear();
      },
    ),
    { numRuns: 2000 },
  );
});

Deno.test("Ballot counts replies whose order is not defined as the same", () => {
  const ballot = new Ballot();
  ballot.begin(targetsOf(3, 0, 0, Consistency.SafeQuorum));
  const members = lineCommand("members");
  ballot.reply(0, lineReply("a b"), members, protocol);
  ballot.reply(2, lineReply("b a"), members, protocol);
  assertEquals([members.unordered, conclusion(ballot)], [true, `${Verdict.Agreed} a b\n`]);
});
