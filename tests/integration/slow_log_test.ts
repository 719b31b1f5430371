/** The slow log and the statistics of commands, beside those of a redis-server that was asked the same. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type EngineNode, startEngineNode } from "../support/engine_node.ts";
import { MemcachedClient } from "../support/memcached_client.ts";
import { startMemcached, startRedis, testWith } from "../support/real_servers.ts";
import { type Arg, RespClient } from "../support/resp_client.ts";
import type { RespValue } from "../support/resp_value.ts";

/** As Redis has it: a string in it may be anything. */
interface Entry {
  readonly args: readonly string[];
  readonly durationUs: number;
  readonly client: string;
  readonly clientName: string;
}

async function slowLogOf(client: RespClient): Promise<Entry[]> {
  const { items } = await client.call("SLOWLOG", "GET", -1);
  return items!.map(({ items }) => {
    const [, , duration, args, address, name] = items as readonly RespValue[];
    return {
      args: args!.items!.map(({ text }) => text),
      durationUs: Number(duration!.text),
      client: address!.text,
      clientName: name!.text,
    };
  });
}

const embedded = { server: { kind: "embedded", path: undefined, name: "embedded" } } as const;
const binary = new Uint8Array(300).map((_, i) => i);
const session: readonly (readonly Arg[])[] = [
  ["SET", "k", "v"],
  ["set", "k", "x".repeat(128)],
  ["SET", "k", "x".repeat(129)],
  ["SET", "k", binary],
  ["GET", ""],
  ["MSET", ...Array.from({ length: 64 }, (_, i) => `{t}${i}`)],
  ["MGET", ...Array.from({ length: 31 }, (_, i) => `{t}${i}`)],
  ["MGET", ...Array.from({ length: 32 }, (_, i) => `{t}${i}`)],
  ["LPUSH", "k", "y"],
  ["GET"],
  ["NOSUCH", "a"],
  ["CLIENT", "SETNAME", "worker"],
  ["AUTH", "hush"],
  ["AUTH", "default", "hush"],
  ["HELLO", "2", "AUTH", "nobody", "hush", "SETNAME", "other"],
  ["CONFIG", "SET", "requirepass", ""],
  ["PING"],
  ["ECHO", "last"],
];

/** Starts logging everything, and runs the session one command after another. */
async function play(client: RespClient): Promise<void> {
  await client.call("CONFIG", "SET", "slowlog-log-slower-than", "0");
  await client.call("SLOWLOG", "RESET");
  for (const command of session) await client.call(...command);
}

/** Without the SLOWLOG RESET itself, which Redis finds at the end of its own log. */
const comparable = (entries: readonly Entry[]) =>
  entries.filter(({ args }) => args[0] !== "SLOWLOG").map(({ args, clientName }) => ({ args, clientName }));

async function compareLogs(node: EngineNode): Promise<void> {
  await using redis = await startRedis();
  using mine = await RespClient.connect(node.port);
  using theirs = await RespClient.connect(redis.port);
  await play(mine);
  await play(theirs);
  const entries = await slowLogOf(mine);
  assertEquals(comparable(entries), comparable(await slowLogOf(theirs)));
  const address = (await mine.call("CLIENT", "INFO")).text.match(/ addr=(\S+)/)![1];
  for (const { client, durationUs } of entries) {
    assertEquals(client, address);
    assert(durationUs >= 0 && Number.isInteger(durationUs));
  }
}

testWith(["redis-server"], "SLOWLOG shows what a real Redis shows of the same session, in front of Redis", async () => {
  await using engine = await startRedis();
  await using node = await startEngineNode(engine);
  await compareLogs(node);
});

testWith(
  ["redis-server"],
  "SLOWLOG shows what a real Redis shows of the same session, on the embedded engine",
  async () => {
    await using node = await startEngineNode({}, embedded);
    await compareLogs(node);
  },
);

testWith(["redis-server"], "a request that the engine takes long for is in the slow log, with its time", async () => {
  await using engine = await startRedis();
  await using node = await startEngineNode(engine, { slowlogSlowerThanUs: 30_000 });
  using client = await RespClient.connect(node.port);
  const busy = "local function now() local t = redis.call('TIME') return t[1] * 1000000 + t[2] end " +
    "local start = now() while now() - start < 40000 do end return 1";
  await client.call("EVAL", busy, "1", "k");
  const entry = (await slowLogOf(client)).find(({ args }) => args[0] === "EVAL")!;
  assertEquals(entry.args, ["EVAL", `${busy.slice(0, 128)}... (${busy.length - 128} more bytes)`, "1", "k"]);
  assert(entry.durationUs >= 40_000, `${entry.durationUs} us`);
});

Deno.test("a request that the embedded engine takes long for is in the slow log, with its time", async () => {
  await using node = await startEngineNode({}, { ...embedded, slowlogSlowerThanUs: 1 });
  using client = await RespClient.connect(node.port);
  for (let i = 0; i < 20; i++) {
    await client.call("SADD", "s", ...Array.from({ length: 1000 }, (_, j) => i * 1000 + j));
  }
  await client.call("SORT", "s");
  const entry = (await slowLogOf(client)).find(({ args }) => args[0] === "SORT")!;
  assertEquals(entry.args, ["SORT", "s"]);
  assert(entry.durationUs > 100, `sorting 20,000 numbers took ${entry.durationUs} us`);
});

testWith(
  ["redis-server"],
  "INFO commandstats, errorstats and latencystats have the lines of a real Redis",
  async () => {
    await using redis = await startRedis();
    await using engine = await startRedis();
    await using node = await startEngineNode(engine);
    const info = async (port: number, section: string) => {
      using client = await RespClient.connect(port);
      for (const command of session) await client.call(...command);
      return (await client.call("INFO", section)).text
        .replace(/usec=\d+,usec_per_call=[\d.]+/g, "usec=N,usec_per_call=N")
        .replace(/=[\d.]+,p99=[\d.]+,p99.9=[\d.]+/g, "=N,p99=N,p99.9=N")
        .split("\r\n").toSorted();
    };
    for (const section of ["commandstats", "errorstats", "latencystats"]) {
      assertEquals(await info(node.port, section), await info(redis.port, section));
    }
    using client = await RespClient.connect(node.port);
    assertMatch((await client.call("INFO", "commandstats")).text, /cmdstat_set:calls=12,usec=[1-9]/);
    await client.call("CONFIG", "RESETSTAT");
    assertEquals((await client.call("INFO", "errorstats")).text, "# Errorstats\r\n");
    assertMatch(
      (await client.call("INFO", "commandstats")).text,
      /^# Commandstats\r\n(cmdstat_(info|config\|resetstat):.*\r\n)*$/,
    );
  },
);

testWith(["memcached"], "a Memcached node has a slow log too", async () => {
  await using server = await startMemcached();
  const { port } = server;
  await using node = await startEngineNode({ port }, { dataStore: "memcached", slowlogSlowerThanUs: 0 });
  using client = await MemcachedClient.connect(node.port);
  const replies = await client.ask("set k 0 0 3\r\nabc\r\nget k other\r\nnonsense\r\nincr k 1\r\n");
  assertEquals(replies.length, 4);
  const { slowLog, commandStats } = node.running.node;
  const commands = slowLog.list().map(({ command }) => command.join(" ")).filter((command) => command !== "mn");
  assertEquals(commands, ["incr k 1", "get k other", "set k 0 0 3 abc"]);
  assertEquals(
    commandStats.list().filter(({ name }) => name !== "mn").map(({ name, calls, failed }) => [name, calls, failed]),
    [["get", 1, 0], ["set", 1, 0], ["incr", 1, 1]],
  );
});
