/** The README's examples print what they show: each section in a folder of its own, on free ports. */
import { assert, assertEquals } from "@std/assert";
import defaultText from "../../conf/dynomite.yml" with { type: "text" };
import readme from "../../README.md" with { type: "text" };
import { DemoCluster, shownNodes } from "../support/demo_cluster.ts";
import { freePort, Program, runProgram, until } from "../support/program.ts";
import { type Block, blocksOf, type Shown, shownIn } from "../support/readme.ts";
import { testWith } from "../support/real_servers.ts";

/** Puts this run's numbers in the place of the README's, in files and commands, and back again in what is printed. */
interface NumberMap {
  to(text: string): string;
  from(text: string): string;
}

function numberMap(pairs: readonly (readonly [shown: number, own: number])[]): NumberMap {
  const [to, from] = [new Map(pairs), new Map(pairs.map(([shown, own]) => [own, shown] as const))];
  const replace = (text: string, map: ReadonlyMap<number, number>) =>
    text.replaceAll(/\b\d+\b/g, (number) => String(map.get(Number(number)) ?? number));
  return { to: (text) => replace(text, to), from: (text) => replace(text, from) };
}

async function run({ command, output }: Shown, folder: string): Promise<string> {
  const [program, ...args] = command.split(" ");
  switch (program) {
    case "redis-cli": {
      // As in a terminal.
      const { stdout } = await new Deno.Command("redis-cli", { args: ["--no-raw", ...args] }).output();
      return new TextDecoder().decode(stdout).trimEnd();
    }
    case "curl":
      return (await (await fetch(args.at(-1)!)).text()).trimEnd();
    case "cat":
      await Deno.writeTextFile(`${folder}/${args[0]}`, `${output}\n`);
      return output;
    case "kill":
      Deno.kill(Number(args[1]), args[0] === "-9" ? "SIGKILL" : "SIGTERM");
      return "";
    case "deno": {
      assertEquals(args.slice(0, 2), ["task", "start"]);
      const end = await runProgram(args.slice(2), folder);
      return `${end.stdout}${end.stderr}`.trimEnd();
    }
  }
  throw new Error(`the README has a command this test cannot run: ${command}`);
}

/** The nodes of a section: those whose files it shows, or the one of the configuration in the program. */
function filesOf(blocks: readonly Block[], section: string): readonly string[] {
  const files = blocks.filter((block) => block.section === section && block.text.startsWith("# ")).map(({ text }) =>
    text
  );
  return files.length > 0 ? files : [defaultText];
}

const blocks = blocksOf(readme);
const sections = new Set(blocks.filter((block) => block.language === "console").map((block) => block.section));

/** Every command prints what is shown behind it. `patient`: a cluster's first answers may come before its nodes have met. */
async function check(examples: readonly Shown[], numbers: NumberMap, folder: string, patient: boolean): Promise<void> {
  assert(examples.length > 0);
  for (const { command, output } of examples) {
    let printed = "";
    await until(`\`${command}\` prints ${output}`, async () => {
      printed = numbers.from(await run({ command: numbers.to(command), output }, folder));
      return !patient || printed === output;
    });
    assertEquals(printed, output, command);
  }
}

/** The section of the demo: it prints the nodes that are shown, and they answer as shown. */
async function checkDemo([start, ...examples]: readonly Shown[]): Promise<void> {
  await using demo = await DemoCluster.start();
  const shown = shownNodes(start!.output);
  assertEquals(shown.length, demo.nodes.length);
  const numbers = numberMap(demo.nodes.flatMap((node, i) =>
    [
      [shown[i]!.port, node.port],
      [shown[i]!.port - 1, node.port - 1],
      [shown[i]!.pid, node.pid],
    ] as const
  ));
  assertEquals(numbers.from(demo.stdout).split("\n").filter((line) => !line.startsWith("some ports ")).slice(0, 7), [
    ...start!.output.split("\n"),
  ]);
  await check(examples, numbers, ".", true);
}

for (const section of sections) {
  const examples = blocks.filter((block) => block.section === section && block.language === "console").flatMap(shownIn);
  testWith(["redis-cli"], `README: the examples of "${section}" print what they show`, async () => {
    if (examples[0]?.command === "deno task cluster") return await checkDemo(examples);
    const numbers = numberMap([8101, 8102, 22222].map((port) => [port, freePort()] as const));
    const folder = await Deno.makeTempDir({ prefix: "dynomite_readme_" });
    const nodes: Program[] = [];
    try {
      for (const [at, text] of filesOf(blocks, section).entries()) {
        await Deno.writeTextFile(`${folder}/${at}.yml`, numbers.to(text));
        nodes.push(await Program.start(["-c", `${at}.yml`], folder));
      }
      await check(examples, numbers, folder, nodes.length > 1);
    } finally {
      for (const node of nodes) {
        node.kill("SIGTERM");
        await node.ended();
      }
      await Deno.remove(folder, { recursive: true });
    }
  });
}
