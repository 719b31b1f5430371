/** Whole nodes that find each other, lose each other and change places by gossip, over a simulated network. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { defaultConf } from "../../conf/mod.ts";
import { startNode } from "../../mod.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { evenTokens, type Place, SimCluster, type SimClusterOptions } from "../support/sim_cluster.ts";

const INTERVAL_MS = 1000;
const conf = { enableGossip: true, gossipIntervalMs: INTERVAL_MS };

function seedOf(step: number): number {
  const seed = 20_000 + step;
  console.log(`seed ${seed}`);
  return seed;
}

/** Addresses in a node's ring. */
function ring(cluster: SimCluster, index: number): string[] {
  return cluster.nodes[index]!.running.node.topology.nodes.map(({ host }) => host).sort();
}
function hosts(...indexes: number[]): string[] {
  return indexes.map((index) => `10.0.0.${index + 1}`);
}
/** Is node `index` up in the eyes of node `by`? */
function sees(cluster: SimCluster, by: number, index: number): boolean {
  return cluster.nodes[by]!.running.node.peers.at(`10.0.0.${index + 1}:8101`)?.up ?? false;
}

/** Three racks, or more nodes of them; everybody knows node 0 alone. */
function start(places: readonly Place[], options: SimClusterOptions): Promise<SimCluster> {
  return SimCluster.start(places, { conf, delayMs: 1, seedsOf: (index) => index === 0 ? [] : [0], ...options });
}
const threeRacks: Place[] = ["rack1", "rack2", "rack3"].map((rack) => ({ datacenter: "dc1", rack, tokens: [0] }));

Deno.test("Gossip makes a cluster of nodes that know one seed each, before any of them serves", async () => {
  const seed = seedOf(1);
  await using cluster = await start(threeRacks, { seed });
  await cluster.clock.until(() => [0, 1, 2].every((i) => ring(cluster, i).length === 3), 5 * INTERVAL_MS);
  for (const i of [0, 1, 2]) assertEquals(ring(cluster, i), hosts(0, 1, 2));
  await cluster.clock.until(() => [0, 1, 2].every((a) => [0, 1, 2].every((b) => a === b || sees(cluster, a, b))));
  assertEquals(await cluster.call(1, "SET", "city", "Lisbon"), "OK");
  await cluster.clock.run(50);
  assertEquals(await cluster.engines("GET", "city"), ["Lisbon", "Lisbon", "Lisbon"]);
});

Deno.test("Gossip brings a node that joins through one seed to every node within a few rounds", async () => {
  const seed = seedOf(2);
  await using cluster = await start(threeRacks, { seed });
  await cluster.clock.until(() => [0, 1, 2].every((i) => ring(cluster, i).length === 3), 5 * INTERVAL_MS);
  const [, half] = evenTokens(2);
  await cluster.add({ datacenter: "dc1", rack: "rack2", tokens: [half!] }, [1]);
  assertEquals(ring(cluster, 3), hosts(0, 1, 2, 3), "it served before it knew the ring");
  await cluster.clock.until(() => [0, 1, 2].every((i) => ring(cluster, i).length === 4), 4 * INTERVAL_MS);
  await cluster.clock.until(() => [0, 1, 2].every((i) => sees(cluster, i, 3)), 2 * INTERVAL_MS);
  const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
  const client = await cluster.connect(0);
  await client.pipeline(keys.map((key) => ["SET", key, "v"]));
  client.close();
  await cluster.clock.run(50);
  const counts = (await cluster.engines("DBSIZE")).map(Number);
  assertEquals([counts[0], counts[1]! + counts[3]!, counts[2]], [40, 40, 40]);
  assert(counts[3]! > 0, "the new node got nothing");
  const told = cluster.logger.lines.filter((line) => /10\.0\.0\.4:8101 .* joins\. Data is not moved/.test(line));
  assertEquals(told.length, 3, "each node says what an operator must do");
});

/** Reads keys through node 0 one after the other: how many were there, and the longest that one took, ms. */
async function read(cluster: SimCluster): Promise<{ readonly found: number; readonly slowestMs: number }> {
  const client = await cluster.connect(0);
  let slowestMs = 0;
  let found = 0;
  for (let i = 0; i < 20; i++) {
    const before = cluster.clock.now();
    if (await client.call("GET", `k${i}`) === "v") found++;
    slowestMs = Math.max(slowestMs, cluster.clock.now() - before);
  }
  client.close();
  return { found, slowestMs };
}

Deno.test("Gossip takes a frozen node for down so that no request waits for it, and back within a round of its return", async () => {
  const seed = seedOf(3);
  // Half of what node 0 is asked belongs to node 1 of its own rack.
  const places = ["rack1", "rack2"].flatMap((rack) =>
    evenTokens(2).map((token) => ({ datacenter: "dc1", rack, tokens: [token] }))
  );
  await using cluster = await start(places, { seed, conf: { ...conf, autoEjectHosts: false } });
  const all = [0, 1, 2, 3];
  await cluster.clock.until(() => all.every((a) => all.every((b) => a === b || sees(cluster, a, b))));
  const client = await cluster.connect(0);
  await client.pipeline(Array.from({ length: 20 }, (_, i) => ["SET", `k${i}`, "v"]));
  client.close();
  await cluster.clock.run(10 * INTERVAL_MS);
  cluster.nodes[1]!.host.freeze();
  const frozenAt = cluster.clock.now();
  const others = [0, 2, 3];
  await cluster.clock.until(() => others.every((i) => !sees(cluster, i, 1)), 60 * INTERVAL_MS);
  const silentMs = cluster.clock.now() - frozenAt;
  assert(silentMs > 8 * INTERVAL_MS, `condemned after ${silentMs} ms`);
  const known = await read(cluster);
  assert(known.found === 20 && known.slowestMs < 50, `a request waited: ${JSON.stringify(known)}`);
  cluster.nodes[1]!.host.thaw();
  await cluster.clock.until(() => others.every((i) => sees(cluster, i, 1)), 2 * INTERVAL_MS);
  for (const i of all) assertEquals(ring(cluster, i), hosts(0, 1, 2, 3));
  // Without gossip's word the same reads wait for their timeouts.
  cluster.nodes[1]!.host.freeze();
  const { slowestMs } = await read(cluster);
  assert(slowestMs > 1000, `the slowest took ${slowestMs} ms`);
  cluster.nodes[1]!.host.thaw();
});

Deno.test("Gossip finds a node that crashed and came back, with a new generation, within a round", async () => {
  const seed = seedOf(4);
  await using cluster = await start(threeRacks, { seed });
  await cluster.clock.until(() => [0, 1, 2].every((a) => [0, 1, 2].every((b) => a === b || sees(cluster, a, b))));
  await cluster.crash(1);
  const isDown = (line: string) => /warn: node 10\.0\.0\.2:8101 is down/.test(line);
  await cluster.clock.until(() => cluster.logger.lines.filter(isDown).length === 2, 60 * INTERVAL_MS);
  await cluster.restart(1);
  const startedAt = cluster.clock.now();
  await cluster.clock.until(() => sees(cluster, 0, 1) && sees(cluster, 2, 1), 3 * INTERVAL_MS);
  assert(cluster.clock.now() - startedAt <= 2 * INTERVAL_MS, `${cluster.clock.now() - startedAt} ms`);
  assert(cluster.logger.lines.some((line) => /node 10\.0\.0\.2:8101 was started anew/.test(line)));
});

Deno.test("Gossip survives a partition: each side goes on, both see each other again when it heals", async () => {
  const seed = seedOf(5);
  const places = ["rack1", "rack2"].flatMap((rack) =>
    evenTokens(2).map((token) => ({ datacenter: "dc1", rack, tokens: [token] }))
  );
  await using cluster = await start(places, { seed });
  const all = [0, 1, 2, 3];
  const whole = () => all.every((a) => all.every((b) => a === b || sees(cluster, a, b)));
  await cluster.clock.until(whole);
  const across = [[0, 2], [0, 3], [1, 2], [1, 3]] as const;
  for (const [a, b] of across) cluster.cut(a, b);
  await cluster.clock.until(
    () => across.every(([a, b]) => !sees(cluster, a, b) && !sees(cluster, b, a)),
    90 * INTERVAL_MS,
  );
  assert(sees(cluster, 0, 1) && sees(cluster, 2, 3), "the nodes of one side lost each other");
  for (const i of all) assertEquals(ring(cluster, i).length, 4, "a node that is down keeps its place");
  assertEquals(await cluster.call(0, "SET", "left", "1"), "OK");
  assertEquals(await cluster.call(3, "SET", "right", "1"), "OK");
  for (const [a, b] of across) cluster.heal(a, b);
  await cluster.clock.until(whole, 30 * INTERVAL_MS);
});

Deno.test("Gossip gives the place of a dead node to the one that is started there with another address", async () => {
  const seed = seedOf(6);
  await using cluster = await start(threeRacks, { seed });
  await cluster.clock.until(() => [0, 1, 2].every((i) => ring(cluster, i).length === 3), 5 * INTERVAL_MS);
  await cluster.crash(2);
  await cluster.add(threeRacks[2]!, [0]);
  const alive = [0, 1, 3];
  await cluster.clock.until(
    () => alive.every((i) => ring(cluster, i).join() === hosts(0, 1, 3).join()),
    5 * INTERVAL_MS,
  );
  await cluster.clock.until(() => sees(cluster, 0, 3) && sees(cluster, 1, 3), 2 * INTERVAL_MS);
  assertEquals(await cluster.call(1, "SET", "k", "v"), "OK");
  await cluster.clock.run(50);
  assertEquals(await cluster.engine(3, "GET", "k"), "v");
  assert(cluster.logger.lines.some((line) => /10\.0\.0\.4:8101 .* takes the place of 10\.0\.0\.3:8101/.test(line)));
});

Deno.test("Gossip forgets a node that leaves at once, and one that stays down after gos_forget_after", async () => {
  const seed = seedOf(7);
  const places = evenTokens(4).map((token) => ({ datacenter: "dc1", rack: "rack1", tokens: [token] }));
  await using cluster = await start(places, { seed, conf: { ...conf, forgetAfterMs: 60_000 } });
  await cluster.clock.until(() => [0, 1, 2, 3].every((i) => ring(cluster, i).length === 4), 5 * INTERVAL_MS);
  let left = false;
  cluster.nodes[3]!.running.leave().then(() => left = true);
  await cluster.clock.until(() => [0, 1, 2].every((i) => ring(cluster, i).length === 3), 3 * INTERVAL_MS);
  await cluster.clock.until(() => left);
  await cluster.crash(2);
  await cluster.clock.run(40 * INTERVAL_MS);
  assertEquals([ring(cluster, 0).length, sees(cluster, 0, 2)], [3, false]);
  await cluster.clock.until(
    () => [0, 1].every((i) => ring(cluster, i).join() === hosts(0, 1).join()),
    90 * INTERVAL_MS,
  );
  // Nobody brings them back.
  await cluster.clock.run(100 * INTERVAL_MS);
  assertEquals([ring(cluster, 0), ring(cluster, 1)], [hosts(0, 1), hosts(0, 1)]);
});

Deno.test("Gossip without an address to tell others ends the start, and says what would help", async () => {
  const dynListen = { kind: "tcp", host: "0.0.0.0", port: 8101 } as const;
  const everywhere = { ...defaultConf(), ...conf, dynListen };
  const error = await assertRejects(() => startNode(everywhere, { transport: new MemoryNetwork() }));
  assertEquals(
    /^dyn_listen 0\.0\.0\.0:8101 is every interface, .* EC2_PUBLIC_HOSTNAME$/.test((error as Error).message),
    true,
    String(error),
  );
});

Deno.test("Gossip is not told to nodes that have none: they stay as they are configured, and are never taken for down", async () => {
  const seed = seedOf(8);
  await using cluster = await SimCluster.start([threeRacks[0]!, threeRacks[1]!], { conf, delayMs: 1, seed });
  await cluster.add(threeRacks[2]!, [0, 1], { enableGossip: false });
  await cluster.clock.run(20 * INTERVAL_MS);
  // It knows of them, they do not know of it: no gossip, no news.
  assertEquals([ring(cluster, 0), ring(cluster, 2)], [hosts(0, 1), hosts(0, 1, 2)]);
  const { node } = cluster.nodes[0]!.running;
  assertEquals(node.peers.at("10.0.0.3:8101"), undefined);
  // Listed in dyn_seeds it is one of the ring, by its links alone.
  await cluster.add({ datacenter: "dc1", rack: "rack4", tokens: [0] }, [0, 1, 2]);
  await cluster.clock.run(60 * INTERVAL_MS);
  assertEquals(ring(cluster, 3), hosts(0, 1, 2, 3));
  assert(sees(cluster, 3, 2));
  assert(!cluster.logger.lines.some((line) => line.includes("is down")));
});

Deno.test("Gossip of a node that was started anew ends the pause before its links are tried again", async () => {
  const seed = seedOf(90);
  // Nobody is found down: that would end the pause by itself.
  await using cluster = await start(threeRacks, { seed, conf: { ...conf, phiThreshold: 1000 } });
  await cluster.clock.until(() => sees(cluster, 0, 1) && sees(cluster, 2, 1), 5 * INTERVAL_MS);
  await cluster.crash(1);
  await cluster.clock.until(() => !sees(cluster, 0, 1) && !sees(cluster, 2, 1));
  // Long enough for the longest pause.
  await cluster.clock.run(60_000);
  await cluster.restart(1);
  await cluster.clock.until(() => sees(cluster, 0, 1) && sees(cluster, 2, 1), 3 * INTERVAL_MS);
});
