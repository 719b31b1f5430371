import { assert, assertEquals, assertMatch } from "@std/assert";
import { bulks, RedisAnswers } from "../../../../support/redis_answers.ts";
import { fromLatin1, parseReply, type RespValue } from "../../../../support/resp_value.ts";
import { globPattern } from "../../../../../protocols/redis/answers/commands.ts";

function items(reply: string): readonly RespValue[] {
  const bytes = fromLatin1(reply);
  return parseReply(bytes, 0, bytes.length)!.items!;
}

Deno.test("COMMAND, COUNT and LIST agree on what is offered; what is refused is not among it", () => {
  const client = new RedisAnswers();
  const names = items(client.line("COMMAND LIST")).map(({ text }) => text);
  assertEquals(client.line("COMMAND COUNT"), `:${names.length}\r\n`);
  assertEquals(items(client.line("COMMAND")).map((row) => row.items![0]!.text), names);
  for (const name of ["get", "mget", "zadd", "client", "hello"]) assert(names.includes(name), name);
  for (const name of ["multi", "subscribe", "blpop", "config|get", "(unknown)"]) assert(!names.includes(name), name);
});

Deno.test("COMMAND LIST filters by pattern, category and module", () => {
  const client = new RedisAnswers();
  assertEquals(client.line("COMMAND LIST FILTERBY PATTERN HGETAL?"), bulks("hgetall"));
  assertEquals(client.line("COMMAND LIST FILTERBY MODULE x"), "*0\r\n");
  assert(items(client.line("COMMAND LIST FILTERBY ACLCAT hash")).every(({ text }) => /^h/.test(text)));
  assertEquals(client.line("COMMAND LIST FILTERBY x y"), "-ERR syntax error\r\n");
  assertEquals(client.line("COMMAND LIST x"), "-ERR syntax error\r\n");
});

Deno.test("COMMAND INFO describes a command as Redis does, and knows no stand-ins", () => {
  const client = new RedisAnswers();
  const [get, none, standIn] = items(client.line("COMMAND INFO GET nosuch (unknown)"));
  assertEquals(get!.items!.slice(0, 2).map(({ text }) => text), ["get", "2"]);
  assertEquals(get!.items!.slice(3, 6).map(({ text }) => text), ["1", "1", "1"]);
  assertEquals([none!.type, standIn!.type], ["$-1", "$-1"]);
});

Deno.test("COMMAND GETKEYS finds the keys of the request behind it", () => {
  const client = new RedisAnswers();
  for (
    const [line, keys] of [
      ["MSET a 1 b 2", ["a", "b"]],
      ["ZUNIONSTORE d 2 a b WEIGHTS 1 2", ["d", "a", "b"]],
      ["XREAD COUNT 2 STREAMS s t 0 0", ["s", "t"]],
      ["EVAL x 2 a b c", ["a", "b"]],
      ["SORT l BY w STORE d", ["l", "d"]],
      ["OBJECT ENCODING k", ["k"]],
    ] as const
  ) assertEquals(client.line(`COMMAND GETKEYS ${line}`), bulks(...keys), line);
  for (
    const [line, error] of [
      ["PING x", "The command has no key arguments"],
      ["GET a b", "Invalid number of arguments specified for command"],
      ["NOSUCH a", "Invalid command specified"],
    ]
  ) assertEquals(client.line(`COMMAND GETKEYS ${line}`), `-ERR ${error}\r\n`);
});

Deno.test("COMMAND DOCS has a group, an arity and how this node treats each", () => {
  const client = new RedisAnswers();
  assertMatch(
    client.line("COMMAND DOCS mget nosuch"),
    /^\*2\r\n\$4\r\nmget\r\n\*6\r\n\$7\r\nsummary\r\n\$\d+\r\nCut into one request for each owner.*\$6\r\nstring\r\n/s,
  );
});

Deno.test("globPattern() matches as Redis' globs do", () => {
  for (
    const [glob, text, matches] of [
      ["*", "", true],
      ["max*", "maxclients", true],
      ["max?", "max", false],
      ["m[ao]x", "MOX", true],
      ["m[a-c]x", "mdx", false],
      ["a.c", "abc", false],
      ["\\*", "*", true],
      ["\\*", "x", false],
      ["a[b", "a[b", true],
    ] as const
  ) assertEquals(globPattern(glob).test(text), matches, `${glob} and ${text}`);
});
