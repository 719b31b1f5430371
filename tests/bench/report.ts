/** Results of a comparison and the Markdown tables made of them. */
import { DIRECT, NODE, ORIGINAL } from "./contenders.ts";
import type { Load, Measured } from "./redis_benchmark.ts";

/** One run of one command under one load. */
export interface Sample extends Measured {
  readonly round: number;
  readonly load: Load;
  readonly command: string;
  readonly contender: string;
  /** CPU time for each request, microseconds: of the process that clients talk to, and of all of the contender's (NaN when it has no other). */
  readonly cpuUs: number;
  readonly allCpuUs: number;
}

/** A load, and how many times C Dynomite's throughput this node should have under it. */
export interface ReportedLoad extends Load {
  bar(command: string): number;
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
  readonly allCpuUs: number;

  constructor(samples: readonly Sample[]) {
    const middle = (pick: (sample: Sample) => number) => median(samples.map(pick));
    const mean = (pick: (sample: Sample) => number) =>
      samples.reduce((sum, sample) => sum + pick(sample), 0) / samples.length;
    this.requestsPerSecond = middle((sample) => sample.requestsPerSecond);
    this.p50Ms = middle((sample) => sample.p50Ms);
    this.p99Ms = middle((sample) => sample.p99Ms);
    // Steps of 10 ms: the mean over all rounds is finer than a median of steps.
    this.cpuUs = mean((sample) => sample.cpuUs);
    this.allCpuUs = mean((sample) => sample.allCpuUs);
  }
}

export class Results {
  readonly samples: Sample[] = [];

  cell(load: Load, command: string, contender: string): Cell | undefined {
    const found = this.#samplesOf(load, command, contender);
    return found.length === 0 ? undefined : new Cell(found);
  }

  /**
   * A number of one contender as a multiple of another's: the median over the rounds in which both have it. Within a round they
   * were measured one right after the other, so that what else the machine did then met both.
   */
  ratio(
    load: Load,
    command: string,
    [one, other]: readonly [string, string],
    pick: (sample: Sample) => number,
  ): number {
    const others = new Map(this.#samplesOf(load, command, other).map((sample) => [sample.round, pick(sample)]));
    return median(
      this.#samplesOf(load, command, one).flatMap((sample) => {
        const value = others.get(sample.round);
        return value === undefined ? [] : [pick(sample) / value];
      }),
    );
  }

  #samplesOf(load: Load, command: string, contender: string): Sample[] {
    return this.samples.filter((sample) =>
      sample.load === load && sample.command === command && sample.contender === contender
    );
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

/** CPU time of the process that clients talk to and, where there are others, of all. */
function cpuText(contender: string, cpuUs: number, allCpuUs: number): string {
  if (contender === DIRECT) return "";
  return Number.isNaN(allCpuUs) ? fixed(cpuUs, 2) : `${fixed(cpuUs, 2)} of ${fixed(allCpuUs, 2)}`;
}

/** One load: every command and contender. */
function loadTable(
  results: Results,
  load: Load,
  commands: readonly string[],
  contenders: readonly string[],
): string {
  const rows = commands.flatMap((command) => {
    const direct = results.cell(load, command, DIRECT);
    return contenders.map((contender) => {
      const cell = results.cell(load, command, contender);
      if (cell === undefined) return [command, contender, "no result", "", "", "", ""];
      const ratio = cell.requestsPerSecond / (direct?.requestsPerSecond ?? NaN);
      return [
        command,
        contender,
        thousands(cell.requestsPerSecond),
        fixed(ratio, 2),
        fixed(cell.p50Ms, 2),
        fixed(cell.p99Ms, 2),
        cpuText(contender, cell.cpuUs, cell.allCpuUs),
      ];
    });
  });
  return table(["command", "through", "requests/s", "of direct", "p50 ms", "p99 ms", "CPU us"], rows);
}

/** All commands of a load in one row: medians over the commands. */
function summaryTable(
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
      if (Number.isNaN(requestsPerSecond)) return [load.name, contender, "no result", "", "", ""];
      return [
        load.name,
        contender,
        thousands(requestsPerSecond),
        fixed(ofAll((cell, direct) => cell.requestsPerSecond / (direct?.requestsPerSecond ?? NaN)), 2),
        fixed(ofAll((cell) => cell.p99Ms), 2),
        cpuText(contender, ofAll((cell) => cell.cpuUs), ofAll((cell) => cell.allCpuUs)),
      ];
    })
  );
  return table(["load", "through", "requests/s", "of direct", "p99 ms", "CPU us"], rows);
}

/**
 * This node in front of Redis against C Dynomite in the same cells, with what is wanted where it is missed; empty when that one
 * was not there.
 */
function barTable(results: Results, loads: readonly ReportedLoad[], commands: readonly string[]): string {
  const rows = commands.flatMap((command) => {
    const cells = loads.map((load) => {
      const ratio = results.ratio(load, command, [NODE, ORIGINAL], (sample) => sample.requestsPerSecond);
      const late = results.ratio(load, command, [NODE, ORIGINAL], (sample) => sample.p99Ms);
      if (Number.isNaN(ratio)) return undefined;
      const bar = load.bar(command);
      return `${fixed(ratio, 2)}${ratio < bar ? ` (below ${bar})` : ""}, p99 ${fixed(late, 2)}${
        late > 1 ? " (above 1)" : ""
      }`;
    });
    return cells.every((cell) => cell === undefined) ? [] : [[command, ...cells.map((cell) => cell ?? "no result")]];
  });
  return rows.length === 0 ? "" : table(["command", ...loads.map((load) => load.name)], rows);
}

/** Resident memory behind the run. */
function memoryTable(resident: ReadonlyMap<string, readonly number[]>): string {
  const rows = [...resident].map(([name, sizes]) => [name, "", sizes.map((mb) => fixed(mb, 0)).join(" and ")]);
  return table(["process", "", "RSS MB"], rows);
}

/** Everything, as Markdown under headings of the third level. */
export function reportOf(
  results: Results,
  loads: readonly ReportedLoad[],
  commands: readonly string[],
  contenders: readonly string[],
  resident: ReadonlyMap<string, readonly number[]>,
): string {
  const bar = barTable(results, loads, commands);
  const parts = [["All commands", summaryTable(results, loads, commands, contenders)]];
  if (bar !== "") parts.push(["Throughput and p99 of this node as a multiple of C Dynomite's", bar]);
  for (const load of loads) parts.push([load.name, loadTable(results, load, commands, contenders)]);
  parts.push(["Memory behind the run", memoryTable(resident)]);
  return parts.map(([title, text]) => `### ${title}\n\n${text}\n`).join("\n");
}
