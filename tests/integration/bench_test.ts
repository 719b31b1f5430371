/** The benchmark programs still run: a few hundred requests per cell. They assert that there are results, never how good. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { until } from "../support/program.ts";
import { testWith } from "../support/real_servers.ts";

const main = new URL("../bench/main.ts", import.meta.url).pathname;

/** Runs a benchmark quickly; returns the cells of every table row of its report, and what it told meanwhile. */
async function bench(...args: readonly string[]): Promise<{ rows: string[][]; told: string[] }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", main, ...args, "--quick"],
    stdin: "null",
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals(code, 0, decode(stderr));
  const rows = decode(stdout).split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  assertEquals(rows.flat().includes("no result"), false);
  return { rows, told: decode(stderr).trimEnd().split("\n") };
}

/** Process ids; none where there is no /proc. */
function childrenOf(pid: number): string[] {
  if (Deno.build.os !== "linux") return [];
  return [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name }) =>
    Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).split(" ").filter((word) => word !== "")
  );
}

/** A process that ended and whose parent has not asked is dead, too. */
function isAlive(pid: string): boolean {
  try {
    return !/\) [ZX] /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch {
    return false;
  }
}

const programs = ["redis-server", "redis-benchmark"];

testWith(programs, "bench single prints a row for every contender and command", async () => {
  const { rows, told } = await bench("single", "--commands", "PING_BULK,SET", "--contenders", "node");
  assertEquals(told.length, 3 * 2, "a line for each load and command");
  for (const command of ["PING_BULK", "SET"]) {
    for (const through of ["Redis, direct", "this node, Redis", "this node, embedded"]) {
      const found = rows.filter((row) => row[1] === command && row[2] === through);
      assertEquals(found.length, 3, `a row of ${command} through ${through} for each of the three loads`);
    }
  }
});

testWith(programs, "bench two_racks measures two nodes at every level, and writes the report to a file", async () => {
  const output = await Deno.makeTempFile({ suffix: ".md" });
  try {
    // `cluster` is the first two.
    const names = ["two_racks", "two_racks_write_quorum", "two_racks_quorum"];
    const { rows } = await bench(
      "cluster",
      "two_racks_quorum",
      "--commands",
      "SET,GET",
      "--contenders",
      "node",
      "--output",
      output,
    );
    for (const command of ["SET", "GET"]) {
      const found = rows.filter((row) => row[1] === command && row[2] === "this node, Redis");
      assertEquals(found.length, names.length * 3);
      assert(found.every((row) => / of /.test(row[7]!)), "the CPU time of one node and of both");
    }
    const file = await Deno.readTextFile(output);
    for (const name of names) assertStringIncludes(file, `## ${name}\n`);
  } finally {
    await Deno.remove(output);
  }
});

testWith(programs, "bench single reports what it has when it is interrupted, and ends its servers", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      main,
      "single",
      "--contenders",
      "node, Redis",
      "--commands",
      "PING_BULK,SET",
      "--scale",
      "0.05",
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = new Response(child.stdout).text();
  let told = "";
  let servers: readonly string[] = [];
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    const before = told;
    told += text;
    const at = /round 1 .*\n/;
    if (!at.test(told) || at.test(before)) continue;
    servers = childrenOf(child.pid);
    child.kill("SIGINT");
  }
  assertEquals((await child.status).code, 1);
  assertStringIncludes(await stdout, "it was stopped");
  if (Deno.build.os === "linux") assert(servers.length >= 3, "Redis and two nodes");
  await until("its servers are gone", () => !servers.some(isAlive));
});
