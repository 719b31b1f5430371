/**
 * Base64 keys of meta commands (flag b), read as memcached reads them: bytes outside the alphabet are passed over, what is
 * left comes in fours, and the first group with padding is the last.
 */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PAD = 61;
const OUTSIDE = 128;

const values = new Uint8Array(256).fill(OUTSIDE);
for (let i = 0; i < ALPHABET.length; i++) values[ALPHABET.charCodeAt(i)] = i;
values[PAD] = 0;

/** Decodes `bytes[start, end)` to `target` at `at`, which has room for as many. Returns the length, 0 when it is no base64. */
export function decodeBase64(bytes: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number {
  let count = 0;
  for (let i = start; i < end; i++) if (values[bytes[i]!] !== OUTSIDE) count++;
  if (count === 0 || count % 4 !== 0) return 0;
  const from = at;
  let group = 0;
  let held = 0;
  let padding = 0;
  for (let i = start; i < end; i++) {
    const value = values[bytes[i]!]!;
    if (value === OUTSIDE) continue;
    if (bytes[i] === PAD) padding++;
    group = (group << 6) | value;
    if (++held < 4) continue;
    if (padding > 2) return 0;
    target[at] = group >> 16 & 255;
    target[at + 1] = group >> 8 & 255;
    target[at + 2] = group & 255;
    at += 3 - padding;
    if (padding > 0) break;
    group = held = 0;
  }
  return at - from;
}

/** Base64 text of `bytes`, with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
