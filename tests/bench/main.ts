/** `deno task bench NAME [flags]`: the benchmarks by name. Each is a program that prints tables, never a test with a limit. */
import { parseArgs } from "@std/cli/parse-args";
import { benchIdleClients } from "./idle_clients.ts";
import { benchSingle } from "./single.ts";

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

const benchmarks: Readonly<Record<string, (flags: BenchFlags) => Promise<void>>> = {
  idle: benchIdleClients,
  single: benchSingle,
};

const usage =
  `deno task bench NAME [--quick] [--rounds 5] [--scale 1] [--contenders a,b] [--commands SET,GET] [--loads 50x1,500x16]
  NAME is one of: ${Object.keys(benchmarks).join(", ")}
  DYNOMITE_C=/path/to/dynomite adds C Dynomite; twemproxy joins when nutcracker is in PATH or named by NUTCRACKER.`;

if (import.meta.main) {
  const args = parseArgs(Deno.args.filter((arg) => arg !== "--"), {
    boolean: ["quick"],
    string: ["rounds", "scale", "contenders", "commands", "loads"],
  });
  const benchmark = benchmarks[String(args._[0])];
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
  if (benchmark === undefined || !(flags.rounds >= 1) || !(flags.scale > 0)) {
    console.error(usage);
    Deno.exit(1);
  }
  await benchmark(flags);
}
