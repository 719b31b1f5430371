/** The command lines of the commands: an address, the flags that all of them have, and those of one. */
import { describeRows, FlagError, type OptionRow, readArguments, something } from "../getopt.ts";
import { type Kind, Problem, tcpAddress, wholeNumber } from "../value_kinds.ts";
import type { Address } from "../../core/transport.ts";
import { type CommandName, commands } from "./list.ts";

export type TcpAddress = Extract<Address, { kind: "tcp" }>;

/** What all commands are told. */
export interface CommonArguments {
  readonly help?: true;
  /** The stats port that is asked; undefined for that of the configuration. */
  readonly address: TcpAddress | undefined;
  readonly confFile?: string;
  readonly token?: string;
  readonly timeoutMs?: number;
}

const commonRows: readonly OptionRow[] = [
  { short: "h", long: "help", field: "help", doc: "this help" },
  {
    short: "c",
    long: "conf-file",
    field: "confFile",
    argument: something("a file name"),
    doc:
      "configuration of the node: its stats_listen is asked, with its admin_token (default: as a node finds its own)",
  },
  {
    long: "token",
    field: "token",
    argument: something("a token"),
    doc: "the node's admin_token; who lists processes can see it, so rather set DYNOMITE_ADMIN_TOKEN or give -c",
  },
  {
    long: "timeout",
    field: "timeoutMs",
    argument: { shown: "MS", requires: "a number", kind: wholeNumber(1, 3_600_000) },
    doc: "how long an answer may take, in milliseconds (default: 2000)",
  },
];

/** A number of seconds, with fractions, as milliseconds. */
export function seconds(least: number, most: number): Kind<number> {
  const accepted = `a number of seconds from ${least} to ${most}`;
  return {
    accepted,
    parse(written) {
      const value = /^\d+(\.\d+)?$/.test(written) ? Number(written) : NaN;
      return value >= least && value <= most
        ? Math.round(value * 1000)
        : new Problem(`is no such number; accepted is ${accepted}`);
    },
    format: (milliseconds) => String(milliseconds / 1000),
  };
}

/**
 * Reads the arguments behind a command's name. `T` is what `rows` fill in.
 *
 * @throws {FlagError} at the first that cannot be followed.
 */
export function readCommand<T>(args: readonly string[], rows: readonly OptionRow[]): CommonArguments & Partial<T> {
  let address: TcpAddress | undefined;
  const { values } = readArguments([...rows, ...commonRows], args, (argument) => {
    if (address !== undefined) throw new FlagError(`unexpected argument "${argument}"; one address is accepted`);
    address = readAddress(argument);
  });
  return { ...values as Partial<T>, address };
}

/** `host:port`, or a URL of it as a browser shows it. */
function readAddress(written: string): TcpAddress {
  const address = tcpAddress.parse(written.replace(/^http:\/\//, "").replace(/\/.*$/, ""));
  if (address instanceof Problem) throw new FlagError(`address "${written}" ${address.text}`);
  return address as TcpAddress;
}

/** What `dynomite NAME --help` prints. */
export function describeCommand(name: CommandName, rows: readonly OptionRow[], more: string): string {
  const { usage, doc } = commands.find((command) => command.name === name)!;
  const flags = describeRows([...rows, ...commonRows]);
  const width = Math.max(...flags.map((flag) => flag.usage.length));
  return [
    `Usage: dynomite ${name} ${usage}`,
    "",
    `${doc[0]!.toUpperCase()}${doc.slice(1)}.`,
    ...more === "" ? [] : [more],
    "",
    "Options:",
    ...flags.map((flag) => `  ${flag.usage.padEnd(width)} : ${flag.doc}`),
  ].join("\n");
}
