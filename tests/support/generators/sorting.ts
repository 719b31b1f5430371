/**
 * SORT and SORT_RO. By bytes only into a list: Redis' reply orders by the server's locale. Not a set without sorting: its order is
 * Redis' own. Not by the bytes of other keys: Redis leaves open in which order those come that are equal.
 */
import type { Arg, Args } from "../resp_client.ts";
import type { Choose } from "./choose.ts";

const commands: readonly ((choose: Choose) => Args)[] = [
  sort,
  sort,
  sort,
  (choose) => ["RPUSH", choose.key("list"), ...choose.some(1, 5, () => numeric(choose))],
  (choose) => ["DEL", choose.of(["l", "l1", "l2"])],
  (choose) => ["SADD", choose.key("set"), ...choose.some(1, 5, () => numeric(choose))],
  (choose) => ["ZADD", choose.key("zset"), ...choose.some(1, 4, () => [choose.below(20), numeric(choose)]).flat()],
  (choose) => ["MSET", "s1", numeric(choose), "s2", numeric(choose), "s", numeric(choose)],
  (choose) => ["HSET", choose.of(["h1", "h2", "h"]), "a", numeric(choose), "b", choose.value()],
  (choose) => ["LRANGE", choose.key("list"), 0, -1],
];

export function sorting(choose: Choose): Args {
  return choose.of(commands)(choose);
}

function numeric(choose: Choose): Arg {
  return choose.onceIn(8) ? choose.float() : String(choose.below(12));
}

function sort(choose: Choose): Args {
  const key = choose.key(choose.of(["list", "list", "zset", "set"] as const));
  const alpha = choose.onceIn(4);
  const isOrdered = typeof key === "string" && /^[lz]/.test(key);
  const by = alpha ? [] : choose.maybe(3, choose.word("BY"), choose.of(patterns(isOrdered)));
  const get = choose.some(0, 2, () => [choose.word("GET"), choose.of(["#", "s*", "h*->a", "h*->b", "h*->", "none"])]);
  const stores = alpha || choose.onceIn(4);
  return [
    !stores && choose.onceIn(3) ? "SORT_RO" : "SORT",
    key,
    ...by,
    ...choose.options(3, ["LIMIT", choose.index(), choose.index()], ["ASC"], ["DESC"]),
    ...(choose.onceIn(2) ? get.flat() : []),
    ...(alpha ? [choose.word("ALPHA")] : []),
    ...(stores ? [choose.word("STORE"), choose.key("list")] : []),
  ];
}

function patterns(isOrdered: boolean): readonly string[] {
  const named = ["s*", "h*->a", "h*->b", "*", "none*"];
  return isOrdered ? [...named, "nosort"] : named;
}
