/** The README's examples print what they show: each section in a folder of its own, on free ports. */
import { assertEquals } from "@std/assert";
import defaultText from "../../conf/dynomite.yml" with { type: "text" };
import readme from "../../README.md" with { type: "text" };
import { DemoCluster, shownNodes } from "../support/demo_cluster.ts";
import { checkShown, freePorts, numberMap } from "../support/examples.ts";
import { Program } from "../support/program.ts";
import { type Block, blocksOf, type Shown, shownIn } from "../support/readme.ts";
import { LOOPBACK_ADDRESSES, testWith } from "../support/real_servers.ts";

/** The nodes of a section: those whose files it shows, or the one of the configuration in the program. */
function filesOf(blocks: readonly Block[], section: string): readonly string[] {
  const files = blocks.filter((block) => block.section === section && block.text.startsWith("# ")).map(({ text }) =>
    text
  );
  return files.length > 0 ? files : [defaultText];
}

const blocks = blocksOf(readme);
const sections = new Set(blocks.filter((block) => block.language === "console").map((block) => block.section));

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
  await checkShown(examples, numbers, ".", true);
}

for (const section of sections) {
  const examples = blocks.filter((block) => block.section === section && block.language === "console").flatMap(shownIn);
  const files = filesOf(blocks, section).join("\n");
  testWith(
    ["redis-cli", ...(files.includes("127.0.0.2") ? [LOOPBACK_ADDRESSES] : [])],
    `README: the examples of "${section}" print what they show`,
    async () => {
      if (examples[0]?.command === "deno task cluster") return await checkDemo(examples);
      const numbers = numberMap(freePorts());
      const folder = await Deno.makeTempDir({ prefix: "dynomite_readme_" });
      const nodes: Program[] = [];
      try {
        for (const [at, text] of filesOf(blocks, section).entries()) {
          await Deno.writeTextFile(`${folder}/${at}.yml`, numbers.to(text));
          nodes.push(await Program.start(["-c", `${at}.yml`], folder));
        }
        await checkShown(examples, numbers, folder, nodes.length > 1);
      } finally {
        for (const node of nodes) {
          node.kill("SIGTERM");
          await node.ended();
        }
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}
