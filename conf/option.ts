/** What a row of the option table is (schema.ts), and the ways to make one. */
import type { Kind } from "./value_kinds.ts";

/** Headings of the documentation, in its order. */
export const groups = [
  "Addresses",
  "Storage",
  "Place in the ring",
  "Consistency",
  "Time limits and failures",
  "Bounds",
  "Access",
  "Peers and gossip",
  "Observing",
  "Logging",
  "Kept for older files",
] as const;
export type Group = typeof groups[number];

interface Row {
  /** The option's name in files. */
  readonly key: string;
  readonly group: Group;
  /** `ms`, `bytes`, `messages/s` ... */
  readonly unit?: string;
  /** What it is, and what turning it up and down does. Whole sentences. */
  readonly doc: string;
  /** Never shown by CONFIG GET or in logs. */
  readonly secret?: true;
}

/** One row of the table. `V` is the type of its field in `Conf`; `never` for ignored ones. */
export interface Option<V> extends Row {
  /** Reads one scalar of the file. A list option gets one call per item. */
  readonly kind: Kind<unknown>;
  /** `one` scalar; a list that holds `single` items only once; a `list`; or items that are lists themselves and are `joined`. */
  readonly shape: "one" | "single" | "list" | "joined";
  readonly required: boolean;
  /** As it would be written in a file; undefined when unset means unset. */
  readonly default: string | undefined;
  /** For ignored keys: what the reader of the log is told. */
  readonly notice: string | undefined;
  /** Carries the type only; never set. */
  readonly valueType?: V;
}

type Requirement = { readonly required: true } | { readonly default: string };

/** One scalar. Without a default or a requirement it may be left out. */
export function one<T>(kind: Kind<T>, row: Row & Requirement): Option<T>;
export function one<T>(kind: Kind<T>, row: Row): Option<T | undefined>;
export function one<T>(kind: Kind<T>, row: Row & Partial<{ required: true; default: string }>): Option<T | undefined> {
  return { ...row, kind, shape: "one", required: row.required ?? false, default: row.default, notice: undefined };
}

/** A list that must hold one item. */
export function single<T>(kind: Kind<T>, row: Row): Option<T> {
  return { ...row, kind, shape: "single", required: true, default: undefined, notice: undefined };
}

/** A list of any length. */
export function list<T>(kind: Kind<T>, row: Row): Option<readonly T[]> {
  return { ...row, kind, shape: "list", required: false, default: undefined, notice: undefined };
}

/** Items that are lists themselves, as one list. */
export function joined<T>(kind: Kind<readonly T[]>, row: Row & { readonly default: string }): Option<readonly T[]> {
  return { ...row, kind, shape: "joined", required: false, notice: undefined };
}

/** A key of an older version: accepted, checked, without a field in `Conf`. */
export function ignored(kind: Kind<unknown>, key: string, doc: string): Option<never> {
  const group = "Kept for older files";
  return { key, group, doc, kind, shape: "one", required: false, default: undefined, notice: doc };
}
