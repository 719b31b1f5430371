import { assertEquals } from "@std/assert";
import { Verdict, Vote } from "../../../../core/replication/vote.ts";
import { type Outcome, outcomes, sequences, voteAfter } from "../../../support/vote_specification.ts";

function describe(vote: Vote, classes: readonly Outcome[]): string {
  if (vote.verdict === Verdict.Agreed) return `agreed on ${classes[vote.winner]}`;
  return vote.verdict === Verdict.Open ? "open" : vote.verdict === Verdict.Differing ? "differing" : "impossible";
}

for (let expected = 1; expected <= 5; expected++) {
  for (let required = 1; required <= expected + 1; required++) {
    Deno.test(`Vote of ${required} in ${expected} decides as early as it can, and for good`, () => {
      const known = new Map<string, string>();
      const vote = new Vote();
      for (const sequence of sequences(outcomes, expected)) {
        vote.begin(expected, required);
        const classes: Outcome[] = [];
        let decided = voteAfter([], expected, required);
        assertEquals(describe(vote, classes), decided, "at the beginning");
        sequence.forEach((outcome, i) => {
          const seen = sequence.slice(0, i + 1);
          let verdict: Verdict;
          if (outcome === "f") verdict = vote.failure();
          else {
            if (!classes.includes(outcome)) classes.push(outcome);
            verdict = vote.reply(classes.indexOf(outcome), outcome !== "e");
          }
          const key = seen.join("");
          if (!known.has(key)) known.set(key, voteAfter(seen, expected, required));
          if (decided === "open") decided = known.get(key)!;
          assertEquals(describe(vote, classes), decided, `after ${key}`);
          assertEquals(verdict, vote.verdict);
        });
        if (decided === "open") throw new Error(`${sequence.join("")} was never decided`);
      }
    });
  }
}

Deno.test("Vote.begin() forgets the vote before", () => {
  const vote = new Vote();
  vote.begin(3, 2);
  vote.reply(0, true);
  vote.reply(0, true);
  assertEquals([vote.verdict, vote.winner], [Verdict.Agreed, 0]);
  vote.begin(3, 2);
  assertEquals([vote.verdict, vote.winner], [Verdict.Open, -1]);
  assertEquals(vote.reply(0, true), Verdict.Open);
  assertEquals(vote.reply(1, true), Verdict.Open);
  assertEquals(vote.reply(1, true), Verdict.Agreed);
  assertEquals(vote.winner, 1);
});
