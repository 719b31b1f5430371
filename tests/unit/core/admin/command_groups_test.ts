import { assertEquals } from "@std/assert";
import { type CommandGroup, countGroup } from "../../../../core/admin/command_groups.ts";
import { serverFields } from "../../../../core/admin/stats_table.ts";
import { RedisProtocol } from "../../../../protocols/redis/mod.ts";

const { commands } = new RedisProtocol();
const groups = serverFields.filter(({ name }) => name.startsWith("redis_req_"))
  .map(({ name }) => name.slice("redis_req_".length) as CommandGroup);

/** The groups that count a command. */
function groupsOf(name: string): CommandGroup[] {
  const counts = new Float64Array(commands.length);
  counts[commands.find((command) => command.name === name)!.id] = 5;
  return groups.filter((group) => countGroup(group, commands, counts) === 5);
}

Deno.test("countGroup() counts every command in a group of its own, LREM and SUNION in that of their type too", () => {
  assertEquals(groupsOf("get"), ["get"]);
  assertEquals(groupsOf("setex"), ["set"]);
  assertEquals(groupsOf("incrby"), ["incr_decr"]);
  assertEquals(groupsOf("sadd"), ["sets"]);
  assertEquals(groupsOf("lrem"), ["lreqm", "lists"]);
  assertEquals(groupsOf("sunion"), ["sunion", "sets"]);
  assertEquals(groupsOf("rpush"), ["lists"]);
  assertEquals(groupsOf("hmset"), ["hashes"]);
  assertEquals(groupsOf("zrevrangebyscore"), ["sortedsets"]);
  assertEquals(groupsOf("object|encoding"), ["other"]);
  assertEquals(groupsOf("expire"), ["other"]);
  for (const { name } of commands) {
    if (!["lrem", "sunion"].includes(name)) assertEquals(groupsOf(name).length, 1, name);
  }
});
