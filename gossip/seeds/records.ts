/**
 * The text form of a list of nodes, C Dynomite's: `host:port:rack:datacenter:tokens` records joined by `|`. Line breaks part
 * them as well, and `#` begins a comment, so that a file may have one node per line.
 */
import type { NodeDescription } from "../../core/ring/topology.ts";

/** Reads one record; a text says what is wrong with it. */
export type ParseRecord = (record: string) => NodeDescription | string;

/** Room for hundreds of tokens; names this long would fill the log. */
const RECORD_CHARACTERS_MAX = 8192;
/** What is shown of a record that cannot be read. */
const SHOWN_CHARACTERS = 120;

/** All nodes of `text`. Throws when there is none, or for the first record that cannot be read. */
export function parseRecords(text: string, parse: ParseRecord): readonly NodeDescription[] {
  const nodes: NodeDescription[] = [];
  for (const record of recordsOf(text)) {
    const node = record.length > RECORD_CHARACTERS_MAX
      ? `is longer than ${RECORD_CHARACTERS_MAX} characters`
      : parse(record);
    if (typeof node === "string") throw new Error(`the record ${JSON.stringify(shortened(record))} ${node}`);
    nodes.push(node);
  }
  if (nodes.length === 0) throw new Error("the answer names no node");
  return nodes;
}

/** Could `text` be read by itself? */
export function isWhole(text: string, parse: ParseRecord): boolean {
  return recordsOf(text).every((record) => typeof parse(record) !== "string");
}

function recordsOf(text: string): string[] {
  return text.split("\n")
    .flatMap((line) => line.replace(/#.*/, "").split("|"))
    .map((record) => record.trim())
    .filter((record) => record !== "");
}

function shortened(record: string): string {
  return record.length > SHOWN_CHARACTERS ? `${record.slice(0, SHOWN_CHARACTERS)}...` : record;
}
