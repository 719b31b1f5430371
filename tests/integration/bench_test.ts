/** The benchmark program still runs: a few hundred requests per cell. It asserts that there are results, never how good. */
import { assertEquals } from "@std/assert";
import { testWith } from "../support/real_servers.ts";

const main = new URL("../bench/main.ts", import.meta.url).pathname;

testWith(["redis-server", "redis-benchmark"], "bench single prints a row for every contender and command", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main, "single", "--quick", "--commands", "PING_BULK,SET", "--contenders", "node"],
    stdin: "null",
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "round 1 of 1 is done\n");
  assertEquals(code, 0);
  const rows = new TextDecoder().decode(stdout).split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  for (const command of ["PING_BULK", "SET"]) {
    for (const through of ["Redis, direct", "this node, Redis", "this node, embedded"]) {
      const found = rows.filter((row) => row[1] === command && row[2] === through);
      assertEquals(found.length, 3, `a row of ${command} through ${through} for each of the three loads`);
    }
  }
  assertEquals(rows.flat().includes("failed"), false);
});
