/**
 * Spans: every range of a sorted set, whether of scores, members or everything, as one stretch of its order (score first, then the
 * bytes of the member). A span holds its low end and not its high end, so that counting, reading and deleting are one
 * statement each, and SQLite finds both ends in the index:
 *
 *     (score, member) >= (low, lowMember) AND (score, member) < (high, highMember)
 *
 * Ends that are written otherwise have a twin of that form. A score above 1 is one from the next double after 1 on, and
 * members up to `b` are those below `b\0`, for nothing lies between the two.
 */
import type { LexRange, ScoreRange } from "./ranges.ts";

/** An end behind every score, infinity too: SQLite sorts text behind numbers. */
export const BEHIND_ALL = "";
export type ScoreEnd = number | typeof BEHIND_ALL;

const NO_BYTES = new Uint8Array(0);

export interface Span {
  readonly low: ScoreEnd;
  readonly lowMember: Uint8Array;
  readonly high: ScoreEnd;
  readonly highMember: Uint8Array;
}

export const wholeSpan: Span = { low: -Infinity, lowMember: NO_BYTES, high: BEHIND_ALL, highMember: NO_BYTES };
export const emptySpan: Span = { low: BEHIND_ALL, lowMember: NO_BYTES, high: BEHIND_ALL, highMember: NO_BYTES };

/** The members with a score in `range`. */
export function spanOfScores(range: ScoreRange): Span {
  const low = range.leastExcluded ? nextScore(range.least) : range.least;
  const high = range.mostExcluded ? range.most : nextScore(range.most);
  return { low, lowMember: NO_BYTES, high, highMember: NO_BYTES };
}

/** Everything before one member: as many as its rank. */
export function spanBefore(score: number, member: Uint8Array): Span {
  return { low: -Infinity, lowMember: NO_BYTES, high: score, highMember: member };
}

/** A range of members with both ends in a span's form: from `from` on and below `below`, undefined for without end. */
export interface MemberStretch {
  readonly from: Uint8Array;
  readonly below: Uint8Array | undefined;
}

/** Undefined when no member can lie in `range`. */
export function stretchOf({ least, most }: LexRange): MemberStretch | undefined {
  if (least.infinite > 0 || most.infinite < 0) return undefined;
  const from = least.infinite < 0 ? NO_BYTES : least.excluded ? nextMember(least.value) : least.value;
  if (most.infinite > 0) return { from, below: undefined };
  const below = most.excluded ? most.value : nextMember(most.value);
  return compareBytes(from, below) < 0 ? { from, below } : undefined;
}

/** The least score above `score`. */
export function nextScore(score: number): ScoreEnd {
  if (score === Infinity) return BEHIND_ALL;
  if (score === 0) return Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, score);
  // A double's bits count up with its size: away from zero for positive ones, towards it for negative ones.
  view.setBigInt64(0, view.getBigInt64(0) + (score > 0 ? 1n : -1n));
  return view.getFloat64(0);
}

/** The least member above `member`: it and a zero byte. */
export function nextMember(member: Uint8Array): Uint8Array {
  const next = new Uint8Array(member.length + 1);
  next.set(member);
  return next;
}

/** Below zero where `a` comes first, as memcmp and SQLite order bytes. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
