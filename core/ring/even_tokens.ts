/** Where the nodes of a rack stand so that each owns as much as the others. */

/**
 * `count` tokens at equal distances, ascending from 0: the i-th is floor(2^32 / count * i). `count` is 1 to 2^20, so that
 * every product is exact.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(evenTokens(2), [0, 2147483648]);
 * ```
 */
export function evenTokens(count: number): number[] {
  // Multiplied first: a rounded distance would put some tokens one too low.
  return Array.from({ length: count }, (_, i) => Math.floor(2 ** 32 * i / count));
}
