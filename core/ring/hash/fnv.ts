/**
 * The FNV hashes (http://www.isthe.com/chongo/tech/comp/fnv/). Of the 64-bit ones the token is the low half, which needs only
 * the low halves of offset and prime.
 */
const OFFSET_32 = 0x811c9dc5;
const PRIME_32 = 0x01000193;
const OFFSET_64_LOW = 0x84222325;
const PRIME_64_LOW = 0x1b3;

export function fnv1_32(bytes: Uint8Array, start: number, end: number): number {
  return multiplyFirst(bytes, start, end, OFFSET_32, PRIME_32);
}
export function fnv1a_32(bytes: Uint8Array, start: number, end: number): number {
  return addFirst(bytes, start, end, OFFSET_32, PRIME_32);
}
export function fnv1_64(bytes: Uint8Array, start: number, end: number): number {
  return multiplyFirst(bytes, start, end, OFFSET_64_LOW, PRIME_64_LOW);
}
export function fnv1a_64(bytes: Uint8Array, start: number, end: number): number {
  return addFirst(bytes, start, end, OFFSET_64_LOW, PRIME_64_LOW);
}

function multiplyFirst(bytes: Uint8Array, start: number, end: number, offset: number, prime: number): number {
  let hash = offset;
  for (let at = start; at < end; at++) hash = Math.imul(hash, prime) ^ bytes[at]!;
  return hash >>> 0;
}

function addFirst(bytes: Uint8Array, start: number, end: number, offset: number, prime: number): number {
  let hash = offset;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, prime);
  return hash >>> 0;
}
