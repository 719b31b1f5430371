/** One row of the statistics: all who show them walk over the same rows, so that they cannot drift apart. */
import type { StatsSnapshot } from "./stats_snapshot.ts";

/**
 * `counter` only rises, but for a reset; `gauge` is a state of now; `window` tells of what was measured since the last reset of the
 * histograms, five minutes at most; `timestamp` is a time, 0 for never.
 */
export type StatKind = "text" | "counter" | "gauge" | "window" | "timestamp";

/** `count` is a plain number. */
export type StatUnit = "count" | "usec" | "msec" | "seconds" | "bytes" | "KB";

export interface StatField {
  readonly name: string;
  readonly kind: StatKind;
  readonly unit: StatUnit;
  /** What it counts or shows, with its unit where it is no plain number. */
  readonly doc: string;
  /** C Dynomite has no such field. */
  readonly added?: boolean;
  get(from: StatsSnapshot): string | number;
}

type NumberOf = (from: StatsSnapshot) => number;

export function text(name: string, doc: string, get: (from: StatsSnapshot) => string): StatField {
  return { name, kind: "text", unit: "count", doc, get };
}
export function counter(name: string, doc: string, get: NumberOf, unit: StatUnit = "count"): StatField {
  return { name, kind: "counter", unit, doc, get };
}
export function gauge(name: string, doc: string, get: NumberOf, unit: StatUnit = "count"): StatField {
  return { name, kind: "gauge", unit, doc, get };
}
export function timestamp(name: string, doc: string, get: NumberOf, unit: StatUnit = "msec"): StatField {
  return { name, kind: "timestamp", unit, doc, get };
}
/** Whole numbers, as C Dynomite's. */
export function window(name: string, doc: string, get: NumberOf, unit: StatUnit): StatField {
  return { name, kind: "window", unit, doc, get: (from) => Math.round(get(from)) };
}
export function added(field: StatField): StatField {
  return { ...field, added: true };
}
