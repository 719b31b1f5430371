/** The README's examples print what they show: each section in a folder of its own, on free ports. */
import { assert, assertEquals } from "@std/assert";
import defaultText from "../../conf/dynomite.yml" with { type: "text" };
import readme from "../../README.md" with { type: "text" };
import { freePort, Program, runProgram, until } from "../support/program.ts";
import { type Block, blocksOf, type Shown, shownIn } from "../support/readme.ts";
import { testWith } from "../support/real_servers.ts";

/** Puts free ports in the place of the README's, in files and commands, and back again in what is printed. */
function portMap(): { to(text: string): string; from(text: string): string } {
  const pairs = ["8101", "8102", "22222"].map((port) => [port, String(freePort())] as const);
  return {
    to: (text) => pairs.reduce((all, [shown, free]) => all.replaceAll(shown, free), text),
    from: (text) => pairs.reduce((all, [shown, free]) => all.replaceAll(free, shown), text),
  };
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

for (const section of sections) {
  testWith(["redis-cli"], `README: the examples of "${section}" print what they show`, async () => {
    const ports = portMap();
    const folder = await Deno.makeTempDir({ prefix: "dynomite_readme_" });
    const nodes: Program[] = [];
    try {
      for (const [at, text] of filesOf(blocks, section).entries()) {
        await Deno.writeTextFile(`${folder}/${at}.yml`, ports.to(text));
        nodes.push(await Program.start(["-c", `${at}.yml`], folder));
      }
      const shown = blocks.filter((block) => block.section === section && block.language === "console").flatMap(
        shownIn,
      );
      assert(shown.length > 0);
      for (const { command, output } of shown) {
        let printed = "";
        // The first write with a higher level may come before the nodes have met.
        await until(`\`${command}\` prints ${output}`, async () => {
          printed = ports.from(await run({ command: ports.to(command), output }, folder));
          return nodes.length === 1 || printed === output;
        });
        assertEquals(printed, output, command);
      }
    } finally {
      for (const node of nodes) {
        node.kill("SIGTERM");
        await node.ended();
      }
      await Deno.remove(folder, { recursive: true });
    }
  });
}
