// @ts-check
/** Numbers as people read them. */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/** What stands where there is no number. */
export const NONE = "–";

/**
 * A count: `1,234`, from a hundred thousand on `123K`.
 *
 * @param {number | null | undefined} value
 */
export function count(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  return Math.abs(value) < 100_000 ? whole.format(value) : short.format(value);
}

/**
 * Something per second: `0.4`, `12.5`, `1,234`.
 *
 * @param {number | null | undefined} value
 */
export function rate(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  if (value === 0) return "0";
  return value < 100 ? String(Number(value.toPrecision(value < 1 ? 1 : 3))) : count(value);
}

/**
 * Microseconds: `340 µs`, `1.25 ms`, `2.5 s`.
 *
 * @param {number | null | undefined} us
 */
export function duration(us) {
  if (us === null || us === undefined || !Number.isFinite(us)) return NONE;
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 1_000_000) return `${Number((us / 1000).toPrecision(3))} ms`;
  return `${Number((us / 1_000_000).toPrecision(3))} s`;
}

/**
 * A span of seconds in its two largest units: `45 s`, `3 min 10 s`, `2 d 4 h`.
 *
 * @param {number} seconds
 */
export function span(seconds) {
  const units = /** @type {const} */ ([["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]]);
  let rest = Math.max(0, Math.round(seconds));
  const from = Math.max(0, units.findIndex(([, size]) => rest >= size));
  if (rest === 0) return "0 s";
  const parts = [];
  for (const [name, size] of units.slice(from, from + 2)) {
    const number = Math.floor(rest / size);
    rest -= number * size;
    if (number > 0) parts.push(`${number} ${name}`);
  }
  return parts.join(" ");
}

/**
 * Bytes: `512 B`, `1.5 kB`, `95 MB`.
 *
 * @param {number | null | undefined} value
 */
export function bytes(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = value;
  let unit = 0;
  for (; size >= 1000 && unit < units.length - 1; unit++) size /= 1000;
  return `${unit === 0 ? size : Number(size.toPrecision(3))} ${units[unit]}`;
}

/**
 * A share: `33.3 %`.
 *
 * @param {number | null | undefined} value 0..100
 */
export function percent(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  return `${Number(value.toFixed(value < 1 && value > 0 ? 2 : 1))} %`;
}

/**
 * A word with its number: `1 node`, `2 nodes`.
 *
 * @param {number} number
 * @param {string} word
 */
export function plural(number, word) {
  return `${whole.format(number)} ${word}${number === 1 ? "" : "s"}`;
}

/**
 * Time of day: `14:03:22`.
 *
 * @param {number} ms since 1970
 */
export function timeOfDay(ms) {
  return new Date(ms).toLocaleTimeString("en-GB");
}
