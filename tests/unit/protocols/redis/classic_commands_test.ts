/** What a C Dynomite node accepts, by its own parser: every command with 0 to 8 arguments. */
import { assertEquals } from "@std/assert";
import { Routing } from "../../../../core/request.ts";
import { isClassic } from "../../../../protocols/redis/classic_commands.ts";
import fixture from "../../../fixtures/classic_commands.json" with { type: "json" };
import { redisRequest } from "../../../support/redis_request.ts";

const accepted: Readonly<Record<string, readonly number[]>> = fixture.accepted;

/** A request of `count` arguments: numbers do for keys, for counts, and for one key of a script. */
function request(name: string, count: number) {
  return redisRequest(...name.split(" "), ...new Array<string>(count).fill("1"));
}

/** Never sent to a peer: this node answers it, or says that it is not offered or is unknown. */
function staysHere(name: string, count: number): boolean {
  const { routing } = request(name, count).command;
  return routing === Routing.Local || routing === Routing.Refused;
}

Deno.test("isClassic() says of every command and count what C's parser did, where it can be sent at all", () => {
  let sent = 0;
  for (const [name, counts] of Object.entries(accepted)) {
    // SCRIPT goes by its subcommands, GEOPOS has a test of its own.
    if (name === "script" || name === "geopos") continue;
    for (let count = 0; count <= 8; count++) {
      if (staysHere(name, count)) {
        // Yes or no makes no difference, but a yes has to be true.
        if (isClassic(request(name, count))) assertEquals(counts.includes(count), true, `${name} with ${count}`);
        continue;
      }
      assertEquals(isClassic(request(name, count)), counts.includes(count), `${name} with ${count}`);
      if (counts.includes(count)) sent++;
    }
  }
  assertEquals(sent > 400, true, `${sent} accepted`);
  for (const name of fixture.refused) {
    for (let count = 0; count <= 8; count++) {
      assertEquals(isClassic(request(name, count)), false, `${name} with ${count}`);
    }
  }
});

Deno.test("isClassic() says of subcommands and letter cases what C's parser did", () => {
  for (const [text, taken] of Object.entries(fixture.requests)) {
    const words = text.replace("return 1", "return").split(" ").map((word) => word === "<empty>" ? "" : word);
    // PING x: C's parser takes it, and sends its engine half of it.
    if (text === "PING x" || text.startsWith("CONFIG") || text.startsWith("SLAVEOF")) continue;
    assertEquals(isClassic(redisRequest(...words)), taken, text);
  }
  assertEquals(isClassic(redisRequest("PING", "x")), false);
  assertEquals(isClassic(redisRequest("script", "load", "return 1")), true);
  assertEquals(isClassic(redisRequest("SCRIPT", "FLUSH", "SYNC")), false);
});

Deno.test("isClassic() refuses an empty key at any place: C closes the link over it", () => {
  const refused = [
    ["GET", ""],
    ["SET", "", "v"],
    ["MGET", "a", ""],
    ["EXISTS", "a", "", "b"],
    ["DEL", "", "a"],
    ["DEL", "a", ""],
    ["MSET", "a", "1", "", "2"],
    ["EVAL", "return 1", "1", ""],
    ["EVAL", "return 1", "2", "a", ""],
    ["SINTER", "", "a"],
    ["KEYS", ""],
    ["SCAN", ""],
  ];
  for (const words of refused) assertEquals(isClassic(redisRequest(...words)), false, words.join(" "));
  // Measured: C takes an empty argument everywhere else.
  const taken = [
    ["SET", "a", ""],
    ["MSET", "a", "", "b", ""],
    ["SINTER", "a", ""],
    ["SMOVE", "a", "", ""],
    ["HSET", "a", "", ""],
    ["EVAL", "", "1", "a", ""],
    ["SCRIPT", "LOAD", ""],
  ];
  for (const words of taken) assertEquals(isClassic(redisRequest(...words)), true, words.join(" "));
});

Deno.test("isClassic() refuses keys that C's buffers do not hold, and takes long values", () => {
  const long = "k".repeat(16_320);
  const large = "v".repeat(100_000);
  for (const words of [["GET", long], ["MGET", "a", long], ["MSET", "a", "1", long, "2"], ["EVAL", "x", "1", long]]) {
    assertEquals(isClassic(redisRequest(...words)), false, words[0]);
  }
  for (
    const words of [["SET", "a", large], ["MSET", "a", large], ["EVAL", large, "1", "a", large], ["SINTER", "a", long]]
  ) {
    assertEquals(isClassic(redisRequest(...words)), true, words[0]);
  }
});

Deno.test("isClassic() wants of a script what C wants: a number of keys, at least one, all there", () => {
  for (const count of ["0", "00", "-1", "+1", "1 ", "x", "", "1.0", "3", "99999999999999999999"]) {
    assertEquals(isClassic(redisRequest("EVAL", "return 1", count, "a", "b")), false, count);
  }
  for (const count of ["1", "2", "01"]) {
    assertEquals(isClassic(redisRequest("EVALSHA", "sha", count, "a", "b")), true, count);
  }
});

Deno.test("isClassic() refuses an MSET with a key too many", () => {
  assertEquals(isClassic(redisRequest("MSET", "a", "1", "b")), false);
  assertEquals(isClassic(redisRequest("MSET", "a", "1", "b", "2")), true);
});

Deno.test("isClassic() refuses what gets arrays in an array: C loses count in them, and hangs", () => {
  const search = ["GEORADIUS", "g", "1", "2", "3", "km"];
  assertEquals(isClassic(redisRequest("GEOPOS", "g", "a")), false);
  assertEquals(isClassic(redisRequest(...search)), true);
  assertEquals(isClassic(redisRequest(...search, "COUNT", "2", "withdist")), false);
  assertEquals(isClassic(redisRequest("GEORADIUSBYMEMBER", "g", "a", "3", "km", "WITHCOORD")), false);
  assertEquals(isClassic(redisRequest(...search, "STORE", "t")), true);
});
