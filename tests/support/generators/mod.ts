/**
 * Command generators, one file per type: each a function that makes one random command, mostly a sensible one. To add a type, write
 * its file and its line here.
 */
import type { Args } from "../resp_client.ts";
import { bits } from "./bits.ts";
import type { Choose } from "./choose.ts";
import { expiry } from "./expiry.ts";
import { hashes } from "./hashes.ts";
import { keys } from "./keys.ts";
import { lists } from "./lists.ts";
import { sets } from "./sets.ts";
import { sortedSets } from "./sorted_sets.ts";
import { sorting } from "./sorting.ts";
import { strings } from "./strings.ts";

/** Makes one command. */
export type Generator = (choose: Choose) => Args;

export const generators: Readonly<Record<string, Generator>> = {
  strings,
  bits,
  hashes,
  lists,
  sets,
  sortedSets,
  sorting,
  expiry,
  keys,
};
