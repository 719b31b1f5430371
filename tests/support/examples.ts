/**
 * Examples of a document, run as they stand: each section in a folder of its own, on free ports. What a section shows is walked
 * from top to bottom: a YAML block that opens with `# name.yml` is a file, a `sh` block's `deno task start -c FILE` starts a
 * node, a console block's commands must print what is shown behind them.
 */
import { assert, assertEquals } from "@std/assert";
import { freePort, Program, runProgram, until } from "./program.ts";
import { type Block, type Shown, shownIn } from "./readme.ts";
import { type RealServer, startMemcached, startRedis } from "./real_servers.ts";

/** Puts this run's numbers in the place of the document's, in files and commands, and back again in what is printed. */
export interface NumberMap {
  to(text: string): string;
  from(text: string): string;
}

export function numberMap(pairs: readonly (readonly [shown: number, own: number])[]): NumberMap {
  const [to, from] = [new Map(pairs), new Map(pairs.map(([shown, own]) => [own, shown] as const))];
  const replace = (text: string, map: ReadonlyMap<number, number>) =>
    text.replaceAll(/\b\d+\b/g, (number) => String(map.get(Number(number)) ?? number));
  return { to: (text) => replace(text, to), from: (text) => replace(text, from) };
}

/** The numbers of a ring that stands on the default ports. */
export const freePorts = (): (readonly [number, number])[] =>
  [8101, 8102, 22222].map((port) => [port, freePort()] as const);

async function output(program: string, args: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(program, { args: [...args], stdin: "null" }).output();
  return new TextDecoder().decode(stdout).replaceAll("\r\n", "\n").trimEnd();
}

/** What `printf TEXT | nc HOST PORT` prints: all that comes until the other side ends. */
async function talk(text: string, hostname: string, port: number): Promise<string> {
  using connection = await Deno.connect({ hostname, port });
  await connection.write(new TextEncoder().encode(text));
  const answer = await new Response(connection.readable).text();
  return answer.replaceAll("\r\n", "\n").trimEnd();
}

/** Runs one command of a document in `folder` and returns what it prints. */
export async function runShown({ command, output: shown }: Shown, folder: string): Promise<string> {
  const [, before, word] = /^(.*) \| grep (\S+)$/.exec(command) ?? [];
  if (word !== undefined) {
    const lines = (await runShown({ command: before!, output: shown }, folder)).split("\n");
    return lines.map((line) => line.trimEnd()).filter((line) => line.includes(word)).join("\n");
  }
  const [program, ...args] = command.split(" ");
  switch (program) {
    case "redis-cli":
      // As in a terminal.
      return await output("redis-cli", ["--no-raw", ...args]);
    case "curl":
      return (await (await fetch(args.at(-1)!)).text()).trimEnd();
    case "printf": {
      const [, text, host, port] = /^printf '(.*)' \| nc (\S+) (\d+)$/.exec(command) ?? [];
      assert(text !== undefined, command);
      return await talk(text.replaceAll("\\r\\n", "\r\n"), host!, Number(port));
    }
    case "cat":
      await Deno.writeTextFile(`${folder}/${args[0]}`, `${shown}\n`);
      return shown;
    case "kill":
      Deno.kill(Number(args[1]), args[0] === "-9" ? "SIGKILL" : "SIGTERM");
      return "";
    case "deno": {
      assertEquals(args.slice(0, 2), ["task", "start"]);
      const end = await runProgram(args.slice(2), folder);
      return `${end.stdout}${end.stderr}`.trimEnd();
    }
  }
  throw new Error(`a document has a command this test cannot run: ${command}`);
}

/** Every command prints what is shown behind it. `patient`: a cluster's first answers may come before its nodes have met. */
export async function checkShown(
  examples: readonly Shown[],
  numbers: NumberMap,
  folder: string,
  patient: boolean,
): Promise<void> {
  assert(examples.length > 0);
  for (const { command, output: shown } of examples) {
    let printed = "";
    await until(`\`${command}\` prints ${shown}`, async () => {
      printed = numbers.from(await runShown({ command: numbers.to(command), output: shown }, folder));
      return !patient || printed === shown;
    }, 30_000).catch(() => {});
    assertEquals(printed, shown, command);
  }
}

/** The engines that files name, each by the port a document gives it: those of Redis, then those of Memcached. */
const engines: readonly (readonly [port: number, start: () => Promise<RealServer>])[] = [
  [6379, () => startRedis()],
  [6380, () => startRedis()],
  [11211, () => startMemcached()],
];

/** Walks one section. Engines its files name are started, and everything is ended. */
export async function runSection(blocks: readonly Block[]): Promise<void> {
  await using servers = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "dynomite_section_" });
  servers.defer(() => Deno.remove(folder, { recursive: true }));
  const pairs = freePorts();
  const text = blocks.map((block) => block.text).join("\n");
  for (const [port, start] of engines) {
    if (text.includes(`:${port}:`)) pairs.push([port, servers.use(await start()).port]);
  }
  const numbers = numberMap(pairs);
  const own = (file: string) => numbers.to(file).replaceAll("/var/lib/dynomite", folder);
  let nodes = 0;
  for (const block of blocks) {
    if (block.language === "yaml") {
      const [, name] = /^# (\S+\.yml)\n/.exec(block.text) ?? [];
      assert(name !== undefined, `a YAML block of "${block.section}" has no name`);
      await Deno.writeTextFile(`${folder}/${name}`, own(block.text));
    } else if (block.language === "sh") {
      for (const line of block.text.split("\n")) {
        const [, file] = /^deno task start -c (\S+)$/.exec(line) ?? [];
        assert(file !== undefined, `a command this test cannot run: ${line}`);
        // A file that was written by a command has the document's ports.
        const path = `${folder}/${file}`;
        const written = await Deno.readTextFile(path);
        if (!/^# \S+\.yml\n/.test(written)) await Deno.writeTextFile(path, own(written));
        servers.use(await Program.start(["-c", file], folder));
        nodes++;
      }
    } else if (block.language === "console") {
      const examples = shownIn(block);
      // What writes files has the ports as shown.
      const writes = examples.some(({ command }) => command.includes("--generate"));
      const check = () => checkShown(examples, writes ? numberMap([]) : numbers, folder, false);
      // What is written before the nodes have met is nowhere else: then the block is run from its first line again.
      if (nodes > 1) {
        await until("the nodes have met", () => check().then(() => true, () => false), 30_000).catch(() => {});
      }
      await check();
    }
  }
}
