import { assertEquals } from "@std/assert";
import { commandInfo } from "../../../../core/admin/command_info.ts";
import { CommandStats } from "../../../../core/command_stats.ts";
import { lineCommand, lineCommands } from "../../../support/line_protocol.ts";

Deno.test("commandInfo() has Redis' lines for commands, errors and latencies", () => {
  const stats = new CommandStats(lineCommands);
  const get = lineCommand("get").id;
  for (const durationUs of [10, 20, 33]) stats.call(get, durationUs);
  stats.fail(get);
  stats.reject(lineCommand("secret").id);
  stats.error("ERR");
  const sections = commandInfo(stats);
  assertEquals(sections.map(({ name, onRequest }) => [name, onRequest]), [
    ["Commandstats", true],
    ["Errorstats", true],
    ["Latencystats", true],
  ]);
  assertEquals(sections.map(({ entries }) => entries.map(([key, value]) => `${key}:${value}`)), [
    [
      "cmdstat_secret:calls=0,usec=0,usec_per_call=0.00,rejected_calls=1,failed_calls=0",
      "cmdstat_get:calls=3,usec=63,usec_per_call=21.00,rejected_calls=0,failed_calls=1",
    ],
    ["errorstat_ERR:count=1"],
    ["latency_percentiles_usec_get:p50=20.000,p99=33.000,p99.9=33.000"],
  ]);
});
