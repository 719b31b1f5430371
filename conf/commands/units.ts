/** Numbers as people read them. Pure. */

/** Thousands parted by commas: `12,345`. */
export function count(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** A rate: with a decimal where it is below ten. */
export function rate(value: number): string {
  return value > 0 && value < 9.95 ? value.toFixed(1) : count(value);
}

/** Microseconds: `870 us`, `1.23 ms`, `45.6 ms`, `2.50 s`. */
export function microseconds(value: number): string {
  if (value < 1000) return `${Math.round(value)} us`;
  if (value < 1_000_000) return `${threeDigits(value / 1000)} ms`;
  return `${threeDigits(value / 1_000_000)} s`;
}

/** Bytes: `640 B`, `12.3 KB`, `96.0 MB`. Units of 1024. */
export function bytes(value: number): string {
  let size = value;
  for (const unit of ["B", "KB", "MB", "GB"]) {
    if (size < 1000 || unit === "GB") return unit === "B" ? `${Math.round(size)} B` : `${threeDigits(size)} ${unit}`;
    size /= 1024;
  }
  throw new Error("unreachable: the last unit takes everything");
}

/** A span of time in its two largest units: `3 d 4 h`, `12 s`, `0.3 s`. */
export function duration(milliseconds: number): string {
  const all = milliseconds / 1000;
  if (all < 10) return `${all.toFixed(1)} s`;
  if (all < 60) return `${Math.round(all)} s`;
  if (all < 3600) return `${Math.floor(all / 60)} m ${Math.floor(all % 60)} s`;
  if (all < 86_400) return `${Math.floor(all / 3600)} h ${Math.floor((all % 3600) / 60)} m`;
  return `${Math.floor(all / 86_400)} d ${Math.floor((all % 86_400) / 3600)} h`;
}

/** A share of 0 to 100; small ones are not shown as none. */
export function percent(value: number): string {
  if (value > 0 && value < 0.01) return "<0.01 %";
  return `${value.toFixed(2)} %`;
}

function threeDigits(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
