import { assertEquals } from "@std/assert";
import { bytes, count, duration, percent, plural, rate, span } from "../../../../../core/admin/ui/format.js";

Deno.test("count() and rate() shorten large numbers and keep small ones", () => {
  assertEquals([0, 1234, 99_999, 123_456, null].map(count), ["0", "1,234", "99,999", "123K", "–"]);
  assertEquals([0, 0.04, 0.44, 12.345, 99.94, 1234.5, NaN].map(rate), [
    "0",
    "0.04",
    "0.4",
    "12.3",
    "99.9",
    "1,235",
    "–",
  ]);
});

Deno.test("duration() chooses the unit of microseconds", () => {
  assertEquals([0, 340, 1250, 84_210, 2_500_000, undefined].map(duration), [
    "0 µs",
    "340 µs",
    "1.25 ms",
    "84.2 ms",
    "2.5 s",
    "–",
  ]);
});

Deno.test("span() says seconds in the two largest units", () => {
  assertEquals([0, 45, 190, 3600, 187_200, 90_061].map(span), [
    "0 s",
    "45 s",
    "3 min 10 s",
    "1 h",
    "2 d 4 h",
    "1 d 1 h",
  ]);
});

Deno.test("bytes(), percent() and plural() carry their unit", () => {
  assertEquals([0, 512, 1500, 95_000_000].map(bytes), ["0 B", "512 B", "1.5 kB", "95 MB"]);
  assertEquals([0, 0.125, 33.3333, 100].map(percent), ["0 %", "0.13 %", "33.3 %", "100 %"]);
  assertEquals([plural(1, "node"), plural(0, "node"), plural(1200, "node")], ["1 node", "0 nodes", "1,200 nodes"]);
});
