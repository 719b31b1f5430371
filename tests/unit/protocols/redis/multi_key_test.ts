import { assertEquals } from "@std/assert";
import { ByteWriter } from "../../../../core/bytes.ts";
import { Reply, ReplyKind } from "../../../../core/reply.ts";
import { Join, KeyList, Request } from "../../../../core/request.ts";
import {
  equalUnordered,
  findKeys,
  joinParts,
  readsUnnamedKeys,
  writePart,
} from "../../../../protocols/redis/multi_key.ts";
import { requestOf, resp, table, wordsOf } from "../../../support/redis_requests.ts";
import { fromLatin1, latin1 } from "../../../support/resp_value.ts";

function keysOf(...words: string[]): string[] {
  const request = requestOf(...words);
  const keys = new KeyList();
  findKeys(request, keys);
  return Array.from({ length: keys.count }, (_, i) => latin1(request.arg(keys.args[i]!)));
}

/** A reply within other bytes, as it lies in a read buffer. */
function reply(text: string): Reply {
  const bytes = fromLatin1(`xx${text}:7\r\n`);
  return new Reply().set(bytes, 2, 2 + text.length, text.startsWith("-") ? ReplyKind.Error : ReplyKind.Value);
}

function join(how: Join, replies: readonly string[], partOf: readonly number[] = []): string {
  const out = new ByteWriter();
  joinParts(how, replies.map(reply), Int32Array.from(partOf), partOf.length, out);
  return latin1(out.take());
}

Deno.test("findKeys() finds the keys of every shape of command", () => {
  const cases: readonly (readonly [words: string, keys: string])[] = [
    ["GET a", "a"],
    ["MGET a b c", "a b c"],
    ["MSET a 1 b 2", "a b"],
    ["DEL a a", "a a"],
    ["OBJECT ENCODING a", "a"],
    ["BITOP AND d a b", "d a b"],
    ["RENAME a b", "a b"],
    ["SINTERCARD 2 a b LIMIT 1", "a b"],
    ["LMPOP 1 a LEFT", "a"],
    ["ZUNIONSTORE d 2 a b WEIGHTS 1 2", "d a b"],
    ["EVAL script 2 a b c", "a b"],
    ["EVAL script 0 c", ""],
    ["EVAL script x a", ""],
    ["EVAL script 9 a b", "a b"],
    ["XREAD COUNT 1 STREAMS a b 0 0", "a b"],
    ["XREADGROUP GROUP g c STREAMS a >", "a"],
    ["SORT a", "a"],
    ["SORT a BY store LIMIT 0 store GET store STORE b", "a b"],
    ["SORT a STORE b STORE c", "a c"],
    ["GEORADIUS a 0 0 1 km STORE b", "a b"],
    ["GEORADIUSBYMEMBER a m 1 km STOREDIST b", "a b"],
    ["PFCOUNT a b", "a b"],
    ["MEMORY USAGE a SAMPLES 5", "a"],
  ];
  for (const [words, keys] of cases) assertEquals(keysOf(...words.split(" ")).join(" "), keys, words);
});

Deno.test("writePart() writes a request of its own for the keys of a part, with what belongs to them", () => {
  const parts = (words: readonly string[], partOf: readonly number[], part: number): string[] => {
    const request = requestOf(...words);
    const keys = new KeyList();
    findKeys(request, keys);
    const target = new Request(table.unknown);
    const out = new ByteWriter();
    writePart(request, keys, Int32Array.from(partOf), part, target, out);
    target.bytes = out.bytes;
    const written = wordsOf(target);
    assertEquals(latin1(out.take()), resp(...written));
    assertEquals([target.command, target.keyArg, target.end], [request.command, 1, out.length]);
    return written;
  };
  assertEquals(parts(["MGET", "a", "b", "c"], [0, 1, 0], 0), ["MGET", "a", "c"]);
  assertEquals(parts(["MGET", "a", "b", "c"], [0, 1, 0], 1), ["MGET", "b"]);
  assertEquals(parts(["mset", "a", "\r\n\0", "b", "", "c", "3"], [0, 1, 1], 1), ["mset", "b", "", "c", "3"]);
  assertEquals(parts(["mset", "a", "\r\n\0", "b", ""], [0, 1], 0), ["mset", "a", "\r\n\0"]);
  assertEquals(parts(["DEL", "a", "a", "b"], [0, 0, 1], 0), ["DEL", "a", "a"]);
});

Deno.test("joinParts() puts the values of MGET back in the order of the keys, in either dialect", () => {
  const parts = ["*2\r\n$1\r\na\r\n$-1\r\n", "*1\r\n$3\r\n\r\nx\r\n"];
  assertEquals(join(Join.KeyOrder, parts, [0, 1, 0]), "*3\r\n$1\r\na\r\n$3\r\n\r\nx\r\n$-1\r\n");
  assertEquals(join(Join.KeyOrder, ["*1\r\n_\r\n", "*1\r\n$0\r\n\r\n"], [1, 0]), "*2\r\n$0\r\n\r\n_\r\n");
});

Deno.test("joinParts() adds up DEL, UNLINK, EXISTS, TOUCH and DBSIZE", () => {
  assertEquals(join(Join.Sum, [":2\r\n", ":0\r\n", ":40\r\n"]), ":42\r\n");
  assertEquals(join(Join.Sum, [":4294967296\r\n", ":1\r\n"]), ":4294967297\r\n");
});

Deno.test("joinParts() passes on the first error; AnySucceeded only when all failed", () => {
  assertEquals(join(Join.AllSucceeded, ["+OK\r\n", "+OK\r\n"]), "+OK\r\n");
  for (const how of [Join.AllSucceeded, Join.Sum, Join.KeyOrder, Join.Concat, Join.And]) {
    assertEquals(join(how, ["+OK\r\n", "-ERR one\r\n", "-ERR two\r\n"], [0, 1]), "-ERR one\r\n");
  }
  assertEquals(join(Join.AnySucceeded, ["-ERR one\r\n", "+OK\r\n"]), "+OK\r\n");
  assertEquals(join(Join.AnySucceeded, ["-ERR one\r\n", "-ERR two\r\n"]), "-ERR one\r\n");
});

Deno.test("joinParts() strings KEYS together, nested values, sets and maps too", () => {
  assertEquals(
    join(Join.Concat, ["*1\r\n$1\r\na\r\n", "*0\r\n", "*1\r\n*1\r\n:1\r\n"]),
    "*2\r\n$1\r\na\r\n*1\r\n:1\r\n",
  );
  assertEquals(
    join(Join.Concat, ["%1\r\n+a\r\n:1\r\n", "%1\r\n+b\r\n%1\r\n+c\r\n_\r\n"]),
    "%2\r\n+a\r\n:1\r\n+b\r\n%1\r\n+c\r\n_\r\n",
  );
  assertEquals(join(Join.Concat, ["~1\r\n+a\r\n", "~1\r\n+b\r\n"]), "~2\r\n+a\r\n+b\r\n");
});

Deno.test("joinParts() takes what all have (SCRIPT EXISTS), and what any has (RANDOMKEY)", () => {
  assertEquals(join(Join.And, ["*3\r\n:1\r\n:0\r\n:1\r\n", "*3\r\n:1\r\n:1\r\n:0\r\n"]), "*3\r\n:1\r\n:0\r\n:0\r\n");
  assertEquals(join(Join.AnyValue, ["$-1\r\n", "$1\r\na\r\n"]), "$1\r\na\r\n");
  assertEquals(join(Join.AnyValue, ["_\r\n", "$1\r\na\r\n"]), "$1\r\na\r\n");
  assertEquals(join(Join.AnyValue, ["_\r\n", "_\r\n"]), "_\r\n");
});

Deno.test("equalUnordered() compares as sets, and maps by pairs", () => {
  const same = (a: string, b: string, pairs = false) => equalUnordered(reply(a), reply(b), pairs);
  assertEquals(same("*2\r\n$1\r\na\r\n$1\r\nb\r\n", "*2\r\n$1\r\nb\r\n$1\r\na\r\n"), true);
  assertEquals(same("*2\r\n$1\r\na\r\n$1\r\na\r\n", "*2\r\n$1\r\na\r\n$1\r\nb\r\n"), false);
  assertEquals(same("*4\r\n+a\r\n+b\r\n+c\r\n+d\r\n", "*4\r\n+c\r\n+d\r\n+a\r\n+b\r\n", true), true);
  assertEquals(same("*4\r\n+a\r\n+b\r\n+c\r\n+d\r\n", "*4\r\n+a\r\n+d\r\n+c\r\n+b\r\n", true), false);
  assertEquals(same("%2\r\n+a\r\n+b\r\n+c\r\n+d\r\n", "%2\r\n+c\r\n+d\r\n+a\r\n+b\r\n"), true);
  assertEquals(same("*0\r\n", "*0\r\n"), true);
  assertEquals(same("*1\r\n+a\r\n", "*0\r\n"), false);
});

Deno.test("readsUnnamedKeys() is true of SORT with a pattern, not of its other options", () => {
  const reads = (line: string) => readsUnnamedKeys(requestOf(...line.split(" ")));
  for (const line of ["SORT l BY w_*", "SORT_RO l LIMIT 0 1 get w_*->f", "SORT l STORE d BY nosort GET # GET w_*"]) {
    assertEquals(reads(line), true, line);
  }
  for (
    const line of [
      "SORT l",
      "SORT l* BY nosort GET #",
      "SORT l STORE by LIMIT 0 by*",
      "SORT l STORE get*",
      "MGET by w_*",
    ]
  ) {
    assertEquals(reads(line), false, line);
  }
});
