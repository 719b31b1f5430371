/** The consistency levels of a node over the stats port. A change counts from the next request on, on every open connection. */
import { consistencyNames, parseConsistency } from "../consistency.ts";
import type { Levels } from "../pipeline/pipeline.ts";
import { badValue, OK, text } from "./responses.ts";

/** `Read Consistency: DC_ONE`, and the same for writes. */
export function showLevels({ read, write }: Levels): Response {
  const name = (level: Levels["read"]) => consistencyNames[level].toUpperCase();
  return text(`Read Consistency: ${name(read)}\r\nWrite Consistency: ${name(write)}\r\n`);
}

/** Sets the level of `read` or `write`, named as in the configuration in any case. */
export function setLevel(levels: Levels, side: string, name: string): Response {
  if (side !== "read" && side !== "write") return badValue("side", side, "read or write");
  const level = parseConsistency(name);
  if (level === undefined) return badValue("consistency level", name, `one of ${consistencyNames.join(", ")}`);
  levels[side] = level;
  return text(OK);
}
