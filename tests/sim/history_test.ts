/**
 * Whole clusters, run from a seed: 2 to 9 nodes in racks of unequal size with tokens by chance, clients that pipeline at
 * several of them, a network that delays and cuts reads and writes. Without faults every reply is the model's, and so is what
 * every rack's engines hold in the end. With a minority of racks that crash, freeze, come back and lose their links, clients
 * of the others see no error at DC_QUORUM and lose nothing that was acknowledged; at DC_ONE they hear of silence alone.
 * Always: one reply to each request, in order, in time; and no timer or byte of the memory budget is left behind.
 *
 * `DYNOMITE_SIM_SEEDS=200` runs that many seeds; a failure names its own in the test's name.
 */
import { assert, assertEquals } from "@std/assert";
import { Consistency } from "../../core/consistency.ts";
import { type Random, SeededRandom } from "../../core/random.ts";
import { CommandSource } from "../support/cluster_commands.ts";
import { Faults } from "../support/cluster_faults.ts";
import { Ledger, NODE_ERROR, Watch } from "../support/cluster_ledger.ts";
import { Worker } from "../support/cluster_worker.ts";
import { contentsOf, sortedContents } from "../support/contents.ts";
import { EmbeddedRedis } from "../support/embedded_redis.ts";
import { type Place, SimCluster } from "../support/sim_cluster.ts";

const seeds = Array.from({ length: Number(Deno.env.get("DYNOMITE_SIM_SEEDS") ?? 5) }, (_, seed) => seed + 1);
const levels = [Consistency.One, Consistency.Quorum, Consistency.SafeQuorum, Consistency.EachSafeQuorum];
const TIMEOUT_MS = 1_000;
/** What a reply may take longer than the timeout: the way to a peer and back, the pace of the sweeps. */
const ALLOWANCE_MS = 400;

/** Racks of one datacenter with `nodes` nodes each, tokens by chance. */
function datacenter(name: string, nodes: readonly number[], random: Random): Place[] {
  return nodes.flatMap((count, rack) =>
    Array.from({ length: count }, () => ({
      datacenter: name,
      rack: `r${rack}`,
      tokens: Array.from({ length: 1 + random.below(4) }, () => random.below(2 ** 32)),
    }))
  );
}

/** A cluster of 2 to 9 nodes. */
function somePlaces(random: Random): Place[] {
  const shape = Array.from({ length: 1 + random.below(5) }, () => 1);
  const other = Array.from({ length: random.below(2) * (1 + random.below(2)) }, () => 1);
  for (let left = random.below(10 - shape.length - other.length); left > 0; left--) {
    const at = random.below(shape.length + other.length);
    if (at < shape.length) shape[at]!++;
    else other[at - shape.length]!++;
  }
  if (shape.length + other.length === 1 && shape[0] === 1) shape[0] = 2;
  return [...datacenter("dc1", shape, random), ...datacenter("dc2", other, random)];
}

/** Everything stops, and nothing is left. */
async function stopAll(cluster: SimCluster): Promise<void> {
  await cluster[Symbol.asyncDispose]();
  // What was on its way arrives.
  await cluster.clock.run(100);
  for (const { node } of cluster.started) {
    assertEquals(node.parts.pressure.usedBytes, 0, "bytes of the budget are still held");
    assertEquals(node.parts.pressure.congested, false);
    assertEquals(node.stats.client_connections, 0);
  }
  assertEquals(cluster.clock.timerCount, 0, "a timer is left");
}

for (const seed of seeds) {
  Deno.test(`A cluster without faults answers as one engine would, and every rack holds the same: seed ${seed}`, async () => {
    const random = new SeededRandom(seed);
    const places = somePlaces(random);
    const level = levels[random.below(levels.length)]!;
    const conf = {
      readConsistency: level,
      writeConsistency: level,
      hashTag: "{}",
      localPeerConnections: 1 + random.below(3),
    };
    const cluster = await SimCluster.start(places, {
      seed,
      conf,
      delayMs: random.below(4),
      jitterMs: random.below(20),
    });
    using model = new EmbeddedRedis();
    const workers: Worker[] = [];
    const sources: CommandSource[] = [];
    for (let i = 0; i < 4; i++) {
      const node = random.below(places.length);
      workers.push(new Worker(node, await cluster.connect(node), cluster.clock));
      sources.push(new CommandSource(`c${i}`, random, model));
    }
    if (random.below(2) === 0) await workers[0]!.client.pipeline([["HELLO", "3"]]);
    for (let step = 0; step < 40; step++) {
      const at = random.below(workers.length);
      workers[at]!.send(Array.from({ length: 1 + random.below(20) }, () => sources[at]!.next()));
      await cluster.clock.run(random.below(30));
      for (const worker of workers) worker.take();
    }
    await cluster.clock.until(() => {
      for (const worker of workers) worker.take();
      return workers.every(({ waiting }) => waiting.length === 0);
    }, TIMEOUT_MS);
    await cluster.clock.run(500);
    const wanted = await contentsOf((...args) => Promise.resolve(model.args(...args)));
    const racks = new Map<string, Map<string, string>>();
    for (const [node, { datacenter, rack }] of places.entries()) {
      const name = `${datacenter}/${rack}`;
      const held = racks.get(name) ?? new Map<string, string>();
      racks.set(name, held);
      for (const [key, value] of await contentsOf((...args) => cluster.engine(node, ...args))) {
        assert(!held.has(key), `${key} is at two nodes of ${name}`);
        held.set(key, value);
      }
    }
    for (const [name, held] of racks) assertEquals(sortedContents(held), sortedContents(wanted), name);
    for (const { client } of workers) client.close();
    await stopAll(cluster);
  });
}

for (const seed of seeds) {
  Deno.test(`A cluster whose minority fails again and again loses nothing at DC_QUORUM: seed ${seed}`, async () => {
    const random = new SeededRandom(seed * 7919);
    const rackCount = random.below(2) === 0 ? 3 : 5;
    const nodes = Array.from({ length: rackCount }, () => 1 + random.below(rackCount === 3 ? 2 : 1));
    const places = [
      ...datacenter("dc1", nodes, random),
      ...datacenter("dc2", random.below(2) === 0 ? [] : [1, 1], random),
    ];
    const conf = {
      readConsistency: Consistency.Quorum,
      writeConsistency: Consistency.Quorum,
      timeoutMs: TIMEOUT_MS,
      localPeerConnections: 1 + random.below(3),
      autoEjectHosts: random.below(3) > 0,
    };
    const cluster = await SimCluster.start(places, {
      seed,
      conf,
      delayMs: random.below(3),
      jitterMs: random.below(10),
    });
    // Every rack has a node, and a minority of them may fail: racks of dc1 from the last on, and all of dc2.
    const failing = [...places.keys()].filter((node) => {
      const { datacenter, rack } = places[node]!;
      return datacenter === "dc2" || Number(rack.slice(1)) >= (rackCount + 1) / 2;
    });
    const healthy = [...places.keys()].filter((node) => !failing.includes(node));
    const faults = new Faults(cluster, failing, random);
    const watch = new Watch(cluster);
    const workers: { worker: Worker; ledger: Ledger }[] = [];
    const join = async (node: number, name: string) => {
      const worker = new Worker(node, await cluster.connect(node), cluster.clock);
      workers.push({ worker, ledger: new Ledger(name, failing.includes(node) ? NODE_ERROR : undefined) });
    };
    for (let i = 0; i < 3; i++) await join(healthy[random.below(healthy.length)]!, `c${i}`);
    for (let i = 0; i < 2; i++) await join(failing[random.below(failing.length)]!, `f${i}`);
    const steady = workers.filter(({ ledger }) => ledger.errors === undefined);
    for (let step = 0; step < 60; step++) {
      for (const { worker, ledger } of workers) {
        if (random.below(2) === 0 || worker.waiting.length > 200) continue;
        worker.send(Array.from({ length: 1 + random.below(12) }, () => ledger.next(random)));
      }
      await cluster.clock.run(random.below(random.below(4) === 0 ? 3_000 : 150));
      for (const { worker } of workers) worker.take();
      if (random.below(3) === 0) await faults.strike();
      const node = healthy[random.below(healthy.length)]!;
      await watch.look(node, steady.flatMap(({ ledger }) => [...ledger.sent.keys()]));
    }
    await faults.end();
    await cluster.clock.until(() => {
      for (const { worker } of workers) worker.take();
      return steady.every(({ worker }) => worker.waiting.length === 0);
    });
    for (const { worker } of steady) {
      assert(worker.slowestMs <= TIMEOUT_MS + ALLOWANCE_MS, `a reply took ${worker.slowestMs} ms`);
    }
    // Everybody is used again without help.
    await cluster.clock.until(
      () => cluster.nodes.every(({ running }) => running.node.peers.list().every((peer) => peer.up)),
      20_000,
    );
    await cluster.clock.run(TIMEOUT_MS);
    for (const { ledger } of steady) {
      for (const [register, least] of ledger.acknowledged) {
        const value = await cluster.call(healthy[random.below(healthy.length)]!, "GET", register);
        assert(ledger.isHeld(register, value, least), `${register}: ${value}, and ${least} was acknowledged`);
      }
    }
    for (const { ledger } of workers) {
      for (const [counter, count] of ledger.increments) {
        const held = (await cluster.engines("GET", counter)).filter((value) => value !== "nil").map(Number);
        assert(held.every((value) => value <= count), `${counter}: ${held}, and INCR was sent ${count} times`);
        if (ledger.errors !== undefined) continue;
        const agreed = held.filter((value) => value === count).length;
        assert(agreed >= (rackCount + 1) / 2, `${counter}: ${held}, and INCR was acknowledged ${count} times`);
      }
    }
    for (const { worker } of workers) worker.client.close();
    await stopAll(cluster);
  });
}

/** All that a client at DC_ONE may be told while one replica of each key lives: that the one asked kept silent. */
const LATE = /^-ERR Peer: .*did not answer within \d+ ms/;

for (const seed of seeds) {
  Deno.test(`At DC_ONE, while a replica of each key lives, clients are answered in time and hear of silence alone: seed ${seed}`, async () => {
    const random = new SeededRandom(seed * 104729);
    // Clients are at the first node of each rack; the second ones fail, all but one rack's.
    const places = datacenter("dc1", [2, 2, 2], random);
    const conf = {
      timeoutMs: TIMEOUT_MS,
      localPeerConnections: 1 + random.below(2),
      autoEjectHosts: random.below(3) > 0,
    };
    const cluster = await SimCluster.start(places, {
      seed,
      conf,
      delayMs: random.below(3),
      jitterMs: random.below(10),
    });
    const faults = new Faults(cluster, [1, 3], random);
    const workers: { worker: Worker; ledger: Ledger }[] = [];
    for (const node of [0, 2, 4]) {
      workers.push({
        worker: new Worker(node, await cluster.connect(node), cluster.clock),
        ledger: new Ledger(`c${node}`, LATE),
      });
    }
    for (let step = 0; step < 60; step++) {
      for (const { worker, ledger } of workers) {
        if (worker.waiting.length > 200) continue;
        worker.send(Array.from({ length: 1 + random.below(12) }, () => ledger.next(random)));
      }
      await cluster.clock.run(random.below(random.below(4) === 0 ? 3_000 : 150));
      for (const { worker } of workers) worker.take();
      if (random.below(3) === 0) await faults.strike();
    }
    await faults.end();
    await cluster.clock.until(() => {
      for (const { worker } of workers) worker.take();
      return workers.every(({ worker }) => worker.waiting.length === 0);
    });
    for (const { worker } of workers) {
      assert(worker.slowestMs <= TIMEOUT_MS + ALLOWANCE_MS, `a reply took ${worker.slowestMs} ms`);
    }
    for (const { ledger } of workers) {
      for (const [counter, count] of ledger.increments) {
        const held = (await cluster.engines("GET", counter)).filter((value) => value !== "nil").map(Number);
        assert(held.every((value) => value <= count), `${counter}: ${held}, and INCR was sent ${count} times`);
      }
    }
    for (const { worker } of workers) worker.client.close();
    await stopAll(cluster);
  });
}
