/** Counts that must lie within bounds, and the error texts Redis has for those that do not. */
import { type Call, CommandError, notInteger } from "./call.ts";
import { clampToSafe, parseInteger } from "./numbers.ts";

const notPositive = "ERR value is out of range, must be positive";
const notNegatable = "ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807";
/** The least 64-bit number has no counterpart above zero. */
const LEAST = -9223372036854775808n;

/**
 * A whole number of `least` or more, clamped to the safe range. What is less, or no number at all, throws `message`.
 *
 *     const limit = countFrom(call, i, 0, "ERR LIMIT can't be negative");
 */
export function countFrom(call: Call, index: number, least: number, message: string = notPositive): number {
  const value = parseInteger(call.arg(index));
  if (value === undefined || value < least) throw new CommandError(message);
  return clampToSafe(value);
}

/** How many elements to pick at random: so many different ones, or, negative, so many with repetition. */
export function randomCount(call: Call, index: number): number {
  const value = parseInteger(call.arg(index));
  if (value === undefined) throw new CommandError(notInteger);
  if (value === LEAST) throw new CommandError(notNegatable);
  return clampToSafe(value);
}
