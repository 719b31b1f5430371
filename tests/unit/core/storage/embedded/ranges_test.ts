import { assertEquals, assertThrows } from "@std/assert";
import { decode, encode } from "../../../../../core/bytes.ts";
import { clampRange, parseLexRange, parseScoreRange } from "../../../../../core/storage/embedded/ranges.ts";

Deno.test("clampRange() counts negative positions from the end and keeps what exists", () => {
  assertEquals(clampRange(0, -1, 5), [0, 4]);
  assertEquals(clampRange(-2, -1, 5), [3, 4]);
  assertEquals(clampRange(-100, 100, 5), [0, 4]);
  assertEquals(clampRange(4, 4, 5), [4, 4]);
  assertEquals(clampRange(5, 9, 5), undefined);
  assertEquals(clampRange(3, 2, 5), undefined);
  assertEquals(clampRange(0, -6, 5), undefined);
  assertEquals(clampRange(0, -1, 0), undefined);
  assertEquals(clampRange(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 3), [0, 2]);
});

// What a Redis 7.0.15 answered to ZRANGEBYSCORE.
Deno.test("parseScoreRange() takes what strtod takes", () => {
  const bound = (text: string) => {
    const { least, leastExcluded } = parseScoreRange(encode(text), encode("0"));
    return [least, leastExcluded];
  };
  assertEquals(bound("1.5"), [1.5, false]);
  assertEquals(bound("(1.5"), [1.5, true]);
  assertEquals(bound("-inf"), [-Infinity, false]);
  assertEquals(bound("(+inf"), [Infinity, true]);
  assertEquals(bound("infinity"), [Infinity, false]);
  assertEquals(bound(""), [0, false]);
  assertEquals(bound("("), [0, true]);
  assertEquals(bound(" 1"), [1, false]);
  assertEquals(bound("1e400"), [Infinity, false]);
  assertEquals(bound("-1e400"), [-Infinity, false]);
  assertEquals(bound("1e-400"), [0, false]);
  assertEquals(bound("0x10"), [16, false]);
  for (const text of ["1 ", "0x", "1e", "nan", "((1", "3\t", "abc"]) {
    assertThrows(() => bound(text), Error, "ERR min or max is not a float");
    assertThrows(() => parseScoreRange(encode("0"), encode(text)), Error, "ERR min or max is not a float");
  }
});

Deno.test("parseLexRange() takes values with their bracket, and the two ends", () => {
  const bound = (text: string) => {
    const { value, excluded, infinite } = parseLexRange(encode("-"), encode(text)).most;
    return [decode(value), excluded, infinite];
  };
  assertEquals(bound("[a"), ["a", false, 0]);
  assertEquals(bound("("), ["", true, 0]);
  assertEquals(bound("+"), ["", false, 1]);
  assertEquals(bound("-"), ["", false, -1]);
  for (const text of ["", "a", "-x", "+x"]) {
    assertThrows(() => bound(text), Error, "ERR min or max not valid string range item");
  }
});
