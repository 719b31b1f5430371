import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { silentLogger } from "../../../../../core/logger.ts";
import { SeededRandom } from "../../../../../core/random.ts";
import { FailureKind } from "../../../../../core/reply.ts";
import { Turn } from "../../../../../core/net/turn.ts";
import { EmbeddedDataStore } from "../../../../../core/storage/embedded/embedded_datastore.ts";
import { type Engine, openEngine } from "../../../../../core/storage/embedded/engine.ts";
import { RedisExecutor } from "../../../../../core/storage/embedded/redis_executor.ts";
import { RespWriter } from "../../../../../protocols/redis/encode.ts";
import { RedisProtocol } from "../../../../../protocols/redis/mod.ts";
import { testDataStore } from "../../../../conformance/datastore.ts";
import { RecordingLogger } from "../../../../support/recording_logger.ts";
import { RecordingSink } from "../../../../support/recording_sink.ts";
import { redisRequest } from "../../../../support/redis_request.ts";
import { settled } from "../../../../support/settled.ts";
import { SimClock } from "../../../../support/sim_clock.ts";

const protocol = new RedisProtocol();

interface Subject extends AsyncDisposable {
  readonly engine: Engine;
  readonly store: EmbeddedDataStore;
  readonly clock: SimClock;
  readonly sink: RecordingSink;
  send(...args: string[]): void;
  readonly logger: RecordingLogger;
}

function partsOf(engine: Engine, clock: SimClock) {
  return { engine, clock, turn: new Turn(clock), commandCount: protocol.commands.length };
}

function open(): Subject {
  const clock = new SimClock();
  const logger = new RecordingLogger();
  const engine = openEngine({ path: ":memory:", clock, random: new SeededRandom(1) });
  const executor = new RedisExecutor(engine, protocol.commands, (out, dialect) => new RespWriter(out, dialect));
  const store = new EmbeddedDataStore({ ...partsOf(engine, clock), executor, logger, replyBytesMax: 1 << 20 });
  const sink = new RecordingSink();
  let target = 0;
  return {
    engine,
    store,
    clock,
    sink,
    logger,
    send: (...args) => store.send(redisRequest(...args), sink, target++),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

testDataStore("EmbeddedDataStore", () => {
  const clock = new SimClock();
  const engine = openEngine({ path: ":memory:", clock, random: new SeededRandom(1) });
  const executor = new RedisExecutor(engine, protocol.commands, (out, dialect) => new RespWriter(out, dialect));
  const parts = { ...partsOf(engine, clock), executor, logger: silentLogger, replyBytesMax: 1 << 24 };
  return { store: new EmbeddedDataStore(parts) };
});

Deno.test("EmbeddedDataStore.send() commits the writes of a turn once, and replies only then", async () => {
  await using subject = open();
  const { engine, store, sink, send } = subject;
  let commits = 0;
  const commit = engine.db.commit.bind(engine.db);
  engine.db.commit = () => {
    if (engine.db.inTransaction) commits++;
    assertEquals(sink.calls, [], "a reply left before the commit");
    commit();
  };
  for (let i = 0; i < 100; i++) send("SET", `k${i}`, "v");
  send("GET", "k5");
  assert(engine.db.inTransaction);
  await settled();
  assertEquals(commits, 1);
  assertEquals(engine.db.inTransaction, false);
  assertEquals(sink.calls.length, 101);
  assertEquals(store.stats.read_responses + store.stats.write_responses, 101);
});

Deno.test("EmbeddedDataStore.send() opens no transaction for reads", async () => {
  await using subject = open();
  subject.send("GET", "k");
  subject.send("EXISTS", "k");
  assertEquals(subject.engine.db.inTransaction, false);
  await settled();
  assertEquals(subject.sink.calls.length, 2);
});

Deno.test("EmbeddedDataStore.send() fails all from the turn's first write on when the commit fails, and goes on", async () => {
  await using subject = open();
  const { engine, sink, send, store } = subject;
  send("SET", "kept", "1");
  await settled();
  const { commit } = engine.db;
  engine.db.commit = () => {
    throw new Error("disk I/O error");
  };
  send("GET", "kept");
  send("SET", "kept", "2");
  send("GET", "kept");
  send("SET", "lost", "2");
  await settled();
  engine.db.commit = commit;
  assertEquals(sink.calls.slice(1), [
    "1: $1\r\n1",
    "2! Storage: disk I/O error",
    "3! Storage: disk I/O error",
    "4! Storage: disk I/O error",
  ]);
  assert(sink.failures.every(({ kind }) => kind === FailureKind.Storage));
  assertEquals(store.stats.server_err, 1);
  send("GET", "kept");
  send("EXISTS", "lost");
  send("DBSIZE");
  send("SET", "lost", "3");
  send("GET", "lost");
  await settled();
  assertEquals(sink.calls.slice(5), ["5: $1\r\n1", "6: :0", "7: :1", "8: +OK", "9: $1\r\n3"]);
});

Deno.test("EmbeddedDataStore.send() turns a full database into failures and keeps what was there", async () => {
  await using subject = open();
  const { engine, sink, send } = subject;
  const pages = engine.db.prepare<[number]>("PRAGMA page_count").get()![0];
  engine.db.prepare(`PRAGMA max_page_count = ${pages + 20}`).get();
  const value = "x".repeat(10_000);
  for (let i = 0; i < 20; i++) {
    send("SET", `k${i}`, value);
    await settled();
  }
  const kept = sink.calls.length - sink.failures.length;
  assert(kept > 0 && sink.failures.length > 0, `${kept} kept`);
  assertStringIncludes(String(sink.failures[0]), "Storage: database or disk is full");
  sink.calls.length = 0;
  send("DBSIZE");
  send("STRLEN", "k0");
  send("GET", `k${kept}`);
  send("DEL", "k0", "k1");
  await settled();
  send("SET", "again", value);
  await settled();
  assertEquals(sink.calls.map((text) => text.slice(text.indexOf(" ") + 1)), [
    `:${kept}`,
    ":10000",
    "$-1",
    ":2",
    "+OK",
  ]);
});

Deno.test("EmbeddedDataStore logs one line a second however many turns fail", async () => {
  await using subject = open();
  const { engine, send, logger, clock } = subject;
  const { commit } = engine.db;
  engine.db.commit = () => {
    throw new Error("disk I/O error");
  };
  for (let i = 0; i < 10; i++) {
    send("SET", "k", "v");
    await settled();
  }
  assertEquals(logger.lines.length, 1);
  assertStringIncludes(logger.lines[0]!, "disk I/O error");
  clock.advance(1000);
  send("SET", "k", "v");
  await settled();
  assertEquals(logger.lines.length, 2);
  assertStringIncludes(logger.lines[1]!, "10 requests");
  engine.db.commit = commit;
});

Deno.test("EmbeddedDataStore removes expired keys that nobody asks for", async () => {
  await using subject = open();
  const { store, sink, send, clock } = subject;
  await store.start();
  for (let i = 0; i < 250; i++) send("SET", `k${i}`, "v", "PX", "50");
  send("SET", "kept", "v");
  await settled();
  assertEquals(store.keyCount(), 251);
  clock.advance(1000);
  assertEquals(store.keyCount(), 1);
  assertEquals(store.expiredKeys, 250);
  send("EXISTS", "k0", "kept");
  await settled();
  assertEquals(sink.calls.at(-1), "251: :1");
});

Deno.test("EmbeddedDataStore.send() refuses a reply above its bound, and nothing else of the turn", async () => {
  await using subject = open();
  const { sink, send, store } = subject;
  const value = "x".repeat(400_000);
  send("SET", "k", value);
  send("MGET", "k", "k");
  send("MGET", "k", "k", "k");
  send("GET", "k");
  await settled();
  const problem = "The reply would have more than 1048576 bytes, which is what buffer_budget allows";
  const bulk = `$400000\r\n${value}`;
  assertEquals(sink.calls, ["0: +OK", `1: *2\r\n${bulk}\r\n${bulk}`, `2! Storage: ${problem}`, `3: ${bulk}`]);
  assertEquals(store.stats.server_err, 0);
});
