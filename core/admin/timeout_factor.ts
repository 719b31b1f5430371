/** By how much the time limits of replies are stretched, over the stats port: for a while in which everything is slow. */
import { badValue, OK, text } from "./responses.ts";

interface Stretched {
  timeoutFactor: number;
}

/** C Dynomite's bounds. */
const FACTOR_MAX = 10;

/** `Timeout factor: 1`. */
export function showTimeoutFactor({ timeoutFactor }: Stretched): Response {
  return text(`Timeout factor: ${timeoutFactor}\n`);
}

/** Sets it to a whole number. */
export function setTimeoutFactor(node: Stretched, written: string): Response {
  const factor = Number(written);
  if (!/^\d{1,2}$/.test(written) || factor < 1 || factor > FACTOR_MAX) {
    return badValue("timeout factor", written, `a whole number from 1 to ${FACTOR_MAX}`);
  }
  node.timeoutFactor = factor;
  return text(OK);
}
