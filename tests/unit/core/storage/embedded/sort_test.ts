/** SORT; what is expected here is what a Redis 7.0.15 answered. */
import { assertEquals } from "@std/assert";
import { EmbeddedRedis } from "../../../../support/embedded_redis.ts";

function check(redis: EmbeddedRedis, dialogue: readonly (readonly [line: string, answer: string])[]): void {
  for (const [line, answer] of dialogue) assertEquals(redis.run(line), answer, line);
}

Deno.test("SORT orders lists, sets and sorted sets by number or by bytes", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["RPUSH l 3 1 10 2", "4"],
    ["SORT l", "[1 2 3 10]"],
    ["SORT l DESC", "[10 3 2 1]"],
    ["SORT_RO l ALPHA", "[1 10 2 3]"],
    ["SORT l LIMIT 1 2", "[2 3]"],
    ["SORT l LIMIT -1 2", "[1 2]"],
    ["SORT l LIMIT 5 2", "[]"],
    ["SORT l BY nosort DESC LIMIT 0 2", "[2 10]"],
    ["SADD t 5 3 4", "3"],
    ["SORT t", "[3 4 5]"],
    ["ZADD z 1 9 3 7 2 8", "3"],
    ["SORT z", "[7 8 9]"],
    ["SORT z BY nosort", "[9 8 7]"],
    ["SORT z BY nosort DESC LIMIT 0 1", "[7]"],
    ["SORT none", "[]"],
    ["RPUSH e 1 x", "2"],
    ["SORT e", "-ERR One or more scores can't be converted into double"],
    ["SORT_RO l STORE d", "-ERR syntax error"],
  ]);
});

Deno.test("SORT takes equal numbers by their bytes", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["RPUSH l 1 1.0 01 1.00", "4"],
    ["SORT l", "[01 1 1.0 1.00]"],
    ["SORT l DESC", "[1.00 1.0 1 01]"],
    ["SORT l BY none*", "[01 1 1.0 1.00]"],
  ]);
});

Deno.test("SORT looks keys and fields up by pattern", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["RPUSH l 1 2 3", "3"],
    ["MSET w1 3 w2 2 w3 1", "OK"],
    ["HSET h1 f 5", "1"],
    ["SET h2 string", "OK"],
    ["SORT l BY w*", "[3 2 1]"],
    ["SORT l BY w* GET # GET w* GET h*->f GET nostar", "[3 1 nil nil 2 2 nil nil 1 3 5 nil]"],
    ["SORT l BY h*->f", "[2 3 1]"],
    ["SORT l GET h*", "[nil string nil]"],
    ["SORT l GET h*->", "[nil nil nil]"],
  ]);
});

Deno.test("SORT stores a list in place of whatever was there", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["RPUSH l 2 1", "2"],
    ["SET d x EX 100", "OK"],
    ["SORT l GET # GET none* STORE d", "4"],
    ["LRANGE d 0 -1", '[1 "" 2 ""]'],
    ["TTL d", "-1"],
    ["SORT l STORE l", "2"],
    ["LRANGE l 0 -1", "[1 2]"],
    ["SORT none STORE d", "0"],
    ["EXISTS d", "0"],
    ["SADD t c a b", "3"],
    ["SORT t BY nosort STORE d", "3"],
    ["LRANGE d 0 -1", "[a b c]"],
  ]);
});
