/** List commands; what is expected here is what a Redis 7.0.15 answered. */
import { assertEquals } from "@std/assert";
import { SeededRandom } from "../../../../../core/random.ts";
import { EmbeddedRedis } from "../../../../support/embedded_redis.ts";

const wrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value";

function check(redis: EmbeddedRedis, dialogue: readonly (readonly [line: string, answer: string])[]): void {
  for (const [line, answer] of dialogue) assertEquals(redis.run(line), answer, line);
}

Deno.test("list commands push and pop at both ends", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["LPUSHX l a", "0"],
    ["RPUSH l b c", "2"],
    ["LPUSH l a z", "4"],
    ["RPUSHX l d", "5"],
    ["LRANGE l 0 -1", "[z a b c d]"],
    ["LPOP l", "z"],
    ["RPOP l", "d"],
    ["RPOP l 2", "[c b]"],
    ["LPOP l 0", "[]"],
    ["LPOP l 5", "[a]"],
    ["EXISTS l", "0"],
    ["LPOP l", "nil"],
    ["LPOP l 3", "nil"],
    ["LPOP l -1", "-ERR value is out of range, must be positive"],
    ["LPOP l x", "-ERR value is out of range, must be positive"],
    ["LPOP l 1 2", "-ERR wrong number of arguments for 'lpop' command"],
    ["LLEN l", "0"],
  ]);
});

Deno.test("list commands read, set and trim by index", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["RPUSH l a b c d e", "5"],
    ["LINDEX l 0", "a"],
    ["LINDEX l -1", "e"],
    ["LINDEX l 2", "c"],
    ["LINDEX l 5", "nil"],
    ["LINDEX l -6", "nil"],
    ["LRANGE l 1 3", "[b c d]"],
    ["LRANGE l -2 100", "[d e]"],
    ["LRANGE l 3 1", "[]"],
    ["LSET l 1 B", "OK"],
    ["LSET l -1 E", "OK"],
    ["LSET l 9 x", "-ERR index out of range"],
    ["LSET none 0 x", "-ERR no such key"],
    ["LTRIM l 1 -2", "OK"],
    ["LRANGE l 0 -1", "[B c d]"],
    ["LTRIM l 5 9", "OK"],
    ["EXISTS l", "0"],
    ["LTRIM l 0 1", "OK"],
  ]);
});

Deno.test("LINSERT and LREM work in the middle", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["RPUSH l a b c b a", "5"],
    ["LINSERT l BEFORE b x", "6"],
    ["LINSERT l after c y", "7"],
    ["LINSERT l before a first", "8"],
    ["LINSERT l after zz y", "-1"],
    ["LINSERT none after zz y", "0"],
    ["LINSERT none beside zz y", "-ERR syntax error"],
    ["LRANGE l 0 -1", "[first a x b c y b a]"],
    ["LREM l -1 a", "1"],
    ["LREM l 1 b", "1"],
    ["LRANGE l 0 -1", "[first a x c y b]"],
    ["LREM l 0 zz", "0"],
    ["RPUSH m a a a", "3"],
    ["LREM m 0 a", "3"],
    ["EXISTS m", "0"],
  ]);
});

Deno.test("LPOS finds by rank, count and length", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["RPUSH l a b c a b c", "6"],
    ["LPOS l a", "0"],
    ["LPOS l a RANK 2", "3"],
    ["LPOS l a RANK -1", "3"],
    ["LPOS l a RANK -1 COUNT 0", "[3 0]"],
    ["LPOS l a COUNT 1", "[0]"],
    ["LPOS l zz", "nil"],
    ["LPOS l zz COUNT 0", "[]"],
    ["LPOS l c MAXLEN 2", "nil"],
    ["LPOS l c MAXLEN 3", "2"],
    ["LPOS l c RANK -1 MAXLEN 1", "5"],
    ["LPOS l b RANK -1 MAXLEN 1", "nil"],
    ["LPOS l a MAXLEN 0", "0"],
    ["LPOS l a RANK -9223372036854775808", "3"],
    ["LPOS l a COUNT -1", "-ERR COUNT can't be negative"],
    ["LPOS l a MAXLEN x", "-ERR MAXLEN can't be negative"],
    ["LPOS l a RANK", "-ERR syntax error"],
    [
      "LPOS none a RANK 0",
      "-ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
    ],
  ]);
});

Deno.test("LMOVE and LMPOP move between ends and lists", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["RPUSH l a b c", "3"],
    ["LMOVE l m LEFT RIGHT", "a"],
    ["RPOPLPUSH l m", "c"],
    ["LRANGE m 0 -1", "[c a]"],
    ["LMOVE l l LEFT RIGHT", "b"],
    ["LMOVE l m RIGHT LEFT", "b"],
    ["EXISTS l", "0"],
    ["LMOVE none m LEFT LEFT", "nil"],
    ["LMOVE m m LEFT RIGHT", "b"],
    ["LRANGE m 0 -1", "[c a b]"],
    ["LMPOP 2 none m RIGHT", "[m [b]]"],
    ["LMPOP 1 m LEFT COUNT 5", "[m [c a]]"],
    ["LMPOP 1 m LEFT", "nil"],
    ["LMPOP 0 m LEFT", "-ERR numkeys should be greater than 0"],
    ["LMPOP 2 m LEFT", "-ERR syntax error"],
    ["LMPOP 1 m LEFT COUNT 0", "-ERR count should be greater than 0"],
    ["LMPOP 1 m LEFT COUNT 1 COUNT 1", "-ERR syntax error"],
    ["RPUSH one a", "1"],
    ["EXPIRE one 100", "1"],
    ["LMOVE one one LEFT LEFT", "a"],
    ["TTL one", "100"],
  ]);
});

Deno.test("list commands refuse other types and change nothing", () => {
  using redis = new EmbeddedRedis();
  check(redis, [["SET s x", "OK"], ["RPUSH l a", "1"]]);
  const lines = [
    "LPUSH s a",
    "RPUSHX s a",
    "LPOP s",
    "LPOP s 1",
    "LLEN s",
    "LRANGE s 0 1",
    "LINDEX s 0",
    "LSET s 0 y",
    "LINSERT s before a b",
    "LREM s 1 a",
    "LTRIM s 0 1",
    "LPOS s a",
    "LMOVE l s left left",
    "RPOPLPUSH s l",
    "LMPOP 2 none s left",
  ];
  for (const line of lines) assertEquals(redis.run(line), wrongType, line);
  check(redis, [["LRANGE l 0 -1", "[a]"], ["GET s", "x"]]);
});

Deno.test("commands on keys treat lists as they treat strings", () => {
  using redis = new EmbeddedRedis();
  check(redis, [
    ["RPUSH l a b", "2"],
    ["TYPE l", "list"],
    ["OBJECT ENCODING l", "quicklist"],
    ["COPY l copy", "1"],
    ["RPUSH l c", "3"],
    ["LRANGE copy 0 -1", "[a b]"],
    ["RENAME l copy", "OK"],
    ["LRANGE copy 0 -1", "[a b c]"],
    ["LPUSH copy z", "4"],
    ["PEXPIRE copy 10", "1"],
    ["SCAN 0 TYPE list", "[0 [copy]]"],
  ]);
  redis.clock.advance(11);
  check(redis, [["LLEN copy", "0"], ["RPUSH copy x", "1"], ["LRANGE copy 0 -1", "[x]"], ["TTL copy", "-1"]]);
});

/** The same commands on an array. */
class Model {
  items: string[] = [];

  insert(pivot: string, before: boolean, value: string): void {
    const at = this.items.indexOf(pivot);
    if (at >= 0) this.items.splice(before ? at : at + 1, 0, value);
  }
  remove(value: string, count: number): void {
    for (let left = count === 0 ? Infinity : Math.abs(count); left > 0; left--) {
      const at = count < 0 ? this.items.lastIndexOf(value) : this.items.indexOf(value);
      if (at < 0) return;
      this.items.splice(at, 1);
    }
  }
}

Deno.test("lists stay in order under insertions anywhere, again and again at one place", () => {
  const seed = 20;
  const random = new SeededRandom(seed);
  using redis = new EmbeddedRedis();
  const model = new Model();
  let next = 0;
  for (let step = 0; step < 1500; step++) {
    const value = `v${next++}`;
    const some = model.items[random.below(Math.max(1, model.items.length))] ?? "v0";
    switch (random.below(8)) {
      case 0:
        redis.run(`RPUSH l ${value}`);
        model.items.push(value);
        break;
      case 1:
        redis.run(`LPUSH l ${value}`);
        model.items.unshift(value);
        break;
      case 2:
      case 3: {
        // One in three hits the same place thirty times, which no gap survives.
        const times = random.below(3) === 0 ? 30 : 1;
        for (let i = 0; i < times; i++) {
          const before = random.below(2) === 0;
          redis.run(`LINSERT l ${before ? "BEFORE" : "AFTER"} ${some} ${value}.${i}`);
          model.insert(some, before, `${value}.${i}`);
        }
        break;
      }
      case 4:
        redis.run(`LREM l 1 ${some}`);
        model.remove(some, 1);
        break;
      case 5: {
        const count = random.below(12);
        redis.run(`LPOP l ${count}`);
        model.items.splice(0, count);
        break;
      }
      case 6: {
        const count = random.below(12);
        redis.run(`RPOP l ${count}`);
        model.items.splice(Math.max(0, model.items.length - count));
        break;
      }
      default: {
        const index = random.below(Math.max(1, model.items.length));
        assertEquals(redis.run(`LINDEX l ${index}`), model.items[index] ?? "nil", `seed ${seed}, step ${step}`);
        const wanted = model.items[index];
        if (wanted !== undefined) assertEquals(redis.run(`LPOS l ${wanted}`), String(index));
        assertEquals(
          redis.run(`LRANGE l ${index} ${index + 5}`),
          `[${model.items.slice(index, index + 6).join(" ")}]`,
          `seed ${seed}, step ${step}`,
        );
      }
    }
    assertEquals(redis.run("LLEN l"), String(model.items.length));
  }
  assertEquals(redis.run("LRANGE l 0 -1"), `[${model.items.join(" ")}]`, `seed ${seed}`);
});

Deno.test("LINDEX and LPOS are right in a list with a hole and an insertion that make up for each other", () => {
  using redis = new EmbeddedRedis();
  redis.run(`RPUSH l ${Array.from({ length: 20 }, (_, i) => `e${i}`).join(" ")}`);
  redis.run("LREM l 1 e5");
  redis.run("LINSERT l AFTER e10 new");
  check(redis, [
    ["LINDEX l 4", "e4"],
    ["LINDEX l 5", "e6"],
    ["LINDEX l 9", "e10"],
    ["LINDEX l 10", "new"],
    ["LINDEX l 11", "e11"],
    ["LINDEX l -2", "e18"],
    ["LPOS l e6", "5"],
    ["LPOS l new", "10"],
    ["LPOS l e19", "19"],
    ["LRANGE l 8 12", "[e9 e10 new e11 e12]"],
    ["LTRIM l 9 11", "OK"],
    ["LRANGE l 0 -1", "[e10 new e11]"],
  ]);
});
