/** `murmur`, the default: MurmurHash2 by Austin Appleby, 32 bit, with C Dynomite's seed, which depends on the length. */
const MULTIPLIER = 0x5bd1e995;
const SEED_FACTOR = 0xdeadbeef;

/** Token of `bytes[start, end)`: unsigned 32 bit. */
export function murmur(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  let hash = Math.imul(SEED_FACTOR, length) ^ length;
  let at = start;
  for (; end - at >= 4; at += 4) {
    let word = bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24;
    word = Math.imul(word, MULTIPLIER);
    word ^= word >>> 24;
    word = Math.imul(word, MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  const left = end - at;
  if (left > 0) {
    if (left === 3) hash ^= bytes[at + 2]! << 16;
    if (left >= 2) hash ^= bytes[at + 1]! << 8;
    hash ^= bytes[at]!;
    hash = Math.imul(hash, MULTIPLIER);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  hash ^= hash >>> 15;
  return hash >>> 0;
}
