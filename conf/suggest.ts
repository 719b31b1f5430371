/** "Did you mean": the known name that is nearest to what somebody wrote. */

/** Edits (insert, remove, replace, swap of neighbours) between two words. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let best = Math.min(current[column - 1]! + 1, last[column]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) best = Math.min(best, beforeLast[column - 2]! + 1);
      current.push(best);
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length]!;
}

/** Longer texts are no misspelt name, and would cost time. */
const nameLengthMax = 64;

/**
 * The name of `known` nearest to `written`, or undefined when none is near: at most a third of the letters may differ.
 * Case and `-` for `_` do not count, and a name that is part of the other is near.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(suggest("timout", ["timeout", "backlog"]), "timeout");
 * ```
 */
export function suggest(written: string, known: readonly string[]): string | undefined {
  if (written.length < 2 || written.length > nameLengthMax) return undefined;
  const plain = written.toLowerCase().replaceAll("-", "_");
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(plain.length / 3)) + 1;
  for (const name of known) {
    const distance = editDistance(plain, name.toLowerCase().replaceAll("-", "_"));
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best ??
    known.find((name) => name.length >= 5 && (plain.includes(name) || (plain.length >= 4 && name.includes(plain))));
}
