/** What the documents say exists, does. That their examples print what they show is tests/integration/readme_test.ts. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import contributing from "../../CONTRIBUTING.md" with { type: "text" };
import results from "../bench/results.md" with { type: "text" };
import { summaryOf } from "../bench/write_readme.ts";
import readme from "../../README.md" with { type: "text" };
import topologies from "../../conf/README.md" with { type: "text" };
import { replaceMarked } from "../../conf/describe.ts";
import { isCommand } from "../../conf/commands/mod.ts";
import { parseFlags } from "../../conf/flags.ts";
import { parseConf } from "../../conf/parse.ts";
import { samples } from "../../conf/samples.ts";
import denoJson from "../../deno.json" with { type: "json" };
import { blocksOf, shownIn } from "../support/readme.ts";

/** Run by tests/integration/readme_test.ts. */
const shown = ["deno", "npx", "redis-cli", "curl", "cat", "kill"];
/** What they do to the system is not for a test; what they name is tested with the files of conf/deploy. */
const elsewhere = ["docker", "kubectl", "install", "systemctl"];
const tasks = Object.keys(denoJson.tasks);

Deno.test("README: its YAML blocks are configurations without a fault and without a notice", () => {
  const blocks = blocksOf(readme).filter((block) => block.language === "yaml");
  assert(blocks.length >= 3);
  for (const block of blocks) assertEquals(parseConf(block.text, block.section).notices, []);
});

Deno.test("README, CONTRIBUTING: every task they name exists, and README names every task", () => {
  const named = [...`${readme}${contributing}`.matchAll(/deno task ([a-z:]+)/g)].map((match) => match[1]!);
  for (const name of named) assert(tasks.includes(name), `deno task ${name}`);
  for (const name of tasks) assertStringIncludes(readme, `deno task ${name}`);
});

Deno.test("README: the flags in its commands are flags, the programs are known", () => {
  const shell = blocksOf(readme).filter((block) => block.language === "sh").flatMap((block) => block.text.split("\n"));
  const console = blocksOf(readme).filter((block) => block.language === "console").flatMap(shownIn);
  const commands = [...shell, ...console.map((shown) => shown.command)];
  assert(commands.length >= 10);
  for (const command of commands) {
    // Behind the variables that it is given.
    const words = command.split(" ").filter((word) => !/^[A-Z_]+=/.test(word));
    const start = words.indexOf("start");
    if (isCommand(words[start + 1])) continue;
    if (words.includes("deno") && start > 0) parseFlags(words.slice(start + 1));
    else if (words[0]!.endsWith("dynomite")) parseFlags(words.slice(1));
    else assert([...shown, ...elsewhere].includes(words[0]!), command);
  }
  for (const match of readme.matchAll(/`-(\w)`/g)) {
    const takesValue = "voscapimMx".includes(match[1]!);
    parseFlags(takesValue ? [`-${match[1]}`, "512000"] : [`-${match[1]}`]);
  }
});

Deno.test("README: the files of conf/ it names are there", () => {
  const named = [...readme.matchAll(/(\w+_\w+\.yml)/g)].map((match) => match[1]!);
  assert(named.length > 0);
  for (const name of named) assert(Object.hasOwn(samples, name), name);
});

Deno.test("README: its benchmark tables are those of the results", () => {
  assert(summaryOf(results).includes("| 50 clients "));
  assertEquals(readme, replaceMarked(readme, "benchmarks", summaryOf(results)));
});

Deno.test("conf/README: its YAML blocks are configurations without a fault, and it names every sample", () => {
  const yaml = blocksOf(topologies).filter((block) => block.language === "yaml");
  assert(yaml.length >= 6);
  for (const block of yaml) assertEquals(parseConf(block.text, block.section).notices, []);
  for (const name of Object.keys(samples)) assertStringIncludes(topologies, `\`${name}\``);
});
