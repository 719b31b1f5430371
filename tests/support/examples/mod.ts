/**
 * Commands written down, one a line as one types them into redis-cli, by type: every command and every option at least once,
 * and the errors. The replies are not written down: a real Redis gives them. To add a type, write its file and its line here.
 */
import { type Args } from "../resp_client.ts";
import { fromLatin1 } from "../resp_value.ts";
import { bits } from "./bits.ts";
import { connection } from "./connection.ts";
import { expiry } from "./expiry.ts";
import { hashes } from "./hashes.ts";
import { keys } from "./keys.ts";
import { lists } from "./lists.ts";
import { sets } from "./sets.ts";
import { sortedSets } from "./sorted_sets.ts";
import { sorting } from "./sorting.ts";
import { strings } from "./strings.ts";

const ESCAPE = /\\x([0-9a-f]{2})|\\(.)/g;
const escapes: Readonly<Record<string, string>> = { r: "\r", n: "\n" };

export const examples: Readonly<Record<string, readonly Args[]>> = {
  strings: parse(strings),
  bits: parse(bits),
  hashes: parse(hashes),
  lists: parse(lists),
  sets: parse(sets),
  "sorted sets": parse(sortedSets),
  sorting: parse(sorting),
  expiry: parse(expiry),
  keys: parse(keys),
  connection: parse(connection),
};

/** Lines as commands. Words are parted by blanks; in double quotes, `\x00`, `\r`, `\n`, `\"` and `\\` stand for bytes. */
export function parse(lines: string): Args[] {
  return lines.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) =>
      [...line.matchAll(/"((?:[^"\\]|\\.)*)"|\S+/g)].map(([word, quoted]) =>
        quoted === undefined ? word : fromLatin1(
          quoted.replace(ESCAPE, (_, hex, character) =>
            hex === undefined ? escapes[character] ?? character : String.fromCharCode(parseInt(hex, 16))),
        )
      )
    );
}
