/**
 * How a vote is decided, word by word, by trying everything that could still happen. Slow and plain: what the real one is
 * held against.
 */

/** What a replica may do: two good replies that differ, an error, no reply at all. */
export const outcomes = ["a", "b", "e", "f"] as const;
export type Outcome = typeof outcomes[number];
/** What may still come, as far as the rule can tell them apart: also a good reply nobody gave so far. */
const unknown = [...outcomes, "c"] as const;

/** Every sequence of `length` outcomes. */
export function* sequences<T>(of: readonly T[], length: number): Generator<T[]> {
  if (length === 0) return yield [];
  for (const first of of) for (const rest of sequences(of, length - 1)) yield [first, ...rest];
}

const replies = (seen: readonly string[]) => seen.filter((outcome) => outcome !== "f");
const goodReplies = (seen: readonly string[]) => replies(seen).filter((outcome) => outcome !== "e");
const agree = (seen: readonly string[], required: number) =>
  replies(seen).find((outcome) => seen.filter((other) => other === outcome).length >= required);

/** `agreed on a`, `open`, `differing` or `impossible`, of the outcomes seen so far alone. */
export function voteAfter(seen: readonly Outcome[], expected: number, required: number): string {
  const agreed = agree(seen, required);
  if (agreed !== undefined) return `agreed on ${agreed}`;
  const may = (test: (ending: string[]) => boolean) => {
    for (const rest of sequences(unknown, expected - seen.length)) if (test([...seen, ...rest])) return true;
    return false;
  };
  if (may((ending) => agree(ending, required) !== undefined)) return "open";
  if (goodReplies(seen).length >= required) return "differing";
  if (may((ending) => goodReplies(ending).length >= required)) return "open";
  return "impossible";
}

/** The first decision along `sequence`, and after how many outcomes it fell. */
export function decisionOf(sequence: readonly Outcome[], required: number): { verdict: string; after: number } {
  for (let after = 0; after <= sequence.length; after++) {
    const verdict = voteAfter(sequence.slice(0, after), sequence.length, required);
    if (verdict !== "open") return { verdict, after };
  }
  throw new Error(`${sequence.join("")} is never decided`);
}
