/**
 * Points in time as commands give them: seconds or milliseconds, from now or since 1970. The database keeps wall ms as a
 * safe integer: a time beyond the year 287,000 is kept as that.
 */
import { type Call, CommandError } from "./call.ts";
import { INT64_MAX, INT64_MIN } from "./numbers.ts";

export interface TimeForm {
  readonly seconds: boolean;
  readonly relative: boolean;
}

/** Option words of SET and GETEX. */
export const timeForms: Readonly<Record<string, TimeForm | undefined>> = {
  ex: { seconds: true, relative: true },
  px: { seconds: false, relative: true },
  exat: { seconds: true, relative: false },
  pxat: { seconds: false, relative: false },
};

/** Argument `index` as wall ms, which must lie behind 1970. `command` is named in the error. */
export function readExpireTime(call: Call, index: number, form: TimeForm, command: string): number {
  const value = call.integer(index);
  if (value <= 0n) throw new CommandError(invalidExpireTime(command));
  return readAnyTime(value, call, form, command);
}

/** The same for times in the past, which EXPIRE and its kin take. */
export function readAnyTime(value: bigint, call: Call, form: TimeForm, command: string): number {
  let milliseconds = value;
  if (form.seconds) {
    if (value > INT64_MAX / 1000n || value < INT64_MIN / 1000n) throw new CommandError(invalidExpireTime(command));
    milliseconds *= 1000n;
  }
  if (form.relative) milliseconds += BigInt(Math.floor(call.engine.clock.wall()));
  if (milliseconds > INT64_MAX) throw new CommandError(invalidExpireTime(command));
  const safe = BigInt(Number.MAX_SAFE_INTEGER);
  if (milliseconds > safe) return Number.MAX_SAFE_INTEGER;
  return milliseconds < -safe ? Number.MIN_SAFE_INTEGER : Number(milliseconds);
}

function invalidExpireTime(command: string): string {
  return `ERR invalid expire time in '${command}' command`;
}
