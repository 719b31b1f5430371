/** Cursor and options that SCAN, HSCAN, SSCAN and ZSCAN share. */
import { type Call, CommandError, syntaxError } from "./call.ts";
import { Glob } from "./glob.ts";
import { asciiText } from "./numbers.ts";

export interface ScanOptions {
  /** Undefined: everything matches. */
  readonly glob: Glob | undefined;
  /** How many elements to look at in one call; 1 or more. */
  readonly count: number;
  /** Only keys of this type, a name as TYPE answers it (SCAN alone). */
  readonly type: string | undefined;
}

const UINT64_MAX = 18446744073709551615n;

/** A cursor, which must be an unsigned 64-bit number as C's strtoul reads it. Cursors we never gave out are clamped. */
export function readCursor(call: Call, index: number): number {
  const text = asciiText(call.arg(index));
  // strtoul reads nothing as 0.
  if (text === "") return 0;
  if (!/^[+-]?\d+$/.test(text)) throw new CommandError("ERR invalid cursor");
  const value = BigInt(text.replace(/^[+-]/, ""));
  if (value > UINT64_MAX) throw new CommandError("ERR invalid cursor");
  if (text.startsWith("-") && value !== 0n) return Number.MAX_SAFE_INTEGER;
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}

/** The options from argument `first` on. `TYPE` is one of SCAN alone. */
export function readScanOptions(call: Call, first: number, withType: boolean): ScanOptions {
  let glob: Glob | undefined;
  let count = 10;
  let type: string | undefined;
  for (let i = first; i < call.argCount; i += 2) {
    const word = call.word(i);
    if (i + 1 >= call.argCount) throw new CommandError(syntaxError);
    if (word === "count") {
      count = call.count(i + 1);
      if (count < 1) throw new CommandError(syntaxError);
    } else if (word === "match") {
      glob = new Glob(call.arg(i + 1));
      if (glob.matchesAll) glob = undefined;
    } else if (word === "type" && withType) type = call.word(i + 1);
    else throw new CommandError(syntaxError);
  }
  return { glob, count, type };
}
