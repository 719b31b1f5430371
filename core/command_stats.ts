/**
 * What clients asked of a node, by command: how often, how long it took, how often it went wrong. In Redis' terms: a request
 * that was refused before anything was done is rejected, one whose answer is an error has failed.
 */
import { Histogram } from "./histogram.ts";
import type { Command } from "./request.ts";

/** Names of errors that are told apart, as in Redis: they may be of a client's making. */
const ERRORS_MAX = 128;

/** The row of INFO commandstats. */
export interface CommandCalls {
  readonly name: string;
  readonly calls: number;
  readonly rejected: number;
  readonly failed: number;
  /** Microseconds from a request's arrival to its answer; undefined when it was never called. */
  readonly latencyUs: Histogram | undefined;
}

export class CommandStats {
  readonly #commands: readonly Command[];
  /** By the row's number. A command nobody uses has no histogram; rows of one name share theirs. */
  readonly #latencyUs: (Histogram | undefined)[];
  readonly #rejected: Float64Array;
  readonly #failed: Float64Array;
  readonly #errors = new Map<string, number>();

  constructor(commands: readonly Command[]) {
    this.#commands = commands;
    this.#latencyUs = new Array<Histogram | undefined>(commands.length).fill(undefined);
    this.#rejected = new Float64Array(commands.length);
    this.#failed = new Float64Array(commands.length);
  }

  /** A request was carried out, with whatever answer. */
  call(row: number, durationUs: number): void {
    (this.#latencyUs[row] ?? this.#begin(row)).record(durationUs);
  }
  reject(row: number): void {
    this.#rejected[row]!++;
  }
  fail(row: number): void {
    this.#failed[row]!++;
  }
  /** Counts an error answer by its name: `ERR`, `WRONGTYPE`. */
  error(name: string): void {
    const count = this.#errors.get(name);
    if (count !== undefined || this.#errors.size < ERRORS_MAX) this.#errors.set(name, (count ?? 0) + 1);
  }

  /** Every command that was asked for, in the order of the table; rows of one name are one. */
  list(): CommandCalls[] {
    const byName = new Map<string, CommandCalls>();
    for (const { id, name, standIn } of this.#commands) {
      const latencyUs = this.#latencyUs[id];
      const [rejected, failed] = [this.#rejected[id]!, this.#failed[id]!];
      if (standIn || (latencyUs === undefined && rejected === 0)) continue;
      const other = byName.get(name);
      byName.set(name, {
        name,
        calls: (latencyUs ?? other?.latencyUs)?.count ?? 0,
        rejected: rejected + (other?.rejected ?? 0),
        failed: failed + (other?.failed ?? 0),
        latencyUs: latencyUs ?? other?.latencyUs,
      });
    }
    return [...byName.values()];
  }
  /** Error answers by name, in the order they first came. */
  errors(): ReadonlyMap<string, number> {
    return this.#errors;
  }

  reset(): void {
    this.#latencyUs.fill(undefined);
    this.#rejected.fill(0);
    this.#failed.fill(0);
    this.#errors.clear();
  }

  #begin(row: number): Histogram {
    const { name } = this.#commands[row]!;
    const other = this.#commands.find((command) => command.name === name && this.#latencyUs[command.id] !== undefined);
    return this.#latencyUs[row] = (other && this.#latencyUs[other.id]) ?? new Histogram();
  }
}
