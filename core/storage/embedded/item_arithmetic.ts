/** Numbers in items: unsigned, 64 bits, as decimal text. */
import { asciiText } from "./numbers.ts";
import type { Items } from "./items.ts";

const BITS = 64;
/** What strtoull takes: blanks before, a plus, zeros; behind the number must be a blank, a zero byte or the end. */
const NUMBER = /^[ \t\n\v\f\r]*\+?(\d+)(?:[ \t\n\v\f\r\0]|$)/;
/** The number stands within so many bytes. */
const NUMBER_BYTES_MAX = 4096;
const SPACE = 32;

/** The number an item's value is, or undefined. */
export function numberOf(value: Uint8Array): bigint | undefined {
  const match = NUMBER.exec(asciiText(value.subarray(0, NUMBER_BYTES_MAX)));
  if (match === null) return undefined;
  const number = BigInt(match[1]!);
  return number === BigInt.asUintN(BITS, number) ? number : undefined;
}

/** `incr` wraps around, `decr` ends at 0. */
export function addDelta(value: bigint, delta: bigint, increments: boolean): bigint {
  if (increments) return BigInt.asUintN(BITS, value + delta);
  return delta > value ? 0n : value - delta;
}

/**
 * Gives the item just loaded the value `number`. Where it fits, it is written over the old value and padded with blanks, as in
 * memcached, and the item stays what it is; else it is a new item of that value.
 */
export function writeNumber(items: Items, key: Uint8Array, number: bigint, binaryKeyMark: number): void {
  const text = number.toString();
  const { length } = items.value;
  const value = new Uint8Array(Math.max(length, text.length)).fill(SPACE);
  for (let i = 0; i < text.length; i++) value[i] = text.charCodeAt(i);
  if (text.length <= length) items.overwrite(value);
  else items.store(key, value, items.flags, items.expiresAt, items.marks & binaryKeyMark);
}

export const nonNumeric = "CLIENT_ERROR cannot increment or decrement non-numeric value";
