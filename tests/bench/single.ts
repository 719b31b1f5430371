/**
 * One node in front of one engine, against the engine itself and against other proxies: the table that C Dynomite's own
 * documentation opens with. All contenders run at the same time and take turns, command by command, so that whatever else
 * the machine does meets all of them; every number is a median over the rounds.
 */
import { startRedis } from "../support/real_servers.ts";
import { DIRECT, proxies, type Running } from "./contenders.ts";
import type { BenchFlags } from "./main.ts";
import { cpuTimeUs, residentMb } from "./process_usage.ts";
import { commands, type Load, measure } from "./redis_benchmark.ts";
import { barTable, loadTable, memoryTable, Results, summaryTable } from "./report.ts";

/** Requests of a cell: enough for a second or so. V8 needs some ten thousand to warm up, which happens before. */
const loads: readonly (Load & { readonly requests: number })[] = [
  { name: "50 clients", clients: 50, depth: 1, requests: 100_000 },
  { name: "50 clients, 16 deep", clients: 50, depth: 16, requests: 500_000 },
  { name: "500 clients, 16 deep", clients: 500, depth: 16, requests: 500_000 },
];
const WARM_UP_REQUESTS = 100_000;
const QUICK_REQUESTS = 300;

export async function benchSingle(flags: BenchFlags): Promise<void> {
  const chosen = (names: readonly string[], name: string) =>
    names.length === 0 || names.some((part) => name.includes(part));
  const names = Object.keys(commands).filter((name) => chosen(flags.commands, name));
  const usedLoads = loads.filter(({ clients, depth }) =>
    flags.loads.length === 0 || flags.loads.includes(`${clients}x${depth}`)
  );
  const requestsOf = (requests: number) => flags.quick ? QUICK_REQUESTS : Math.ceil(requests * flags.scale);

  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const redis = stack.use(await startRedis());
  const running: Running[] = [{ ...redis, name: DIRECT }];
  for (const contender of proxies()) {
    if (chosen(flags.contenders, contender.name)) running.push(stack.use(await contender.start(redis.port, folder)));
  }

  const results = new Results();
  const problems: string[] = [];
  const run = async (to: Running, command: string, load: Load, requests: number): Promise<void> => {
    const before = cpuTimeUs(to.pid);
    try {
      const measured = await measure(to.port, command, load, requests);
      const cpuUs = (cpuTimeUs(to.pid) - before) / requests;
      results.samples.push({ ...measured, load, command, contender: to.name, cpuUs });
    } catch (error) {
      problems.push(`${to.name}, ${command}, ${load.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  if (!flags.quick) {
    for (const to of running) {
      for (const load of usedLoads) {
        for (const command of names) await run(to, command, load, requestsOf(WARM_UP_REQUESTS));
      }
    }
    results.samples.length = 0;
    problems.length = 0;
  }
  for (let round = 1; round <= flags.rounds; round++) {
    for (const load of usedLoads) {
      for (const command of names) {
        for (const to of running) await run(to, command, load, requestsOf(load.requests));
      }
    }
    console.error(`round ${round} of ${flags.rounds} is done`);
  }

  const through = running.map(({ name }) => name);
  console.log(
    `${new Date().toISOString().slice(0, 10)}, Deno ${Deno.version.deno}, ${navigator.hardwareConcurrency} cores, ` +
      `medians of ${flags.rounds} rounds\n`,
  );
  console.log(`### All commands\n\n${summaryTable(results, usedLoads, names, through)}\n`);
  for (const load of usedLoads) console.log(`### ${load.name}\n\n${loadTable(results, load, names, through)}\n`);
  const bar = barTable(results, usedLoads, names);
  if (bar !== "") console.log(`### This node by C Dynomite\n\n${bar}\n`);
  console.log(
    `### Memory behind the run\n\n${memoryTable(new Map(running.map(({ name, pid }) => [name, residentMb(pid)])))}`,
  );
  for (const problem of problems) console.error(problem);
}
