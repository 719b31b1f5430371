import { assertEquals } from "@std/assert";
import { formatDouble } from "../../../core/format_double.ts";

Deno.test("formatDouble() prints what C's %.17g prints", () => {
  const printed: readonly (readonly [number, string])[] = [
    [3, "3"],
    [3.1, "3.1000000000000001"],
    [-0, "-0"],
    [1e16, "10000000000000000"],
    [1e17, "1e+17"],
    [123456789012345678, "1.2345678901234568e+17"],
    [0.0001, "0.0001"],
    [0.00001, "1.0000000000000001e-05"],
    [-1e-7, "-9.9999999999999995e-08"],
    [5e-324, "4.9406564584124654e-324"],
    [Infinity, "inf"],
    [-Infinity, "-inf"],
    [NaN, "nan"],
  ];
  for (const [value, text] of printed) assertEquals(formatDouble(value), text);
});

Deno.test("formatDouble() rounds a tie to the even digit, where JavaScript rounds it up", () => {
  assertEquals(formatDouble(2 ** -25), "2.9802322387695312e-08");
  assertEquals(formatDouble(3 * 2 ** -25), "8.9406967163085938e-08");
});
