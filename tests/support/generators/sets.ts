/** Set commands. */
import type { Arg, Args } from "../resp_client.ts";
import type { Choose } from "./choose.ts";

const commands: readonly ((choose: Choose) => Args)[] = [
  (choose) => ["SADD", choose.key("set"), ...choose.some(1, 4, () => choose.member())],
  (choose) => ["SADD", choose.key("set"), ...choose.some(1, 4, () => choose.member())],
  (
    choose,
  ) => ["SADD", choose.key("set"), ...choose.some(1, 3, () => choose.onceIn(4) ? choose.value() : choose.number())],
  (choose) => ["SREM", choose.key("set"), ...choose.some(1, 4, () => choose.member())],
  (choose) => ["SCARD", choose.key("set")],
  (choose) => ["SISMEMBER", choose.key("set"), choose.member()],
  (choose) => ["SMISMEMBER", choose.key("set"), ...choose.some(1, 4, () => choose.member())],
  (choose) => ["SMEMBERS", choose.key("set")],
  (choose) => ["SMOVE", choose.key("set"), choose.key("set"), choose.member()],
  (choose) => ["SPOP", choose.key("set"), ...choose.maybe(2, choose.count())],
  (choose) => ["SRANDMEMBER", choose.key("set"), ...choose.maybe(2, randomCount(choose))],
  (choose) => [choose.of(["SINTER", "SUNION", "SDIFF"]), ...choose.some(1, 4, () => choose.key("set"))],
  (choose) => [choose.of(["SINTER", "SUNION", "SDIFF"]), ...choose.some(1, 4, () => choose.key("set"))],
  (choose) => [
    choose.of(["SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"]),
    choose.key("set"),
    ...choose.some(1, 4, () => choose.key("set")),
  ],
  sintercard,
  sscan,
  (choose) => ["OBJECT", choose.word("ENCODING"), choose.key("set")],
];

export function sets(choose: Choose): Args {
  return choose.of(commands)(choose);
}

/** Small either way: Redis takes a number of repetitions that no reply could hold. */
function randomCount(choose: Choose): Arg {
  return choose.onceIn(20)
    ? choose.of(["x", "", "1.5", "-9223372036854775808", "9223372036854775807"])
    : choose.index();
}

function sintercard(choose: Choose): Args {
  const keys = choose.some(1, 4, () => choose.key("set"));
  const count = choose.onceIn(12) ? choose.number() : keys.length;
  return ["SINTERCARD", count, ...keys, ...choose.options(2, ["LIMIT", choose.count()])];
}

function sscan(choose: Choose): Args {
  const options: Arg[][] = [["MATCH", choose.of(["*", "a*", "[0-9]*", "?", "none"])], ["COUNT", choose.count()]];
  return [
    "SSCAN",
    choose.key("set"),
    choose.onceIn(15) ? choose.of(["x", "", "-1"]) : "0",
    ...choose.options(3, ...options),
  ];
}
