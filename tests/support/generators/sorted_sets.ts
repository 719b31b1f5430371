/** Sorted set commands. */
import type { Arg, Args } from "../resp_client.ts";
import type { Choose } from "./choose.ts";

const commands: readonly ((choose: Choose) => Args)[] = [
  zadd,
  zadd,
  zadd,
  (choose) => ["ZINCRBY", choose.key("zset"), score(choose), choose.member()],
  (choose) => ["ZREM", choose.key("zset"), ...choose.some(1, 3, () => choose.member())],
  (choose) => ["ZSCORE", choose.key("zset"), choose.member()],
  (choose) => ["ZMSCORE", choose.key("zset"), ...choose.some(1, 3, () => choose.member())],
  (choose) => [choose.of(["ZRANK", "ZREVRANK"]), choose.key("zset"), choose.member()],
  (choose) => ["ZCARD", choose.key("zset")],
  (choose) => ["ZCOUNT", choose.key("zset"), ...scores(choose)],
  (choose) => ["ZLEXCOUNT", lexKey(choose), ...members(choose)],
  (
    choose,
  ) => ["ZRANGE", choose.key("zset"), choose.index(), choose.index(), ...choose.options(3, ["WITHSCORES"], ["REV"])],
  (choose) => ["ZREVRANGE", choose.key("zset"), choose.index(), choose.index(), ...choose.options(3, ["WITHSCORES"])],
  (choose) => ["ZRANGE", choose.key("zset"), ...scores(choose), choose.word("BYSCORE"), ...rangeOptions(choose)],
  (choose) => ["ZRANGE", choose.key("zset"), ...scores(choose), choose.word("BYSCORE"), "REV", ...rangeOptions(choose)],
  (choose) => ["ZRANGE", lexKey(choose), ...members(choose), choose.word("BYLEX"), ...rangeOptions(choose)],
  (choose) => ["ZRANGE", lexKey(choose), ...members(choose), choose.word("BYLEX"), "REV", ...rangeOptions(choose)],
  (choose) => ["ZRANGEBYSCORE", choose.key("zset"), ...scores(choose), ...rangeOptions(choose)],
  (choose) => ["ZREVRANGEBYSCORE", choose.key("zset"), ...scores(choose), ...rangeOptions(choose)],
  (
    choose,
  ) => [choose.of(["ZRANGEBYLEX", "ZREVRANGEBYLEX"]), lexKey(choose), ...members(choose), ...rangeOptions(choose)],
  zrangestore,
  (choose) => ["ZREMRANGEBYRANK", choose.key("zset"), choose.index(), choose.onceIn(3) ? choose.index() : "1"],
  (choose) => ["ZREMRANGEBYSCORE", choose.key("zset"), ...scores(choose)],
  (choose) => ["ZREMRANGEBYLEX", lexKey(choose), ...members(choose)],
  (choose) => ["ZADD", lexKey(choose), ...choose.some(1, 4, () => ["0", choose.member()]).flat()],
  (choose) => ["ZADD", lexKey(choose), ...choose.some(1, 4, () => ["0", choose.member()]).flat()],
  (choose) => [choose.of(["ZPOPMIN", "ZPOPMAX"]), choose.key("zset"), ...choose.maybe(2, choose.count())],
  zmpop,
  (
    choose,
  ) => ["ZRANDMEMBER", choose.key("zset"), ...choose.maybe(2, choose.below(17) - 8, ...choose.maybe(2, "WITHSCORES"))],
  combine,
  combine,
  combine,
  combine,
  zintercard,
  zscan,
  (choose) => ["OBJECT", choose.word("ENCODING"), choose.key("zset")],
];

export function sortedSets(choose: Choose): Args {
  return choose.of(commands)(choose);
}

function score(choose: Choose): Arg {
  return choose.onceIn(3) ? String(choose.below(10) - 5) : choose.onceIn(8) ? "-0" : choose.float();
}

function zadd(choose: Choose): Args {
  const options = choose.onceIn(2) ? [] : choose.options(4, ["NX"], ["XX"], ["GT"], ["LT"], ["CH"], ["INCR"]);
  const pairs = choose.some(1, choose.onceIn(3) ? 1 : 4, () => [score(choose), choose.member()]);
  return ["ZADD", choose.key("zset"), ...options, ...pairs.flat()];
}

/** A range of scores, at times the wrong way round. */
function scores(choose: Choose): Arg[] {
  if (choose.onceIn(6)) return choose.of([["-inf", "+inf"], ["+inf", "-inf"], ["(-inf", "(inf"]]);
  return choose.some(2, 2, () => `${choose.onceIn(3) ? "(" : ""}${choose.onceIn(6) ? choose.float() : choose.index()}`);
}

/**
 * Ranges of members are defined where all scores are the same, so these keys belong to nobody else. (With other scores Redis'
 * answers depend on its encoding, and in a skip list on chance.)
 */
function lexKey(choose: Choose): Arg {
  return choose.onceIn(12) ? choose.of(["s", "t", "none"]) : choose.of(["lex", "lex1"]);
}

function members(choose: Choose): Arg[] {
  if (choose.onceIn(6)) return choose.of([["-", "+"], ["+", "-"], ["-", "-"], ["+", "+"]]);
  return choose.some(2, 2, () => {
    if (choose.onceIn(20)) return choose.of(["", "a", "-a", "[", "("]);
    if (choose.onceIn(8)) return choose.of(["-", "+"]);
    return choose.of(["[", "("]) + choose.of(["", "a", "b", "c", "d", "e", "1", "10", "-5", "foo", "\0", "é"]);
  });
}

function rangeOptions(choose: Choose): Arg[] {
  return choose.options(3, ["WITHSCORES"], [
    "LIMIT",
    choose.onceIn(3) ? choose.index() : choose.below(3),
    choose.index(),
  ]);
}

function zrangestore(choose: Choose): Args {
  const start = ["ZRANGESTORE", choose.key("zset"), choose.key("zset")];
  switch (choose.below(3)) {
    case 0:
      return [...start, choose.index(), choose.index(), ...choose.options(3, ["REV"])];
    case 1:
      return [...start, ...scores(choose), "BYSCORE", ...choose.options(3, ["REV"]), ...rangeOptions(choose)];
    default:
      return ["ZRANGESTORE", "lex1", lexKey(choose), ...members(choose), "BYLEX", ...choose.options(3, ["REV"])];
  }
}

function zmpop(choose: Choose): Args {
  const keys = choose.some(1, 3, () => choose.key("zset"));
  const count = choose.onceIn(12) ? choose.number() : keys.length;
  const end = choose.word(choose.onceIn(15) ? "MID" : choose.of(["MIN", "MAX"]));
  return ["ZMPOP", count, ...keys, end, ...choose.options(2, ["COUNT", choose.count()])];
}

/** A sorted set, or a set now and then. */
function source(choose: Choose): Arg {
  return choose.key(choose.onceIn(4) ? "set" : "zset");
}

function keyCount(choose: Choose, keys: readonly Arg[]): Arg {
  return choose.onceIn(15) ? choose.number() : keys.length;
}

/** Union, intersection or difference, shown or stored. */
function combine(choose: Choose): Args {
  const operation = choose.of(["UNION", "UNION", "INTER", "INTER", "DIFF"]);
  const keys = choose.some(1, 4, () => source(choose));
  const weights = keys.map(() => score(choose));
  const options = operation === "DIFF" ? [] : [
    ["WEIGHTS", ...(choose.onceIn(15) ? weights.slice(1) : weights)],
    ["AGGREGATE", choose.word(choose.onceIn(15) ? "AVG" : choose.of(["SUM", "MIN", "MAX"]))],
  ];
  const chosen = choose.options(3, ...options, ["WITHSCORES"]);
  if (choose.onceIn(2)) return [`Z${operation}`, keyCount(choose, keys), ...keys, ...chosen];
  const stored = choose.options(3, ...options);
  return [`Z${operation}STORE`, choose.key("zset"), keyCount(choose, keys), ...keys, ...stored];
}

function zintercard(choose: Choose): Args {
  const keys = choose.some(1, 3, () => source(choose));
  return ["ZINTERCARD", keyCount(choose, keys), ...keys, ...choose.options(2, ["LIMIT", choose.count()])];
}

function zscan(choose: Choose): Args {
  const options: Arg[][] = [["MATCH", choose.of(["*", "a*", "[0-9]*", "?", "none"])], ["COUNT", choose.count()]];
  return [
    "ZSCAN",
    choose.key("zset"),
    choose.onceIn(15) ? choose.of(["x", "", "-1"]) : "0",
    ...choose.options(3, ...options),
  ];
}
