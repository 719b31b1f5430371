/**
 * What can be seen and changed while the node runs (CONFIG GET and SET, the admin port): a table of names with a reader and,
 * where it may change, a writer that checks.
 */
import type { Setting } from "./node_view.ts";

export interface SettingRow {
  readonly name: string;
  get(): string;
  /** Returns what is wrong and what is accepted, or undefined when it was set. */
  set?(value: string): string | undefined;
}

export class Settings {
  readonly #rows = new Map<string, SettingRow>();

  constructor(rows: Iterable<SettingRow>) {
    for (const row of rows) this.#rows.set(row.name, row);
  }

  list(): readonly Setting[] {
    return [...this.#rows.values()].map((row) => ({ name: row.name, value: row.get() }));
  }

  /** Changes one now. Returns an error text, or undefined when done. */
  set(name: string, value: string): string | undefined {
    const row = this.#rows.get(name.toLowerCase());
    if (row === undefined) return `Unknown option or number of arguments for CONFIG SET - '${name}'`;
    if (row.set === undefined) {
      return `CONFIG SET failed (possibly related to argument '${name}') - can't set immutable config`;
    }
    const problem = row.set(value);
    return problem && `CONFIG SET failed (possibly related to argument '${name}') - ${problem}`;
  }
}

/** A writer for whole numbers in a range. */
export function wholeNumber(least: number, greatest: number, store: (value: number) => void) {
  return (text: string): string | undefined => {
    if (!/^-?\d{1,15}$/.test(text)) return "argument couldn't be parsed into an integer";
    const value = Number(text);
    if (value < least || value > greatest) return `argument must be between ${least} and ${greatest} inclusive`;
    store(value);
    return undefined;
  };
}
