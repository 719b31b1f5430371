/** Ranges of sorted sets; what is expected here is what a Redis 7.0.15 answered. */
import { assertEquals } from "@std/assert";
import { EmbeddedRedis } from "../../../../support/embedded_redis.ts";

const wrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value";
const notFloat = "-ERR min or max is not a float";
const notLex = "-ERR min or max not valid string range item";

function check(redis: EmbeddedRedis, dialogue: readonly (readonly [line: string, answer: string])[]): void {
  for (const [line, answer] of dialogue) assertEquals(redis.run(line), answer, line);
}

/** Members m0 to m299 with their number as score. */
function large(redis: EmbeddedRedis): void {
  redis.args("ZADD", "large", ...Array.from({ length: 300 }, (_, i) => [String(i), `m${i}`]).flat());
}

Deno.test("ZRANGE by position counts from both ends", () => {
  using redis = new EmbeddedRedis();
  large(redis);
  check(redis, [
    ["ZADD z 1 a 2 b 3 c 4 d", "4"],
    ["ZRANGE z 0 -1", "[a b c d]"],
    ["ZRANGE z 1 2 WITHSCORES", "[b 2 c 3]"],
    ["ZRANGE z -2 9", "[c d]"],
    ["ZRANGE z 0 0 REV", "[d]"],
    ["ZREVRANGE z 1 -1", "[c b a]"],
    ["ZRANGE z 3 1", "[]"],
    ["ZRANGE z 9 10", "[]"],
    ["ZRANGE z -99 0", "[a]"],
    ["ZRANGE large 297 -1", "[m297 m298 m299]"],
    ["ZREVRANGE large 297 -1", "[m2 m1 m0]"],
    ["ZRANGE none 0 -1", "[]"],
    ["ZRANGE z x 1", "-ERR value is not an integer or out of range"],
    [
      "ZRANGE z 0 1 LIMIT 0 1",
      "-ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
    ],
    ["ZRANGE z 0 1 NOW", "-ERR syntax error"],
    ["ZREVRANGE z 0 1 REV", "-ERR syntax error"],
  ]);
});

Deno.test("ZRANGE by score takes open and closed ends, infinity and limits", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["ZADD z -inf low 1 a 2 b 2 bb 3 c inf high", "6"],
    ["ZRANGEBYSCORE z 2 3", "[b bb c]"],
    ["ZRANGEBYSCORE z (2 3", "[c]"],
    ["ZRANGEBYSCORE z 1 (2", "[a]"],
    ["ZRANGEBYSCORE z -inf +inf", "[low a b bb c high]"],
    ["ZRANGEBYSCORE z (-inf (inf", "[a b bb c]"],
    ["ZRANGEBYSCORE z (inf inf", "[]"],
    ["ZRANGEBYSCORE z 3 2", "[]"],
    ["ZRANGEBYSCORE z 1 3 WITHSCORES LIMIT 1 2", "[b 2 bb 2]"],
    ["ZRANGEBYSCORE z 1 3 LIMIT 1 -1", "[b bb c]"],
    ["ZRANGEBYSCORE z 1 3 LIMIT -1 2", "[]"],
    ["ZREVRANGEBYSCORE z 3 (1 LIMIT 0 2", "[c bb]"],
    ["ZRANGE z (1 2 BYSCORE", "[b bb]"],
    ["ZRANGE z 2 1 BYSCORE REV", "[bb b a]"],
    ["ZCOUNT z (1 inf", "4"],
    ["ZCOUNT z inf inf", "1"],
    ["ZCOUNT none 0 1", "0"],
    ["ZRANGEBYSCORE z x 1", notFloat],
    ["ZRANGEBYSCORE none 1 x", notFloat],
    ["ZCOUNT z 1 (x", notFloat],
    ["ZRANGEBYSCORE z 1 2 LIMIT 1", "-ERR syntax error"],
  ]);
});

Deno.test("ZRANGE by member takes open and closed ends in the order of bytes", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ['ZADD z 0 a 0 aa 0 b 0 c 0 ""', "5"],
    ["ZRANGEBYLEX z - +", '["" a aa b c]'],
    ["ZRANGEBYLEX z [a (b", "[a aa]"],
    ["ZRANGEBYLEX z (a [b", "[aa b]"],
    ["ZRANGEBYLEX z (a + LIMIT 1 1", "[b]"],
    ["ZREVRANGEBYLEX z + (a", "[c b aa]"],
    ["ZRANGE z + - BYLEX REV LIMIT 0 2", "[c b]"],
    ["ZRANGE z + - BYLEX", "[]"],
    ["ZRANGE z [a [a BYLEX", "[a]"],
    ["ZLEXCOUNT z (a +", "3"],
    ["ZLEXCOUNT none - +", "0"],
    ["ZRANGEBYLEX z a b", notLex],
    ["ZLEXCOUNT z - b", notLex],
    ["ZRANGEBYLEX z - + WITHSCORES", "-ERR syntax error, WITHSCORES not supported in combination with BYLEX"],
  ]);
});

Deno.test("ZRANGE by member among different scores goes through them in order", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["ZADD z 1 c 2 a 3 d 4 b 5 e", "5"],
    ["ZRANGE z [b [d BYLEX", "[c a d b]"],
    ["ZRANGE z [d [b BYLEX REV", "[b d]"],
    ["ZRANGE z (c + BYLEX", "[d b e]"],
    ["ZLEXCOUNT z [a [c", "2"],
    ["ZRANGE z [x [z BYLEX", "[]"],
    ["ZREMRANGEBYLEX z [d [z", "3"],
    ["ZRANGE z 0 -1", "[c a]"],
  ]);
});

Deno.test("ZRANGESTORE stores what ZRANGE shows, in place of anything", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["ZADD z 1 a 2 b 3 c", "3"],
    ["SET d text EX 100", "OK"],
    ["ZRANGESTORE d z 1 -1", "2"],
    ["TTL d", "-1"],
    ["ZRANGE d 0 -1 WITHSCORES", "[b 2 c 3]"],
    ["ZRANGESTORE d z 3 (1 BYSCORE REV LIMIT 0 1", "1"],
    ["ZRANGE d 0 -1 WITHSCORES", "[c 3]"],
    ["ZRANGESTORE z z 0 0 REV", "1"],
    ["ZRANGE z 0 -1", "[c]"],
    ["ZRANGESTORE d none 0 -1", "0"],
    ["EXISTS d", "0"],
    ["ZRANGESTORE d z 0 -1 WITHSCORES", "-ERR syntax error"],
    ["SET text x", "OK"],
    ["ZRANGESTORE z text 0 -1", wrongType],
    ["ZCARD z", "1"],
  ]);
});

Deno.test("ZREMRANGEBYRANK and its kin remove a range, and the key with its last member", () => {
  using redis = new EmbeddedRedis();
  large(redis);
  check(redis, [
    ["ZREMRANGEBYRANK large 1 -2", "298"],
    ["ZRANGE large 0 -1", "[m0 m299]"],
    ["ZREMRANGEBYRANK large 5 9", "0"],
    ["ZREMRANGEBYSCORE large (0 +inf", "1"],
    ["ZCARD large", "1"],
    ["ZREMRANGEBYLEX large [m [n", "1"],
    ["EXISTS large", "0"],
    ["ZREMRANGEBYRANK large 0 -1", "0"],
    ["ZREMRANGEBYRANK large x 1", "-ERR value is not an integer or out of range"],
    ["ZREMRANGEBYSCORE large x 1", notFloat],
    ["ZREMRANGEBYLEX large x 1", notLex],
  ]);
});

Deno.test("ZRANK agrees with ZRANGE in a large sorted set", () => {
  using redis = new EmbeddedRedis();
  large(redis);
  for (const i of [0, 1, 150, 299]) {
    assertEquals(redis.run(`ZRANK large m${i}`), String(i));
    assertEquals(redis.run(`ZREVRANK large m${i}`), String(299 - i));
    assertEquals(redis.run(`ZRANGE large ${i} ${i}`), `[m${i}]`);
  }
});
