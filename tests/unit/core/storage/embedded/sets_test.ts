/** Set commands; what is expected here is what a Redis 7.0.15 answered. (Sets are shown sorted: their order is open.) */
import { assert, assertEquals } from "@std/assert";
import { EmbeddedRedis } from "../../../../support/embedded_redis.ts";

const wrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value";

function check(redis: EmbeddedRedis, dialogue: readonly (readonly [line: string, answer: string])[]): void {
  for (const [line, answer] of dialogue) assertEquals(redis.run(line), answer, line);
}

/** The answer's elements, sorted. */
function elements(redis: EmbeddedRedis, line: string): string {
  const answer = redis.run(line);
  assert(answer.startsWith("["), `${line}: ${answer}`);
  return answer.slice(1, -1).split(" ").sort().join(" ");
}

Deno.test("set commands add, look up, move and remove members", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["SADD s a b c", "3"],
    ["SADD s c d d", "1"],
    ["SCARD s", "4"],
    ["SISMEMBER s a", "1"],
    ["SISMEMBER s z", "0"],
    ["SMISMEMBER s a z d", "[1 0 1]"],
    ["SMISMEMBER none a", "[0]"],
    ["SCARD none", "0"],
    ["SMEMBERS none", "[]"],
    ["SMOVE s t a", "1"],
    ["SMOVE s t a", "0"],
    ["SMOVE t t a", "1"],
    ["SMOVE t t b", "0"],
    ["SMOVE none t a", "0"],
    ["SMOVE t s a", "1"],
    ["EXISTS t", "0"],
    ["SREM s a b none", "2"],
    ["SREM s c d", "2"],
    ["TYPE s", "none"],
    ["DBSIZE", "0"],
  ]);
  assertEquals(redis.args("SADD", "bin", new Uint8Array([0, 255]), ""), "2");
  assertEquals(redis.args("SISMEMBER", "bin", new Uint8Array([0, 255])), "1");
});

Deno.test("set commands on another type are refused and change nothing", () => {
  using redis = new EmbeddedRedis();
  redis.run("SET text x");
  redis.run("SADD s a");
  const lines = [
    "SADD text a",
    "SREM text a",
    "SCARD text",
    "SMEMBERS text",
    "SPOP text",
    "SPOP text 0",
    "SMOVE s text a",
    "SMOVE text s a",
    "SINTER none text",
    "SUNIONSTORE s s text",
    "SINTERCARD 2 none text",
    "SSCAN text 0",
  ];
  for (const line of lines) assertEquals(redis.run(line), wrongType, line);
  check(redis, [["SMEMBERS s", "[a]"], ["GET text", "x"]]);
});

Deno.test("SINTER, SUNION and SDIFF combine any number of sets", () => {
  using redis = new EmbeddedRedis();
  check(redis, [["SADD a 1 2 3 4 5", "5"], ["SADD b 3 4 5 6", "4"], ["SADD c 5 6 7", "3"]]);
  assertEquals(elements(redis, "SINTER a b"), "3 4 5");
  assertEquals(elements(redis, "SINTER a b c"), "5");
  assertEquals(elements(redis, "SINTER a a"), "1 2 3 4 5");
  assertEquals(elements(redis, "SUNION a b c none"), "1 2 3 4 5 6 7");
  assertEquals(elements(redis, "SDIFF a b c"), "1 2");
  check(redis, [
    ["SINTER a none", "[]"],
    ["SDIFF none a", "[]"],
    ["SDIFF a a", "[]"],
    ["SUNION none", "[]"],
    ["SINTERCARD 2 a b", "3"],
    ["SINTERCARD 2 a b LIMIT 2", "2"],
    ["SINTERCARD 2 a b LIMIT 0", "3"],
    ["SINTERCARD 2 a none", "0"],
    ["SINTERCARD 0 a", "-ERR numkeys should be greater than 0"],
    ["SINTERCARD x a", "-ERR numkeys should be greater than 0"],
    ["SINTERCARD 2 a", "-ERR Number of keys can't be greater than number of args"],
    ["SINTERCARD 1 a LIMIT -1", "-ERR LIMIT can't be negative"],
    ["SINTERCARD 1 a LIMIT", "-ERR syntax error"],
  ]);
});

Deno.test("SINTERSTORE and its kin replace the destination, which may be a source", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["SADD a 1 2 3", "3"],
    ["SADD b 2 3 4", "3"],
    ["SET d text EX 100", "OK"],
    ["SUNIONSTORE d a b", "4"],
    ["TTL d", "-1"],
    ["SINTERSTORE a a b", "2"],
    ["SDIFFSTORE d d a", "2"],
    ["SCARD d", "2"],
    ["SDIFFSTORE d d d", "0"],
    ["EXISTS d", "0"],
    ["SINTERSTORE a a none", "0"],
    ["KEYS *", "[b]"],
  ]);
  redis.engine.rollback();
  assertEquals(redis.engine.keyspace.size(), 1);
});

Deno.test("SINTER and its kin combine more sets than a SELECT could join", () => {
  using redis = new EmbeddedRedis();
  const keys = Array.from({ length: 600 }, (_, i) => `k${i}`);
  for (const key of keys) redis.args("SADD", key, "common", key);
  assertEquals(redis.args("SINTER", ...keys), "[common]");
  assertEquals(redis.args("SUNIONSTORE", "all", ...keys), "601");
  assertEquals(redis.args("SDIFF", "all", ...keys.slice(1)), "[k0]");
});

Deno.test("SPOP takes and SRANDMEMBER shows members", () => {
  using redis = new EmbeddedRedis();
  redis.run("SADD s a b c d e");
  assertEquals(redis.run("SRANDMEMBER s 3").split(" ").length, 3);
  assertEquals(elements(redis, "SRANDMEMBER s 9"), "a b c d e");
  assertEquals(redis.run("SRANDMEMBER s -9").split(" ").length, 9);
  const popped = [redis.run("SPOP s"), ...redis.run("SPOP s 2").slice(1, -1).split(" ")];
  assertEquals(redis.run("SCARD s"), "2");
  const rest = elements(redis, "SPOP s 9").split(" ");
  assertEquals([...popped, ...rest].sort(), ["a", "b", "c", "d", "e"]);
  check(redis, [
    ["EXISTS s", "0"],
    ["SPOP s", "nil"],
    ["SPOP s 1", "[]"],
    ["SPOP s -1", "-ERR value is out of range, must be positive"],
    ["SPOP s x", "-ERR value is out of range, must be positive"],
    ["SPOP s 1 1", "-ERR syntax error"],
    ["SRANDMEMBER s", "nil"],
    ["SRANDMEMBER s 1", "[]"],
    ["SRANDMEMBER s x", "-ERR value is not an integer or out of range"],
  ]);
});

Deno.test("SPOP takes each member of a large set once", () => {
  using redis = new EmbeddedRedis();
  const members = Array.from({ length: 2000 }, (_, i) => `m${i}`);
  redis.args("SADD", "s", ...members);
  const popped: string[] = [];
  while (popped.length < 1900) {
    popped.push(redis.run("SPOP s"), ...redis.run("SPOP s 18").slice(1, -1).split(" "));
  }
  assertEquals(redis.run("SCARD s"), String(2000 - popped.length));
  popped.push(...elements(redis, "SMEMBERS s").split(" "));
  assertEquals(popped.sort(), members.sort());
});

Deno.test("SSCAN walks a large set once and whole", () => {
  using redis = new EmbeddedRedis();
  const members = Array.from({ length: 1000 }, (_, i) => `m${i}`);
  redis.args("SADD", "s", ...members);
  const seen: string[] = [];
  let cursor = "0";
  do {
    const [, next, page] = /^\[(\d+) \[(.*)\]\]$/.exec(redis.run(`SSCAN s ${cursor} COUNT 50`))!;
    seen.push(...page!.split(" "));
    cursor = next!;
  } while (cursor !== "0");
  assertEquals(seen.sort(), members.sort());
});

Deno.test("set commands answer RESP3 clients with sets", () => {
  using redis = new EmbeddedRedis();
  redis.dialect = 1;
  check(redis, [
    ["SADD s a", "1"],
    ["SMEMBERS s", "~[a]"],
    ["SINTER s s", "~[a]"],
    ["SUNION none", "~[]"],
    ["SDIFF s none", "~[a]"],
    ["SRANDMEMBER s 1", "[a]"],
    ["SMISMEMBER s a", "[1]"],
    ["SPOP s 0", "~[]"],
    ["SPOP s 1", "~[a]"],
    ["SPOP s", "nil"],
  ]);
});

Deno.test("sets are renamed, copied, and expire as a whole", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["SADD s 1 2", "2"],
    ["OBJECT ENCODING s", "intset"],
    ["SADD s x", "1"],
    ["OBJECT ENCODING s", "hashtable"],
    ["RENAME s t", "OK"],
    ["SCARD t", "3"],
    ["COPY t u", "1"],
    ["SREM u x", "1"],
    ["SISMEMBER t x", "1"],
    ["PEXPIRE t 5", "1"],
  ]);
  redis.clock.advance(10);
  check(redis, [["SCARD t", "0"], ["SADD t new", "1"], ["SMEMBERS t", "[new]"], ["FLUSHALL", "OK"], ["SCARD u", "0"]]);
});
