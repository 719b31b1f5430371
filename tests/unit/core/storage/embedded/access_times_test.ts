import { assertEquals } from "@std/assert";
import { AccessTimes } from "../../../../../core/storage/embedded/access_times.ts";

Deno.test("AccessTimes notes a time that is a minute newer, and that an item was fetched", () => {
  const times = new AccessTimes(1_000);
  assertEquals([times.accessedAt(1), times.wasFetched(1)], [1_000, false]);
  times.stored(1, 5_000);
  times.fetched(1, 64_999);
  assertEquals([times.accessedAt(1), times.wasFetched(1)], [5_000, true]);
  times.touched(1, 65_000);
  assertEquals([times.accessedAt(1), times.wasFetched(1)], [65_000, true]);
  times.stored(1, 66_000.5);
  assertEquals([times.accessedAt(1), times.wasFetched(1)], [66_000, false]);
  times.forget(1);
  assertEquals([times.accessedAt(1), times.wasFetched(1)], [1_000, false]);
});

Deno.test("AccessTimes holds a bounded number of items, the youngest", () => {
  const times = new AccessTimes(0);
  for (let id = 1; id <= 100_001; id++) times.fetched(id, 1);
  assertEquals([times.wasFetched(1), times.wasFetched(2), times.wasFetched(100_001)], [false, true, true]);
});
