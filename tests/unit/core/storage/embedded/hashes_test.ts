/** Hash commands; what is expected here is what a Redis 7.0.15 answered. */
import { assert, assertEquals } from "@std/assert";
import { EmbeddedRedis } from "../../../../support/embedded_redis.ts";

const wrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value";

function check(redis: EmbeddedRedis, dialogue: readonly (readonly [line: string, answer: string])[]): void {
  for (const [line, answer] of dialogue) assertEquals(redis.run(line), answer, line);
}

Deno.test("hash commands set, read and remove fields", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["HSET h name Ann age 30", "2"],
    ["HSET h age 31 city Ulm", "1"],
    ["HGETALL h", "[name Ann age 31 city Ulm]"],
    ["HKEYS h", "[name age city]"],
    ["HVALS h", "[Ann 31 Ulm]"],
    ["HGET h age", "31"],
    ["HGET h none", "nil"],
    ["HMGET h city none name", "[Ulm nil Ann]"],
    ["HMGET none a b", "[nil nil]"],
    ["HLEN h", "3"],
    ["HSTRLEN h name", "3"],
    ["HSTRLEN h none", "0"],
    ["HEXISTS h name", "1"],
    ["HEXISTS h none", "0"],
    ["HSETNX h name Bob", "0"],
    ["HSETNX h new Bob", "1"],
    ["HSETNX fresh a b", "1"],
    ["HMSET h name Eve", "OK"],
    ['HSET h e ""', "1"],
    ["HEXISTS h e", "1"],
    ["HGET h e", '""'],
    ["HDEL h name none name age", "2"],
    ["HGETALL h", '[city Ulm new Bob e ""]'],
    ["HDEL h city new e", "3"],
    ["EXISTS h", "0"],
    ["HGETALL h", "[]"],
    ["HDEL h city", "0"],
  ]);
});

Deno.test("hash commands refuse other types and odd arguments", () => {
  using redis = new EmbeddedRedis();
  redis.run("SET s x");
  const lines = [
    "HSET s a b",
    "HSETNX s a b",
    "HGET s a",
    "HMGET s a",
    "HGETALL s",
    "HDEL s a",
    "HLEN s",
    "HINCRBY s a 1",
    "HINCRBYFLOAT s a 1",
    "HRANDFIELD s",
    "HRANDFIELD s 1",
    "HSCAN s 0",
    "HSCAN s 0 foo",
  ];
  for (const line of lines) assertEquals(redis.run(line), wrongType, line);
  check(redis, [
    ["HSET h a 1 b", "-ERR wrong number of arguments for 'hset' command"],
    ["HMSET h a 1 b", "-ERR wrong number of arguments for 'hmset' command"],
    ["EXISTS h", "0"],
    ["HSCAN none foo", "-ERR invalid cursor"],
    ["HSCAN none 0 foo", "[0 []]"],
  ]);
});

Deno.test("HINCRBY counts in 64 bits", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["HINCRBY h n 5", "5"],
    ["HINCRBY h n -15", "-10"],
    ["HSET h n 9223372036854775800", "0"],
    ["HINCRBY h n 7", "9223372036854775807"],
    ["HINCRBY h n 1", "-ERR increment or decrement would overflow"],
    ["HGET h n", "9223372036854775807"],
    ["HINCRBY h n x", "-ERR value is not an integer or out of range"],
    ["HSET h n x", "0"],
    ["HINCRBY h n 1", "-ERR hash value is not an integer"],
    ["HSET h n 01", "0"],
    ["HINCRBY h n 1", "-ERR hash value is not an integer"],
    ["HLEN h", "1"],
  ]);
});

Deno.test("HINCRBYFLOAT adds as Redis does", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["HINCRBYFLOAT h n 0.1", "0.1"],
    ["HINCRBYFLOAT h n 0.2", "0.3"],
    ["HINCRBYFLOAT h n -0.3", "0"],
    ["HSET h n 1.5", "0"],
    ["HINCRBYFLOAT h n 1e17", "100000000000000001.5"],
    ["HGET h n", "100000000000000001.5"],
    ["HINCRBYFLOAT h n inf", "-ERR value is NaN or Infinity"],
    ["HINCRBYFLOAT h n nan", "-ERR value is not a valid float"],
    ["HSET h n inf", "0"],
    ["HINCRBYFLOAT h n -1", "-ERR increment would produce NaN or Infinity"],
    ["HSET h n x", "0"],
    ["HINCRBYFLOAT h n -1", "-ERR hash value is not a float"],
    ["HINCRBYFLOAT fresh n inf", "-ERR value is NaN or Infinity"],
    ["EXISTS fresh", "0"],
  ]);
  redis.dialect = 1;
  check(redis, [["HINCRBYFLOAT h m 1.25", "1.25"]]);
});

Deno.test("HGETALL answers a map in RESP3", () => {
  using redis = new EmbeddedRedis();
  redis.dialect = 1;
  check(redis, [["HSET h a 1 b 2", "2"], ["HGETALL h", "{a 1 b 2}"], ["HGETALL none", "{}"], ["HGET h c", "nil"]]);
});

Deno.test("HRANDFIELD picks fields, with values as each protocol has them", () => {
  using redis = new EmbeddedRedis();
  redis.run("HSET h a 1");
  check(redis, [
    ["HRANDFIELD h", "a"],
    ["HRANDFIELD none", "nil"],
    ["HRANDFIELD none 3", "[]"],
    ["HRANDFIELD h 0", "[]"],
    ["HRANDFIELD h 5", "[a]"],
    ["HRANDFIELD h -3", "[a a a]"],
    ["HRANDFIELD h 5 withvalues", "[a 1]"],
    ["HRANDFIELD h 9223372036854775807", "[a]"],
    ["HRANDFIELD h x", "-ERR value is not an integer or out of range"],
    ["HRANDFIELD none 1 foo", "-ERR syntax error"],
    ["HRANDFIELD h 1 withvalues x", "-ERR syntax error"],
    [
      "HRANDFIELD h -9223372036854775808",
      "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807",
    ],
    ["HRANDFIELD h -9223372036854775807", "-ERR value is out of range"],
    ["HRANDFIELD h 4611686018427387904 withvalues", "-ERR value is out of range"],
    ["HRANDFIELD h 4611686018427387903 withvalues", "[a 1]"],
  ]);
  redis.dialect = 1;
  check(redis, [["HRANDFIELD h -2 withvalues", "[[a 1] [a 1]]"], ["HRANDFIELD h 2", "[a]"]]);
});

Deno.test("HSCAN meets every field once, its values beside it", () => {
  using redis = new EmbeddedRedis();
  const fields = Array.from({ length: 2000 }, (_, i) => `field:${i}`);
  for (const field of fields) redis.run(`HSET h ${field} v${field}`);
  const met: string[] = [];
  let cursor = "0";
  do {
    const [, next, items] = /^\[(\d+) \[(.*)\]\]$/.exec(redis.run(`HSCAN h ${cursor} COUNT 100`))!;
    const words = items!.split(" ");
    assert(words.length <= 200);
    for (let i = 0; i < words.length; i += 2) {
      assertEquals(words[i + 1], `v${words[i]}`);
      met.push(words[i]!);
    }
    cursor = next!;
  } while (cursor !== "0");
  assertEquals(met.sort(), fields.sort());
});

Deno.test("HSCAN filters by field and gives a small hash at once", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["HSET h one 1 two 2 three 3", "3"],
    ["HSCAN h 0", "[0 [one 1 two 2 three 3]]"],
    ["HSCAN h 0 MATCH t* COUNT 1", "[0 [two 2 three 3]]"],
    ["HSCAN h 99 COUNT 1", "[0 [one 1 two 2 three 3]]"],
    ["HSCAN h 0 COUNT 0", "-ERR syntax error"],
    ["HSCAN h 0 COUNT x", "-ERR value is not an integer or out of range"],
    ["HSCAN h 0 TYPE hash", "-ERR syntax error"],
  ]);
});

Deno.test("commands on keys treat hashes as they treat strings", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["HSET h a 1 b 2", "2"],
    ["TYPE h", "hash"],
    ["OBJECT ENCODING h", "listpack"],
    [`HSET long f ${"x".repeat(65)}`, "1"],
    ["OBJECT ENCODING long", "hashtable"],
    ["COPY h copy", "1"],
    ["HSET h a 9", "0"],
    ["HGETALL copy", "[a 1 b 2]"],
    ["SET s x", "OK"],
    ["RENAME h s", "OK"],
    ["HGETALL s", "[a 9 b 2]"],
    ["EXISTS h", "0"],
    ["DBSIZE", "3"],
    ["EXPIRE s 10", "1"],
    ["HSET s c 3", "1"],
    ["TTL s", "10"],
    ["SET copy x", "OK"],
    ["GET copy", "x"],
  ]);
  redis.clock.advance(10_001);
  check(redis, [["HGETALL s", "[]"], ["HSET s d 4", "1"], ["HGETALL s", "[d 4]"], ["FLUSHALL", "OK"], [
    "HGETALL s",
    "[]",
  ]]);
  assertEquals(redis.engine.db.prepare("SELECT count(*) FROM hash_fields").get(), [0]);
});

Deno.test("DEL drops a large hash whole", () => {
  using redis = new EmbeddedRedis();
  for (let i = 0; i < 100; i++) {
    redis.run(`HSET h ${Array.from({ length: 500 }, (_, j) => `field:${i * 500 + j} value`).join(" ")}`);
  }
  check(redis, [["HLEN h", "50000"], ["OBJECT ENCODING h", "hashtable"], ["DEL h", "1"], ["HLEN h", "0"]]);
  assertEquals(redis.engine.db.prepare("SELECT count(*) FROM hash_fields").get(), [0]);
});
