/** The log level over the stats port. */
import { LogLevel, type LogLevelControl } from "../logger.ts";
import { badValue, OK, text } from "./responses.ts";

/** Sets the level to a number as `-v` has it. */
export function setLogLevel(control: LogLevelControl | undefined, written: string): Response {
  const level = Number(written);
  if (!/^\d{1,2}$/.test(written) || level > LogLevel.All) {
    return badValue("log level", written, `a whole number from ${LogLevel.Emergency} to ${LogLevel.All}`);
  }
  return change(control, () => level);
}

/** One step more (1) or less (-1), as far as there are levels. */
export function moveLogLevel(control: LogLevelControl | undefined, by: 1 | -1): Response {
  return change(control, (level) => Math.min(Math.max(level + by, LogLevel.Emergency), LogLevel.All));
}

function change(control: LogLevelControl | undefined, next: (level: number) => number): Response {
  if (control === undefined) return text("whoever embeds this node keeps its log: there is no level here\n", 409);
  control.level = next(control.level);
  return text(OK);
}
