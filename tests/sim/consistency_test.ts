/** What each consistency level gives and takes in whole clusters of 1 to 5 racks, with nodes and engines away. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Consistency } from "../../core/consistency.ts";
import { racks, SimCluster } from "../support/sim_cluster.ts";

const { One, Quorum, SafeQuorum, EachSafeQuorum } = Consistency;
const both = (level: Consistency) => ({ readConsistency: level, writeConsistency: level });
const names = ["DC_ONE", "DC_QUORUM", "DC_SAFE_QUORUM", "DC_EACH_SAFE_QUORUM"];

for (let count = 1; count <= 5; count++) {
  for (const level of [One, Quorum, SafeQuorum, EachSafeQuorum]) {
    const needed = level === One ? 1 : (count >> 1) + 1;
    Deno.test(`${names[level]} with ${count} racks is met by ${needed}, and by no fewer`, async () => {
      await using cluster = await SimCluster.start(racks(count), { conf: both(level) });
      assertEquals(await cluster.call(0, "SET", "key", "a"), "OK");
      assertEquals(await cluster.call(0, "GET", "key"), "a");
      // Others than the node that is asked go away one by one.
      for (let away = 1; away < count; away++) {
        await cluster.crash(away);
        const set = await cluster.call(0, "SET", "key", String(away));
        const get = await cluster.call(0, "GET", "key");
        if (count - away >= needed) assertEquals([set, get], ["OK", String(away)]);
        else {
          assertMatch(set, /^-ERR Peer: Peer Node .*10\.0\.0\./);
          assertMatch(get, /^-ERR Peer: /);
        }
      }
    });
  }
}

Deno.test("Replicas that differ: DC_QUORUM gives the first answer, DC_SAFE_QUORUM an error, and two of three decide", async () => {
  await using cluster = await SimCluster.start(racks(3));
  for (const [node, value] of ["x", "y", "z"].entries()) await cluster.engine(node, "SET", "all", value);
  for (const [node, value] of ["x", "same", "same"].entries()) await cluster.engine(node, "SET", "two", value);
  for (const [node, value] of ["v1", "V1", "v2"].entries()) await cluster.engine(node, "SET", "case", value);
  const client = await cluster.connect(0);
  const under = async (level: string, key: string) => {
    assertEquals(await client.call("DYNO_CONFIG:CONN_CONSISTENCY", level), "OK");
    return await client.call("GET", key);
  };
  assertEquals(await under("DC_ONE", "two"), "x");
  assert(["x", "y", "z"].includes(await under("DC_QUORUM", "all")));
  assertEquals(await under("DC_QUORUM", "two"), "same");
  assertEquals(await under("DC_SAFE_QUORUM", "two"), "same");
  assertEquals(await under("DC_SAFE_QUORUM", "all"), "-ERR Dynomite: Failed to achieve Quorum");
  assertEquals(await under("DC_SAFE_QUORUM", "case"), "-ERR Dynomite: Failed to achieve Quorum");
  client.close();
});

Deno.test("Replies without an order agree when they hold the same elements", async () => {
  await using cluster = await SimCluster.start(racks(3), { conf: both(SafeQuorum) });
  const members = Array.from({ length: 30 }, (_, i) => `m${i}`);
  for (let node = 0; node < 3; node++) {
    const shuffled = members.map((_, i) => members[(i * (node * 2 + 7)) % 30]!).filter((m, i, all) =>
      all.indexOf(m) === i
    );
    for (const member of [...shuffled, ...members]) await cluster.engine(node, "SADD", "set", member);
    for (const member of [...shuffled, ...members]) await cluster.engine(node, "HSET", "hash", member, `v${member}`);
  }
  for (const command of [["SMEMBERS", "set"], ["HGETALL", "hash"], ["HKEYS", "hash"], ["KEYS", "*"]]) {
    const answer = await cluster.call(1, ...command);
    assert(answer.startsWith("[") && answer.length > 2, answer);
  }
  // Chance and time are nothing to vote on.
  assertMatch(await cluster.call(1, "SRANDMEMBER", "set"), /^m\d+$/);
  assertMatch(await cluster.call(1, "HSCAN", "hash", "0", "COUNT", "1000"), /^\[0 /);
});

Deno.test("DC_EACH_SAFE_QUORUM applies a write once at every replica of every datacenter", async () => {
  const places = [...racks(3), ...racks(3, 1, "dc2"), ...racks(2, 1, "dc3")];
  await using cluster = await SimCluster.start(places, { conf: both(EachSafeQuorum) });
  for (let i = 1; i <= 5; i++) assertEquals(await cluster.call(i % 8, "INCR", "n"), String(i));
  assertEquals(await cluster.engines("GET", "n"), new Array(8).fill("5"));
  assertEquals(await cluster.call(6, "GET", "n"), "5");
});

Deno.test("DC_EACH_SAFE_QUORUM fails at once when a datacenter cannot agree, and names who is away", async () => {
  const places = [...racks(3), ...racks(3, 1, "dc2")];
  await using cluster = await SimCluster.start(places, { conf: both(EachSafeQuorum) });
  await cluster.crash(4);
  assertEquals(await cluster.call(0, "SET", "k", "v"), "OK");
  await cluster.crash(5);
  const before = cluster.clock.now();
  assertMatch(await cluster.call(0, "SET", "k", "w"), /^-ERR Peer: .*10\.0\.0\.[56]/);
  assert(cluster.clock.now() - before < 1000, "not at once");
});

Deno.test("A level meets no answer later than the timeout: a frozen datacenter is an error, in time", async () => {
  const places = [...racks(3), ...racks(3, 1, "dc2")];
  await using cluster = await SimCluster.start(places, { conf: { ...both(EachSafeQuorum), timeoutMs: 2000 } });
  for (const node of [3, 4, 5]) cluster.nodes[node]!.host.freeze();
  const before = cluster.clock.now();
  assertMatch(await cluster.call(0, "INCR", "n"), /^-ERR Peer: Peer Node did not answer within \d+ ms/);
  assert(cluster.clock.now() - before <= 3300, `${cluster.clock.now() - before} ms`);
  for (const node of [3, 4, 5]) cluster.nodes[node]!.host.thaw();
});

Deno.test("DC_ONE goes to the nearest replica that is up when the own rack's owner is away, for reads and writes", async () => {
  // Two nodes a rack: keys of the second one are asked through the first.
  await using cluster = await SimCluster.start(racks(3, 2));
  const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
  await cluster.call(0, "MSET", ...keys.flatMap((key) => [key, "1"]));
  await cluster.crash(1);
  for (const key of keys) {
    assertEquals(await cluster.call(0, "GET", key), "1");
    assertEquals(await cluster.call(0, "INCR", key), "2");
  }
  assertEquals(await cluster.call(0, "MGET", ...keys), `[${keys.map(() => "2").join(" ")}]`);
  assertEquals(await cluster.call(0, "DBSIZE"), "30");
  assert(cluster.nodes[0]!.running.node.stats.missed_writes > 0);
});

Deno.test("DC_ONE reads that were under way when their replica died are answered by the next", async () => {
  await using cluster = await SimCluster.start(racks(3, 2), { delayMs: 20 });
  const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
  await cluster.call(0, "MSET", ...keys.flatMap((key) => [key, "1"]));
  const client = await cluster.connect(0);
  client.send(keys.map((key) => ["GET", key]));
  await cluster.clock.run(45);
  await cluster.crash(1);
  await cluster.clock.until(() => client.arrived.length === 30);
  assertEquals(client.arrived.map(({ text }) => text), keys.map(() => "1"));
  assert(cluster.nodes[0]!.running.node.stats.retried_reads > 0, "none was under way");
  client.close();
});

Deno.test("A datacenter whose preferred rack is away gets its copy through another", async () => {
  const places = [...racks(3), ...racks(3, 1, "dc2")];
  await using cluster = await SimCluster.start(places);
  await cluster.crash(3);
  assertEquals(await cluster.call(0, "SET", "k", "v"), "OK");
  await cluster.clock.run(100);
  assertEquals(await cluster.engine(4, "GET", "k"), "v");
  assertEquals(await cluster.engine(5, "GET", "k"), "v");
});

Deno.test("A node that comes back is used again without help", async () => {
  await using cluster = await SimCluster.start(racks(3), { conf: both(Quorum) });
  await cluster.crash(1);
  await cluster.crash(2);
  assertMatch(await cluster.call(0, "SET", "k", "v"), /^-ERR Peer/);
  await cluster.restart(1);
  await cluster.clock.until(() => cluster.nodes[0]!.running.node.peers.list().some((peer) => peer.up), 11_000);
  assertEquals(await cluster.call(0, "SET", "k", "v"), "OK");
  assertEquals(await cluster.engine(1, "GET", "k"), "v");
});

Deno.test("A request that is late at a peer fails alone: its link stays, and other replies are their own", async () => {
  await using cluster = await SimCluster.start(racks(1, 2), { conf: { timeoutMs: 1000 } });
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
  await cluster.call(0, "MSET", ...keys.flatMap((key) => [key, key]));
  cluster.nodes[1]!.host.freeze();
  const client = await cluster.connect(0);
  const late = (await client.pipeline(keys.map((key) => ["GET", key]))).map(({ type, text }) =>
    type === "-" ? "late" : text
  );
  assert(late.every((text, i) => text === "late" || text === keys[i]), late.join());
  assert(late.includes("late") && new Set(late).size > 3, late.join());
  cluster.nodes[1]!.host.thaw();
  for (const key of keys) assertEquals(await client.call("GET", key), key);
  assertEquals(cluster.nodes[0]!.running.node.peers.list()[0]!.pool.stats.server_err, 0, "the link was closed");
  client.close();
});

Deno.test("Two nodes that send each other large values, with memory short at both, do not wait for each other", async () => {
  const conf = { bufferBudgetBytes: 1 << 20, maxRequestBytes: 1 << 19, timeoutMs: 20_000 };
  await using cluster = await SimCluster.start(racks(1, 2), { conf, seed: 3 });
  const value = "v".repeat(200_000);
  const keys = Array.from({ length: 16 }, (_, i) => `k${i}`);
  const clients = await Promise.all([0, 1, 0, 1].map((node) => cluster.connect(node)));
  for (const client of clients) client.send(keys.flatMap((key) => [["SET", key, value], ["GET", key]]));
  await cluster.clock.until(() => clients.every((client) => client.arrived.length === 32), 600_000);
  for (const client of clients) {
    assertEquals(client.arrived.map(({ text }) => text), keys.flatMap(() => ["OK", value]));
    client.close();
  }
});
