/** Hash commands. */
import type { Arg, Args } from "../resp_client.ts";
import type { Choose } from "./choose.ts";

const commands: readonly ((choose: Choose) => Args)[] = [
  (choose) => [choose.of(["HSET", "HSET", "HMSET"]), choose.key("hash"), ...pairs(choose)],
  (choose) => [choose.of(["HSET", "HSET", "HMSET"]), choose.key("hash"), ...pairs(choose)],
  (choose) => ["HSETNX", choose.key("hash"), choose.member(), choose.value()],
  (choose) => [choose.of(["HGET", "HEXISTS", "HSTRLEN"]), choose.key("hash"), choose.member()],
  (choose) => ["HMGET", choose.key("hash"), ...choose.some(1, 5, () => choose.member())],
  (choose) => [choose.of(["HGETALL", "HKEYS", "HVALS", "HLEN"]), choose.key("hash")],
  (choose) => ["HDEL", choose.key("hash"), ...choose.some(1, 4, () => choose.member())],
  (choose) => ["HINCRBY", choose.key("hash"), choose.member(), choose.number()],
  (choose) => ["HINCRBYFLOAT", choose.key("hash"), choose.member(), choose.float()],
  hrandfield,
  (choose) => ["HSCAN", choose.key("hash"), 0, ...scanOptions(choose)],
  (choose) => ["OBJECT", choose.word("ENCODING"), choose.key("hash")],
];

export function hashes(choose: Choose): Args {
  return choose.of(commands)(choose);
}

function pairs(choose: Choose): Arg[] {
  const value = () => choose.onceIn(3) ? choose.number() : choose.onceIn(3) ? choose.float() : choose.value();
  return choose.some(1, 4, () => [choose.member(), value()]).flat();
}

/** Small either way: Redis takes a number of repetitions that no reply could hold. */
function hrandfield(choose: Choose): Args {
  const count = choose.onceIn(20)
    ? choose.of(["x", "", "1.5", "-9223372036854775808", "9223372036854775807"])
    : choose.index();
  return ["HRANDFIELD", choose.key("hash"), ...choose.maybe(2, count, ...choose.maybe(2, choose.word("WITHVALUES")))];
}

function scanOptions(choose: Choose): Arg[] {
  return choose.options(3, ["COUNT", choose.count()], ["MATCH", choose.of(["*", "a*", "?", "[a-c]", "none", ""])]);
}
