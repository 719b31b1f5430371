/** List commands. */
import type { Arg, Args } from "../resp_client.ts";
import type { Choose } from "./choose.ts";

const commands: readonly ((choose: Choose) => Args)[] = [
  (choose) => [choose.of(["LPUSH", "RPUSH"]), choose.key("list"), ...choose.some(1, 5, () => element(choose))],
  (choose) => [choose.of(["LPUSH", "RPUSH"]), choose.key("list"), ...choose.some(1, 5, () => element(choose))],
  (choose) => [choose.of(["LPUSHX", "RPUSHX"]), choose.key("list"), ...choose.some(1, 3, () => element(choose))],
  (choose) => [choose.of(["LPOP", "RPOP"]), choose.key("list"), ...choose.maybe(2, choose.count())],
  (choose) => ["LLEN", choose.key("list")],
  (choose) => ["LRANGE", choose.key("list"), choose.index(), choose.index()],
  (choose) => ["LRANGE", choose.key("list"), 0, -1],
  (choose) => ["LINDEX", choose.key("list"), choose.index()],
  (choose) => ["LSET", choose.key("list"), choose.index(), element(choose)],
  linsert,
  linsert,
  (choose) => ["LREM", choose.key("list"), choose.index(), element(choose)],
  (choose) => ["LTRIM", choose.key("list"), choose.onceIn(2) ? choose.index() : 0, choose.index()],
  lpos,
  lpos,
  (choose) => ["LMOVE", choose.key("list"), choose.key("list"), end(choose), end(choose)],
  (choose) => ["RPOPLPUSH", choose.key("list"), choose.key("list")],
  lmpop,
  (choose) => ["OBJECT", choose.word("ENCODING"), choose.key("list")],
];

export function lists(choose: Choose): Args {
  return choose.of(commands)(choose);
}

/** Few different ones, so that they meet. */
function element(choose: Choose): Arg {
  return choose.onceIn(6) ? choose.value() : choose.member();
}

function end(choose: Choose): string {
  return choose.onceIn(30) ? choose.of(["MIDDLE", ""]) : choose.word(choose.of(["LEFT", "RIGHT"]));
}

function linsert(choose: Choose): Args {
  const where = choose.onceIn(30) ? "BESIDE" : choose.word(choose.of(["BEFORE", "AFTER"]));
  return ["LINSERT", choose.key("list"), where, element(choose), element(choose)];
}

function lpos(choose: Choose): Args {
  const small = () => choose.onceIn(8) ? choose.number() : String(choose.below(8) - 1);
  const options = choose.options(2, [
    "RANK",
    choose.onceIn(8) ? choose.number() : choose.of(["1", "2", "3", "-1", "-2"]),
  ], [
    "COUNT",
    small(),
  ], ["MAXLEN", small()]);
  return ["LPOS", choose.key("list"), element(choose), ...options];
}

function lmpop(choose: Choose): Args {
  const keys = choose.some(1, 3, () => choose.key("list"));
  return ["LMPOP", keys.length, ...keys, end(choose), ...choose.options(3, ["COUNT", choose.count()])];
}
