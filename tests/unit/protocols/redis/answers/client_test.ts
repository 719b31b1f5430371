import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { After } from "../../../../../core/protocol.ts";
import { RedisAnswers } from "../../../../support/redis_answers.ts";

Deno.test("CLIENT SETNAME, SETINFO and NO-EVICT show in CLIENT INFO", () => {
  const client = new RedisAnswers();
  client.clock.advance(5_500);
  assertEquals(client.line("CLIENT GETNAME"), "$-1\r\n");
  assertEquals(client.line("CLIENT SETNAME me"), "+OK\r\n");
  assertEquals(client.line("CLIENT SETINFO lib-name ioredis"), "+OK\r\n");
  assertEquals(client.line("CLIENT SETINFO LIB-VER 5.1"), "+OK\r\n");
  assertEquals(client.line("CLIENT NO-EVICT ON"), "+OK\r\n");
  assertEquals(client.line("CLIENT ID"), ":1\r\n");
  const info = client.line("CLIENT INFO");
  for (const part of ["id=1 addr=10.0.0.1:5001 laddr=10.0.0.9:8102 ", " name=me age=5 ", " flags=e ", " resp=2 "]) {
    assertStringIncludes(info, part);
  }
  assertStringIncludes(info, " lib-name=ioredis lib-ver=5.1\n");
  assertEquals(client.line("CLIENT SETNAME "), "+OK\r\n");
  assertEquals(client.line("CLIENT GETNAME"), "$-1\r\n");
});

Deno.test("CLIENT refuses names that would break a list, and options it does not know", () => {
  const client = new RedisAnswers();
  const names = "-ERR Client names cannot contain spaces, newlines or special characters.\r\n";
  assertEquals(client.ask("CLIENT", "SETNAME", "a b"), names);
  assertEquals(client.ask("CLIENT", "SETNAME", "a\nid=2"), names);
  assertMatch(client.ask("CLIENT", "SETINFO", "lib-name", "a b"), /^-ERR lib-name cannot contain spaces/);
  assertEquals(client.line("CLIENT SETINFO lib-age 5"), "-ERR Unrecognized option 'lib-age'\r\n");
  assertEquals(client.line("CLIENT NO-EVICT maybe"), "-ERR syntax error\r\n");
  assertMatch(client.line("CLIENT REPLY OFF"), /^-ERR CLIENT REPLY OFF and SKIP are not supported/);
  assertMatch(client.line("CLIENT TRACKING ON"), /^-ERR CLIENT TRACKING: client-side caching is not supported/);
  assertEquals(client.line("CLIENT NOPE"), "-ERR unknown subcommand 'NOPE'. Try CLIENT HELP.\r\n");
  assertEquals(
    client.line("CLIENT MAINT_NOTIFICATIONS ON"),
    "-ERR unknown subcommand 'MAINT_NOTIFICATIONS'. Try CLIENT HELP.\r\n",
  );
});

Deno.test("CLIENT LIST shows all, or those of an id or a type", () => {
  const client = new RedisAnswers();
  client.open();
  client.open();
  const ids = (line: string) => [...client.line(line).matchAll(/^(?:\$\d+\r\n)?id=(\d+)/gm)].map((match) => match[1]);
  assertEquals(ids("CLIENT LIST"), ["1", "2", "3"]);
  assertEquals(ids("CLIENT LIST TYPE NORMAL"), ["1", "2", "3"]);
  assertEquals(ids("CLIENT LIST ID 3 1 9"), ["1", "3"]);
  assertEquals(client.line("CLIENT LIST TYPE pubsub"), "$0\r\n\r\n");
  client.line("HELLO 3");
  assertMatch(client.line("CLIENT LIST"), /^=\d+\r\ntxt:id=1 .* resp=3 /);
});

Deno.test("CLIENT KILL closes whom it names, itself after the answer", () => {
  const client = new RedisAnswers();
  client.open();
  client.open();
  assertEquals(client.line("CLIENT KILL 10.0.0.2:5002"), "+OK\r\n");
  assertEquals(client.closed, [2]);
  assertEquals(client.line("CLIENT KILL 1.1.1.1:1"), "-ERR No such client\r\n");
  assertEquals(client.line("CLIENT KILL ID 3"), ":1\r\n");
  assertEquals(client.line("CLIENT KILL LADDR 10.0.0.9:8102"), ":2\r\n");
  assertEquals([client.closed, client.after], [[2, 3, 2, 3], After.Continue]);
  assertEquals(client.line("CLIENT KILL TYPE normal SKIPME no"), ":3\r\n");
  assertEquals(client.after, After.Close);
  assertEquals(client.line("CLIENT KILL USER nobody"), "-ERR No such user 'nobody'\r\n");
  assertEquals(client.line("CLIENT KILL ID x"), "-ERR client-id should be greater than 0\r\n");
  assertEquals(client.line("CLIENT KILL ID 1 NOPE"), "-ERR syntax error\r\n");
  assertEquals(client.line("CLIENT KILL 10.0.0.1:5001"), "+OK\r\n");
  assertEquals(client.after, After.Close);
});
