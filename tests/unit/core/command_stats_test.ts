import { assertEquals } from "@std/assert";
import { CommandStats } from "../../../core/command_stats.ts";
import { lineCommand, lineCommands } from "../../support/line_protocol.ts";

const [get, put, unknown] = ["get", "put", "unknown"].map((name) => lineCommand(name).id) as [number, number, number];

function summary(stats: CommandStats) {
  return stats.list().map(({ name, calls, rejected, failed, latencyUs }) =>
    [name, calls, rejected, failed, latencyUs?.sum ?? 0] as const
  );
}

Deno.test("CommandStats.list() has what was asked for, in the table's order, without stand-ins", () => {
  const stats = new CommandStats(lineCommands);
  stats.call(put, 30);
  stats.call(get, 10);
  stats.call(get, 20);
  stats.fail(get);
  stats.call(unknown, 5);
  stats.reject(lineCommand("secret").id);
  assertEquals(summary(stats), [["secret", 0, 1, 0, 0], ["get", 2, 0, 1, 30], ["put", 1, 0, 0, 30]]);
});

Deno.test("CommandStats.list() takes rows of one name as one", () => {
  const row = lineCommand("get");
  const commands = [row, { ...row, id: 1 }, { ...row, id: 2, name: "other" }].map((command, id) => ({
    ...command,
    id,
  }));
  const stats = new CommandStats(commands);
  stats.call(0, 10);
  stats.call(1, 30);
  stats.call(2, 1);
  stats.fail(1);
  assertEquals(summary(stats), [["get", 2, 0, 1, 40], ["other", 1, 0, 0, 1]]);
});

Deno.test("CommandStats.error() counts names, a bounded number of them", () => {
  const stats = new CommandStats(lineCommands);
  stats.error("ERR");
  stats.error("WRONGTYPE");
  stats.error("ERR");
  assertEquals([...stats.errors()], [["ERR", 2], ["WRONGTYPE", 1]]);
  for (let i = 0; i < 1000; i++) stats.error(`E${i}`);
  stats.error("ERR");
  assertEquals([stats.errors().size, stats.errors().get("ERR")], [128, 3]);
});

Deno.test("CommandStats.reset() forgets everything", () => {
  const stats = new CommandStats(lineCommands);
  stats.call(get, 10);
  stats.reject(get);
  stats.fail(get);
  stats.error("ERR");
  stats.reset();
  assertEquals([stats.list(), stats.errors().size], [[], 0]);
});
