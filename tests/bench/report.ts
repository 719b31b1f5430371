/** Results of a benchmark and the Markdown tables made of them. */
import { DIRECT, NODE, ORIGINAL } from "./contenders.ts";
import type { Load, Measured } from "./redis_benchmark.ts";

/** One run of one command under one load. */
export interface Sample extends Measured {
  readonly load: Load;
  readonly command: string;
  readonly contender: string;
  /** CPU time of the contender's process for each request, microseconds. */
  readonly cpuUs: number;
}

/** The middle one; of an even number the mean of the two in the middle. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** Medians over all rounds of one contender, command and load; undefined where no round came to a result. */
export class Cell {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUs: number;

  constructor(samples: readonly Sample[]) {
    const middle = (pick: (sample: Sample) => number) => median(samples.map(pick));
    this.requestsPerSecond = middle((sample) => sample.requestsPerSecond);
    this.p50Ms = middle((sample) => sample.p50Ms);
    this.p99Ms = middle((sample) => sample.p99Ms);
    // Steps of 10 ms: the mean over all rounds is finer than a median of steps.
    this.cpuUs = samples.reduce((sum, sample) => sum + sample.cpuUs, 0) / samples.length;
  }
}

export class Results {
  readonly samples: Sample[] = [];

  cell(load: Load, command: string, contender: string): Cell | undefined {
    const found = this.samples.filter((sample) =>
      sample.load === load && sample.command === command && sample.contender === contender
    );
    return found.length === 0 ? undefined : new Cell(found);
  }
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[], fill = " ") =>
    `| ${
      cells.map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column]!, fill) : cell.padStart(widths[column]!, fill)
      ).join(" | ")
    } |`;
  const rule = head.map((_, column) =>
    column < 2 ? "-".repeat(widths[column]!) : `${"-".repeat(widths[column]! - 1)}:`
  );
  return [line(head), line(rule), ...rows.map((row) => line(row))].join("\n");
}

const fixed = (value: number, digits: number) => Number.isFinite(value) ? value.toFixed(digits) : "-";
const thousands = (value: number) => Number.isFinite(value) ? Math.round(value).toLocaleString("en-US") : "-";

/** One load: every command and contender. */
export function loadTable(
  results: Results,
  load: Load,
  commands: readonly string[],
  contenders: readonly string[],
): string {
  const rows = commands.flatMap((command) => {
    const direct = results.cell(load, command, DIRECT);
    return contenders.map((contender) => {
      const cell = results.cell(load, command, contender);
      if (cell === undefined) return [command, contender, "failed", "", "", "", ""];
      const ratio = cell.requestsPerSecond / (direct?.requestsPerSecond ?? NaN);
      return [
        command,
        contender,
        thousands(cell.requestsPerSecond),
        fixed(ratio, 2),
        fixed(cell.p50Ms, 2),
        fixed(cell.p99Ms, 2),
        contender === DIRECT ? "" : fixed(cell.cpuUs, 2),
      ];
    });
  });
  return table(["command", "through", "requests/s", "of direct", "p50 ms", "p99 ms", "CPU us"], rows);
}

/** All commands of a load in one row: medians over the commands. */
export function summaryTable(
  results: Results,
  loads: readonly Load[],
  commands: readonly string[],
  contenders: readonly string[],
): string {
  const rows = loads.flatMap((load) =>
    contenders.map((contender) => {
      const ofAll = (pick: (cell: Cell, direct: Cell | undefined) => number) =>
        median(commands.flatMap((command) => {
          const cell = results.cell(load, command, contender);
          return cell === undefined ? [] : [pick(cell, results.cell(load, command, DIRECT))];
        }));
      const requestsPerSecond = ofAll((cell) => cell.requestsPerSecond);
      if (Number.isNaN(requestsPerSecond)) return [load.name, contender, "failed", "", "", ""];
      return [
        load.name,
        contender,
        thousands(requestsPerSecond),
        fixed(ofAll((cell, direct) => cell.requestsPerSecond / (direct?.requestsPerSecond ?? NaN)), 2),
        fixed(ofAll((cell) => cell.p99Ms), 2),
        contender === DIRECT ? "" : fixed(ofAll((cell) => cell.cpuUs), 2),
      ];
    })
  );
  return table(["load", "through", "requests/s", "of direct", "p99 ms", "CPU us"], rows);
}

/** This node in front of Redis against C Dynomite in the same cells; empty when that one was not there. */
export function barTable(results: Results, loads: readonly Load[], commands: readonly string[]): string {
  const rows = commands.flatMap((command) => {
    const pairs = loads.map((load) =>
      [results.cell(load, command, NODE), results.cell(load, command, ORIGINAL)] as const
    );
    if (pairs.every(([ours, theirs]) => ours === undefined || theirs === undefined)) return [];
    return [[
      command,
      ...pairs.map(([ours, theirs]) =>
        ours === undefined || theirs === undefined
          ? "failed"
          : `${fixed(ours.requestsPerSecond / theirs.requestsPerSecond, 2)}, p99 ${fixed(ours.p99Ms / theirs.p99Ms, 2)}`
      ),
    ]];
  });
  return rows.length === 0 ? "" : table(["command", ...loads.map((load) => load.name)], rows);
}

/** Resident memory behind the run. */
export function memoryTable(resident: ReadonlyMap<string, number>): string {
  return table(["process", "", "RSS MB"], [...resident].map(([name, mb]) => [name, "", fixed(mb, 0)]));
}
