/** Every command the embedded engine has, by its lower-case name (`object|encoding` for a subcommand). */
import type { Handler } from "../call.ts";
import { bitCommands } from "./bits.ts";
import { bitfieldCommands } from "./bitfield.ts";
import { expiryCommands } from "./expiry.ts";
import { hashCommands } from "./hashes.ts";
import { keyCommands } from "./keys.ts";
import { listCommands } from "./lists.ts";
import { scanCommands } from "./scan.ts";
import { scriptCommands } from "./scripts.ts";
import { setAlgebraCommands } from "./set_algebra.ts";
import { setCommands } from "./sets.ts";
import { sortCommands } from "./sort.ts";
import { sortedSetAlgebraCommands } from "./sorted_set_algebra.ts";
import { sortedSetPopCommands } from "./sorted_set_pops.ts";
import { sortedSetRangeCommands } from "./sorted_set_ranges.ts";
import { sortedSetCommands } from "./sorted_sets.ts";
import { stringCommands } from "./strings.ts";

export const handlers: Readonly<Record<string, Handler>> = {
  ...keyCommands,
  ...expiryCommands,
  ...scanCommands,
  ...stringCommands,
  ...bitCommands,
  ...bitfieldCommands,
  ...hashCommands,
  ...listCommands,
  ...setCommands,
  ...setAlgebraCommands,
  ...sortedSetCommands,
  ...sortedSetRangeCommands,
  ...sortedSetPopCommands,
  ...sortedSetAlgebraCommands,
  ...sortCommands,
  ...scriptCommands,
};
