/** `md5`: the first four bytes of the MD5 digest (RFC 1321), little endian. Slow, and kept for rings that use it. */
import { createHash } from "node:crypto";

export function md5(bytes: Uint8Array, start: number, end: number): number {
  return createHash("md5").update(bytes.subarray(start, end)).digest().readUInt32LE(0);
}
