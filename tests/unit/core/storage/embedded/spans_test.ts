import { assert, assertEquals } from "@std/assert";
import { encode } from "../../../../../core/bytes.ts";
import { parseLexRange, parseScoreRange } from "../../../../../core/storage/embedded/ranges.ts";
import {
  BEHIND_ALL,
  compareBytes,
  nextMember,
  nextScore,
  spanOfScores,
  stretchOf,
} from "../../../../../core/storage/embedded/spans.ts";

Deno.test("nextScore() is the double above, of any sign and size", () => {
  assertEquals(nextScore(1), 1 + Number.EPSILON);
  assertEquals(nextScore(-1), -1 + Number.EPSILON / 2);
  assertEquals(nextScore(0), Number.MIN_VALUE);
  assertEquals(nextScore(-0), Number.MIN_VALUE);
  assertEquals(nextScore(-Number.MIN_VALUE), -0);
  assertEquals(nextScore(Number.MAX_VALUE), Infinity);
  assertEquals(nextScore(-Infinity), -Number.MAX_VALUE);
  assertEquals(nextScore(Infinity), BEHIND_ALL);
});

Deno.test("nextMember() is the least above a member", () => {
  for (const other of [[97, 0, 0], [97, 1], [98]]) {
    assert(compareBytes(nextMember(encode("a")), Uint8Array.from(other)) < 0);
  }
  assert(compareBytes(encode("a"), nextMember(encode("a"))) < 0);
  assertEquals(nextMember(new Uint8Array()), new Uint8Array(1));
});

Deno.test("compareBytes() orders by unsigned bytes, the shorter first", () => {
  const ordered = [[], [0], [0, 0], [1], [127, 255], [128], [255], [255, 0]].map((bytes) => Uint8Array.from(bytes));
  for (let i = 0; i < ordered.length; i++) {
    for (let j = 0; j < ordered.length; j++) {
      assertEquals(Math.sign(compareBytes(ordered[i]!, ordered[j]!)), Math.sign(i - j));
    }
  }
});

function scores(least: string, most: string): readonly unknown[] {
  const { low, high } = spanOfScores(parseScoreRange(encode(least), encode(most)));
  return [low, high];
}

Deno.test("spanOfScores() holds its low end and not its high end", () => {
  assertEquals(scores("1", "(3"), [1, 3]);
  assertEquals(scores("(1", "3"), [1 + Number.EPSILON, nextScore(3)]);
  assertEquals(scores("-inf", "+inf"), [-Infinity, BEHIND_ALL]);
  assertEquals(scores("(inf", "inf"), [BEHIND_ALL, BEHIND_ALL]);
});

function stretch(least: string, most: string): readonly unknown[] | undefined {
  const found = stretchOf(parseLexRange(encode(least), encode(most)));
  return found && [found.from, found.below];
}

Deno.test("stretchOf() holds its low end and not its high end, and is none where nothing fits", () => {
  assertEquals(stretch("[a", "(b"), [encode("a"), encode("b")]);
  assertEquals(stretch("(a", "[b"), [encode("a\0"), encode("b\0")]);
  assertEquals(stretch("-", "+"), [new Uint8Array(), undefined]);
  assertEquals(stretch("[a", "[a"), [encode("a"), encode("a\0")]);
  for (const [least, most] of [["[b", "[a"], ["(a", "[a"], ["[a", "(a"], ["+", "-"], ["+", "[a"], ["[a", "-"]]) {
    assertEquals(stretch(least!, most!), undefined, `${least} ${most}`);
  }
});
