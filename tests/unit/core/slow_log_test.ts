import { assertEquals } from "@std/assert";
import { encode } from "../../../core/bytes.ts";
import { SlowLog } from "../../../core/slow_log.ts";
import { SimClock } from "../../support/sim_clock.ts";

function logWith(slowerThanUs: number, lengthMax: number) {
  const clock = new SimClock();
  const log = new SlowLog(clock, { slowerThanUs, lengthMax });
  const add = (count: number) => {
    for (let i = 0; i < count; i++) log.add(5000, [encode("GET")], "10.0.0.1:1", "");
  };
  return { clock, log, add, ids: () => log.newest(log.length).map(({ id }) => id) };
}

Deno.test("SlowLog.list() has what was added, newest first, in the names of the stats port", () => {
  const { log, clock } = logWith(0, 10);
  log.add(1234.6, [encode("GET"), encode("k")], "10.0.0.1:1", "worker");
  clock.advance(2500);
  log.add(7, [encode("PING")], "10.0.0.2:2", "");
  assertEquals(log.list(), [
    { id: 1, timestamp: 1_700_000_002, duration_us: 7, command: ["PING"], client: "10.0.0.2:2", client_name: "" },
    {
      id: 0,
      timestamp: 1_700_000_000,
      duration_us: 1235,
      command: ["GET", "k"],
      client: "10.0.0.1:1",
      client_name: "worker",
    },
  ]);
});

Deno.test("SlowLog.add() keeps lengthMax entries, the newest, however many come", () => {
  const { log, add, ids } = logWith(0, 3);
  add(2);
  assertEquals(ids(), [1, 0]);
  add(1000);
  assertEquals([log.length, ids()], [3, [1001, 1000, 999]]);
  assertEquals(log.newest(2).map(({ id }) => id), [1001, 1000]);
  assertEquals(log.newest(0), []);
  assertEquals(log.newest(99).length, 3);
});

Deno.test("SlowLog.lengthMax that shrinks counts from the next entry on", () => {
  const { log, add, ids } = logWith(0, 5);
  add(5);
  log.lengthMax = 2;
  assertEquals(log.length, 5);
  add(1);
  assertEquals(ids(), [5, 4]);
});

Deno.test("SlowLog.reset() forgets the entries, and their numbers go on", () => {
  const { log, add, ids } = logWith(0, 5);
  add(3);
  log.reset();
  assertEquals([log.length, log.list()], [0, []]);
  add(1);
  assertEquals(ids(), [3]);
});

Deno.test("SlowLog.thresholdUs is beyond any duration while nothing is to be logged", () => {
  const { log } = logWith(10_000, 128);
  assertEquals([log.thresholdUs, log.on], [10_000, true]);
  log.slowerThanUs = -1;
  assertEquals([log.thresholdUs, log.on], [Infinity, false]);
  log.slowerThanUs = 0;
  assertEquals([log.thresholdUs, log.on], [0, true]);
  log.lengthMax = 0;
  assertEquals([log.thresholdUs, log.on], [Infinity, false]);
});
