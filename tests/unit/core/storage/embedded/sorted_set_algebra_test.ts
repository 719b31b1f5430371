/** Combinations of sorted sets; what is expected here is what a Redis 7.0.15 answered. */
import { assertEquals } from "@std/assert";
import { EmbeddedRedis } from "../../../../support/embedded_redis.ts";

function check(redis: EmbeddedRedis, dialogue: readonly (readonly [line: string, answer: string])[]): void {
  for (const [line, answer] of dialogue) assertEquals(redis.run(line), answer, line);
}

function withSources(): EmbeddedRedis {
  const redis = new EmbeddedRedis();
  check(redis, [["ZADD p 1 a 2 b 3 c", "3"], ["ZADD q 10 a 20 b 30 d", "3"], ["SADD t a z", "2"]]);
  return redis;
}

Deno.test("ZUNION combines sorted sets and sets, with weights and aggregates", () => {
  using redis = withSources();
  check(redis, [
    ["ZUNION 2 p q", "[c a b d]"],
    ["ZUNION 2 p q WITHSCORES", "[c 3 a 11 b 22 d 30]"],
    ["ZUNION 3 p q t WEIGHTS 2 1 5 WITHSCORES", "[z 5 c 6 a 17 b 24 d 30]"],
    ["ZUNION 2 p q AGGREGATE MIN WITHSCORES", "[a 1 b 2 c 3 d 30]"],
    ["ZUNION 2 p q AGGREGATE MAX WITHSCORES", "[c 3 a 10 b 20 d 30]"],
    ["ZUNION 2 none t WITHSCORES", "[a 1 z 1]"],
    ["ZUNION 1 none", "[]"],
    ["ZUNION 2 p p WITHSCORES", "[a 2 b 4 c 6]"],
  ]);
});

Deno.test("ZINTER keeps what all have, ZDIFF what only the first has", () => {
  using redis = withSources();
  check(redis, [
    ["ZINTER 2 p q WITHSCORES", "[a 11 b 22]"],
    ["ZINTER 3 p q t WITHSCORES", "[a 12]"],
    ["ZINTER 2 q p AGGREGATE MAX WEIGHTS 1 100 WITHSCORES", "[a 100 b 200]"],
    ["ZINTER 2 p none", "[]"],
    ["ZDIFF 2 p q WITHSCORES", "[c 3]"],
    ["ZDIFF 2 t p", "[z]"],
    ["ZDIFF 2 p p", "[]"],
    ["ZDIFF 2 p none", "[a b c]"],
    ["ZDIFF 2 none p", "[]"],
    ["ZINTERCARD 2 p q", "2"],
    ["ZINTERCARD 2 p q LIMIT 1", "1"],
    ["ZINTERCARD 2 p q LIMIT 0", "2"],
    ["ZINTERCARD 2 p none", "0"],
  ]);
});

Deno.test("ZUNION adds doubles in the order of the sizes, as Redis does", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["ZADD one 0.1 a", "1"],
    ["ZADD two 0.2 a 0 x", "2"],
    ["ZADD three 0.3 a 0 x 0 y", "3"],
    ["ZUNION 3 three two one WITHSCORES", "[x 0 y 0 a 0.60000000000000009]"],
    ["ZINTER 3 three two one WITHSCORES", "[a 0.60000000000000009]"],
  ]);
});

Deno.test("ZUNION makes 0 of what is no number", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["ZADD up inf a", "1"],
    ["ZADD down -inf a 1 b", "2"],
    ["ZUNION 2 up down WITHSCORES", "[a 0 b 1]"],
    ["ZUNION 1 up WEIGHTS 0 WITHSCORES", "[a 0]"],
    ["ZINTER 2 up down WEIGHTS 1 0 WITHSCORES", "[a 0]"],
    ["ZINTER 2 up down WEIGHTS 1 0 AGGREGATE MIN WITHSCORES", "[a inf]"],
    ["ZUNION 1 down WEIGHTS -1 WITHSCORES", "[b -1 a inf]"],
  ]);
});

Deno.test("ZUNIONSTORE and its kin replace the destination, which may be a source", () => {
  using redis = withSources();
  check(redis, [
    ["SET d text EX 100", "OK"],
    ["ZUNIONSTORE d 2 p t", "4"],
    ["TTL d", "-1"],
    ["ZRANGE d 0 -1 WITHSCORES", "[z 1 a 2 b 2 c 3]"],
    ["ZINTERSTORE d 2 d q WEIGHTS 1 0", "2"],
    ["ZRANGE d 0 -1 WITHSCORES", "[a 2 b 2]"],
    ["ZDIFFSTORE p 2 p d", "1"],
    ["ZRANGE p 0 -1 WITHSCORES", "[c 3]"],
    ["ZDIFFSTORE p 2 p p", "0"],
    ["EXISTS p", "0"],
    ["ZUNIONSTORE t 1 t", "2"],
    ["TYPE t", "zset"],
  ]);
});

Deno.test("ZUNION and its kin refuse what they cannot read", () => {
  using redis = withSources();
  redis.run("SET text x");
  check(redis, [
    ["ZUNION 0 p", "-ERR at least 1 input key is needed for 'zunion' command"],
    ["ZINTERSTORE d 0 p", "-ERR at least 1 input key is needed for 'zinterstore' command"],
    ["ZDIFF x p", "-ERR value is not an integer or out of range"],
    ["ZUNION 2 p", "-ERR syntax error"],
    ["ZUNION 2 p text", "-WRONGTYPE Operation against a key holding the wrong kind of value"],
    ["ZUNION 2 p q WEIGHTS 1", "-ERR syntax error"],
    ["ZUNION 2 p q WEIGHTS 1 x", "-ERR weight value is not a float"],
    ["ZUNION 2 p q AGGREGATE AVG", "-ERR syntax error"],
    ["ZDIFF 2 p q WEIGHTS 1 1", "-ERR syntax error"],
    ["ZUNIONSTORE d 2 p q WITHSCORES", "-ERR syntax error"],
    ["ZINTERCARD 2 p q LIMIT -1", "-ERR LIMIT can't be negative"],
    ["ZINTERCARD 2 p q WEIGHTS 1 1", "-ERR syntax error"],
  ]);
});
