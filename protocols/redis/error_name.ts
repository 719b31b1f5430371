import { CR, decode, LF, SPACE } from "../../core/bytes.ts";

const BANG = 33;
/** A longer word is no name. Redis' own have 16 letters at most. */
const NAME_BYTES_MAX = 32;

/** First word of the error `bytes[start, end)`, as INFO errorstats counts it: `WRONGTYPE`. RESP3's long form has it behind its length. */
export function errorName(bytes: Uint8Array, start: number, end: number): string {
  let from = start + 1;
  if (bytes[start] === BANG) {
    while (from < end && bytes[from] !== LF) from++;
    from++;
  }
  let to = from;
  while (to < end && to - from < NAME_BYTES_MAX && bytes[to] !== SPACE && bytes[to] !== CR) to++;
  return decode(bytes, from, to);
}
