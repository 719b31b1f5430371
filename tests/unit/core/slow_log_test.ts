import { assertEquals } from "@std/assert";
import { SlowLog } from "../../../core/slow_log.ts";
import { SimClock } from "../../support/sim_clock.ts";
import { redisRequest } from "../../support/redis_request.ts";
import { logSlow } from "../../support/slow_request.ts";
import { RedisProtocol } from "../../../protocols/redis/mod.ts";

function logWith(slowerThanUs: number, lengthMax: number) {
  const clock = new SimClock();
  const log = new SlowLog(new RedisProtocol(), clock, { slowerThanUs, lengthMax });
  const add = (count: number) => {
    for (let i = 0; i < count; i++) logSlow(log, 5000, ["GET", "k"]);
  };
  return { clock, log, add, ids: () => log.newest(log.length).map(({ id }) => id) };
}

Deno.test("SlowLog.list() has what was added, newest first, in the names of the stats port", () => {
  const { log, clock } = logWith(0, 10);
  logSlow(log, 1234.6, ["GET", "k"], "10.0.0.1:1", "worker");
  clock.advance(2500);
  logSlow(log, 7, ["PING"], "10.0.0.2:2");
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

Deno.test("SlowLog.add() copies: entries are those of their own requests, short after long and long after short", () => {
  const { log } = logWith(0, 2);
  for (const key of ["a", "b".repeat(120), "c", "d".repeat(100), "e".repeat(128)]) logSlow(log, 1, ["SET", key, "v"]);
  assertEquals(log.list().map(({ command }) => command), [
    ["SET", "e".repeat(128), "v"],
    ["SET", "d".repeat(100), "v"],
  ]);
});

Deno.test("SlowLog.list() names the command alone where the text was not kept, and shows no password", () => {
  const { log } = logWith(0, 5);
  const { id } = redisRequest("GET", "k").command;
  log.add(1, id, { bytes: new Uint8Array(0), start: -1, end: 0, argCount: 2 }, "10.0.0.1:1", "");
  logSlow(log, 1, ["AUTH", "hush"]);
  assertEquals(log.list().map(({ command }) => command), [
    ["AUTH", "(redacted)"],
    ["get", "... (its arguments were not kept)"],
  ]);
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
