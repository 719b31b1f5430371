/** Commands on keys of any type, and on the whole keyspace. */
import type { Arg, Args } from "../resp_client.ts";
import { allKeys, type Choose } from "./choose.ts";

const patterns = [
  "*",
  "s*",
  "?",
  "[sh]*",
  "s[0-9]",
  "*1",
  "[^s]*",
  "none",
  "s\\1",
  "h{s}",
  "",
  "**",
  "?*",
  "[",
  "s[",
  "\\",
];

const commands: readonly ((choose: Choose) => Args)[] = [
  (choose) => [choose.of(["DEL", "UNLINK"]), ...choose.some(1, 2, () => choose.anyKey())],
  (choose) => [choose.of(["EXISTS", "TOUCH"]), ...choose.some(1, 4, () => choose.anyKey())],
  (choose) => ["TYPE", choose.anyKey()],
  (choose) => ["TYPE", choose.anyKey()],
  (choose) => [choose.of(["RENAME", "RENAMENX"]), choose.anyKey(), choose.anyKey()],
  (choose) => [choose.of(["RENAME", "RENAMENX"]), choose.anyKey(), choose.anyKey()],
  (
    choose,
  ) => [
    "COPY",
    choose.anyKey(),
    choose.anyKey(),
    ...choose.options(3, ["REPLACE"], ["DB", choose.of(["0", "x", "0"])]),
  ],
  (choose) => ["COPY", choose.anyKey(), choose.anyKey(), choose.word("REPLACE")],
  (choose) => ["KEYS", choose.of(patterns)],
  scan,
  () => ["RANDOMKEY"],
  () => ["EXISTS", ...allKeys],
  () => ["DBSIZE"],
  (choose) => ["OBJECT", choose.word("ENCODING"), choose.anyKey()],
  (choose) => ["OBJECT", choose.word("REFCOUNT"), choose.anyKey()],
  (choose) => ["MEMORY", choose.word("USAGE"), choose.anyKey(), ...choose.options(3, ["SAMPLES", choose.count()])],
  (choose) => choose.onceIn(20) ? ["FLUSHALL", ...choose.options(3, ["ASYNC"], ["SYNC"])] : ["DBSIZE"],
  (choose) => choose.onceIn(20) ? ["FLUSHDB", ...choose.options(3, ["ASYNC"], ["SYNC"])] : ["DBSIZE"],
];

export function keys(choose: Choose): Args {
  return choose.of(commands)(choose);
}

function scan(choose: Choose): Args {
  const options: Arg[][] = [
    ["MATCH", choose.of(patterns)],
    ["COUNT", choose.count()],
    ["TYPE", choose.of(["string", "hash", "list", "set", "zset", "STRING", "stream", "nonsense"])],
  ];
  return [
    "SCAN",
    choose.onceIn(15) ? choose.of(["x", "", "-1"]) : "0",
    ...choose.options(3, ...options),
  ];
}
