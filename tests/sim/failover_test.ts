/** What clients see of nodes that are away, command class by command class; and nodes whose names come and go. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { defaultConf } from "../../conf/mod.ts";
import type { Conf } from "../../conf/schema.ts";
import { Consistency } from "../../core/consistency.ts";
import { SeededRandom } from "../../core/random.ts";
import { type Address, type Connection, formatAddress, type Listener, type Transport } from "../../core/transport.ts";
import { type RunningNode, startNode } from "../../mod.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { RecordingLogger } from "../support/recording_logger.ts";
import { racks, show, SimClient, SimCluster } from "../support/sim_cluster.ts";
import { SimClock } from "../support/sim_clock.ts";

const quorum = { readConsistency: Consistency.Quorum, writeConsistency: Consistency.Quorum };

Deno.test("A client of RESP3 keeps its types at DC_QUORUM although a peer was never met", async () => {
  await using cluster = await SimCluster.start(racks(3), { conf: quorum });
  await cluster.crash(0);
  await cluster.crash(2);
  await cluster.restart(0);
  const client = await cluster.connect(0);
  const [, set, map, none] = await client.pipeline([["HELLO", "3"], ["HSET", "h", "f", "v"], ["HGETALL", "h"], [
    "GET",
    "n",
  ]]);
  assertEquals([set!.text, map!.type, none!.type], ["1", "%", "_"]);
  client.close();
});

Deno.test("MGET, DEL and MSET of which a part fails answer with that part's error, which names who is away", async () => {
  await using cluster = await SimCluster.start(racks(1, 3));
  const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
  assertEquals(await cluster.call(0, "MSET", ...keys.flatMap((key) => [key, key])), "OK");
  await cluster.crash(1);
  const client = await cluster.connect(0);
  const away = /^-ERR Peer: Peer Node refused connection \(10\.0\.0\.2:8101\)$/;
  assertMatch(await client.call("MGET", ...keys), away);
  assertMatch(await client.call("MSET", ...keys.flatMap((key) => [key, "new"])), away);
  assertMatch(await client.call("EXISTS", ...keys), away);
  assertMatch(await client.call("DBSIZE"), away);
  // The connection and the keys of others are as they were; what could be written was.
  const values = (await client.pipeline(keys.map((key) => ["GET", key]))).map(show);
  assert(values.every((value) => value === "new" || away.test(value)), values.join());
  assertEquals(new Set(values).size, 2);
  assertMatch(await client.call("DEL", ...keys), away);
  client.close();
});

Deno.test("A command without a key takes the nearest rack that is whole, and fails by name when none is", async () => {
  await using cluster = await SimCluster.start(racks(3, 2));
  const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
  await cluster.call(0, "MSET", ...keys.flatMap((key) => [key, "v"]));
  await cluster.crash(1);
  await cluster.crash(2);
  const client = await cluster.connect(0);
  const scan = async () => {
    const found: string[] = [];
    let cursor = "0";
    do {
      const [reply] = await client.pipeline([["SCAN", cursor, "COUNT", 7]]);
      if (reply!.items === undefined) return show(reply!);
      cursor = show(reply!.items![0]!);
      found.push(...reply!.items![1]!.items!.map(show));
    } while (cursor !== "0");
    return found.sort().join();
  };
  assertEquals(await client.call("DBSIZE"), "40");
  assertEquals((await client.pipeline([["KEYS", "*"]]))[0]!.items!.length, 40);
  assertEquals(await scan(), keys.toSorted().join());
  await cluster.crash(5);
  assertMatch(await client.call("DBSIZE"), /^-ERR Peer: .*10\.0\.0\.2/);
  assertMatch(await client.call("FLUSHALL"), /^-ERR Peer: .*10\.0\.0\.[236]/);
  assertMatch(await scan(), /^-ERR Peer: .*10\.0\.0\.2/);
  client.close();
});

Deno.test("A write at DC_ONE is answered by another rack when its own fails after the others have answered", async () => {
  const places = racks(3, 2);
  await using cluster = await SimCluster.start(places, { conf: { timeoutMs: 1000, autoEjectHosts: false } });
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
  cluster.nodes[1]!.host.freeze();
  const client = await cluster.connect(0);
  const before = cluster.clock.now();
  const answers = (await client.pipeline(keys.map((key) => ["INCR", key]))).map(show);
  assertEquals(answers, keys.map(() => "1"));
  assert(cluster.clock.now() - before <= 1400, "later than the timeout");
  const missed = cluster.nodes[0]!.running.node.stats.missed_writes;
  assert(missed > 0 && missed < 20, `${missed}`);
  // The link was not closed: what was on it is done, once.
  cluster.nodes[1]!.host.thaw();
  await cluster.clock.run(200);
  for (const key of keys) assertEquals(await client.call("INCR", key), "2");
  assertEquals(
    cluster.nodes[0]!.running.node.peers.list().map(({ pool }) => pool.stats.server_err + pool.stats.server_eof),
    [0, 0, 0, 0, 0],
  );
  await cluster.clock.run(6000);
  assert(cluster.logger.lines.some((line) => line.includes(`10.0.0.2:8101 missed ${missed} writes`)), "not logged");
  client.close();
});

Deno.test("An ejected peer costs no request its timeout, and is used again with its first byte", async () => {
  await using cluster = await SimCluster.start(racks(3), { conf: { timeoutMs: 20_000, ...quorum } });
  const own = cluster.nodes[0]!.running.node;
  const frozen = own.peers.list()[0]!;
  const client = await cluster.connect(0);
  cluster.nodes[1]!.host.freeze();
  await client.pipeline(Array.from({ length: 5 }, (_, i) => ["SET", `k${i}`, "v"]));
  await cluster.clock.until(() => frozen.pool.stats.server_ejects === 1);
  // Long after the ejection, with the link still open: nobody waits for it, not even for one request.
  for (let i = 0; i < 10; i++) {
    await cluster.clock.run(3_000);
    assertEquals(frozen.up, false);
    assertEquals(await client.call("SET", "k", String(i)), "OK");
    // What is on the link are its own probes.
    assertEquals(frozen.pool.stats.write_requests, 5);
  }
  assertEquals(own.stats.missed_writes, 15);
  cluster.nodes[1]!.host.thaw();
  await cluster.clock.run(100);
  assertEquals(frozen.up, true);
  client.close();
});

Deno.test("Links of a node that vanished without a word are closed; those of nodes that are merely quiet are not", async () => {
  await using cluster = await SimCluster.start(racks(3));
  const visiting = () => cluster.nodes.map(({ running }) => running.node.peerStats.client_connections);
  const { connects } = cluster.network;
  await cluster.clock.run(200_000);
  assertEquals([visiting(), cluster.network.connects], [[2, 2, 2], connects]);
  cluster.cut(0, 1);
  await cluster.clock.run(100_000);
  assertEquals(visiting(), [1, 1, 2]);
  cluster.heal(0, 1);
  await cluster.clock.run(20_000);
  assertEquals(visiting(), [2, 2, 2]);
});

Deno.test("The levels of a node change at run time, for clients that have not chosen their own", async () => {
  await using cluster = await SimCluster.start(racks(3));
  await cluster.crash(1);
  await cluster.crash(2);
  const [plain, choosy] = [await cluster.connect(0), await cluster.connect(0)];
  assertEquals(await choosy.call("DYNO_CONFIG:CONN_CONSISTENCY", "DC_ONE"), "OK");
  const sets =
    async () => [(await plain.call("SET", "k", "v")).slice(0, 9), (await choosy.call("SET", "k", "v")).slice(0, 9)];
  assertEquals(await sets(), ["OK", "OK"]);
  assertEquals(await plain.call("CONFIG", "SET", "write_consistency", "DC_QUORUM"), "OK");
  assertEquals(await sets(), ["-ERR Peer", "OK"]);
  assertEquals(await plain.call("GET", "k"), "v");
  assertEquals(await plain.call("CONFIG", "SET", "read_consistency", "dc_safe_quorum"), "OK");
  assertMatch(await plain.call("GET", "k"), /^-ERR Peer: .*10\.0\.0\.2.*; Peer: .*10\.0\.0\.3/);
  assertEquals(await choosy.call("GET", "k"), "v");
  assertEquals(await plain.call("CONFIG", "SET", "write_consistency", "DC_ONE"), "OK");
  assertEquals(await sets(), ["OK", "OK"]);
  plain.close();
  choosy.close();
});

/** The network with names: what a name means may change at any time. */
class NamedNetwork implements Transport {
  readonly names = new Map<string, string>();
  readonly #network: MemoryNetwork;
  constructor(network: MemoryNetwork) {
    this.#network = network;
  }

  listen(address: Address): Promise<Listener> {
    return Promise.resolve(this.#network.listen(address));
  }
  async connect(address: Address, timeoutMs: number): Promise<Connection> {
    if (address.kind !== "tcp" || /^\d/.test(address.host)) return await this.#network.connect(address, timeoutMs);
    const host = this.names.get(address.host);
    if (host === undefined) throw new Error(`failed to lookup address information: ${formatAddress(address)}`);
    return await this.#network.connect({ ...address, host }, timeoutMs);
  }
}

Deno.test("A seed whose name means nothing yet does not stop the start, and is used once it does, wherever it moves", async () => {
  const clock = new SimClock();
  const network = new MemoryNetwork({ clock });
  const transport = new NamedNetwork(network);
  const logger = new RecordingLogger();
  const start = async (host: string, rack: string, seeds: Conf["dynSeeds"]): Promise<RunningNode> => {
    const conf: Conf = {
      ...defaultConf(),
      listen: { kind: "tcp", host, port: 8102 },
      dynListen: { kind: "tcp", host, port: 8101 },
      datacenter: "dc1",
      rack,
      tokens: [0],
      dynSeeds: seeds,
    };
    let running: RunningNode | undefined;
    startNode(conf, { transport, clock, random: new SeededRandom(1), logger, servesStats: false }).then((node) =>
      running = node
    );
    await clock.until(() => running !== undefined);
    return running!;
  };
  const stop = async (node: RunningNode) => {
    let stopped = false;
    node.stop().then(() => stopped = true);
    await clock.until(() => stopped);
  };
  const other = { name: "other", host: "other.example", port: 8101, datacenter: "dc1", rack: "r2", tokens: [0] };
  const first = await start("10.0.0.1", "r1", [other]);
  const client = new SimClient(await network.connect({ kind: "tcp", host: "10.0.0.1", port: 8102 }, 1000), clock);
  assertEquals(await client.call("SET", "k", "1"), "OK");
  assert(logger.lines.some((line) => line.includes("failed to lookup")), logger.lines.join("\n"));
  const [peer] = first.node.peers.list();
  for (const host of ["10.0.0.2", "10.0.0.3"]) {
    await clock.run(30_000);
    assertEquals(peer!.up, false);
    const second = await start(host, "r2", []);
    transport.names.set("other.example", host);
    await clock.until(() => peer!.up, 10_000);
    assertEquals(await client.call("SET", "k", host), "OK");
    await clock.run(50);
    const there = new SimClient(await network.connect({ kind: "tcp", host, port: 8102 }, 1000), clock);
    assertEquals(await there.call("GET", "k"), host);
    there.close();
    await stop(second);
  }
  client.close();
  await stop(first);
});
