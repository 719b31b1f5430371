/**
 * Numbers as Redis reads and writes them. Whole numbers are 64 bits and must stand exactly as Redis would print them (no
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

/**
 * `%.17g`, as Redis 7.0 prints a double: 3, 3.1000000000000001, 1e+20, inf, -inf, nan.
 *
 * JavaScript's own conversions are exact but round a tie up where C rounds it to even (2^-25), so ties are found first: the
 * digits beyond the 17th are then a 5 and nothing else.
 */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
  let [mantissa, exponentText] = value.toExponential(16).split("e") as [string, string];
  if (/5$/.test(value.toExponential(17).split("e")[0]!)) {
    const [exact, exactExponent] = value.toExponential(100).split("e") as [string, string];
    const sign = exact.startsWith("-") ? 1 : 0;
    if (/^50*$/.test(exact.slice(sign + 18)) && Number(exact[sign + 17]) % 2 === 0) {
      mantissa = exact.slice(0, sign + 18);
      exponentText = exactExponent;
    }
  }
  const exponent = Number(exponentText);
  const negative = mantissa.startsWith("-");
  const digits = mantissa.replace(/[-.]/g, "").replace(/0+$/, "");
  return (negative ? "-" : "") + placeDigits(digits, exponent);
}

/** `digits` (the first one before the point, times 10^exponent) in C's %g form for 17 digits. */
function placeDigits(digits: string, exponent: number): string {
  if (exponent < -4 || exponent >= 17) {
    const size = String(Math.abs(exponent)).padStart(2, "0");
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    return `${digits[0]}${fraction}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return digits.padEnd(exponent + 1, "0");
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}
