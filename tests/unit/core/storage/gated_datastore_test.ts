/** The gate before the engine, state by state; the engine answers when the test says so. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { encode } from "../../../../core/bytes.ts";
import type { DataStore } from "../../../../core/datastore.ts";
import { HopStats } from "../../../../core/hop_stats.ts";
import { EngineStats, noQueues, type QueueGauges } from "../../../../core/upstream_stats.ts";
import { Kinds, type NodeState } from "../../../../core/node_state.ts";
import { Failure, FailureKind, Reply, ReplyKind, type ReplySink } from "../../../../core/reply.ts";
import type { Request } from "../../../../core/request.ts";
import { GatedDataStore } from "../../../../core/storage/gated_datastore.ts";
import type { HeldLimits } from "../../../../core/storage/held_writes.ts";
import { LineProtocol } from "../../../support/line_protocol.ts";
import { RecordingLogger } from "../../../support/recording_logger.ts";
import { RecordingSink } from "../../../support/recording_sink.ts";
import { redisRequest } from "../../../support/redis_request.ts";
import { SimClock } from "../../../support/sim_clock.ts";

/** Writes down what it is sent, and answers when told to. */
class ManualEngine implements DataStore {
  readonly name = "engine";
  readonly stats = new EngineStats(0);
  readonly hop = new HopStats();
  up = true;
  /** Every request that was taken, by its arguments. */
  readonly taken: string[] = [];
  readonly #waiting: { readonly sink: ReplySink; readonly target: number }[] = [];

  get outstanding(): number {
    return this.#waiting.length;
  }
  send(request: Request, sink: ReplySink, target: number): void {
    if (!this.up) return sink.onFailure(target, new Failure(FailureKind.NotConnected, "Storage", "away"));
    const args = Array.from({ length: request.argCount }, (_, i) => new TextDecoder().decode(request.arg(i)));
    this.taken.push(args.join(" "));
    this.#waiting.push({ sink, target });
  }
  reply(text: string, count = 1): void {
    const bytes = encode(text);
    const kind = text.startsWith("-") ? ReplyKind.Error : ReplyKind.Value;
    for (const { sink, target } of this.#waiting.splice(0, count)) {
      sink.onReply(target, new Reply().set(bytes, 0, bytes.length, kind));
    }
  }
  fail(kind: FailureKind): void {
    const { sink, target } = this.#waiting.shift()!;
    sink.onFailure(target, new Failure(kind, "Storage", "gone"));
  }
  start(): Promise<void> {
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
  queues(): QueueGauges {
    return { ...noQueues(), out_queue: this.outstanding };
  }
}

function setUp(limits: HeldLimits = { count: 1000, bytes: 1 << 20 }) {
  const engine = new ManualEngine();
  const clock = new SimClock();
  const logger = new RecordingLogger();
  const missed: string[] = [];
  const states: NodeState[] = [];
  const gate: GatedDataStore = new GatedDataStore(engine, limits, {
    clock,
    logger,
    command: new LineProtocol().commands[0]!,
    onMissedWrite: (failure) => missed.push(String(failure)),
    onState: () => states.at(-1) === gate.state || states.push(gate.state),
  });
  const sink = new RecordingSink();
  let sent = 0;
  /** Sends a command; `waits` says whether the asker waits for a write that is put off. */
  const send = (args: string, waits = true) => {
    const request = redisRequest(...args.split(" "));
    request.waits = waits;
    gate.send(request, sink, ++sent);
    request.bytes.fill(0);
  };
  return { engine, clock, logger, missed, states, gate, sink, send };
}

const REFUSED = "Dynomite: Dynomite's current state does not allow this request";

Deno.test("GatedDataStore is open in NORMAL and hands everything on", () => {
  const { engine, gate, sink, send } = setUp();
  assertEquals([gate.open, gate.avoid, gate.name, gate.up], [true, Kinds.None, "engine", true]);
  send("SET k v");
  send("GET k");
  engine.reply("+OK");
  engine.reply("$v");
  assertEquals([engine.taken, sink.calls], [["SET k v", "GET k"], ["1: +OK", "2: $v"]]);
  assertEquals([gate.stats === engine.stats, gate.hop === engine.hop], [true, true]);
});

Deno.test("GatedDataStore refuses everything in STANDBY, and asks the engine nothing", () => {
  const { engine, gate, sink, send } = setUp();
  gate.enter("STANDBY");
  send("SET k v");
  send("GET k", false);
  assertEquals(sink.calls, [`1! ${REFUSED}`, `2! ${REFUSED}`]);
  assertEquals([engine.taken, gate.open, gate.avoid], [[], false, Kinds.All]);
});

Deno.test("GatedDataStore keeps writes in WRITES_ONLY without a time limit, and does them in order in RESUMING", async () => {
  const { engine, clock, states, gate, sink, send } = setUp();
  gate.enter("WRITES_ONLY");
  send("SET k 1");
  send("GET k");
  send("INCR k", false);
  send("SET k 3");
  await clock.run(24 * 3600 * 1000);
  assertMatch(
    sink.calls[1]!,
    /^3! Dynomite: Dynomite's current state puts this write off: it waits in the node's queue/,
  );
  assertEquals([sink.calls[0], sink.calls.length, engine.taken], [`2! ${REFUSED}`, 2, []]);
  assertEquals([gate.queue.count, gate.queues().in_queue, gate.queues().out_queue], [3, 3, 0]);
  gate.enter("RESUMING");
  assertEquals(engine.taken, ["SET k 1", "INCR k", "SET k 3"]);
  send("GET k");
  assertEquals(sink.calls[2], `5! ${REFUSED}`);
  // Behind what was queued, though the state would let it through.
  send("SET k 4");
  assertEquals([engine.taken.length, gate.queue.count], [3, 1]);
  engine.reply("+OK");
  engine.reply(":2");
  engine.reply("+OK");
  await clock.run(10);
  assertEquals([engine.taken[3], gate.queue], ["SET k 4", { count: 0, bytes: 0 }]);
  engine.reply("+late");
  assertEquals(sink.calls.slice(3), ["1: +OK", "4: +OK", "6: +late"]);
  send("SET k 5");
  assertEquals([engine.taken[4], gate.state], ["SET k 5", "RESUMING"]);
  assertEquals(states, ["WRITES_ONLY", "RESUMING"]);
});

Deno.test("GatedDataStore is NORMAL only once its queue has left; until then it reads nothing", async () => {
  const { engine, clock, states, gate, sink, send } = setUp();
  gate.enter("WRITES_ONLY");
  for (let i = 0; i < 1000; i++) send(`SET k ${i}`, false);
  gate.enter("NORMAL");
  assertEquals([gate.state, gate.open, gate.avoid], ["RESUMING", false, Kinds.All]);
  send("GET k");
  assertEquals(sink.calls.at(-1), `1001! ${REFUSED}`);
  while (engine.outstanding > 0 || gate.queue.count > 0) {
    assert(engine.outstanding <= 256, `${engine.outstanding} at once`);
    engine.reply("+OK", 100);
    await clock.run(1);
  }
  assertEquals([gate.state, gate.open, states], ["NORMAL", true, ["WRITES_ONLY", "RESUMING", "NORMAL"]]);
  assertEquals(engine.taken, Array.from({ length: 1000 }, (_, i) => `SET k ${i}`));
});

Deno.test("GatedDataStore waits for an engine that is away, and loses nothing of the order", async () => {
  const { engine, clock, gate, sink, send } = setUp();
  gate.enter("WRITES_ONLY");
  send("SET k 1");
  send("SET k 2", false);
  engine.up = false;
  gate.enter("RESUMING");
  await clock.run(5_000);
  assertEquals([engine.taken, gate.queue.count], [[], 2]);
  // Nobody is left waiting for the engine who did not choose to.
  send("SET k 3", false);
  assertMatch(sink.calls.at(-1)!, /^3! .*puts this write off/);
  engine.up = true;
  await clock.run(500);
  assertEquals(engine.taken, ["SET k 1", "SET k 2", "SET k 3"]);
  engine.reply("+OK", 3);
  assertEquals([sink.calls.at(-1), gate.queue.count], ["1: +OK", 0]);
});

Deno.test("GatedDataStore tells those who wait for a queue that is leaving when the engine goes away", async () => {
  const { engine, clock, gate, sink, send } = setUp();
  gate.enter("WRITES_ONLY");
  send("SET k 1", false);
  gate.enter("RESUMING");
  send("SET k 2", false);
  send("SET k 3");
  assertEquals(sink.calls.length, 1);
  engine.up = false;
  engine.reply("+OK");
  await clock.run(10);
  assertMatch(sink.calls.at(-1)!, /^2! .*puts this write off/);
  assertEquals(sink.calls.length, 2);
  engine.up = true;
  await clock.run(500);
  engine.reply("+OK", 2);
  assertEquals(sink.calls.slice(2), ["3: +OK"]);
});

Deno.test("GatedDataStore counts a queued write that the engine did not do as missed, unless its client hears of it", async () => {
  const { engine, clock, missed, gate, sink, send } = setUp();
  gate.enter("WRITES_ONLY");
  for (const waits of [false, true]) {
    send("SET k 1", waits);
    send("SET k 2", waits);
  }
  gate.enter("NORMAL");
  engine.reply("-OOM no room");
  engine.fail(FailureKind.Disconnected);
  engine.reply("-OOM no room");
  engine.fail(FailureKind.Disconnected);
  await clock.run(10);
  assertEquals(missed, ["Storage: -OOM no room", "Storage: gone"]);
  assertEquals(sink.calls.slice(2), ["3: -OOM no room", "4! Storage: gone"]);
  assertEquals(gate.state, "NORMAL");
});

Deno.test("GatedDataStore bounds its queue in number and in bytes, and says so once", () => {
  for (const limits of [{ count: 3, bytes: 1 << 20 }, { count: 1000, bytes: 1700 }]) {
    const { logger, gate, sink, send } = setUp(limits);
    gate.enter("WRITES_ONLY");
    for (let i = 0; i < 6; i++) send("SET k v");
    assertEquals([gate.queue.count, sink.calls.length], [3, 3]);
    assertMatch(sink.calls[0]!, /^4! Dynomite: The queue of writes that wait for this node to resume is full/);
    assertEquals(sink.failures[0]!.kind, FailureKind.Overloaded);
    assertEquals(logger.lines.length, 1);
  }
});

Deno.test("GatedDataStore keeps its queue through STANDBY", () => {
  const { engine, gate, send } = setUp();
  gate.enter("WRITES_ONLY");
  send("SET k 1");
  gate.enter("STANDBY");
  assertEquals([engine.taken, gate.queue.count], [[], 1]);
  gate.enter("WRITES_ONLY");
  send("SET k 2");
  gate.enter("RESUMING");
  assertEquals(engine.taken, ["SET k 1", "SET k 2"]);
});

Deno.test("GatedDataStore stops its queue when it goes back to WRITES_ONLY", async () => {
  const { engine, clock, gate, send } = setUp();
  gate.enter("WRITES_ONLY");
  for (let i = 0; i < 300; i++) send(`SET k ${i}`, false);
  gate.enter("RESUMING");
  gate.enter("WRITES_ONLY");
  engine.reply("+OK", 256);
  await clock.run(1000);
  assertEquals([engine.taken.length, gate.queue.count], [256, 44]);
  gate.enter("NORMAL");
  assertEquals(engine.taken.length, 300);
});

Deno.test("GatedDataStore.stop() gives up what nobody will resume, aloud, and leaves what is on its way", async () => {
  const { engine, logger, missed, gate, sink, send } = setUp();
  gate.enter("WRITES_ONLY");
  send("SET k 1");
  send("SET k 2", false);
  gate.stop();
  assertEquals(sink.calls.at(-1), "1! Dynomite: The node stopped before the queued write was done");
  assertEquals([missed.length, engine.taken.length], [1, 0]);
  assertEquals(logger.lines, ["error: 2 queued writes are given up: this node lacks them"]);
  send("SET k 3");
  gate.enter("NORMAL");
  gate.stop();
  engine.reply("+OK");
  assertEquals(sink.calls.at(-1), "3: +OK");
  await gate.close();
});
