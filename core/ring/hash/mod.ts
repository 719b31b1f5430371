/** The key hashes by their conf name. All give an unsigned 32-bit token of `bytes[start, end)` and, but for md5, allocate nothing. */
import { crc16 } from "./crc16.ts";
import { crc32, crc32a } from "./crc32.ts";
import { fnv1_32, fnv1_64, fnv1a_32, fnv1a_64 } from "./fnv.ts";
import { hsieh } from "./hsieh.ts";
import { jenkins } from "./jenkins.ts";
import { md5 } from "./md5.ts";
import { murmur } from "./murmur.ts";
import { murmur3 } from "./murmur3.ts";
import { oneAtATime } from "./one_at_a_time.ts";

export type KeyHash = (bytes: Uint8Array, start: number, end: number) => number;

/**
 * Every key hash that `hash` may name.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const key = new TextEncoder().encode("foo");
 * assertEquals(hashByName.murmur(key, 0, key.length), 3303027599);
 * ```
 */
export const hashByName = {
  one_at_a_time: oneAtATime,
  md5,
  crc16,
  crc32,
  crc32a,
  fnv1_64,
  fnv1a_64,
  fnv1_32,
  fnv1a_32,
  hsieh,
  murmur,
  jenkins,
  murmur3,
} as const satisfies Readonly<Record<string, KeyHash>>;

export type HashName = keyof typeof hashByName;

/** The conf name of one of them. */
export function hashNameOf(hash: KeyHash): string {
  return Object.entries(hashByName).find(([, known]) => known === hash)?.[0] ?? hash.name;
}
