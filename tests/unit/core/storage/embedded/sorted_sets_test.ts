/** Sorted set commands on one key; what is expected here is what a Redis 7.0.15 answered. */
import { assertEquals } from "@std/assert";
import { EmbeddedRedis } from "../../../../support/embedded_redis.ts";

const wrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value";
const notPositive = "-ERR value is out of range, must be positive";

function check(redis: EmbeddedRedis, dialogue: readonly (readonly [line: string, answer: string])[]): void {
  for (const [line, answer] of dialogue) assertEquals(redis.run(line), answer, line);
}

Deno.test("ZADD adds and changes members as its options say", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["ZADD z 1 a 2 b 1 a", "2"],
    ["ZADD z 1 a 3 b", "0"],
    ["ZADD z CH 1 a 2 b 4 c", "2"],
    ["ZADD z NX 9 a 5 d", "1"],
    ["ZADD z XX CH 9 a 5 none", "1"],
    ["ZADD z GT CH 8 a 3 b 1 e", "2"],
    ["ZADD z LT CH 10 a 1 b", "1"],
    ["ZRANGE z 0 -1 WITHSCORES", "[b 1 e 1 c 4 d 5 a 9]"],
    ["ZADD z INCR 2 b", "3"],
    ["ZADD z NX INCR 2 b", "nil"],
    ["ZADD z GT INCR -1 b", "nil"],
    ["ZADD z XX INCR 2 none", "nil"],
    ["ZADD none XX INCR 2 a", "nil"],
    ["ZADD none XX 2 a", "0"],
    ["EXISTS none", "0"],
    ["ZINCRBY z 0.5 b", "3.5"],
    ["ZINCRBY z -1 new", "-1"],
    ["ZCARD z", "6"],
  ]);
});

Deno.test("ZADD checks everything before it changes anything", () => {
  using redis = new EmbeddedRedis();
  redis.run("ZADD z inf a");
  redis.run("SET text x");
  check(redis, [
    ["ZADD z NX XX 1 a", "-ERR XX and NX options at the same time are not compatible"],
    ["ZADD z NX GT 1 a", "-ERR GT, LT, and/or NX options at the same time are not compatible"],
    ["ZADD z GT LT 1 a", "-ERR GT, LT, and/or NX options at the same time are not compatible"],
    ["ZADD z INCR 1 a 2 b", "-ERR INCR option supports a single increment-element pair"],
    ["ZADD z 1 a 2", "-ERR syntax error"],
    ["ZADD z NX CH", "-ERR syntax error"],
    ["ZADD z 1 b x c", "-ERR value is not a valid float"],
    ["ZADD z nan c", "-ERR value is not a valid float"],
    ["ZADD text x a", "-ERR value is not a valid float"],
    ["ZADD text 1 a", wrongType],
    ["ZINCRBY z -inf a", "-ERR resulting score is not a number (NaN)"],
    ["ZINCRBY z nx a", "-ERR syntax error"],
    ["ZRANGE z 0 -1 WITHSCORES", "[a inf]"],
  ]);
});

Deno.test("ZSCORE, ZMSCORE, ZRANK, ZREVRANK and ZREM find members", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["ZADD z 1 a 1 b 2.5 c -inf d", "4"],
    ["ZSCORE z c", "2.5"],
    ["ZSCORE z none", "nil"],
    ["ZSCORE none a", "nil"],
    ["ZMSCORE z d none", "[-inf nil]"],
    ["ZMSCORE none a b", "[nil nil]"],
    ["ZRANK z d", "0"],
    ["ZRANK z b", "2"],
    ["ZREVRANK z b", "1"],
    ["ZRANK z none", "nil"],
    ["ZREVRANK none b", "nil"],
    ["ZREM z a a none", "1"],
    ["ZREM none a", "0"],
    ["ZRANK z b", "1"],
    ["ZREM z b c d", "3"],
    ["TYPE z", "none"],
    ["DBSIZE", "0"],
  ]);
});

Deno.test("scores are doubles, printed with 17 digits, and a zero has no sign", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["ZADD z 0.1 a 1e300 b -0 c 1e17 d 2.9802322387695312e-8 e 0x10 f", "6"],
    [
      "ZRANGE z 0 -1 WITHSCORES",
      "[c 0 e 2.9802322387695312e-08 a 0.10000000000000001 f 16 d 1e+17 b 1.0000000000000001e+300]",
    ],
    [
      "ZSCAN z 0",
      "[0 [c 0 e 2.9802322387695312e-08 a 0.10000000000000001 f 16 d 100000000000000000 b 1.0000000000000001e+300]]",
    ],
  ]);
  redis.args("ZADD", "z", "1", "x".repeat(65));
  assertEquals(redis.run("ZSCAN z 0 MATCH d"), "[0 [d 1e+17]]");
});

Deno.test("ZPOPMIN, ZPOPMAX and ZMPOP take members off the ends", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["ZADD z 1 a 2 b 3 c 4 d 5 e 6 f", "6"],
    ["ZPOPMIN z", "[a 1]"],
    ["ZPOPMAX z 2", "[f 6 e 5]"],
    ["ZPOPMIN z 0", "[]"],
    ["ZMPOP 2 none z MIN", "[z [[b 2]]]"],
    ["ZMPOP 1 z MAX COUNT 9", "[z [[d 4] [c 3]]]"],
    ["EXISTS z", "0"],
    ["ZPOPMIN z", "[]"],
    ["ZMPOP 1 z MIN", "nil"],
    ["ZADD z 1 a", "1"],
    ["ZPOPMAX z 5", "[a 1]"],
    ["EXISTS z", "0"],
    ["ZPOPMIN z -1", notPositive],
    ["ZPOPMIN z x", notPositive],
    ["ZPOPMIN z 1 1", "-ERR syntax error"],
    ["ZMPOP 0 z MIN", "-ERR numkeys should be greater than 0"],
    ["ZMPOP 2 z MIN", "-ERR syntax error"],
    ["ZMPOP 1 z MID", "-ERR syntax error"],
    ["ZMPOP 1 z MIN COUNT 0", "-ERR count should be greater than 0"],
    ["ZMPOP 1 z MIN COUNT 1 COUNT 1", "-ERR syntax error"],
  ]);
});

Deno.test("ZRANDMEMBER shows members, with scores if asked", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["ZADD z 1 a", "1"],
    ["ZRANDMEMBER z", "a"],
    ["ZRANDMEMBER z 5", "[a]"],
    ["ZRANDMEMBER z -2 WITHSCORES", "[a 1 a 1]"],
    ["ZRANDMEMBER z 0", "[]"],
    ["ZRANDMEMBER none", "nil"],
    ["ZRANDMEMBER none 2", "[]"],
    ["ZRANDMEMBER z x", "-ERR value is not an integer or out of range"],
    ["ZRANDMEMBER z 1 WITHVALUES", "-ERR syntax error"],
    ["ZRANDMEMBER z 4611686018427387904 WITHSCORES", "-ERR value is out of range"],
  ]);
});

Deno.test("sorted set commands answer RESP3 clients with doubles and nested pairs", () => {
  using redis = new EmbeddedRedis();
  redis.dialect = 1;
  check(redis, [
    ["ZADD z 1 a 2.5 b", "2"],
    ["ZADD z INCR 1 a", ",2"],
    ["ZINCRBY z inf b", ",inf"],
    ["ZSCORE z a", ",2"],
    ["ZMSCORE z a none", "[,2 nil]"],
    ["ZRANGE z 0 -1", "[a b]"],
    ["ZRANGE z 0 -1 WITHSCORES", "[[a ,2] [b ,inf]]"],
    ["ZREVRANGEBYSCORE z +inf -inf WITHSCORES", "[[b ,inf] [a ,2]]"],
    ["ZUNION 1 z WITHSCORES", "[[a ,2] [b ,inf]]"],
    ["ZRANDMEMBER z 2 WITHSCORES", "[[a ,2] [b ,inf]]"],
    ["ZSCAN z 0", "[0 [a 2 b inf]]"],
    ["ZPOPMAX z", "[b ,inf]"],
    ["ZPOPMIN z 1", "[[a ,2]]"],
    ["ZADD z 1 a", "1"],
    ["ZMPOP 1 z MIN", "[z [[a ,1]]]"],
    ["ZMPOP 1 z MIN", "nil"],
  ]);
});

Deno.test("sorted sets are renamed, copied, and expire as a whole", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["ZADD z 1 a 2 b", "2"],
    ["OBJECT ENCODING z", "listpack"],
    ["RENAME z y", "OK"],
    ["COPY y x", "1"],
    ["ZREM x a", "1"],
    ["ZRANGE y 0 -1 WITHSCORES", "[a 1 b 2]"],
    ["PEXPIRE y 5", "1"],
  ]);
  redis.clock.advance(10);
  check(redis, [["ZCARD y", "0"], ["ZADD y 5 new", "1"], ["ZRANGE y 0 -1", "[new]"]]);
  redis.args("ZADD", "x", "1", "m".repeat(65));
  check(redis, [["OBJECT ENCODING x", "skiplist"], ["FLUSHALL", "OK"], ["ZCARD x", "0"]]);
});
