/** `crc32a`: CRC-32 as zlib computes it (polynomial 0xedb88320). `crc32`: 15 bits of it, as memcached's clients used to. */
const table = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let crc = i;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  table[i] = crc;
}

export function crc32a(bytes: Uint8Array, start: number, end: number): number {
  let crc = ~0;
  for (let at = start; at < end; at++) crc = (crc >>> 8) ^ table[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}

/** Tokens 0 to 32767 only: a ring that uses it wants its tokens in that range. */
export function crc32(bytes: Uint8Array, start: number, end: number): number {
  return (crc32a(bytes, start, end) >>> 16) & 0x7fff;
}
