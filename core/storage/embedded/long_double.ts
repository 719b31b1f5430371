/**
 * The x87 long double (64 bits of mantissa) that Redis computes INCRBYFLOAT and HINCRBYFLOAT with, on bigints: with plain
 * doubles 0.1 + 0.2 would answer 0.30000000000000004 where Redis answers 0.3. Values are `mantissa * 2^exponent`, rounded
 * to even at every step as the processor does. Not fast, and it need not be.
 */
import { asciiText } from "./numbers.ts";

const MANTISSA_BITS = 64;
/** Exponents of the least (subnormal) and the greatest value, for a mantissa that is a whole number of 64 bits. */
const EXPONENT_MIN = -16445;
const EXPONENT_MAX = 16320;
/** Redis reads at most this many characters. */
const TEXT_MAX = 5119;
/** Decimal exponents beyond this are surely out of range, however many digits the number has. */
const DECIMAL_RANGE = 11000;

const DECIMAL = /^([+-]?)(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+))?$/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)(?:[pP]([+-]?\d+))?$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

export class LongDouble {
  /** Signed, 64 bits at most. For an infinity only its sign counts. */
  readonly #mantissa: bigint;
  readonly #exponent: number;

  private constructor(mantissa: bigint, exponent: number) {
    this.#mantissa = mantissa;
    this.#exponent = exponent;
  }

  /** The number in `bytes` as strtold reads it, or undefined when there is none, it is NaN or out of range. */
  static parse(bytes: Uint8Array): LongDouble | undefined {
    if (bytes.length > TEXT_MAX) return undefined;
    const text = asciiText(bytes);
    const infinite = INFINITE.exec(text);
    if (infinite !== null) return new LongDouble(infinite[1] === "-" ? -1n : 1n, Infinity);
    const value = parseDecimal(text) ?? parseHexadecimal(text);
    if (value === undefined) return undefined;
    const [numerator, denominator, exponent] = value;
    const rounded = LongDouble.#rounded(numerator, denominator, exponent);
    const outOfRange = !rounded.isFinite || (rounded.#mantissa === 0n && numerator !== 0n);
    return outOfRange ? undefined : rounded;
  }

  get isFinite(): boolean {
    return this.#exponent !== Infinity;
  }

  /** The sum, or undefined where it is NaN or infinite. */
  plus(other: LongDouble): LongDouble | undefined {
    if (!this.isFinite || !other.isFinite) return undefined;
    const exponent = Math.min(this.#exponent, other.#exponent);
    const mantissa = (this.#mantissa << BigInt(this.#exponent - exponent)) +
      (other.#mantissa << BigInt(other.#exponent - exponent));
    const sum = LongDouble.#rounded(mantissa, 1n, exponent);
    return sum.isFinite ? sum : undefined;
  }

  /** With up to 17 digits behind the point and no trailing zeros, as Redis answers: `3.0e3` is 3000. */
  toString(): string {
    if (!this.isFinite) return this.#mantissa < 0n ? "-inf" : "inf";
    const negative = this.#mantissa < 0n;
    const size = negative ? -this.#mantissa : this.#mantissa;
    const scaled = this.#exponent >= 0
      ? (size << BigInt(this.#exponent)) * 10n ** 17n
      : divideToEven(size * 10n ** 17n, 1n << BigInt(-this.#exponent));
    if (scaled === 0n) return "0";
    const digits = scaled.toString().padStart(18, "0");
    const fraction = digits.slice(-17).replace(/0+$/, "");
    return `${negative ? "-" : ""}${digits.slice(0, -17)}${fraction === "" ? "" : `.${fraction}`}`;
  }

  /** `numerator / denominator * 2^exponent` rounded to 64 bits. */
  static #rounded(numerator: bigint, denominator: bigint, exponent: number): LongDouble {
    if (numerator === 0n) return new LongDouble(0n, 0);
    const negative = numerator < 0n;
    const size = negative ? -numerator : numerator;
    // Scale so that the quotient has 64 or 65 bits, and not below the least exponent.
    let shift = bitLength(size) - bitLength(denominator) - MANTISSA_BITS;
    for (;;) {
      if (exponent + shift < EXPONENT_MIN) shift = EXPONENT_MIN - exponent;
      const quotient = shift > 0
        ? divideToEven(size, denominator << BigInt(shift))
        : divideToEven(size << BigInt(-shift), denominator);
      if (bitLength(quotient) > MANTISSA_BITS) {
        shift++;
        continue;
      }
      const scale = exponent + shift;
      if (scale > EXPONENT_MAX) return new LongDouble(negative ? -1n : 1n, Infinity);
      return new LongDouble(negative ? -quotient : quotient, quotient === 0n ? 0 : scale);
    }
  }
}

/** Numerator, denominator and binary exponent of a decimal number. */
function parseDecimal(text: string): [bigint, bigint, number] | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, number = "", exponentText = "0"] = match;
  const point = number.indexOf(".");
  const digits = BigInt(number.replace(".", ""));
  if (digits === 0n) return [0n, 1n, 0];
  const signed = sign === "-" ? -digits : digits;
  const exponent = Number(exponentText) - (point < 0 ? 0 : number.length - point - 1);
  // Far out of range: any number that rounds to infinity or zero will do, without its thousands of digits.
  if (exponent > DECIMAL_RANGE) return [signed, 1n, 4 * DECIMAL_RANGE];
  if (exponent < -DECIMAL_RANGE) return [sign === "-" ? -1n : 1n, 1n, -4 * DECIMAL_RANGE];
  return exponent >= 0 ? [signed * 10n ** BigInt(exponent), 1n, 0] : [signed, 10n ** BigInt(-exponent), 0];
}

function parseHexadecimal(text: string): [bigint, bigint, number] | undefined {
  const match = HEXADECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponentText = "0"] = match;
  if (whole === "" && fraction === "") return undefined;
  const digits = BigInt(`0x${whole}${fraction}`);
  const exponent = Math.max(-99999, Math.min(99999, Number(exponentText))) - 4 * fraction.length;
  return [sign === "-" ? -digits : digits, 1n, exponent];
}

function bitLength(value: bigint): number {
  const hexadecimal = value.toString(16);
  return (hexadecimal.length - 1) * 4 + (32 - Math.clz32(parseInt(hexadecimal[0]!, 16)));
}

function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator;
  const twice = (numerator % denominator) * 2n;
  if (twice < denominator) return quotient;
  return twice > denominator || (quotient & 1n) === 1n ? quotient + 1n : quotient;
}
