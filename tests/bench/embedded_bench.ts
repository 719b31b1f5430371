/**
 * What the embedded engine costs, without any network: requests are parsed once, then sent again and again through
 * `EmbeddedDataStore`, so many to a turn of the event loop, each turn with its commit.
 *
 *     deno run -A tests/bench/embedded_bench.ts [folder for the database files, default a temporary one]
 *
 * The first table is what sharing a transaction gains: SET by requests to a turn, in memory and in a file with each
 * `data_store_sync`. The second is the common commands at 16 to a turn. Numbers are microseconds per request, medians of five
 * rounds after a warm-up.
 */
import { SystemClock } from "../../core/clock.ts";
import { silentLogger } from "../../core/logger.ts";
import { systemRandom } from "../../core/random.ts";
import type { ReplySink } from "../../core/reply.ts";
import type { Request } from "../../core/request.ts";
import { type Synchronous, synchronousLevels } from "../../core/storage/embedded/database.ts";
import { Turn } from "../../core/net/turn.ts";
import { EmbeddedDataStore } from "../../core/storage/embedded/embedded_datastore.ts";
import { openEngine } from "../../core/storage/embedded/engine.ts";
import { RedisExecutor } from "../../core/storage/embedded/redis_executor.ts";
import { RespWriter } from "../../protocols/redis/encode.ts";
import { RedisProtocol } from "../../protocols/redis/mod.ts";
import { redisRequest } from "../support/redis_request.ts";

const KEYS = 10_000;
const ROUNDS = 5;
/** A round ends after so many requests, or when it has taken this long: a commit that waits for a disk is slow. */
const REQUESTS_MAX = 100_000;
const ROUND_MS_MAX = 400;
const TURNS = [1, 4, 16, 64];

const protocol = new RedisProtocol();
const clock = new SystemClock();

interface Subject {
  readonly name: string;
  readonly store: EmbeddedDataStore;
}

function open(name: string, path: string, synchronous: Synchronous): Subject {
  const engine = openEngine({ path, synchronous, clock, random: systemRandom() });
  const executor = new RedisExecutor(engine, protocol.commands, (out, dialect) => new RespWriter(out, dialect));
  const parts = { clock, turn: new Turn(clock), logger: silentLogger, commandCount: protocol.commands.length };
  return { name, store: new EmbeddedDataStore({ engine, executor, ...parts, replyBytesMax: 1 << 20 }) };
}

let replies = 0;
const sink: ReplySink = {
  onReply: () => ++replies > 0,
  onFailure: (_target, failure) => {
    throw new Error(failure.toString());
  },
};

/** Microseconds per request. */
async function round(store: EmbeddedDataStore, requests: readonly Request[], perTurn: number): Promise<number> {
  const before = replies;
  const began = performance.now();
  let sent = 0;
  while (sent < REQUESTS_MAX && performance.now() - began < ROUND_MS_MAX) {
    for (let i = 0; i < perTurn; i++) store.send(requests[sent++ % requests.length]!, sink, 0);
    // The turn's end: the commit runs in a microtask of its own, which is queued before this one.
    await undefined;
  }
  if (replies - before !== sent) throw new Error(`${sent - (replies - before)} replies are missing`);
  return (performance.now() - began) * 1000 / sent;
}

async function measure(store: EmbeddedDataStore, requests: readonly Request[], perTurn: number): Promise<number> {
  await round(store, requests, perTurn);
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) times.push(await round(store, requests, perTurn));
  return times.sort((a, b) => a - b)[ROUNDS >> 1]!;
}

function requestsOf(make: (key: string) => string[]): Request[] {
  return Array.from({ length: KEYS }, (_, i) => redisRequest(...make(`key:${String(i).padStart(12, "0")}`)));
}

const cell = (text: string) => text.padStart(12);

async function sharing(subjects: readonly Subject[]): Promise<void> {
  console.log("SET, by requests that share a turn and its transaction (us per request)");
  console.log(`${"to a turn".padEnd(20)}${subjects.map(({ name }) => cell(name)).join("")}`);
  const requests = requestsOf((key) => ["SET", key, "xxx"]);
  for (const perTurn of TURNS) {
    const times: string[] = [];
    for (const { store } of subjects) times.push(cell((await measure(store, requests, perTurn)).toFixed(2)));
    console.log(`${String(perTurn).padEnd(20)}${times.join("")}`);
  }
}

const commands: readonly (readonly [name: string, make: (key: string) => string[]])[] = [
  ["SET", (key) => ["SET", key, "xxx"]],
  ["GET", (key) => ["GET", key]],
  ["SET, 1 KB", (key) => ["SET", key, "x".repeat(1024)]],
  ["GET, 1 KB", (key) => ["GET", key]],
  ["SET EX", (key) => ["SET", key, "1", "EX", "1000"]],
  ["INCR", (key) => ["INCR", key]],
  ["EXISTS", (key) => ["EXISTS", key]],
  ["HSET", (key) => ["HSET", "hash", key, "xxx"]],
  ["HGET", (key) => ["HGET", "hash", key]],
  ["HRANDFIELD", () => ["HRANDFIELD", "hash"]],
  ["RPUSH", () => ["RPUSH", "list", "xxx"]],
  ["LMOVE to other end", () => ["LMOVE", "list", "list", "LEFT", "RIGHT"]],
  ["LINDEX 100", () => ["LINDEX", "list", "100"]],
];

async function common(subjects: readonly Subject[]): Promise<void> {
  console.log("\ncommands, 16 to a turn (us per request)");
  console.log(`${"".padEnd(20)}${subjects.map(({ name }) => cell(name)).join("")}`);
  for (const [name, make] of commands) {
    const requests = requestsOf(make);
    const times: string[] = [];
    for (const { store } of subjects) times.push(cell((await measure(store, requests, 16)).toFixed(2)));
    console.log(`${name.padEnd(20)}${times.join("")}`);
  }
}

const folder = await Deno.makeTempDir({ prefix: "dynomite_bench_", ...(Deno.args[0] ? { dir: Deno.args[0] } : {}) });
try {
  const subjects = [
    open("memory", ":memory:", "off"),
    ...[...synchronousLevels].reverse().map((level) => open(`file, ${level}`, `${folder}/${level}.db`, level)),
  ];
  await sharing(subjects);
  await common(subjects);
  for (const { store } of subjects) await store.close();
} finally {
  await Deno.remove(folder, { recursive: true });
}
