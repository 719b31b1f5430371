/**
 * Decimal numbers of a command line. Only what every memcached 1.6 takes: its versions differ in what else they let pass
 * (a plus, more digits than fit), and where the server takes for wrong what was taken for right here, it would read the
 * data block as commands.
 */
import { NINE, ZERO } from "../../core/bytes.ts";

const MINUS = 45;
const INT32_MAX = 2147483647;
const UINT32_MAX = 4294967295;
const UINT64_MAX = "18446744073709551615";

/** The value of up to ten digits, or -1 when there is anything else. */
function digits(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end || end - start > 10) return -1;
  let value = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < ZERO || byte > NINE) return -1;
    value = value * 10 + byte - ZERO;
  }
  return value;
}

/** Client flags, levels: 0 to 2^32 - 1. */
export function isUnsigned32(bytes: Uint8Array, start: number, end: number): boolean {
  const value = digits(bytes, start, end);
  return value >= 0 && value <= UINT32_MAX;
}

/** Times: -2^31 + 1 to 2^31 - 1. */
export function isSigned32(bytes: Uint8Array, start: number, end: number): boolean {
  const value = digits(bytes, bytes[start] === MINUS && start < end ? start + 1 : start, end);
  return value >= 0 && value <= INT32_MAX;
}

/** Deltas and cas uniques: 0 to 2^64 - 1. */
export function isUnsigned64(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < 1 || length > UINT64_MAX.length) return false;
  let order = 0;
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i]!;
    if (byte < ZERO || byte > NINE) return false;
    if (order === 0) order = byte - UINT64_MAX.charCodeAt(i);
  }
  return length < UINT64_MAX.length || order <= 0;
}

/** The length of a data block, or -1. Two bytes are left for its line end, as in memcached. */
export function dataLength(bytes: Uint8Array, start: number, end: number): number {
  const value = digits(bytes, start, end);
  return value <= INT32_MAX - 2 ? value : -1;
}
