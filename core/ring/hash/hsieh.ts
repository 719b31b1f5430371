/** `hsieh`: Paul Hsieh's SuperFastHash (http://www.azillionmonkeys.com/qed/hash.html) from 0. An empty key has token 0; in C Dynomite it had none. */
export function hsieh(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  let at = start;
  for (; end - at >= 4; at += 4) {
    hash = (hash + (bytes[at]! | bytes[at + 1]! << 8)) | 0;
    const mixed = ((bytes[at + 2]! | bytes[at + 3]! << 8) << 11) ^ hash;
    hash = (hash << 16) ^ mixed;
    hash = (hash + (hash >>> 11)) | 0;
  }
  const left = end - at;
  if (left === 3) {
    hash = (hash + (bytes[at]! | bytes[at + 1]! << 8)) | 0;
    hash ^= hash << 16;
    hash ^= bytes[at + 2]! << 18;
    hash = (hash + (hash >>> 11)) | 0;
  } else if (left === 2) {
    hash = (hash + (bytes[at]! | bytes[at + 1]! << 8)) | 0;
    hash ^= hash << 11;
    hash = (hash + (hash >>> 17)) | 0;
  } else if (left === 1) {
    hash = (hash + bytes[at]!) | 0;
    hash ^= hash << 10;
    hash = (hash + (hash >>> 1)) | 0;
  }
  hash ^= hash << 3;
  hash = (hash + (hash >>> 5)) | 0;
  hash ^= hash << 4;
  hash = (hash + (hash >>> 17)) | 0;
  hash ^= hash << 25;
  hash = (hash + (hash >>> 6)) | 0;
  return hash >>> 0;
}
