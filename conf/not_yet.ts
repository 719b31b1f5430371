/**
 * What this version reads and checks, but does not do yet. An option must never be silently without effect: each row says
 * so at the start and under `-t`, and leaves this table together with the reason for it.
 */
import type { Values } from "./parse.ts";
import type { ConfField } from "./schema.ts";

interface Row {
  readonly field: ConfField;
  readonly when: (values: Values, isWritten: boolean) => boolean;
  readonly notice: string;
}

const rows: readonly Row[] = [
  {
    field: "readRepairsEnabled",
    when: ({ readRepairsEnabled }) => readRepairsEnabled === true,
    notice: "read repair is not there yet: it has no effect",
  },
  {
    field: "pemKeyFile",
    when: (_, isWritten) => isWritten,
    notice: "encrypted links are not there yet: the file is not read",
  },
];

/** The notices for `values`; `isWritten` says whether the file has the key of a field. */
export function describeNotYet(
  values: Values,
  isWritten: (field: ConfField) => boolean,
): readonly { readonly field: ConfField; readonly notice: string }[] {
  return rows.filter(({ field, when }) => when(values, isWritten(field)));
}
