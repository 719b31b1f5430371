/**
 * Numbers as Redis reads them. Whole numbers are 64 bits and must stand exactly as Redis would print them (no
 * plus, no leading zero, no blank); floats are what C's strtod takes, without blanks around and without NaN.
 */
export const INT64_MAX = 9223372036854775807n;
export const INT64_MIN = -9223372036854775808n;

const MINUS = 45;
/** Digits that surely fit a double without rounding. */
const SAFE_DIGITS = 15;

/** The whole number in `bytes`, or undefined when it is none or does not fit 64 bits. Safe integers come as numbers: bigints are slow. */
export function parseInteger(bytes: Uint8Array): number | bigint | undefined {
  const length = bytes.length;
  if (length === 0 || length > 20) return undefined;
  const negative = bytes[0] === MINUS;
  let at = negative ? 1 : 0;
  if (at === length) return undefined;
  if (bytes[at] === 48) return length === 1 ? 0 : undefined;
  if (length - at > SAFE_DIGITS) return parseLong(bytes, at);
  let value = 0;
  for (; at < length; at++) {
    const digit = bytes[at]! - 48;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

function parseLong(bytes: Uint8Array, digitsAt: number): number | bigint | undefined {
  for (let i = digitsAt; i < bytes.length; i++) if (bytes[i]! < 48 || bytes[i]! > 57) return undefined;
  const value = BigInt(asciiText(bytes));
  if (value > INT64_MAX || value < INT64_MIN) return undefined;
  return toSafe(value);
}

/** A number where the value is a safe integer, else the bigint. */
export function toSafe(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** Clamps a 64-bit number to what a JS number holds exactly: for counts, positions and ranks. */
export function clampToSafe(value: number | bigint): number {
  if (typeof value === "number") return value;
  return value > 0n ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
}

const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEX_FLOAT = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)(?:[pP]([+-]?\d+))?$/;
const INFINITY = /^([+-]?)inf(?:inity)?$/i;

/** The double in `bytes` as strtod reads it, or undefined when there is none, it is NaN, or it is out of range. */
export function parseDouble(bytes: Uint8Array): number | undefined {
  const text = asciiText(bytes);
  if (FLOAT.test(text)) {
    const value = Number(text);
    if (!Number.isFinite(value)) return undefined;
    // Underflow: strtod reports a range error, and Redis refuses it.
    if (value === 0 && /[1-9]/.test(text.replace(/[eE].*/, ""))) return undefined;
    return value;
  }
  const infinite = INFINITY.exec(text);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  return parseHexDouble(text);
}

function parseHexDouble(text: string): number | undefined {
  const match = HEX_FLOAT.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = match;
  if (whole === "" && fraction === "") return undefined;
  const mantissa = Number(BigInt(`0x${whole}${fraction}`));
  const value = mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
  if (!Number.isFinite(value) || (value === 0 && mantissa !== 0)) return undefined;
  return sign === "-" ? -value : value;
}

/** Bytes as Latin-1 text, one character each. For numbers and option words: short. */
export function asciiText(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i]!);
  return text;
}
