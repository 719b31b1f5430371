/** String and counter commands. */
import type { Args } from "../resp_client.ts";
import type { Choose } from "./choose.ts";

const commands: readonly ((choose: Choose) => Args)[] = [
  (choose) => ["SET", choose.key("string"), choose.value()],
  setWithOptions,
  setWithOptions,
  (choose) => ["GET", choose.key("string")],
  (choose) => ["GETSET", choose.key("string"), choose.value()],
  (choose) => ["GETDEL", choose.key("string")],
  getex,
  (choose) => ["SETNX", choose.key("string"), choose.value()],
  (choose) => ["SETEX", choose.key("string"), time(choose, choose.secondsFromNow()), choose.value()],
  (choose) => ["PSETEX", choose.key("string"), time(choose, choose.millisecondsFromNow()), choose.value()],
  (choose) => ["MGET", ...choose.some(1, 4, () => choose.key("string"))],
  (choose) => ["MSET", ...choose.some(1, 3, () => [choose.key("string"), choose.value()]).flat()],
  (choose) => ["MSETNX", ...choose.some(1, 3, () => [choose.anyKey(), choose.value()]).flat()],
  (choose) => ["APPEND", choose.key("string"), choose.value()],
  (choose) => ["STRLEN", choose.key("string")],
  (choose) => [choose.of(["GETRANGE", "SUBSTR"]), choose.key("string"), choose.index(), choose.index()],
  (choose) => ["SETRANGE", choose.key("string"), offset(choose), choose.value()],
  (choose) => [choose.of(["INCR", "DECR"]), choose.key("string")],
  (choose) => [choose.of(["INCRBY", "DECRBY"]), choose.key("string"), choose.number()],
  (choose) => ["INCRBYFLOAT", choose.key("string"), choose.float()],
  lcs,
];

export function strings(choose: Choose): Args {
  return choose.of(commands)(choose);
}

/** A time, or at times what is none. One time of the far future and no more: to the embedded engine they are all one. */
function time(choose: Choose, sensible: number): string | number {
  return choose.onceIn(10) ? choose.of(["0", "-1", "abc", "9223372036854775807", "1.5"]) : sensible;
}

/** No time that is past: SET leaves a key that has expired, which Redis counts in DBSIZE until it comes by. */
function expiryOptions(choose: Choose): Args[] {
  return [
    ["EX", time(choose, choose.secondsFromNow())],
    ["PX", time(choose, choose.millisecondsFromNow())],
    ["EXAT", time(choose, choose.futureSeconds())],
    ["PXAT", time(choose, choose.futureMilliseconds())],
  ];
}

function setWithOptions(choose: Choose): Args {
  const options = [
    ["NX"],
    ["XX"],
    ["GET"],
    ["KEEPTTL"],
    choose.of(expiryOptions(choose)),
    choose.of(expiryOptions(choose)),
  ];
  return ["SET", choose.key("string"), choose.value(), ...choose.options(4, ...options)];
}

function getex(choose: Choose): Args {
  return ["GETEX", choose.key("string"), ...choose.options(3, ["PERSIST"], choose.of(expiryOptions(choose)))];
}

function offset(choose: Choose): string {
  return choose.onceIn(15) ? choose.of(["-1", "abc", "9223372036854775807", "536870912"]) : String(choose.below(40));
}

function lcs(choose: Choose): Args {
  const options = choose.options(3, ["LEN"], ["IDX"], ["WITHMATCHLEN"], ["MINMATCHLEN", choose.number()]);
  return ["LCS", choose.key("string"), choose.key("string"), ...options];
}
