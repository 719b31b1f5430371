import { assertEquals, assertMatch } from "@std/assert";
import { ByteWriter } from "../../../../../core/bytes.ts";
import { SeededRandom } from "../../../../../core/random.ts";
import { openEngine } from "../../../../../core/storage/embedded/engine.ts";
import { MemcachedExecutor } from "../../../../../core/storage/embedded/memcached_executor.ts";
import { TextWriter } from "../../../../../protocols/memcached/encode.ts";
import { MemcachedProtocol } from "../../../../../protocols/memcached/mod.ts";
import { bytesOf, textOf } from "../../../../conformance/protocol.ts";
import { SimClock } from "../../../../support/sim_clock.ts";

const DAY_SECONDS = 24 * 60 * 60;

function setUp() {
  const clock = new SimClock();
  const engine = openEngine({ path: ":memory:", clock, random: new SeededRandom(1) });
  const protocol = new MemcachedProtocol();
  const executor = new MemcachedExecutor(engine, {
    commands: protocol.commands,
    writer: new TextWriter(new ByteWriter()),
    valueBytesMax: 1000,
  });
  const parser = protocol.createRequestParser({ maxRequestBytes: 2000 });
  /** What the engine answers to requests, each of which the protocol takes for right. */
  const ask = (text: string) => {
    const bytes = bytesOf(text);
    const out = new ByteWriter();
    for (let at = 0; at < bytes.length;) {
      at = parser.parse(bytes, at, bytes.length);
      executor.execute(parser.request, out);
      engine.db.commit();
    }
    return textOf(out.bytes, 0, out.length);
  };
  return { clock, engine, ask, [Symbol.dispose]: () => engine.close() };
}

Deno.test("MemcachedExecutor lets items expire: seconds from now, a time since 1970, at once", () => {
  using place = setUp();
  const { ask, clock } = place;
  const later = Math.floor(clock.wall() / 1000) + 40 * DAY_SECONDS;
  ask(
    `set short 0 10 1\r\nx\r\nset long 0 ${
      30 * DAY_SECONDS
    } 1\r\nx\r\nset dated 0 ${later} 1\r\nx\r\nset kept 0 0 1\r\nx\r\n`,
  );
  const alive = () => ["short", "long", "dated", "kept"].filter((key) => ask(`get ${key}\r\n`) !== "END\r\n");
  assertEquals(alive(), ["short", "long", "dated", "kept"]);
  clock.advance(9_999);
  assertEquals(ask("mg short t\r\n"), "HD t1\r\n");
  clock.advance(1);
  assertEquals(alive(), ["long", "dated", "kept"]);
  clock.advance(30 * DAY_SECONDS * 1000);
  assertEquals(alive(), ["dated", "kept"]);
  clock.advance(10 * DAY_SECONDS * 1000);
  assertEquals(alive(), ["kept"]);
  assertEquals(ask("set gone 0 -1 1\r\nx\r\nget gone\r\nadd gone 0 0 1\r\ny\r\n"), "STORED\r\nEND\r\nSTORED\r\n");
  // 60 days after 1970 is long ago.
  assertEquals(ask(`set gone 0 ${60 * DAY_SECONDS} 1\r\nx\r\nget gone\r\n`), "STORED\r\nEND\r\n");
  assertEquals(
    ask("touch kept 5\r\nmg kept t\r\ngat 0 kept\r\nmg kept t\r\n"),
    "TOUCHED\r\nHD t5\r\nVALUE kept 0 1\r\nx\r\nEND\r\nHD t-1\r\n",
  );
  assertEquals(
    ask("gat -1 kept\r\nget kept\r\ntouch kept 1\r\n"),
    "VALUE kept 0 1\r\nx\r\nEND\r\nEND\r\nNOT_FOUND\r\n",
  );
});

Deno.test("MemcachedExecutor flushes at once or after a delay, and a later flush takes the place of an earlier one", () => {
  using place = setUp();
  const { ask, clock } = place;
  ask("set a 0 0 1\r\nx\r\n");
  assertEquals(ask("flush_all 10\r\nget a\r\n"), "OK\r\nVALUE a 0 1\r\nx\r\nEND\r\n");
  clock.advance(5_000);
  ask("set b 0 0 1\r\nx\r\n");
  clock.advance(5_000);
  assertEquals(ask("get a b\r\nset c 0 0 1\r\nx\r\nget c\r\n"), "END\r\nSTORED\r\nVALUE c 0 1\r\nx\r\nEND\r\n");
  assertEquals(ask("flush_all 10\r\nflush_all\r\nget c\r\nset d 0 0 1\r\nx\r\n"), "OK\r\nOK\r\nEND\r\nSTORED\r\n");
  clock.advance(20_000);
  assertEquals(ask("get d\r\n"), "VALUE d 0 1\r\nx\r\nEND\r\n");
});

Deno.test("MemcachedExecutor gives every write a cas unique of its own, and takes a write for the right one only", () => {
  using place = setUp();
  const { ask } = place;
  const unique = () => /VALUE a \d+ \d+ (\d+)/.exec(ask("gets a\r\n"))![1]!;
  ask("set a 0 0 1\r\nx\r\n");
  const first = unique();
  assertEquals(ask(`cas a 7 0 1 ${first}\r\ny\r\ncas a 0 0 1 ${first}\r\nz\r\n`), "STORED\r\nEXISTS\r\n");
  const uniques = new Set([first, unique()]);
  for (
    const write of ["append a 0 0 1\r\n1\r\n", "set a 0 0 1\r\n1\r\n", "incr a 1\r\n", "incr a 100\r\n", "md a I\r\n"]
  ) {
    ask(write);
    uniques.add(unique());
  }
  assertEquals(uniques.size, 7);
  assertEquals(ask("cas none 0 0 1 1\r\nx\r\nmd a C1\r\nma a C1\r\n"), "NOT_FOUND\r\nEX\r\nEX\r\n");
  assertEquals(ask(`md a C${unique()}\r\n`), "HD\r\n");
});

Deno.test("MemcachedExecutor counts as memcached does: 64 bits, wrapping up, ending at 0, keeping the length", () => {
  using place = setUp();
  const { ask } = place;
  ask("set n 5 0 20\r\n18446744073709551615\r\n");
  assertEquals(ask("incr n 1\r\nget n\r\n"), `0\r\nVALUE n 5 20\r\n0${" ".repeat(19)}\r\nEND\r\n`);
  assertEquals(ask("set n 0 0 2\r\n10\r\ndecr n 1\r\nget n\r\n"), "STORED\r\n9\r\nVALUE n 0 2\r\n9 \r\nEND\r\n");
  assertEquals(ask("decr n 100\r\nincr n 123\r\nget n\r\n"), "0\r\n123\r\nVALUE n 0 3\r\n123\r\nEND\r\n");
  const refused = "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n";
  for (const value of ["", "x", "-1", "1x", "18446744073709551616"]) {
    assertEquals(ask(`set n 0 0 ${value.length}\r\n${value}\r\nincr n 1\r\n`), `STORED\r\n${refused}`);
  }
  assertEquals(ask("incr none 1\r\n"), "NOT_FOUND\r\n");
  assertEquals(
    ask("ma new N30 J7 v t k Oab\r\nma new D3 v\r\nma new MD D100 v\r\n"),
    "VA 1 t30 knew Oab\r\n7\r\nVA 2\r\n10\r\nVA 1\r\n0\r\n",
  );
  assertEquals(ask("ma new T90 t D10000000000\r\nmg new t\r\n"), "HD t90\r\nHD t90\r\n");
});

Deno.test("MemcachedExecutor lets one client win the renewal of an item: vivified, stale, about to expire", () => {
  using place = setUp();
  const { ask, clock } = place;
  assertEquals(ask("mg a v N30 t\r\nmg a v N30\r\nmg a\r\n"), "VA 0 t30 W\r\n\r\nVA 0 Z\r\n\r\nHD Z\r\n");
  assertMatch(ask("ms a 1 c T60\r\nx\r\n"), /^HD c\d+\r\n$/);
  assertEquals(
    ask("mg a v\r\nmd a I T30\r\nmg a v t\r\nmg a v\r\n"),
    "VA 1\r\nx\r\nHD\r\nVA 1 t30 X W\r\nx\r\nVA 1 Z X\r\nx\r\n",
  );
  const old = /c(\d+)/.exec(ask("mg a c\r\n"))![1]!;
  ask("md a I\r\n");
  // A write for the unique of before is taken with I, and stays stale.
  assertEquals(ask(`ms a 1 C${old}\r\ny\r\nms a 1 C${old} I\r\ny\r\nmg a v\r\n`), "EX\r\nHD\r\nVA 1 X W\r\ny\r\n");
  ask("ms b 1 T60\r\nx\r\n");
  clock.advance(35_000);
  assertEquals(ask("mg b R20\r\nmg b R30\r\nmg b R30\r\n"), "HD\r\nHD W\r\nHD Z\r\n");
});

Deno.test("MemcachedExecutor tells whether and when an item was asked for, as it was before the request", () => {
  using place = setUp();
  const { ask, clock } = place;
  ask("set a 0 0 1\r\nx\r\n");
  clock.advance(90_000);
  assertEquals(ask("mg a h l u\r\nmg a h l\r\nmg a h l\r\n"), "HD h0 l90\r\nHD h0 l90\r\nHD h1 l0\r\n");
  assertMatch(ask("me a\r\n"), /^ME a exp=-1 la=0 cas=\d+ fetch=yes cls=0 size=2\r\n$/);
  assertEquals(ask("me none\r\n"), "EN\r\n");
});

Deno.test("MemcachedExecutor knows a binary key by its bytes, and prints it as it came", () => {
  using place = setUp();
  const { ask } = place;
  const key = btoa("a b\0");
  assertEquals(ask(`ms ${key} 1 b k\r\nx\r\nmg ${key} b k v\r\n`), `HD k${key} b\r\nVA 1 k${key} b\r\nx\r\n`);
  assertEquals(ask(`ms ${key} 1 b MA k\r\ny\r\nmg ${key} b k v\r\n`), `HD k${key} b\r\nVA 2 k${key} b\r\nxy\r\n`);
  assertMatch(ask(`me ${key} b\r\n`), new RegExp(`^ME ${key} `));
  ask("set foo 0 0 1\r\nx\r\n");
  assertEquals(
    ask(`mg ${btoa("foo")} b v k\r\nmg ${btoa("bar")} b k\r\n`),
    `VA 1 kfoo\r\nx\r\nEN k${btoa("bar")} b\r\n`,
  );
});

Deno.test("MemcachedExecutor refuses what it cannot do, with the reason", () => {
  using place = setUp();
  const { ask } = place;
  const unsupported = "CLIENT_ERROR the embedded engine does not support flag E\r\n";
  assertEquals(ask("ms a 1 E5\r\nx\r\nmg a E5 N0\r\nmg a\r\n"), `${unsupported}${unsupported}EN\r\n`);
  const half = "x".repeat(600);
  const tooLarge = "SERVER_ERROR object too large for cache\r\n";
  assertEquals(
    ask(`set a 0 0 600\r\n${half}\r\nappend a 0 0 600\r\n${half}\r\nms a 600 MP\r\n${half}\r\n`),
    `STORED\r\n${tooLarge}${tooLarge}`,
  );
  assertEquals(ask("mg a s\r\nmd a x\r\nmg a s f\r\n"), "HD s600\r\nHD\r\nHD s0 f0\r\n");
});

Deno.test("MemcachedExecutor takes a key that holds something else for none, and makes room", () => {
  using place = setUp();
  const { ask, engine } = place;
  engine.strings.set(bytesOf("a"), bytesOf("text"));
  assertEquals(
    ask("get a\r\ndelete a\r\nadd a 0 0 1\r\nx\r\nget a\r\n"),
    "END\r\nNOT_FOUND\r\nSTORED\r\nVALUE a 0 1\r\nx\r\nEND\r\n",
  );
  assertEquals(engine.keyspace.size(), 1);
});
