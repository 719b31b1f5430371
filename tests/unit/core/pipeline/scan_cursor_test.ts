import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { cursorAfter, scanStep } from "../../../../core/pipeline/scan_cursor.ts";
import type { Replica } from "../../../../core/replica.ts";

const rack = (up: boolean): Replica => ({ name: "rack", up, send() {} });

/** Walks to the end: each node answers with the cursors `pages` has for it. Returns who was asked, with which cursor. */
function walk(
  racks: readonly Replica[],
  rackNodes: readonly (readonly number[])[],
  pages: ReadonlyMap<number, bigint[]>,
) {
  const asked: string[] = [];
  let cursor = 0n;
  do {
    const step = scanStep(cursor, racks, rackNodes)!;
    asked.push(`${step.node}:${step.cursor}`);
    const own = pages.get(step.node)!;
    const at = step.cursor === 0n ? -1 : own.indexOf(step.cursor);
    cursor = cursorAfter(step, own[at + 1] ?? 0n);
  } while (cursor !== 0n);
  return asked;
}

Deno.test("scanStep() and cursorAfter() walk node after node, each with its own cursors", () => {
  const pages = new Map([[4, [17n, 2n ** 40n]], [2, []], [9, [5n]]]);
  assertEquals(walk([rack(true)], [[4, 2, 9]], pages), ["4:0", "4:17", `4:${2n ** 40n}`, "2:0", "9:0", "9:5"]);
});

Deno.test("scanStep() begins in the nearest rack that is up, and stays there", () => {
  const racks = [rack(false), rack(true)];
  const step = scanStep(0n, racks, [[0], [5, 6]])!;
  assertEquals(step.node, 5);
  assertEquals(scanStep(cursorAfter(step, 3n), [rack(true), rack(true)], [[0], [5, 6]])!.node, 5);
});

Deno.test("scanStep() knows no node for a cursor that names none", () => {
  assertEquals(scanStep(7n, [rack(true)], [[1, 2]]), undefined);
  assertEquals(scanStep(1n << 12n, [rack(true)], [[1, 2]]), undefined);
});

Deno.test("A walk asks every node of the rack from its beginning to its end, whatever the cursors", () => {
  const page = fc.uniqueArray(fc.bigInt({ min: 1n, max: 2n ** 45n }), { maxLength: 5 });
  fc.assert(fc.property(fc.array(page, { minLength: 1, maxLength: 6 }), (all) => {
    const nodes = all.map((_, i) => 10 + i);
    const pages = new Map(all.map((own, i) => [10 + i, own]));
    const expected = all.flatMap((own, i) => [0n, ...own].map((cursor) => `${10 + i}:${cursor}`));
    assertEquals(walk([rack(true)], [nodes], pages), expected);
  }));
});
