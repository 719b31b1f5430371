/**
 * `murmur3`: MurmurHash3_x86_32 by Austin Appleby (https://github.com/aappleby/smhasher), seed 0. C Dynomite accepts the name and
 * computes nothing, so that every key lands on the node with the lowest token; a ring that ran with it must be reloaded.
 */
export function murmur3(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  let at = start;
  for (; end - at >= 4; at += 4) {
    hash ^= scramble(bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  if (at < end) {
    let word = 0;
    for (let last = end - 1; last >= at; last--) word = (word << 8) | bytes[last]!;
    hash ^= scramble(word);
  }
  hash ^= end - start;
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return hash >>> 0;
}

function scramble(word: number): number {
  word = Math.imul(word, 0xcc9e2d51);
  word = (word << 15) | (word >>> 17);
  return Math.imul(word, 0x1b873593);
}
