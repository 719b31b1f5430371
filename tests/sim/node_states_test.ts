/** Nodes in their states, in clusters with gossip and without: who is asked what, and what clients see of it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Consistency } from "../../core/consistency.ts";
import { message, SimPeerLink } from "../support/sim_peer_link.ts";
import { evenTokens, racks, show, SimCluster } from "../support/sim_cluster.ts";
import {
  enter,
  INTERVAL_MS,
  nodeOf,
  requestsSent,
  startGossiping,
  stateSeen,
  withGossip,
} from "../support/state_cluster.ts";

const REFUSED = "-ERR Dynomite: Dynomite's current state does not allow this request";
const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
const quorum = { readConsistency: Consistency.Quorum, writeConsistency: Consistency.Quorum };

/** Writes and reads every key through one node; all must succeed. */
async function use(cluster: SimCluster, index: number, value: string): Promise<void> {
  const client = await cluster.connect(index);
  const written = (await client.pipeline(keys.map((key) => ["SET", key, value]))).map(show);
  assertEquals(new Set(written), new Set(["OK"]));
  // At a level of one the copies that others took may still be on their way.
  await cluster.clock.run(50);
  const read = (await client.pipeline(keys.map((key) => ["GET", key]))).map(show);
  assertEquals(new Set(read), new Set([value]));
  client.close();
  await cluster.clock.run(50);
}

for (const [name, levels] of [["DC_ONE", {}], ["DC_QUORUM", quorum]] as const) {
  Deno.test(`a node is asked only what its state allows, and clients at ${name} see nothing of it`, async () => {
    await using cluster = await startGossiping(racks(3), levels);
    await use(cluster, 0, "first");
    requestsSent(cluster, 0, 1);
    const missed = () => nodeOf(cluster, 0).stats.missed_writes;

    assert(await enter(cluster, 1, "STANDBY") < INTERVAL_MS / 10, "the word did not go to everybody at once");
    await use(cluster, 0, "second");
    assertEquals(requestsSent(cluster, 0, 1), { reads: 0, writes: 0 });
    assertEquals([await cluster.engine(1, "GET", "k0"), missed()], ["first", keys.length]);
    // Its own clients are served by the others.
    await use(cluster, 1, "third");
    assertEquals(await cluster.engines("GET", "k0"), ["third", "first", "third"]);

    await enter(cluster, 1, "WRITES_ONLY");
    const before = missed();
    await use(cluster, 0, "fourth");
    assertEquals(requestsSent(cluster, 0, 1), { reads: 0, writes: keys.length });
    assertEquals([nodeOf(cluster, 1).heldWrites.count, missed()], [keys.length, before]);
    await use(cluster, 1, "fifth");
    await cluster.clock.run(60_000);
    assertEquals(nodeOf(cluster, 1).heldWrites.count, 2 * keys.length);
    assertEquals([await cluster.engine(1, "GET", "k0"), missed()], ["first", before]);
    assertEquals(nodeOf(cluster, 0).peers.list().map(({ up }) => up), [true, true], "a queued write is no failure");

    await enter(cluster, 1, "RESUMING");
    await cluster.clock.until(() => nodeOf(cluster, 1).heldWrites.count === 0);
    await cluster.clock.run(10);
    assertEquals(await cluster.engine(1, "GET", "k0"), "fifth");
    requestsSent(cluster, 0, 1);
    await use(cluster, 0, "sixth");
    assertEquals(requestsSent(cluster, 0, 1), { reads: 0, writes: keys.length });
    assertEquals([await cluster.engine(1, "GET", "k0"), missed()], ["sixth", before]);

    await enter(cluster, 1, "NORMAL");
    await use(cluster, 0, "seventh");
    const { reads, writes } = requestsSent(cluster, 0, 1);
    // A read at a level of one is answered at home.
    assertEquals([reads, writes], [name === "DC_ONE" ? 0 : keys.length, keys.length]);
    await use(cluster, 1, "eighth");
    assertEquals(await cluster.engines("GET", "k19"), ["eighth", "eighth", "eighth"]);
  });
}

Deno.test("a state lasts until it is changed, whatever gossip comes, and is not taken for another after a restart", async () => {
  await using cluster = await startGossiping(racks(3));
  await enter(cluster, 2, "STANDBY");
  await cluster.clock.run(100 * INTERVAL_MS);
  assertEquals([0, 1, 2].map((by) => stateSeen(cluster, by, 2)), ["STANDBY", "STANDBY", "STANDBY"]);
  // Who comes later hears it too.
  await cluster.add({ datacenter: "dc1", rack: "rack4", tokens: [0] }, [0]);
  await cluster.clock.until(() => stateSeen(cluster, 3, 2) === "STANDBY", 5 * INTERVAL_MS);
  await cluster.crash(2);
  await cluster.clock.until(() => stateSeen(cluster, 0, 2) === "DOWN");
  await cluster.restart(2);
  await cluster.clock.until(() => [0, 1, 2, 3].every((by) => stateSeen(cluster, by, 2) === "NORMAL"), 10 * INTERVAL_MS);
});

Deno.test("where a key has one owner its clients are told of a state, and a write that waits is not lost", async () => {
  await using cluster = await startGossiping(racks(1, 2), { timeoutMs: 1000 });
  const own = async (index: number) => {
    for (const key of keys) {
      const { topology, dispatcher } = nodeOf(cluster, 0);
      const bytes = new TextEncoder().encode(key);
      const [owner] = topology.placementOf(dispatcher.tokenOf(bytes, 0, bytes.length)).nearest;
      if (owner === index) return await Promise.resolve(key);
    }
    throw new Error("no key");
  };
  const key = await own(1);
  await enter(cluster, 1, "STANDBY");
  assertEquals(await cluster.call(0, "SET", key, "v"), `${REFUSED} (10.0.0.2:8101 is STANDBY)`);
  assertEquals(await cluster.call(0, "GET", key), `${REFUSED} (10.0.0.2:8101 is STANDBY)`);
  assertEquals(await cluster.call(1, "GET", key), REFUSED);
  await enter(cluster, 1, "WRITES_ONLY");
  assertMatch(
    await cluster.call(0, "SET", key, "one"),
    /^-ERR Dynomite: Dynomite's current state puts this write off: .* \(at 10\.0\.0\.2:8101\)$/,
  );
  assertEquals(await cluster.call(0, "GET", key), `${REFUSED} (10.0.0.2:8101 is WRITES_ONLY)`);
  // Who asks the node itself waits, as long as it takes, and gets the answers in order.
  const client = await cluster.connect(1);
  client.send([["APPEND", key, "two"], ["GET", key], ["ECHO", "e"]]);
  await cluster.clock.run(60_000);
  assertEquals(client.arrived.length, 0);
  await enter(cluster, 1, "RESUMING");
  await cluster.clock.until(() => client.arrived.length === 3);
  assertEquals(client.arrived.map(show), ["6", REFUSED, "e"]);
  client.close();
  await enter(cluster, 1, "NORMAL");
  assertEquals(await cluster.call(0, "GET", key), "onetwo");
});

Deno.test("a write that is put off is no vote: with two racks at DC_QUORUM its client hears of it at once", async () => {
  await using cluster = await startGossiping(racks(2), quorum);
  await enter(cluster, 1, "WRITES_ONLY");
  for (const index of [0, 1]) {
    const before = cluster.clock.now();
    assertMatch(await cluster.call(index, "INCR", "n"), /^-ERR Dynomite: .* puts this write off/);
    assert(cluster.clock.now() - before < 100, "its client had to wait");
  }
  await enter(cluster, 1, "NORMAL");
  await cluster.clock.run(10);
  assertEquals(await cluster.engines("GET", "n"), ["2", "2"]);
  assertEquals([0, 1].map((index) => nodeOf(cluster, index).stats.missed_writes), [0, 0]);
});

Deno.test("a node alone refuses and queues by itself, and tells a full queue", async () => {
  await using cluster = await SimCluster.start(racks(1), { conf: { timeoutMs: 500, maxHeldWrites: 3 } });
  const node = nodeOf(cluster, 0);
  const client = await cluster.connect(0);
  assertEquals(node.setState("STANDBY"), undefined);
  assertEquals(await client.call("SET", "k", "v"), REFUSED);
  assertEquals(await client.call("MSET", "k", "v", "l", "w"), REFUSED);
  assertEquals(await client.call("GET", "k"), REFUSED);
  assertEquals(await client.call("DBSIZE"), REFUSED);
  assertEquals(await client.call("PING"), "PONG");
  node.setState("WRITES_ONLY");
  client.send(["1", "2", "3", "4"].map((value) => ["RPUSH", "l", value]));
  await cluster.clock.run(10_000);
  assertEquals([client.arrived.length, node.heldWrites.count], [0, 3]);
  node.setState("NORMAL");
  await cluster.clock.until(() => client.arrived.length === 4);
  const answers = client.arrived.splice(0).map(show);
  assertEquals(answers.slice(0, 3), ["1", "2", "3"]);
  assertMatch(answers[3]!, /^-ERR Dynomite: The queue of writes .* is full \(3 writes or \d+ bytes\)$/);
  assertEquals([await client.call("LRANGE", "l", "0", "-1"), node.state], ["[1 2 3]", "NORMAL"]);
  // JOINING and DOWN are no wishes, and without gossip there is nobody to take leave of.
  assertMatch(String(node.setState("JOINING")), /not for an operator/);
  assertMatch(String(node.setState("DOWN")), /not for an operator/);
  assertMatch(String(node.setState("LEAVING")), /enable_gossip is false/);
  assertEquals(node.state, "NORMAL");
  client.close();
});

Deno.test("without gossip the refusal itself tells: reads go to the next, and are not sent there again for a while", async () => {
  // Node 1 shares a rack with node 0, which asks it before the other racks.
  const places = [...racks(1, 2), { datacenter: "dc1", rack: "rack2", tokens: [0] }];
  await using cluster = await SimCluster.start(places, { delayMs: 1 });
  await use(cluster, 0, "first");
  const { stats } = nodeOf(cluster, 0);
  nodeOf(cluster, 1).setState("STANDBY");
  requestsSent(cluster, 0, 1);
  const client = await cluster.connect(0);
  for (const key of keys) assertEquals(await client.call("GET", key), "first");
  const { reads } = requestsSent(cluster, 0, 1);
  assertEquals([reads, stats.retried_reads], [1, 1], "one refusal is enough for a while");
  // It is asked again now and then: nobody says when it is back.
  await cluster.clock.run(1_500);
  for (const key of keys) assertEquals(await client.call("GET", key), "first");
  assertEquals(requestsSent(cluster, 0, 1).reads, 1);
  assertEquals(stats.missed_writes, 0);
  for (const key of keys) assertEquals(await client.call("SET", key, "second"), "OK");
  await cluster.clock.run(50);
  const { writes } = requestsSent(cluster, 0, 1);
  assertEquals(stats.missed_writes, writes, "what it refuses it misses");
  nodeOf(cluster, 1).setState("WRITES_ONLY");
  for (const key of keys) assertEquals(await client.call("SET", key, "third"), "OK");
  await cluster.clock.run(50);
  assertEquals([stats.missed_writes, nodeOf(cluster, 1).heldWrites.count], [writes, writes]);
  nodeOf(cluster, 1).setState("NORMAL");
  await cluster.clock.run(1_500);
  requestsSent(cluster, 0, 1);
  for (const key of keys) assertEquals(await client.call("GET", key), "third");
  assertEquals(requestsSent(cluster, 0, 1).reads, writes);
  client.close();
});

Deno.test("a write for another datacenter goes in by a node whose state passes it on", async () => {
  await using cluster = await startGossiping([...racks(2), ...racks(3, 1, "dc2")]);
  for (const state of ["STANDBY", "WRITES_ONLY"] as const) {
    // The partner of rack 1, which would get the copy.
    await enter(cluster, 2, state);
    const failovers = nodeOf(cluster, 0).stats.remote_peer_failover_requests;
    await use(cluster, 0, state);
    await cluster.clock.run(100);
    assertEquals(await cluster.engines("GET", "k3"), [state, state, "nil", state, state]);
    assertEquals(nodeOf(cluster, 0).stats.remote_peer_failover_requests, failovers + keys.length);
    assertEquals(requestsSent(cluster, 0, 2), { reads: 0, writes: 0 });
  }
  await enter(cluster, 2, "NORMAL");
  await cluster.clock.run(100);
  assertEquals(
    await cluster.engine(2, "GET", "k3"),
    "WRITES_ONLY",
    "what reached it through its neighbours was queued",
  );
});

Deno.test("commands without a key go to a rack whose nodes may all be read", async () => {
  await using cluster = await startGossiping(racks(2, 2));
  await use(cluster, 0, "v");
  await enter(cluster, 1, "RESUMING");
  requestsSent(cluster, 0, 1);
  const client = await cluster.connect(0);
  assertEquals(await client.call("DBSIZE"), String(keys.length));
  assertEquals((await client.pipeline([["KEYS", "*"]]))[0]!.items!.length, keys.length);
  let cursor = "0";
  let found = 0;
  do {
    const [reply] = await client.pipeline([["SCAN", cursor, "COUNT", "3"]]);
    cursor = show(reply!.items![0]!);
    found += reply!.items![1]!.items!.length;
  } while (cursor !== "0");
  assertEquals([found, requestsSent(cluster, 0, 1).reads], [keys.length, 0]);
  await enter(cluster, 1, "WRITES_ONLY");
  const { missed_writes } = nodeOf(cluster, 0).stats;
  assertEquals(await client.call("FLUSHALL"), "OK");
  await cluster.clock.run(50);
  assertEquals([nodeOf(cluster, 1).heldWrites.count, nodeOf(cluster, 0).stats.missed_writes], [1, missed_writes]);
  await enter(cluster, 1, "NORMAL");
  assertEquals(await cluster.engines("DBSIZE"), ["0", "0", "0", "0"]);
  client.close();
});

Deno.test("JOINING is bounded: a first node is NORMAL at once, one whose seeds are away after a few seconds", async () => {
  await using first = await SimCluster.start(racks(1), { conf: withGossip });
  assertEquals(nodeOf(first, 0).state, "NORMAL");
  assert(!first.logger.lines.some((line) => line.includes("JOINING")));
  await using cluster = await SimCluster.start(racks(2), { conf: withGossip, delayMs: 1, seedsOf: () => [0] });
  await cluster.crash(0);
  const before = cluster.clock.now();
  const place = { datacenter: "dc1", rack: "rack3", tokens: [0] };
  const added = cluster.add(place, [0]);
  await added;
  assert(cluster.clock.now() - before < 10_000, "it waited too long for its seed");
  assertEquals(nodeOf(cluster, 2).state, "NORMAL");
  assert(cluster.logger.lines.some((line) => line.includes("the state of this node is JOINING")));
  assertEquals(await cluster.call(2, "SET", "k", "v"), "OK");
});

Deno.test("a node may begin in STANDBY: it joins, and nobody reads what it does not hold", async () => {
  await using cluster = await startGossiping(racks(2));
  await use(cluster, 0, "v");
  await cluster.add({ datacenter: "dc1", rack: "rack1", tokens: [2 ** 31] }, [0], { startState: "standby" });
  await cluster.clock.until(() => [0, 1, 2].every((by) => stateSeen(cluster, by, 2) === "STANDBY"), 10 * INTERVAL_MS);
  const client = await cluster.connect(0);
  const newest = (await client.pipeline(keys.map((key) => ["GET", key]))).map(show);
  assertEquals(new Set(newest), new Set(["v"]), "the newcomer was asked");
  client.close();
  await enter(cluster, 2, "NORMAL");
});

Deno.test("a node that was LEAVING by mistake is back in the ring when it is NORMAL again", async () => {
  await using cluster = await startGossiping(racks(3));
  const size = (index: number) => nodeOf(cluster, index).topology.nodes.length;
  assertEquals(nodeOf(cluster, 2).setState("LEAVING"), undefined);
  await cluster.clock.until(() => size(0) === 2 && size(1) === 2, 5 * INTERVAL_MS);
  assertEquals(await cluster.call(2, "SET", "k", "v"), "OK");
  nodeOf(cluster, 2).setState("NORMAL");
  await cluster.clock.until(() => size(0) === 3 && size(1) === 3, 10 * INTERVAL_MS);
  await cluster.clock.until(() => [0, 1].every((by) => stateSeen(cluster, by, 2) === "NORMAL"));
  await use(cluster, 0, "w");
  assertEquals(await cluster.engine(2, "GET", "k1"), "w");
});

Deno.test("node.setPeer() holds a peer back, lets it in, and makes its links anew", async () => {
  const [, half] = evenTokens(2);
  await using cluster = await SimCluster.start(
    [...racks(1, 2), { datacenter: "dc1", rack: "rack2", tokens: [half!] }],
    {
      delayMs: 1,
    },
  );
  const node = nodeOf(cluster, 0);
  const client = await cluster.connect(0);
  requestsSent(cluster, 0, 1);
  for (const name of ["10.0.0.2", "10.0.0.2:8101"]) {
    assertEquals(node.setPeer(name, "down"), undefined);
    assertEquals(node.stateOf("10.0.0.2:8101"), "DOWN");
    for (const key of keys) assertEquals(await client.call("SET", key, name), "OK");
    for (const key of keys) assertEquals(await client.call("GET", key), name);
    assertEquals(requestsSent(cluster, 0, 1), { reads: 0, writes: 0 });
    assertEquals(node.setPeer(name, "up"), undefined);
    assertEquals(node.stateOf("10.0.0.2:8101"), "NORMAL");
    for (const key of keys) assertEquals(await client.call("SET", key, "v"), "OK");
    assert(requestsSent(cluster, 0, 1).writes > 0);
  }
  const links = () => cluster.network.links.length;
  const before = links();
  for (const name of ["10.0.0.2:8101", "all"]) {
    node.setPeer(name, "down");
    assertEquals(node.setPeer(name, "reset"), undefined);
    await cluster.clock.until(() => node.peers.list().every(({ up }) => up), 5_000);
  }
  assert(links() >= before, `${links()} links, ${before} before`);
  for (const key of keys) assertEquals(await client.call("GET", key), "v");
  const { server_err, server_eof, server_ejects } = node.peers.at("10.0.0.2:8101")!.pool.stats;
  assertEquals([server_err, server_eof, server_ejects], [0, 0, 0], "a link made anew is nobody's failure");
  // One that is away stays so, whatever an operator says.
  await cluster.crash(1);
  await cluster.clock.until(() => node.stateOf("10.0.0.2:8101") === "DOWN");
  assertEquals(node.setPeer("10.0.0.2", "up"), undefined);
  assertEquals(node.stateOf("10.0.0.2:8101"), "DOWN");
  assertEquals(node.setPeer("10.0.0.9", "down"), "no peer is called 10.0.0.9");
  assertMatch(String(node.setPeer("10.0.0.1", "down")), /this node itself/);
  client.close();
});

Deno.test("a C Dynomite node that asks is answered as one of its own would answer it, state by state", async () => {
  // What was captured of C Dynomite (node_state_errors): but for the header's version it is the same to the byte.
  const get = "*2\r\n$3\r\nGET\r\n$5\r\nprobe\r\n";
  const set = "*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$1\r\n1\r\n";
  const refused = "-ERR Dynomite: Dynomite's current state does not allow this request\r\n";
  const reply = (id: number, payload: string) => message(id, 5, payload, { version: 2 });
  await using cluster = await SimCluster.start(racks(1), { conf: { timeoutMs: 500 } });
  const node = nodeOf(cluster, 0);
  using link = await SimPeerLink.open(cluster, 0);
  node.setState("STANDBY");
  assertEquals(await link.send(message(1, 3, get)), reply(1, refused));
  assertEquals(await link.send(message(2, 3, set)), reply(2, refused));
  node.setState("WRITES_ONLY");
  assertEquals(await link.send(message(3, 3, get)), reply(3, refused));
  assertEquals(await link.send(message(4, 3, set)), "");
  await cluster.clock.run(30_000);
  assertEquals([link.received.endsWith(reply(3, refused)), link.ended], [true, false]);
  const before = link.received.length;
  node.setState("RESUMING");
  await cluster.clock.run(10);
  assertEquals(link.received.slice(before), reply(4, "+OK\r\n"));
  assertEquals(await link.send(message(5, 3, get)), reply(5, refused));
  assertEquals(await link.send(message(6, 3, set)), reply(6, "+OK\r\n"));
  node.setState("NORMAL");
  assertEquals(await link.send(message(7, 3, get)), reply(7, "$-1\r\n"));
  assertEquals(await link.send(message(8, 3, set)), reply(8, "+OK\r\n"));
  // One of this program is not made to wait: it is told, and the write is done all the same.
  node.setState("WRITES_ONLY");
  using modern = await SimPeerLink.open(cluster, 0);
  const put = "*3\r\n$3\r\nSET\r\n$1\r\ny\r\n$1\r\n2\r\n";
  assertMatch(
    await modern.send(message(1, 3, put, { version: 2 })),
    /^ {3}\$2014\$ 1 5 .*-ERR Dynomite: .* puts this write off/s,
  );
  node.setState("NORMAL");
  assertEquals(await cluster.engine(0, "GET", "y"), "2");
});
