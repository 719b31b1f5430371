/** `deno task bench NAME... [flags]`: the benchmarks by name. Each is a program that prints tables, never a test with a limit. */
import { parseArgs } from "@std/cli/parse-args";
import { benchGossip } from "./gossip.ts";
import { benchIdleClients } from "./idle_clients.ts";
import { benchSingle } from "./single.ts";
import { benchTwoRacks } from "./two_racks.ts";

/** What every benchmark is told. */
export interface BenchFlags {
  /** A few hundred requests, once: shows that everything runs, measures nothing. */
  readonly quick: boolean;
  readonly rounds: number;
  /** Factor on the number of requests of every cell. */
  readonly scale: number;
  /** Only contenders and commands whose name contains one of these; all when empty. */
  readonly contenders: readonly string[];
  readonly commands: readonly string[];
  /** Only these, as `CLIENTSxDEPTH`. */
  readonly loads: readonly string[];
}

/** Returns its report as Markdown; `stop` asks for what there is. */
type Benchmark = (flags: BenchFlags, stop: AbortSignal) => Promise<string>;

/** One after the other, as one report. */
function together(...parts: readonly (readonly [title: string, bench: Benchmark])[]): Benchmark {
  return async (flags, stop) => {
    const reports: string[] = [];
    for (const [title, bench] of parts) if (!stop.aborted) reports.push(`### ${title}\n\n${await bench(flags, stop)}`);
    return reports.join("\n");
  };
}

const twoRacks = benchTwoRacks("dc_one", "dc_one");
const twoRacksWriteQuorum = benchTwoRacks("dc_one", "dc_quorum");

const benchmarks: Readonly<Record<string, Benchmark>> = {
  cluster: together(["two_racks", twoRacks], ["two_racks_write_quorum", twoRacksWriteQuorum]),
  gossip: benchGossip,
  idle: benchIdleClients,
  single: benchSingle,
  two_racks: twoRacks,
  two_racks_write_quorum: twoRacksWriteQuorum,
  two_racks_quorum: benchTwoRacks("dc_quorum", "dc_quorum"),
};

const usage =
  `deno task bench NAME... [--quick] [--rounds 5] [--scale 1] [--contenders a,b] [--commands SET,GET] [--loads 50x1,500x16]
    [--output FILE]
  NAME is one of: ${Object.keys(benchmarks).join(", ")}
  DYNOMITE_C=/path/to/dynomite adds C Dynomite; twemproxy joins when nutcracker is in PATH or named by NUTCRACKER.
  SIGINT and SIGTERM end a run with a report of what it has.`;

/** What a reader of the file must know: what was run, on what, beside what. */
function preface(): string {
  const date = new Date().toISOString().slice(0, 10);
  const args = Deno.args.filter((arg) => arg !== "--").join(" ");
  const [load] = Deno.loadavg();
  const git = new Deno.Command("git", {
    args: ["describe", "--always", "--dirty"],
    cwd: import.meta.dirname!,
    stderr: "null",
  });
  const commit = new TextDecoder().decode(git.outputSync().stdout).trim();
  return `# Results of \`deno task bench\`

Written by \`deno task bench ${args}\` on ${date} at commit ${commit}: Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores, load average
${
    load!.toFixed(1)
  } before. CPU us is the CPU time of the process that clients talk to for each request, "of" that of both nodes. The ratios
and the CPU time say more than the absolute rates, which are those of that machine.
`;
}

/** As `deno fmt` wants it, so that the file can be checked in as it is. */
async function writeFormatted(path: string, text: string): Promise<void> {
  await Deno.writeTextFile(path, text);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", path], stdout: "null", stderr: "null" }).output();
}

if (import.meta.main) {
  const args = parseArgs(Deno.args.filter((arg) => arg !== "--"), {
    boolean: ["quick", "help"],
    string: ["rounds", "scale", "contenders", "commands", "loads", "output"],
  });
  if (args.help === true) {
    console.log(usage);
    Deno.exit(0);
  }
  const number = (value: unknown, otherwise: number) => value === undefined ? otherwise : Number(value);
  const list = (value: unknown) => value === undefined ? [] : String(value).split(",");
  const flags: BenchFlags = {
    quick: args.quick === true,
    rounds: args.quick === true ? 1 : number(args.rounds, 5),
    scale: number(args.scale, 1),
    contenders: list(args.contenders),
    commands: list(args.commands),
    loads: list(args.loads),
  };
  const names = args._.map(String);
  const known = names.every((name) => Object.hasOwn(benchmarks, name));
  if (names.length === 0 || !known || !(flags.rounds >= 1) || !(flags.scale > 0)) {
    console.error(usage);
    Deno.exit(1);
  }
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => stop.abort());
  let file = preface();
  for (const name of names) {
    if (stop.signal.aborted) break;
    const report = `## ${name}\n\n${await benchmarks[name]!(flags, stop.signal)}`;
    console.log(report);
    file += `\n${report}`;
    // After each, so that an end in the next one leaves this one's.
    if (args.output !== undefined) await writeFormatted(String(args.output), file);
  }
  Deno.exit(stop.signal.aborted ? 1 : 0);
}
