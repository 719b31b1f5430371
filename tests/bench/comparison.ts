/**
 * A comparison: all contenders run at the same time and take turns, command by command and in either order, so that whatever else
 * the machine does meets all of them; every number is a median over the rounds. Many short rounds tell more than a few long ones. A line to stderr tells of each command as it is done, and a run
 * that is stopped reports what it has.
 */
import type { RealServer } from "../support/real_servers.ts";
import { RespClient } from "../support/resp_client.ts";
import { type Contender, DIRECT, type Running } from "./contenders.ts";
import type { BenchFlags } from "./main.ts";
import { cpuTimeUs, residentMb } from "./process_usage.ts";
import { commands, type Load, measure } from "./redis_benchmark.ts";
import { type ReportedLoad, reportOf, Results } from "./report.ts";

/** Requests of a cell: a second or two, so that connecting and a single pause are less than the hundredth that p99 leaves out. */
export type Loads = readonly (ReportedLoad & { readonly requests: number })[];

/** V8 needs some ten thousand to warm up. */
const WARM_UP_REQUESTS = 50_000;
const QUICK_REQUESTS = 300;
/** The key that redis-benchmark's INCR counts at. */
const COUNTER = "counter:__rand_int__";

/**
 * Starts the contenders, which `stack` ends, in front of `engines`, of which the first is measured itself. Returns the report as
 * Markdown.
 */
export async function compare(
  loads: Loads,
  contenders: readonly Contender[],
  engines: readonly RealServer[],
  folder: string,
  stack: AsyncDisposableStack,
  flags: BenchFlags,
  stop: AbortSignal,
): Promise<string> {
  const chosen = (names: readonly string[], name: string) =>
    names.length === 0 || names.some((part) => name.includes(part));
  const names = Object.keys(commands).filter((name) => chosen(flags.commands, name));
  const usedLoads = loads.filter(({ clients, depth }) =>
    flags.loads.length === 0 || flags.loads.includes(`${clients}x${depth}`)
  );
  const requestsOf = (requests: number) => flags.quick ? QUICK_REQUESTS : Math.ceil(requests * flags.scale);

  const [engine] = engines;
  const running: Running[] = [{ name: DIRECT, port: engine!.port, pids: [engine!.pid], ...noEnd }];
  const ports = engines.map(({ port }) => port);
  for (const contender of contenders) {
    if (chosen(flags.contenders, contender.name)) running.push(stack.use(await contender.start(ports, folder)));
  }

  const results = new Results();
  const run = async (round: number, to: Running, command: string, load: Load, requests: number): Promise<void> => {
    if (to.spared?.includes(command)) return;
    const before = to.pids.map(cpuTimeUs);
    try {
      const measured = await measure(to.port, command, load, requests, stop);
      const used = to.pids.map((pid, i) => (cpuTimeUs(pid) - before[i]!) / requests);
      const allCpuUs = used.length === 1 ? NaN : used.reduce((sum, us) => sum + us, 0);
      results.samples.push({ round, ...measured, load, command, contender: to.name, cpuUs: used[0]!, allCpuUs });
    } catch (error) {
      if (stop.aborted) return;
      console.error(`${to.name}, ${command}, ${load.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  /** What was counted past the nodes would make their replicas differ: they begin alike. */
  const levelCounters = async (): Promise<void> => {
    for (const port of ports) {
      const client = await RespClient.connect(port);
      await client.call("DEL", COUNTER);
      client.close();
    }
  };
  /** Every command and load, each contender in its turn. */
  const round = async (number: number, title: string, requests: (load: Loads[number]) => number): Promise<void> => {
    const turns = number % 2 === 0 ? running : running.toReversed();
    for (const load of usedLoads) {
      for (const command of names) {
        const first = results.samples.length;
        for (const to of turns) {
          if (stop.aborted) break;
          await run(number, to, command, load, requestsOf(requests(load)));
          if (command === "INCR" && to.name === DIRECT) await levelCounters();
        }
        const told = results.samples.slice(first).map(({ contender, requestsPerSecond, cpuUs }) =>
          `${contender} ${Math.round(requestsPerSecond)}/s ${cpuUs.toFixed(2)} us`
        );
        if (!stop.aborted) console.error(`${title}, ${load.name}, ${command}: ${told.join("; ")}`);
      }
    }
  };

  if (!flags.quick) {
    await round(0, "warm-up", () => WARM_UP_REQUESTS);
    results.samples.length = 0;
  }
  let rounds = 0;
  while (rounds < flags.rounds && !stop.aborted) {
    await round(rounds, `round ${rounds + 1} of ${flags.rounds}`, ({ requests }) => requests);
    if (!stop.aborted) rounds++;
  }
  const resident = new Map(running.map(({ name, pids }) => [name, pids.map(residentMb)]));
  const intro = `Medians of ${rounds} rounds${stop.aborted ? " and a part of another; it was stopped" : ""}.`;
  return `${intro}\n\n${reportOf(results, usedLoads, names, running.map(({ name }) => name), resident)}`;
}

/** The engine is ended by who started it. */
const noEnd = { [Symbol.asyncDispose]: () => Promise.resolve() };
