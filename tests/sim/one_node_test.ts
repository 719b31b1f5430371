/**
 * One whole node in one process, run from a seed: clients that pipeline, dawdle, send and fetch large values, leave in the
 * middle or break; an engine that is slow, loses its links, goes away. The network is in memory, time stands still unless it
 * is moved. Whatever happens, a client gets one answer to each request, in order, until its link ends; nobody waits for ever;
 * and at the end no byte of the memory budget is held.
 *
 * `DYNOMITE_SIM_SEEDS=200` runs that many seeds; a failure names its own in the test's name.
 */
import { assert, assertEquals } from "@std/assert";
import { Consistency } from "../../core/consistency.ts";
import { Node } from "../../core/node.ts";
import { Pressure } from "../../core/net/pressure.ts";
import { Turn } from "../../core/net/turn.ts";
import { engineLinks } from "../../core/net/upstream_pool.ts";
import { SeededRandom } from "../../core/random.ts";
import { hashByName } from "../../core/ring/hash/mod.ts";
import { buildTopology } from "../../core/ring/topology.ts";
import { TcpDataStore } from "../../core/storage/tcp_datastore.ts";
import type { Address } from "../../core/transport.ts";
import { LineClient } from "../support/line_client.ts";
import { LineEngine } from "../support/line_engine.ts";
import { LineProtocol } from "../support/line_protocol.ts";
import { DnodeCodec } from "../../protocols/dnode/mod.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { peerRules } from "../support/peer_rules.ts";
import { RecordingTracer } from "../support/recording_tracer.ts";
import { RecordingLogger } from "../support/recording_logger.ts";
import { settled } from "../support/settled.ts";
import { SimClock } from "../support/sim_clock.ts";

const listen: Address = { kind: "tcp", host: "127.0.0.1", port: 8102 };
const TIMEOUT_MS = 5_000;

interface World {
  readonly seed: number;
  readonly memoryBytes: number;
  readonly pendingMax: number;
  /** Of each direction of a connection. Default: a few KB, by chance. */
  readonly capacityBytes?: number;
}

async function start({ seed, memoryBytes, pendingMax, capacityBytes: given }: World) {
  const random = new SeededRandom(seed);
  const clock = new SimClock();
  const capacityBytes = given ?? 2_000 + random.below(60_000);
  const network = new MemoryNetwork({ random: new SeededRandom(seed + 1), clock, capacityBytes });
  const engine = new LineEngine(network);
  const pressure = new Pressure(memoryBytes);
  const logger = new RecordingLogger();
  const turn = new Turn(clock);
  const protocol = new LineProtocol();
  const parts = { transport: network, clock, random: new SeededRandom(seed + 2), turn, pressure, logger };
  const dataStore = new TcpDataStore(
    "engine",
    {
      address: engine.address,
      kind: engineLinks(protocol, {}, 64 << 20),
      ratePerSecond: 0,
      timeoutMs: TIMEOUT_MS,
      retryMsMax: 200,
      pendingMax: 10_000,
      preconnect: true,
      size: 1 + random.below(3),
      autoEject: false,
      failureMax: 3,
      retryAfterMs: 1000,
    },
    parts,
    protocol.commands.length,
  );
  const self = { name: "n", host: "127.0.0.1", port: 8101, rack: "r", datacenter: "d", tokens: [0] };
  const node = new Node(
    {
      version: "0.0.0",
      poolName: "p",
      listen,
      dynListen: undefined,
      peers: peerRules,
      statsListen: undefined,
      backlog: 100,
      clientsMax: 0,
      clientPendingMax: pendingMax,
      maxRequestBytes: 64 << 20,
      patienceMs: 60_000,
      password: undefined,
      levels: { read: Consistency.One, write: Consistency.One },
      hotKeys: { sampleEvery: 1 },
      traceSampleEvery: 7,
      slowLog: { slowerThanUs: 10_000, lengthMax: 128 },
      hash: hashByName.murmur,
      hashTag: undefined,
      topology: buildTopology(1, self, []),
      heldWrites: { count: 1000, bytes: 1 << 20 },
      datacenter: "d",
      rack: "r",
    },
    {
      ...parts,
      protocol,
      peerCodec: new DnodeCodec(),
      tracer: new RecordingTracer(),
      dataStore,
      facts: {
        pid: 1,
        platform: "none",
        hostname: "sim",
        runtime: "sim",
        heapLimitBytes: 1024 ** 3,
        memory: () => ({ rssBytes: 0, peakRssBytes: 0, heapBytes: 0, externalBytes: 0 }),
        cpu: () => ({ userSeconds: 0, systemSeconds: 0 }),
      },
    },
  );
  await node.start();
  const connect = async () => new LineClient(await network.connect(listen, 1000));
  const stop = async () => {
    let stopped = false;
    const stopping = node.stop().then(() => stopped = true);
    await clock.until(() => stopped, 120_000);
    await stopping;
    engine.stop();
    await settled();
    assertEquals(pressure.usedBytes, 0, "bytes of the budget are still held");
    assertEquals(pressure.congested, false);
    assertEquals(clock.timerCount, 0, "a timer is left");
    assertEquals(node.stats.client_connections, 0);
  };
  return { random, clock, network, engine, pressure, logger, node, connect, stop };
}
type Running = Awaited<ReturnType<typeof start>>;

/** A client and what it expects. */
class Script {
  readonly expected: string[] = [];
  input = "";

  /** Appends a request; the engine answers `get k SIZE` with SIZE letters and everything else with its length. */
  add(random: SeededRandom, largest: number): void {
    const id = this.expected.length;
    const size = random.below(10) === 0 ? random.below(largest) : random.below(200);
    switch (random.below(5)) {
      case 0:
        this.input += "ping\n";
        this.expected.push("pong");
        break;
      case 1:
      case 2:
        this.input += `get k${id} ${size}\n`;
        this.expected.push(`k${id} ${"g".repeat(size)}`);
        break;
      default: {
        const line = `put k${id} ${"p".repeat(size)}`;
        this.input += `${line}\n`;
        this.expected.push(`k${id} ${line.length}`);
      }
    }
  }
}

function answer(line: string): string {
  const [word, key, value] = line.split(" ");
  if (word === "ping") return "pong";
  return word === "get" ? `${key} ${"g".repeat(Number(value))}` : `${key} ${line.length}`;
}

/** Lets everything go on, time too, until `condition` holds. */
async function goOn({ clock }: Running, condition: () => boolean, what: () => string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    for (let j = 0; j < 20 && !condition(); j++) await settled();
    if (condition()) return;
    await clock.run(25);
  }
  throw new Error(what());
}

/** Nine seeds meet each memory with each limit once. */
const seeds = Number(Deno.env.get("DYNOMITE_SIM_SEEDS") ?? 9);
const worlds = Array.from({ length: seeds }, (_, seed): World => ({
  seed,
  memoryBytes: [300_000, 1_000_000, 64_000_000][seed % 3]!,
  pendingMax: [3, 50, 1000][Math.floor(seed / 3) % 3]!,
}));

for (const world of worlds) {
  Deno.test(`One node answers every request in order, with memory short and everybody slow at times: ${JSON.stringify(world)}`, async () => {
    const running = await start(world);
    const { random, engine } = running;
    engine.answer = answer;
    const clients = await Promise.all(Array.from({ length: 2 + random.below(5) }, () => running.connect()));
    const scripts = clients.map(() => new Script());
    for (const script of scripts) for (let i = 10 + random.below(50); i > 0; i--) script.add(random, 400_000);
    clients.forEach((client, i) => client.send(scripts[i]!.input));
    for (let step = 0; step < 40; step++) {
      const client = clients[random.below(clients.length)]!;
      const link = engine.links[random.below(engine.links.length)]!;
      if (random.below(2) === 0) client.hold();
      else client.release();
      if (random.below(3) === 0) link.hold();
      else link.release();
      for (let i = random.below(10); i > 0; i--) await settled();
    }
    for (const client of clients) client.release();
    for (const link of engine.links) link.release();
    const done = () => clients.every((client, i) => client.lines.length === scripts[i]!.expected.length);
    await goOn(running, done, () => {
      const state = clients.map((client, i) => `${client.lines.length} of ${scripts[i]!.expected.length}`);
      return `stuck at ${state.join(", ")}; used ${running.pressure.usedBytes}; ${running.logger.lines.join("\n")}`;
    });
    clients.forEach((client, i) => assertEquals(client.lines, scripts[i]!.expected));
    assertEquals(running.pressure.evictions, 0);
    for (const client of clients) client.connection.close();
    await running.stop();
  });
}

for (const world of worlds) {
  Deno.test(`One node survives links that break, clients that leave and an engine that goes away: ${JSON.stringify(world)}`, async () => {
    const running = await start(world);
    const { random, engine, network, clock } = running;
    engine.answer = answer;
    const clients = await Promise.all(Array.from({ length: 4 + random.below(5) }, () => running.connect()));
    const scripts = clients.map(() => new Script());
    for (const script of scripts) for (let i = 10 + random.below(50); i > 0; i--) script.add(random, 300_000);
    clients.forEach((client, i) => client.send(scripts[i]!.input));
    // The first two stay to the end; whatever befalls the others is no business of theirs.
    const gone = new Set<LineClient>();
    let away = false;
    for (let step = 0; step < 40; step++) {
      const client = clients[2 + random.below(clients.length - 2)]!;
      const link = engine.links[random.below(engine.links.length)]!;
      switch (random.below(8)) {
        case 0:
          gone.add(client);
          client.connection.break();
          break;
        case 1:
          gone.add(client);
          client.connection.close();
          break;
        case 2:
          client.hold();
          break;
        case 3:
          link.connection.break();
          break;
        case 4:
          link.connection.close();
          break;
        case 5:
          if (away) engine.restart();
          else engine.stop();
          away = !away;
          break;
        case 6:
          client.connection.closeWrite();
          break;
        default:
          await clock.run(random.below(300));
      }
      for (let i = random.below(20); i > 0; i--) await settled();
    }
    if (away) engine.restart();
    for (const client of clients) client.release();
    const done = () => clients.slice(0, 2).every((client, i) => client.lines.length === scripts[i]!.expected.length);
    await goOn(running, done, () => {
      const state = clients.map((client, i) => `${client.lines.length} of ${scripts[i]!.expected.length}`);
      return `stuck at ${state.join(", ")}; used ${running.pressure.usedBytes}; ${running.logger.lines.join("\n")}`;
    });
    clients.forEach((client, i) => {
      const { expected } = scripts[i]!;
      assert(client.lines.length <= expected.length, "more answers than requests");
      client.lines.forEach((line, at) => {
        if (line !== expected[at] && !line.startsWith("!Storage: ")) {
          throw new Error(`client ${i}, answer ${at}: ${line.slice(0, 80)}, not ${expected[at]!.slice(0, 80)}`);
        }
      });
    });
    for (const client of clients) client.connection.close();
    await settled();
    assert(network.links.length > 0);
    await running.stop();
  });
}

/** More than any buffer that is not charged. */
const LARGE = 300_000;

Deno.test("One node holds its budget: large requests wait in their clients' sockets while the engine takes nothing", async () => {
  const running = await start({ seed: 1, memoryBytes: 8 * LARGE, pendingMax: 1000, capacityBytes: 100_000 });
  const { engine, pressure } = running;
  engine.answer = answer;
  for (const link of engine.links) link.hold();
  const clients = await Promise.all(Array.from({ length: 16 }, () => running.connect()));
  const line = `put k ${"p".repeat(LARGE)}`;
  for (const client of clients) client.send(`${line}\n`.repeat(2));
  let mostBytes = 0;
  const watched = async (goesOn: () => boolean) => {
    for (let i = 0; i < 300 && goesOn(); i++) {
      await settled();
      mostBytes = Math.max(mostBytes, pressure.usedBytes);
    }
  };
  for (let before = -1; before !== mostBytes;) {
    before = mostBytes;
    await watched(() => mostBytes === before);
  }
  assert(mostBytes > 4 * LARGE, `only ${mostBytes} bytes were used: nothing was short`);
  for (const link of engine.links) link.release();
  await watched(() => clients.some(({ lines }) => lines.length < 2));
  for (const { lines } of clients) assertEquals(lines, Array(2).fill(`k ${line.length}`));
  // Half of the budget, one request that is read, and one on each of up to three links, in buffers that may be twice as large.
  assert(mostBytes < (4 + 2 * 4) * LARGE, `${mostBytes} bytes were used`);
  assertEquals(pressure.evictions, 0);
  for (const client of clients) client.connection.close();
  await running.stop();
});

Deno.test("One node holds its budget: replies wait in the engine's socket while clients take nothing, and who is stuck goes", async () => {
  const running = await start({ seed: 4, memoryBytes: 8 * LARGE, pendingMax: 1000, capacityBytes: 100_000 });
  const { engine, pressure, clock, logger } = running;
  engine.answer = answer;
  const [honest, ...stuck] = await Promise.all(Array.from({ length: 5 }, () => running.connect()));
  for (const client of stuck) {
    client.hold();
    client.send(`get k ${LARGE}\n`.repeat(10));
  }
  let mostBytes = 0;
  for (let i = 0; i < 100; i++) {
    await settled();
    mostBytes = Math.max(mostBytes, pressure.usedBytes);
  }
  honest!.send(`get mine ${LARGE}\n`.repeat(3));
  for (let i = 0; i < 200 && honest!.lines.length < 3; i++) {
    await clock.run(2_500);
    mostBytes = Math.max(mostBytes, pressure.usedBytes);
  }
  assertEquals(honest!.lines, Array(3).fill(`mine ${"g".repeat(LARGE)}`));
  // Half of the budget, and on each of up to three links one reply.
  assert(mostBytes > 4 * LARGE && mostBytes < (4 + 2 * 3) * LARGE, `${mostBytes} bytes were used`);
  assert(pressure.evictions > 0);
  assert(logger.lines.some((text) => text.includes("bytes that others waited for")));
  for (const client of [honest!, ...stuck]) client.connection.close();
  await running.stop();
});
