import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Consistency } from "../../../../../core/consistency.ts";
import { After } from "../../../../../core/protocol.ts";
import { bulk, RedisAnswers } from "../../../../support/redis_answers.ts";

const noauth = "-NOAUTH Authentication required.\r\n";
const wrongpass = "-WRONGPASS invalid username-password pair or user is disabled.\r\n";

Deno.test("PING and ECHO give back bytes as they came", () => {
  const client = new RedisAnswers();
  assertEquals(client.ask("PING"), "+PONG\r\n");
  assertEquals(client.ask("PING", "\0\xff"), "$2\r\n\0\xff\r\n");
  assertEquals(client.ask("PING", "a", "b"), "-ERR wrong number of arguments for 'ping' command\r\n");
  assertEquals(client.ask("ECHO", "\r\n"), "$2\r\n\r\n\r\n");
});

Deno.test("HELLO changes the dialect from its own reply on, and not when anything in it is wrong", () => {
  const client = new RedisAnswers();
  assertMatch(client.line("HELLO"), /^\*14\r\n.*\$5\r\nproto\r\n:2\r\n/s);
  assertMatch(client.line("HELLO 3 SETNAME me"), /^%7\r\n.*\$5\r\nproto\r\n:3\r\n\$2\r\nid\r\n:1\r\n/s);
  assertEquals(client.line("CLIENT GETNAME"), bulk("me"));
  for (
    const [line, error] of [
      ["HELLO 4", "-NOPROTO unsupported protocol version\r\n"],
      ["HELLO x", "-ERR Protocol version is not an integer or out of range\r\n"],
      ["HELLO 2 NOPE", "-ERR Syntax error in HELLO option 'NOPE'\r\n"],
      ["HELLO 2 AUTH default", "-ERR Syntax error in HELLO option 'AUTH'\r\n"],
      ["HELLO 2 AUTH someone x", wrongpass],
    ] as const
  ) {
    assertEquals(client.line(line), error);
    assertEquals(client.session.dialect, 1, line);
  }
  assertEquals(
    client.ask("HELLO", "2", "SETNAME", "a b"),
    "-ERR Client names cannot contain spaces, newlines or special characters.\r\n",
  );
  assertEquals([client.session.dialect, client.session.name], [1, "me"]);
  assertMatch(client.line("HELLO 2"), /^\*14\r\n/);
  assertEquals(client.session.dialect, 0);
});

Deno.test("A client without the password gets nothing but the ways to give it", () => {
  const client = new RedisAnswers("secret");
  for (const line of ["PING", "INFO", "GET k", "CONFIG GET *", "CLIENT LIST"]) assertEquals(client.line(line), noauth);
  assertMatch(client.line("HELLO 3"), /^-NOAUTH HELLO must be called with the client already authenticated/);
  assertEquals(client.session.dialect, 0);
  for (const line of ["AUTH wrong", "AUTH secre", "AUTH secrett", "AUTH default wrong", "AUTH someone secret"]) {
    assertEquals(client.line(line), wrongpass, line);
    assertEquals(client.line("PING"), noauth);
  }
  assertEquals(client.line("AUTH a b c"), "-ERR syntax error\r\n");
  assertEquals(client.line("AUTH secret"), "+OK\r\n");
  assertEquals(client.line("PING"), "+PONG\r\n");
  assertEquals(client.line("RESET"), "+RESET\r\n");
  assertEquals(client.line("PING"), noauth);
  assertMatch(client.line("HELLO 3 AUTH default secret"), /^%7\r\n/);
  assertEquals(client.line("PING"), "+PONG\r\n");
});

Deno.test("AUTH without a password configured says so, and takes any for the default user", () => {
  const client = new RedisAnswers();
  assertStringIncludes(client.line("AUTH x"), "without any password configured for the default user");
  assertEquals(client.line("AUTH default x"), "+OK\r\n");
});

Deno.test("SELECT knows database 0 alone", () => {
  const client = new RedisAnswers();
  assertEquals(client.line("SELECT 0"), "+OK\r\n");
  assertEquals(client.line("SELECT 1"), "-ERR DB index is out of range\r\n");
  assertEquals(client.line("SELECT x"), "-ERR value is not an integer or out of range\r\n");
});

Deno.test("RESET makes the connection new, QUIT ends it", () => {
  const client = new RedisAnswers();
  client.line("HELLO 3 SETNAME me");
  client.line("CLIENT NO-EVICT ON");
  assertEquals(client.line("DYNO_CONFIG:CONN_CONSISTENCY dc_quorum"), "+OK\r\n");
  assertEquals(client.session.readConsistency, Consistency.Quorum);
  assertEquals(client.line("RESET"), "+RESET\r\n");
  const { dialect, name, noEvict, readConsistency, writeConsistency } = client.session;
  assertEquals([dialect, name, noEvict, readConsistency, writeConsistency], [0, "", false, undefined, undefined]);
  assertEquals(client.line("QUIT"), "+OK\r\n");
  assertEquals(client.after, After.Close);
});

Deno.test("A connection's own level is checked", () => {
  const client = new RedisAnswers();
  assertMatch(client.line("DYNO_CONFIG:CONN_CONSISTENCY dc_some"), /^-ERR Dynomite: dc_some is no consistency level/);
  assertEquals(client.session.writeConsistency, undefined);
});

Deno.test("HTTP gets no word, and a line in the log", () => {
  const client = new RedisAnswers();
  assertEquals(client.line("POST / HTTP/1.1"), "");
  assertEquals(client.after, After.Drop);
  assertMatch(client.logger.lines[0]!, /^warn: 10\.0\.0\.1:5001 speaks HTTP/);
});
