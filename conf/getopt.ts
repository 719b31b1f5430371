/**
 * Reads arguments as getopt_long does, because operators' scripts are written for that: `-v5`, `-v 5`, `--verbosity=5`,
 * `--verbosity 5`, short flags together (`-dt`, `-dv5`), unambiguous beginnings of long names (`--verb=5`), and `--` for the
 * end of the flags. Which flags there are is a table of whoever asks.
 */
import { suggest } from "./suggest.ts";
import { type Kind, Problem } from "./value_kinds.ts";

/** A command line that cannot be followed. The message is one line. */
export class FlagError extends Error {
  override name = "FlagError";
}

export interface OptionRow {
  readonly short?: string;
  readonly long: string;
  /** The argument as the usage shows it, with its kind and what the flag requires; none for switches. */
  readonly argument?: { readonly shown: string; readonly requires: string; readonly kind: Kind<unknown> };
  /** Where its value goes. */
  readonly field?: string;
  readonly doc: string;
  /** For flags without effect: what is told instead. */
  readonly notice?: string;
  readonly hidden?: true;
  /** May be given several times: its values become a list. */
  readonly repeated?: true;
  /** Only its whole name counts, so that what older scripts abbreviate keeps its meaning. */
  readonly wholeName?: true;
}

/** What was given. A switch is true; one that was not given has no field. */
export interface ReadArguments {
  readonly values: Record<string, unknown>;
  readonly notices: readonly string[];
}

/** An argument that is a number. */
export function number(kind: Kind<number>) {
  return { shown: "N", requires: "a number", kind };
}

/** Any argument with something in it. */
export function something(what: string) {
  const kind: Kind<string> = {
    accepted: what,
    parse: (written) => written === "" ? new Problem(`is empty; accepted is ${what}`) : written,
    format: (value) => value,
  };
  return { shown: "S", requires: what, kind };
}

/**
 * Reads `args` by the flags of `rows`; `onOther` takes each argument that is no flag, or throws.
 *
 * @throws {FlagError} at the first argument that cannot be followed.
 */
export function readArguments(
  rows: readonly OptionRow[],
  args: readonly string[],
  onOther: (argument: string) => void,
): ReadArguments {
  const values: Record<string, unknown> = {};
  const notices: string[] = [];
  let at = 0;

  /** `written` is how the flag was named: `-v` or `--verbosity`. */
  const set = (row: OptionRow, written: string, attached: string | undefined): void => {
    if (!row.argument) {
      if (attached !== undefined) throw new FlagError(`option ${written} takes no value; given was "${attached}"`);
      if (row.field) values[row.field] = true;
      return;
    }
    const value = readValue(row.argument, written, attached ?? args[at++]);
    if (row.field) values[row.field] = row.repeated ? [...(values[row.field] as unknown[] ?? []), value] : value;
    if (row.notice) notices.push(`${written} has no effect: ${row.notice}`);
  };

  while (at < args.length) {
    const argument = args[at++]!;
    if (argument === "--") {
      while (at < args.length) onOther(args[at++]!);
    } else if (argument.startsWith("--")) {
      const equals = argument.indexOf("=");
      const row = findLong(rows, argument.slice(2, equals < 0 ? undefined : equals));
      set(row, `--${row.long}`, equals < 0 ? undefined : argument.slice(equals + 1));
    } else if (argument.startsWith("-") && argument.length > 1) {
      for (let index = 1; index < argument.length; index++) {
        const letter = argument[index]!;
        const row = letter === "?" ? findLong(rows, "help") : rows.find((candidate) => candidate.short === letter);
        if (!row) throw new FlagError(`invalid option -- '${letter}'`);
        const rest = argument.slice(index + 1);
        set(row, `-${letter}`, row.argument && rest !== "" ? rest : undefined);
        if (row.argument) break;
      }
    } else {
      onOther(argument);
    }
  }
  return { values, notices };
}

function readValue(
  { requires, kind }: NonNullable<OptionRow["argument"]>,
  written: string,
  given: string | undefined,
): unknown {
  if (given === undefined) throw new FlagError(`option ${written} requires ${requires}`);
  const value = kind.parse(given);
  if (!(value instanceof Problem)) return value;
  // C Dynomite's own words where the value is not even of the right sort.
  const isNumber = requires !== "a number" || /^[0-9]+$/.test(given);
  const problem = isNumber
    ? `"${given}" ${value.text}`
    : `requires a number; given was "${given}", accepted is ${kind.accepted}`;
  throw new FlagError(`option ${written}${isNumber ? ":" : ""} ${problem}`);
}

/** The row of a long name, or of the only one that begins so. */
function findLong(rows: readonly OptionRow[], name: string): OptionRow {
  const exact = rows.find((row) => row.long === name);
  if (exact) return exact;
  const visible = rows.filter((row) => !row.hidden);
  const begun = name === "" ? [] : visible.filter((row) => !row.wholeName && row.long.startsWith(name));
  if (begun.length === 1) return begun[0]!;
  if (begun.length > 1) {
    throw new FlagError(
      `option '--${name}' is ambiguous; accepted are ${begun.map((row) => `--${row.long}`).join(", ")}`,
    );
  }
  const near = suggest(name, visible.map((row) => row.long));
  throw new FlagError(`unrecognized option '--${name}'${near === undefined ? "" : `; did you mean --${near}?`}`);
}

/** `-v, --verbosity=N`, for each flag that people may use. */
export function describeRows(
  rows: readonly OptionRow[],
): readonly { readonly usage: string; readonly doc: string }[] {
  return rows.filter((row) => !row.hidden).map((row) => ({
    usage: `${row.short ? `-${row.short}, ` : "    "}--${row.long}${row.argument ? `=${row.argument.shown}` : ""}`,
    doc: row.doc,
  }));
}
