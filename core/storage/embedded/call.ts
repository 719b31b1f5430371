import type { ValueWriter } from "../../value_writer.ts";
import type { Engine } from "./engine.ts";

/**
 * One command being run: its arguments and where its answer goes. Reused; arguments are lent, so a handler that needs
 * bytes beyond its return (there should be none: SQLite copies what it binds) copies them.
 */
export interface Call {
  readonly engine: Engine;
  readonly out: ValueWriter;
  /** Arguments, the command's name (index 0) included. For a subcommand index 1 is its name. */
  readonly argCount: number;
  /** A view of argument `index`. */
  arg(index: number): Uint8Array;
  /** Argument `index` as lower-case text: for option words. */
  word(index: number): string;
  /** A 64-bit whole number, or throws `ERR value is not an integer or out of range`. */
  integer(index: number): bigint;
  /** The same for counts and positions: as a JS number, clamped to the safe range. */
  count(index: number): number;
  /** A float as Redis parses it, or throws `ERR value is not a valid float`. */
  float(index: number): number;
}

/** Runs one command. Validates everything before it changes anything; a client's mistake is thrown as CommandError. */
export type Handler = (call: Call) => void;

/** A reply that is an error: the text with its code, `WRONGTYPE Operation against a key holding the wrong kind of value`. */
export class CommandError extends Error {
  override name = "CommandError";
}

export const wrongType = "WRONGTYPE Operation against a key holding the wrong kind of value";
export const syntaxError = "ERR syntax error";
export const notInteger = "ERR value is not an integer or out of range";
export const notFloat = "ERR value is not a valid float";
