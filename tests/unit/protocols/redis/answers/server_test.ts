import { assertEquals, assertMatch } from "@std/assert";
import { bulk, bulks, RedisAnswers } from "../../../../support/redis_answers.ts";

function withSections(): RedisAnswers {
  const client = new RedisAnswers();
  client.node.sections = [
    { name: "Server", entries: [["redis_version", "7.0.15"]] },
    { name: "Memory", entries: [["buffer_budget", 100], ["buffer_budget_used", 7], ["policy", "noeviction"]] },
    { name: "Commandstats", entries: [["cmdstat_get", "calls=3"]], onRequest: true },
  ];
  return client;
}

Deno.test("INFO shows the usual sections, those it is asked for, or all", () => {
  const client = withSections();
  const server = "# Server\r\nredis_version:7.0.15\r\n";
  const memory = "# Memory\r\nbuffer_budget:100\r\nbuffer_budget_used:7\r\npolicy:noeviction\r\n";
  const commands = "# Commandstats\r\ncmdstat_get:calls=3\r\n";
  assertEquals(client.line("INFO"), bulk(`${server}\r\n${memory}`));
  assertEquals(client.line("INFO default"), bulk(`${server}\r\n${memory}`));
  assertEquals(client.line("INFO everything"), bulk(`${server}\r\n${memory}\r\n${commands}`));
  assertEquals(client.line("INFO all"), bulk(`${server}\r\n${memory}\r\n${commands}`));
  assertEquals(client.line("INFO COMMANDSTATS server"), bulk(`${server}\r\n${commands}`));
  assertEquals(client.line("INFO nosuch"), bulk(""));
  client.line("HELLO 3");
  assertEquals(client.line("INFO server"), `=${server.length + 4}\r\ntxt:${server}\r\n`);
});

Deno.test("CONFIG GET takes patterns; CONFIG SET sets all it is given or nothing", () => {
  const client = new RedisAnswers();
  const { configuration } = client.node;
  for (const name of ["one", "two", "three"]) configuration.set(name, "old");
  assertEquals(client.line("CONFIG GET t*"), bulks("two", "old", "three", "old"));
  assertEquals(client.line("CONFIG GET nosuch"), "*0\r\n");
  assertEquals(client.line("CONFIG SET one new TWO new"), "+OK\r\n");
  assertEquals([...configuration.values()], ["new", "new", "old"]);
  assertEquals(client.line("CONFIG SET one x three x nosuch x"), "-ERR no setting nosuch\r\n");
  assertMatch(client.line("CONFIG SET one x ONE y"), /^-ERR CONFIG SET failed .*'ONE'\) - duplicate parameter\r\n/);
  assertEquals([...configuration.values()], ["new", "new", "old"]);
  assertEquals(client.line("CONFIG SET one x two"), "-ERR wrong number of arguments for 'config|set' command\r\n");
  client.line("HELLO 3");
  assertEquals(client.line("CONFIG GET one"), "%1\r\n$3\r\none\r\n$3\r\nnew\r\n");
});

Deno.test("CONFIG RESETSTAT zeroes the counters", () => {
  const client = new RedisAnswers();
  client.node.stats.client_requests = 9;
  assertEquals(client.line("CONFIG RESETSTAT"), "+OK\r\n");
  assertEquals(client.node.stats.client_requests, 0);
});

Deno.test("TIME, LASTSAVE and ROLE are the node's own", () => {
  const client = new RedisAnswers();
  client.clock.advance(1234);
  assertEquals(client.line("TIME"), bulks("1700000001", "234000"));
  assertEquals(client.line("LASTSAVE"), ":1700000000\r\n");
  assertEquals(client.line("ROLE"), "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n");
});

Deno.test("WAIT checks its arguments, and no engine replicates", () => {
  const client = new RedisAnswers();
  assertEquals(client.line("WAIT 2 100"), ":0\r\n");
  assertEquals(client.line("WAIT x 0"), "-ERR value is not an integer or out of range\r\n");
  assertEquals(client.line("WAIT 0 x"), "-ERR timeout is not an integer or out of range\r\n");
  assertEquals(client.line("WAIT 0 -1"), "-ERR timeout is negative\r\n");
});

Deno.test("MEMORY STATS and DOCTOR tell of the buffers", () => {
  const client = withSections();
  assertEquals(
    client.line("MEMORY STATS"),
    "*4\r\n$13\r\nbuffer_budget\r\n:100\r\n$18\r\nbuffer_budget_used\r\n:7\r\n",
  );
  assertEquals(client.line("MEMORY DOCTOR"), bulk("Buffers use 7 of 100 bytes.\n"));
});

Deno.test("What is refused says its name and why", () => {
  const client = new RedisAnswers();
  for (
    const [line, start] of [
      ["MULTI", "-ERR MULTI: transactions are not supported by Dynomite"],
      ["SUBSCRIBE a", "-ERR SUBSCRIBE: publish and subscribe are not supported by Dynomite"],
      ["BLPOP a 0", "-ERR BLPOP: blocking commands are not supported by Dynomite"],
      ["XREAD BLOCK 0 STREAMS s $", "-ERR XREAD BLOCK: blocking commands are not supported by Dynomite"],
      ["DEBUG SLEEP 1", "-ERR DEBUG: this command acts on one engine"],
      ["ACL SETUSER x", "-ERR ACL SETUSER: Dynomite has one user, default"],
      ["CONFIG REWRITE", "-ERR CONFIG REWRITE: Dynomite does not rewrite its configuration file"],
    ] as const
  ) assertEquals(client.line(line).slice(0, start.length), start);
});

Deno.test("Tools that ask about slow requests, latency, users and subscribers get an empty or a plain answer", () => {
  const client = new RedisAnswers();
  for (
    const [line, reply] of [
      ["SLOWLOG GET", "*0\r\n"],
      ["SLOWLOG GET -2", "-ERR count should be greater than or equal to -1\r\n"],
      ["SLOWLOG LEN", ":0\r\n"],
      ["LATENCY LATEST", "*0\r\n"],
      ["LATENCY GRAPH x", "-ERR No samples available for event 'x'\r\n"],
      ["ACL WHOAMI", bulk("default")],
      ["ACL LIST", bulks("user default on nopass ~* &* +@all")],
      ["ACL CAT nope", "-ERR Unknown category 'nope'\r\n"],
      ["PUBSUB NUMSUB a b", "*4\r\n$1\r\na\r\n:0\r\n$1\r\nb\r\n:0\r\n"],
      ["MODULE LIST", "*0\r\n"],
      ["CLUSTER INFO", "-ERR This instance has cluster support disabled\r\n"],
    ] as const
  ) assertEquals(client.line(line), reply, line);
});
