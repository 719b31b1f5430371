import { assertEquals } from "@std/assert";
import { bytes, count, duration, microseconds, percent, rate } from "../../../../conf/commands/units.ts";

Deno.test("count() and rate() part thousands", () => {
  assertEquals([0, 999, 1000, 1234567.6].map(count), ["0", "999", "1,000", "1,234,568"]);
  assertEquals([0, 0.24, 9.94, 9.96, 12345.6].map(rate), ["0", "0.2", "9.9", "10", "12,346"]);
});

Deno.test("microseconds() has three digits and a unit that fits", () => {
  assertEquals([0, 870, 1230, 45_600, 123_456, 2_500_000].map(microseconds), [
    "0 us",
    "870 us",
    "1.23 ms",
    "45.6 ms",
    "123 ms",
    "2.50 s",
  ]);
});

Deno.test("bytes() counts by 1024", () => {
  assertEquals([0, 640, 12_595, 100_663_296, 5 * 2 ** 40].map(bytes), [
    "0 B",
    "640 B",
    "12.3 KB",
    "96.0 MB",
    "5120 GB",
  ]);
});

Deno.test("duration() has the two largest units", () => {
  assertEquals([0, 300, 12_400, 61_000, 3_700_000, 273_600_000].map(duration), [
    "0.0 s",
    "0.3 s",
    "12 s",
    "1 m 1 s",
    "1 h 1 m",
    "3 d 4 h",
  ]);
});

Deno.test("percent() does not show a little as nothing", () => {
  assertEquals([0, 0.001, 0.5, 100].map(percent), ["0.00 %", "<0.01 %", "0.50 %", "100.00 %"]);
});
