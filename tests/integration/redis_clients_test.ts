/**
 * The Redis clients of npm, as installed, against a node in front of redis-server and on the embedded engine. What they get is
 * held against what the same client gets from a redis-server without a node in between.
 */
import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { startEmbeddedNode } from "../support/test_node.ts";
import { startEngineNode } from "../support/engine_node.ts";
import { until } from "../support/program.ts";
import { isInstalled, startRedis } from "../support/real_servers.ts";
import { type NpmClient, type NpmClientKind, npmClients } from "../support/redis_clients.ts";
import { RespClient } from "../support/resp_client.ts";

const MEGABYTE = 1024 * 1024;

/** Every byte there is, and what a text client would stumble over. */
const allBytes = Buffer.from(Array.from({ length: 512 }, (_, i) => i & 255));

/** Commands of every reply type there is. */
const commands: readonly string[][] = [
  ["SET", "n", "10"],
  ["INCRBY", "n", "5"],
  ["INCRBYFLOAT", "n", "0.5"],
  ["APPEND", "n", "x"],
  ["GETRANGE", "n", "0", "1"],
  ["SET", "n", "1", "NX"],
  ["GET", "no such key"],
  ["MSET", "m1", "a", "m2", "b", "m3", "c"],
  ["MGET", "m1", "none", "m2", "m3"],
  ["DEL", "m1", "none", "m2"],
  ["EXISTS", "m3", "m3", "none"],
  ["UNLINK", "m3"],
  ["TOUCH", "n", "none"],
  ["EXPIRE", "n", "1000"],
  ["TTL", "none"],
  ["PERSIST", "n"],
  ["TYPE", "n"],
  ["OBJECT", "ENCODING", "n"],
  ["HSET", "h", "f", "1", "g", "2"],
  ["HGET", "h", "f"],
  ["HMGET", "h", "f", "none"],
  ["HINCRBYFLOAT", "h", "f", "1.5"],
  ["HGETALL", "h"],
  ["HGETALL", "none"],
  ["HRANDFIELD", "h", "0"],
  ["RPUSH", "l", "a", "b", "c"],
  ["LRANGE", "l", "0", "-1"],
  ["LPOP", "l", "1"],
  ["LPOP", "none"],
  ["LPOS", "l", "none"],
  ["LINSERT", "l", "BEFORE", "b", "x"],
  ["SADD", "s", "only"],
  ["SMEMBERS", "s"],
  ["SISMEMBER", "s", "only"],
  ["SMISMEMBER", "s", "only", "none"],
  ["SPOP", "s", "5"],
  ["ZADD", "z", "1", "a", "2.5", "b", "inf", "c"],
  ["ZADD", "z", "INCR", "0.25", "a"],
  ["ZSCORE", "z", "a"],
  ["ZSCORE", "z", "none"],
  ["ZMSCORE", "z", "c", "none"],
  ["ZRANGE", "z", "0", "-1", "WITHSCORES"],
  ["ZRANGEBYSCORE", "z", "-inf", "2.5"],
  ["ZRANK", "z", "none"],
  ["ZPOPMIN", "z"],
  ["ZRANDMEMBER", "none"],
  ["SETBIT", "b", "7", "1"],
  ["BITCOUNT", "b"],
  ["BITFIELD", "b", "GET", "u8", "0", "OVERFLOW", "FAIL", "INCRBY", "u2", "0", "9"],
  ["LCS", "n", "n", "IDX"],
  ["COPY", "n", "copy"],
  ["RENAME", "copy", "moved"],
  ["DBSIZE"],
  ["ECHO", "hello"],
  ["PING"],
  ["PING", "hello"],
  ["SELECT", "0"],
  ["COMMAND", "INFO", "get", "no such command"],
  ["COMMAND", "GETKEYS", "MSET", "a", "1", "b", "2"],
  ["CONFIG", "GET", "appendonly"],
  ["CLIENT", "GETNAME"],
  ["FUNCTION", "FLUSH"],
];

/** Commands that fail, and leave the connection as it is. */
const failing: readonly string[][] = [
  ["NOSUCHCOMMAND", "a", "b"],
  ["GET"],
  ["INCR", "h"],
  ["HSET", "h", "f"],
  ["CONFIG", "NOPE"],
  ["SET", "k", "v", "EX", "0"],
];

/** Runs everything with one client and returns what it got. */
async function scenario(client: NpmClient): Promise<Record<string, unknown>> {
  const got: Record<string, unknown> = {};
  const error = (reason: unknown) => `error: ${(reason as Error).message}`;
  for (const command of [...commands, ...failing]) {
    got[command.join(" ")] = await client.send(...command).catch(error);
  }
  got.pipeline = await client.pipeline([["SET", "p", "1"], ["INCR", "p"], ["GET", "p"], ["GET", "none"], [
    "HGETALL",
    "h",
  ]]);
  const deep = await client.pipeline(Array.from({ length: 5000 }, () => ["INCR", "deep"]));
  assertEquals(deep, Array.from({ length: 5000 }, (_, i) => i + 1));

  await client.setBytes(allBytes, allBytes);
  assertEquals(await client.getBytes(allBytes), allBytes);
  const big = Buffer.alloc(5 * MEGABYTE);
  for (let i = 0; i < big.length; i++) big[i] = (i * 7) ^ (i >> 8);
  const bigKey = Buffer.from("big");
  // More than one at a time, so that they come in pieces and between each other.
  await Promise.all([client.setBytes(bigKey, big), client.setBytes(Buffer.from("big2"), big)]);
  const [one, two] = await Promise.all([client.getBytes(bigKey), client.getBytes(Buffer.from("big2"))]);
  assert(one !== null && two !== null && big.equals(one) && big.equals(two), "a big value came back changed");

  const fields = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`field${i}`, `välue ${i}`]));
  got.hset = await client.hset("hash", fields);
  assertEquals({ ...await client.hgetall("hash") }, fields);
  await client.send("SADD", "set", ...Object.keys(fields));
  assertEquals((await client.smembers("set")).sort(), Object.keys(fields).sort());
  await client.send("ZADD", "scores", "1.5", "a", "2", "b", "-3e20", "c");
  got.zrange = await client.zrangeWithScores("scores");
  got.mget = await client.mget(["p", "none", "deep"]);

  const names = Array.from({ length: 100 }, (_, i) => `scan:${i}`);
  await client.pipeline(names.map((name) => ["SET", name, "x"]));
  assertEquals([...new Set(await client.scan("scan:*"))].sort(), names.toSorted());

  const second = await client.duplicate();
  got.duplicate = await second.send("GET", "p");
  await second.close();
  return got;
}

/** Cuts every connection but ours, and waits until the client works again. */
async function cutOff(client: NpmClient, port: number): Promise<void> {
  using killer = await RespClient.connect(port);
  assert(Number((await killer.call("CLIENT", "KILL", "TYPE", "normal")).text) >= 1, "no connection was there to cut");
  await until("the client has connected again", () => client.send("SET", "again", "1").then(() => true, () => false));
  assertEquals(await client.send("GET", "again"), "1");
}

/**
 * ioredis' parser (redis-parser) shrinks its buffers by one interval for all connections, which no client can end: it stops by
 * itself seconds after a large value, in whichever test runs then. Timers count as resources, so neither leak check can stay
 * for ioredis; the others keep theirs, and come first, before there is such an interval.
 */
const leavesTimers = ({ name }: NpmClientKind) => name.startsWith("ioredis");
const kinds = [...npmClients.filter((kind) => !leavesTimers(kind)), ...npmClients.filter(leavesTimers)];

/** `Deno.test` with the leak checks that a client allows. */
function test(kind: NpmClientKind, name: string, fn: () => Promise<void>): void {
  const missing = !isInstalled("redis-server");
  const sanitize = !leavesTimers(kind);
  Deno.test({
    name: missing ? `${name} (skipped: redis-server is not installed)` : name,
    ignore: missing,
    sanitizeOps: sanitize,
    sanitizeResources: sanitize,
    fn,
  });
}

for (const kind of kinds) {
  test(kind, `${kind.name} works in front of Redis and on the embedded engine as with Redis`, async () => {
    await using direct = await startRedis();
    await using engine = await startRedis();
    await using before = await startEngineNode(engine);
    await using embedded = await startEmbeddedNode();
    const results: Record<string, unknown>[] = [];
    for (const port of [direct.port, before.port, embedded.port]) {
      const client = await kind.connect(port);
      try {
        results.push(await scenario(client));
        if (port !== direct.port) {
          const info = await client.send("CLIENT", "INFO");
          assert(String(info).includes(`resp=${kind.resp}`), `it does not speak RESP${kind.resp}: ${info}`);
          await cutOff(client, port);
        }
      } finally {
        await client.close();
      }
    }
    assertEquals(results[1], results[0], "in front of Redis");
    assertEquals(results[2], results[0], "on the embedded engine");
  });

  test(kind, `${kind.name} gives the password that requirepass asks for`, async () => {
    await using node = await startEmbeddedNode({ requirepass: "sésame öffne dich" });
    const client = await kind.connect(node.port, "sésame öffne dich");
    assertEquals(await client.send("SET", "k", "v"), "OK");
    await client.close();
    using stranger = await RespClient.connect(node.port);
    assertEquals((await stranger.call("GET", "k")).text, "NOAUTH Authentication required.");
    const refusal = await stranger.call("AUTH", "wrong");
    assertEquals(refusal.text, "WRONGPASS invalid username-password pair or user is disabled.");
    assertEquals((await stranger.call("AUTH", "default", "sésame öffne dich")).text, "OK");
    assertEquals((await stranger.call("GET", "k")).text, "v");
  });
}
