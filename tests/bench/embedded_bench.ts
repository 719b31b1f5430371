/**
 * What one request costs on the embedded engine, without any network: requests are parsed once, then sent again and again
 * through `EmbeddedDataStore`, 16 to a turn, each turn with its commit.
 *
 *     deno run --allow-read --allow-write tests/bench/embedded_bench.ts [database file]
 *
 * Prints nanoseconds per request: the median of five rounds, after a warm-up.
 */
import { encode } from "../../core/bytes.ts";
import { SystemClock } from "../../core/clock.ts";
import { silentLogger } from "../../core/logger.ts";
import { systemRandom } from "../../core/random.ts";
import type { ReplySink } from "../../core/reply.ts";
import { Request } from "../../core/request.ts";
import { EmbeddedDataStore } from "../../core/storage/embedded/embedded_datastore.ts";
import { openEngine } from "../../core/storage/embedded/engine.ts";
import { RedisExecutor } from "../../core/storage/embedded/redis_executor.ts";
import { RespWriter } from "../../protocols/redis/encode.ts";
import { RedisProtocol } from "../../protocols/redis/mod.ts";

const KEYS = 10_000;
const REQUESTS = 100_000;
const PER_TURN = 16;
const ROUNDS = 5;

const protocol = new RedisProtocol();
const clock = new SystemClock();
const path = Deno.args[0] ?? ":memory:";
const engine = openEngine({ path, clock, random: systemRandom() });
const executor = new RedisExecutor(engine, protocol.commands, (out, dialect) => new RespWriter(out, dialect));
const store = new EmbeddedDataStore({ engine, executor, clock, logger: silentLogger });

let replies = 0;
const sink: ReplySink = {
  onReply: () => void replies++,
  onFailure: (_target, failure) => {
    throw new Error(failure.toString());
  },
};

function parse(...args: string[]): Request {
  const frame = encode(`*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join("")}`);
  const parser = protocol.createRequestParser({ maxRequestBytes: 1 << 20 });
  if (parser.parse(frame, 0, frame.length) !== frame.length) throw new Error(`no request: ${args.join(" ")}`);
  const { request } = parser;
  request.bytes = frame;
  return request;
}

async function round(requests: readonly Request[]): Promise<number> {
  const expected = replies + REQUESTS;
  const began = performance.now();
  for (let i = 0; i < REQUESTS; i += PER_TURN) {
    for (let j = i; j < i + PER_TURN; j++) store.send(requests[j % requests.length]!, sink, 0);
    await undefined;
  }
  if (replies !== expected) throw new Error(`${expected - replies} replies are missing`);
  return (performance.now() - began) * 1e6 / REQUESTS;
}

async function measure(name: string, make: (key: string) => Request): Promise<void> {
  const requests = Array.from({ length: KEYS }, (_, i) => make(`key:${String(i).padStart(12, "0")}`));
  await round(requests);
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) times.push(await round(requests));
  times.sort((a, b) => a - b);
  console.log(`${name.padEnd(24)} ${times[ROUNDS >> 1]!.toFixed(0).padStart(7)} ns`);
}

console.log(`embedded engine, ${path}, ${PER_TURN} requests to a turn and its commit, ${KEYS} keys`);
await store.start();
await measure("SET", (key) => parse("SET", key, "xxx"));
await measure("GET", (key) => parse("GET", key));
await measure("SET, 1 KB", (key) => parse("SET", key, "x".repeat(1024)));
await measure("GET, 1 KB", (key) => parse("GET", key));
await measure("SET EX", (key) => parse("SET", key, "1", "EX", "1000"));
await measure("INCR", (key) => parse("INCR", key));
await measure("EXISTS", (key) => parse("EXISTS", key));
await measure("HSET", (key) => parse("HSET", "hash", key, "xxx"));
await measure("HGET", (key) => parse("HGET", "hash", key));
await measure("HRANDFIELD", () => parse("HRANDFIELD", "hash"));
await store.close();
