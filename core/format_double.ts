/**
 * `%.17g`, as Redis 7.0 prints a double: 3, 3.1000000000000001, 1e+20, inf, -inf, nan.
 *
 * JavaScript's own conversions are exact but round a tie up where C rounds it to even (2^-25), so ties are found first: the
 * digits beyond the 17th are then a 5 and nothing else.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([formatDouble(3.1), formatDouble(1e20)], ["3.1000000000000001", "1e+20"]);
 * ```
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
