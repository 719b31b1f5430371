/** Ranges as Redis writes them: of positions (`0 -1`), of scores (`(1 +inf`), of members in byte order (`[a (b`, `-`, `+`). */
import { CommandError } from "./call.ts";
import { asciiText, parseDouble } from "./numbers.ts";

/** Positions [from, to] of `length` elements, negative ones counted from the end; undefined when the range is empty. */
export function clampRange(start: number, stop: number, length: number): [from: number, to: number] | undefined {
  const from = Math.max(0, start < 0 ? start + length : start);
  const to = Math.min(length - 1, stop < 0 ? stop + length : stop);
  return from > to ? undefined : [from, to];
}

export interface ScoreRange {
  readonly least: number;
  readonly most: number;
  readonly leastExcluded: boolean;
  readonly mostExcluded: boolean;
}

/** Throws `ERR min or max is not a float`. */
export function parseScoreRange(least: Uint8Array, most: Uint8Array): ScoreRange {
  const [from, to] = [parseBound(least), parseBound(most)];
  return { least: from.value, leastExcluded: from.excluded, most: to.value, mostExcluded: to.excluded };
}

const OPEN_PARENTHESIS = 40;
const OPEN_BRACKET = 91;
const MINUS = 45;
const PLUS = 43;

function parseBound(text: Uint8Array): { readonly value: number; readonly excluded: boolean } {
  const excluded = text[0] === OPEN_PARENTHESIS;
  const value = boundValue(excluded ? text.subarray(1) : text);
  if (value === undefined) throw new CommandError("ERR min or max is not a float");
  return { value, excluded };
}

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Redis takes whatever strtod makes of a bound, without the checks a score gets: nothing is 0, 1e400 is infinite. */
function boundValue(bytes: Uint8Array): number | undefined {
  const text = asciiText(bytes).replace(/^[ \t\n\v\f\r]+/, "");
  if (text === "") return 0;
  if (DECIMAL.test(text)) return Number(text);
  return parseDouble(bytes.subarray(bytes.length - text.length));
}

/** A bound of members: a value, or the end of all of them. */
export interface LexBound {
  readonly value: Uint8Array;
  readonly excluded: boolean;
  /** -1 below every member, 1 above every member, 0 for `value`. */
  readonly infinite: -1 | 0 | 1;
}

export interface LexRange {
  readonly least: LexBound;
  readonly most: LexBound;
}

/** Throws `ERR min or max not valid string range item`. */
export function parseLexRange(least: Uint8Array, most: Uint8Array): LexRange {
  return { least: parseLexBound(least), most: parseLexBound(most) };
}

/** A view of the argument, not a copy. */
function parseLexBound(text: Uint8Array): LexBound {
  const value = text.subarray(1);
  const [first] = text;
  if (first === OPEN_PARENTHESIS || first === OPEN_BRACKET) {
    return { value, excluded: first === OPEN_PARENTHESIS, infinite: 0 };
  }
  if (text.length === 1 && (first === MINUS || first === PLUS)) {
    return { value, excluded: false, infinite: first === MINUS ? -1 : 1 };
  }
  throw new CommandError("ERR min or max not valid string range item");
}
