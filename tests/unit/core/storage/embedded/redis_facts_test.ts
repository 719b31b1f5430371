/**
 * Numbers and glob patterns against what a Redis 7.0.15 answered (tests/fixtures/redis_numbers_and_globs.json): scores it read and
 * printed (ZADD, ZSCORE), sums it computed (INCRBYFLOAT), keys its KEYS found.
 */
import { assertEquals } from "@std/assert";
import { encode } from "../../../../../core/bytes.ts";
import { formatDouble } from "../../../../../core/format_double.ts";
import { Glob } from "../../../../../core/storage/embedded/glob.ts";
import { LongDouble } from "../../../../../core/storage/embedded/long_double.ts";
import { parseDouble } from "../../../../../core/storage/embedded/numbers.ts";
import facts from "../../../../fixtures/redis_numbers_and_globs.json" with { type: "json" };

const notFloat = "-ERR value is not a valid float";

Deno.test("parseDouble() and formatDouble() read and print scores as Redis does", () => {
  for (const [text, expected] of facts.doubles as [string, string][]) {
    const value = parseDouble(encode(text));
    assertEquals(value === undefined ? notFloat : formatDouble(value), expected, text);
  }
});

Deno.test("LongDouble computes INCRBYFLOAT as Redis does", () => {
  for (const [a, b, expected] of facts.sums as [string, string, string][]) {
    const [x, y] = [LongDouble.parse(encode(a)), LongDouble.parse(encode(b))];
    const sum = x === undefined || y === undefined
      ? notFloat
      : x.plus(y)?.toString() ?? "-ERR increment would produce NaN or Infinity";
    assertEquals(sum, expected, `${a} + ${b}`);
  }
});

Deno.test("Glob.matches() finds the keys that Redis finds", () => {
  for (const [pattern, text, expected] of facts.globs as [string, string, boolean][]) {
    assertEquals(new Glob(encode(pattern)).matches(encode(text)), expected, `${pattern} on ${text}`);
  }
});
