/**
 * What this version reads and checks, but does not do yet. An option must never be silently without effect: each row says
 * so at the start and under `-t`, and leaves this table together with the reason for it.
 */
import type { Values } from "./parse.ts";
import type { ConfField } from "./schema.ts";

interface Row {
  readonly field: ConfField;
  /** `written`: whatever the value is, as soon as the file has the key. */
  readonly when: "written" | ((values: Values) => boolean);
  readonly notice: string;
}

const rows: readonly Row[] = [
  {
    field: "dynSeedProvider",
    when: ({ dynSeedProvider }) => dynSeedProvider !== undefined && dynSeedProvider !== "simple_provider",
    notice: "seeds providers are not there yet: no node is learned from it",
  },
  {
    field: "enableGossip",
    when: ({ enableGossip }) => enableGossip === true,
    notice: "gossip is not there yet: nothing is told to other nodes, and nothing learned from them",
  },
  {
    field: "readRepairsEnabled",
    when: ({ readRepairsEnabled }) => readRepairsEnabled === true,
    notice: "read repair is not there yet: it has no effect",
  },
  { field: "gossipIntervalMs", when: "written", notice: "gossip is not there yet: it has no effect" },
  { field: "env", when: "written", notice: "gossip is not there yet: it has no effect" },
  { field: "pemKeyFile", when: "written", notice: "encrypted links are not there yet: the file is not read" },
];

/** The notices for `values`; `isWritten` says whether the file has the key of a field. */
export function describeNotYet(
  values: Values,
  isWritten: (field: ConfField) => boolean,
): readonly { readonly field: ConfField; readonly notice: string }[] {
  return rows.filter(({ field, when }) => when === "written" ? isWritten(field) : when(values));
}
