/** redis-cli and redis-benchmark, unchanged, against a node in front of redis-server and on the embedded engine. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startEmbeddedNode } from "../support/test_node.ts";
import { startEngineNode } from "../support/engine_node.ts";
import { startRedis, testWith } from "../support/real_servers.ts";
import { resp } from "../support/redis_requests.ts";
import { runTool } from "../support/run_tool.ts";

const needed = ["redis-server", "redis-cli", "redis-benchmark"];

/** The same test on both engines. */
function onBothEngines(name: string, body: (port: number) => Promise<void>): void {
  testWith(needed, `${name}, in front of Redis`, async () => {
    await using engine = await startRedis();
    await using node = await startEngineNode(engine);
    await body(node.port);
  });
  testWith(needed, `${name}, on the embedded engine`, async () => {
    await using node = await startEmbeddedNode();
    await body(node.port);
  });
}

async function cli(port: number, args: readonly string[], input = ""): Promise<string> {
  const { code, stdout, stderr } = await runTool("redis-cli", ["-p", String(port), ...args], input);
  assertEquals([code, stderr], [0, ""], `redis-cli ${args.join(" ")}: ${stdout}`);
  return stdout;
}

onBothEngines("redis-cli runs single commands and prints every type", async (port) => {
  assertEquals(await cli(port, ["SET", "k", "v"]), "OK\n");
  assertEquals(await cli(port, ["--no-raw", "MGET", "k", "none"]), '1) "v"\n2) (nil)\n');
  assertEquals(await cli(port, ["--no-raw", "HSET", "h", "f", "1"]), "(integer) 1\n");
  assertEquals(await cli(port, ["--no-raw", "-3", "HGETALL", "h"]), '1# "f" => "1"\n');
  assertEquals(await cli(port, ["--no-raw", "HGETALL", "h"]), '1) "f"\n2) "1"\n');
  assertEquals(await cli(port, ["--no-raw", "-3", "GET", "none"]), "(nil)\n");
  assertEquals(await cli(port, ["-n", "0", "GET", "k"]), "v\n");
  assertMatch(await cli(port, ["NOSUCH", "a"]), /^ERR unknown command 'NOSUCH', with args beginning with: 'a' /);
  assertMatch(await cli(port, ["INFO"]), /# Server\r?\nredis_version:7\.0\./);
  assertMatch(await cli(port, ["INFO", "clients"]), /^# Clients\r?\nconnected_clients:1\r?\n/);
  assertMatch(
    await cli(port, ["INFO", "commandstats"]),
    /^# Commandstats\r?\n(cmdstat_[^\n]*\n)*cmdstat_mget:calls=1,usec=\d+,usec_per_call=\d+\.\d\d,rejected_calls=0,failed_calls=0\r?\n/,
  );
  assertMatch(await cli(port, ["-3", "CLIENT", "INFO"]), / resp=3/);
});

onBothEngines("redis-cli takes commands from its input, as in an interactive session", async (port) => {
  const session = [
    "SET a 1",
    "INCR a",
    'SET "b c" "x\\x00y"',
    'GET "b c"',
    "HELLO 3",
    "HGETALL none",
    "NOSUCH",
    "GET a",
  ];
  const lines = (await cli(port, ["--no-raw"], session.join("\n") + "\n")).split("\n");
  assertEquals(lines.slice(0, 4), ["OK", "(integer) 2", "OK", '"x\\x00y"']);
  assert(lines.includes("(error) ERR unknown command 'NOSUCH', with args beginning with: "), lines.join("\n"));
  assertEquals(lines.at(-2), '"2"');
});

onBothEngines("redis-cli --pipe, --scan, --bigkeys, --memkeys and -x work", async (port) => {
  const count = 5000;
  const input = Array.from({ length: count }, (_, i) => resp("SET", `key:${i}`, `value ${i}`)).join("");
  const piped = await cli(port, ["--pipe"], input);
  assertMatch(piped, new RegExp(`errors: 0, replies: ${count}\\n$`));
  assertEquals(await cli(port, ["DBSIZE"]), `${count}\n`);
  const scanned = (await cli(port, ["--scan", "--pattern", "key:1*"])).trim().split("\n");
  const expected = Array.from({ length: count }, (_, i) => `key:${i}`).filter((key) => key.startsWith("key:1"));
  assertEquals(scanned.sort(), expected.sort());
  assertMatch(await cli(port, ["--bigkeys"]), new RegExp(`${count} strings with`));
  assertMatch(await cli(port, ["--memkeys"]), new RegExp(`${count} strings with`));
  assertEquals(await cli(port, ["-x", "SET", "from input"], "some\nlines\n"), "OK\n");
  assertEquals(await cli(port, ["STRLEN", "from input"]), "11\n");
});

onBothEngines("redis-cli --latency, --stat and -r work", async (port) => {
  assertMatch(await cli(port, ["--raw", "-r", "3", "-i", "0.01", "INCR", "n"]), /^1\n2\n3\n$/);
  const latency = await runTool("redis-cli", ["-p", String(port), "--csv", "--latency", "-i", "1"], "", 10_000);
  assertMatch(latency.stdout, /^\d+,\d+,[\d.]+,\d+/);
  // It never ends by itself, and would keep what it prints to itself until its end.
  const stat = await runTool("stdbuf", ["-oL", "redis-cli", "-p", String(port), "--stat", "-i", "0.2"], "", 1500);
  assertMatch(stat.stdout, /keys\s+mem\s+clients/);
});

testWith(needed, "redis-cli gives the password by -a and by URI, and shows Redis' error without it", async () => {
  await using node = await startEmbeddedNode({ requirepass: "secret" });
  const port = String(node.port);
  assertEquals(await cli(node.port, ["-a", "secret", "--no-auth-warning", "PING"]), "PONG\n");
  assertEquals(await cli(node.port, ["-a", "secret", "--no-auth-warning", "-3", "PING"]), "PONG\n");
  const byUri = await runTool("redis-cli", [
    "-u",
    `redis://default:secret@127.0.0.1:${port}`,
    "--no-auth-warning",
    "PING",
  ]);
  assertEquals(byUri.stdout, "PONG\n");
  assertEquals(await cli(node.port, ["PING"]), "NOAUTH Authentication required.\n\n");
});

/** Names of the tests as redis-benchmark prints them. */
const benchmarks: Readonly<Record<string, string>> = {
  ping: "PING_INLINE PING_MBULK",
  set: "SET",
  get: "GET",
  incr: "INCR",
  lpush: "LPUSH",
  rpush: "RPUSH",
  lpop: "LPOP",
  rpop: "RPOP",
  sadd: "SADD",
  hset: "HSET",
  spop: "SPOP",
  zadd: "ZADD",
  zpopmin: "ZPOPMIN",
  lrange: "LRANGE_100",
  mset: "MSET",
};

onBothEngines("redis-benchmark runs all its tests, pipelined", async (port) => {
  const tests = Object.keys(benchmarks).join();
  const options = ["-n", "2000", "-c", "20", "-P", "16", "-r", "1000", "-q"];
  const { code, stdout, stderr } = await runTool("redis-benchmark", ["-p", String(port), "-t", tests, ...options]);
  assertEquals([code, stderr], [0, ""]);
  assert(!/error/i.test(stdout), stdout);
  for (const name of Object.values(benchmarks).flatMap((names) => names.split(" "))) {
    assertMatch(stdout, new RegExp(`${name}.*: [\\d.]+ requests per second`), name);
  }
});
