/** Counting and finding bits in a range of a byte string. Bit 0 is the highest bit of the first byte. */

/** The set bits of 32 bits, added up in parallel: pairs, nibbles, bytes. */
function popcount32(word: number): number {
  word -= (word >>> 1) & 0x55555555;
  word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
  return Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Bits of byte `index` that lie in `[from, to)`. */
function maskOf(index: number, from: number, to: number): number {
  let mask = 255;
  if (from > index * 8) mask &= 255 >> (from - index * 8);
  if (to < index * 8 + 8) mask &= 255 << (index * 8 + 8 - to);
  return mask & 255;
}

/** How many bits of `bytes` in the bit range `[from, to)` are set. */
export function countBits(bytes: Uint8Array, from: number, to: number): number {
  if (from >= to) return 0;
  const first = Math.floor(from / 8);
  const last = Math.floor((to - 1) / 8);
  if (first === last) return popcount32(bytes[first]! & maskOf(first, from, to));
  let count = popcount32(bytes[first]! & maskOf(first, from, to)) + popcount32(bytes[last]! & maskOf(last, from, to));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = first + 1;
  for (; at + 4 <= last; at += 4) count += popcount32(view.getInt32(at));
  for (; at < last; at++) count += popcount32(bytes[at]!);
  return count;
}

/** The first bit in `[from, to)` that is set (or clear), -1 for none. */
export function findBit(bytes: Uint8Array, from: number, to: number, set: boolean): number {
  if (from >= to) return -1;
  const skip = set ? 0 : 255;
  const last = Math.floor((to - 1) / 8);
  for (let index = Math.floor(from / 8); index <= last; index++) {
    if (bytes[index] === skip) continue;
    const wanted = (set ? bytes[index]! : ~bytes[index]!) & maskOf(index, from, to);
    if (wanted !== 0) return index * 8 + Math.clz32(wanted) - 24;
  }
  return -1;
}
