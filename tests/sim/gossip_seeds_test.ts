/** Gossip together with a seeds provider: what the list says, what nodes say themselves, and which of the two counts. */
import { assert, assertEquals } from "@std/assert";
import type { RunningNode } from "../../mod.ts";
import { node } from "../support/seed_records.ts";
import { peersOf, SeedsCluster } from "../support/seeds_cluster.ts";

const [a, b, c] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"] as const;
const conf = { enableGossip: true, gossipIntervalMs: 1000 };

/** `rack host` of the nodes in its ring. */
function ringOf({ node }: RunningNode): string[] {
  return node.topology.nodes.map(({ rack, host }) => `${rack} ${host}`).sort();
}
const whole = ["rack1 10.0.0.1", "rack2 10.0.0.2", "rack3 10.0.0.3"];

Deno.test("a node that its provider lists later is in the ring, and gossip makes it known to those whose list is old", async () => {
  await using cluster = new SeedsCluster(conf);
  cluster.hosts = [a, b];
  const [one, two] = [await cluster.start(a), await cluster.start(b)];
  cluster.hosts = [a, b, c];
  const three = await cluster.start(c);
  cluster.hosts = new Error("gone");
  await cluster.clock.until(() => [one, two, three].every((node) => ringOf(node).join() === whole.join()), 10_000);
  // A provider that fails takes nobody out.
  await cluster.clock.run(30_000);
  for (const node of [one, two, three]) assertEquals(ringOf(node), whole);
});

Deno.test("a node that left the list and is heard stays; one that was never heard goes with the list", async () => {
  await using cluster = new SeedsCluster(conf);
  cluster.hosts = [a, b, "10.0.0.9"];
  const [one, two] = [await cluster.start(a), await cluster.start(b)];
  assertEquals(ringOf(one), ["rack1 10.0.0.1", "rack2 10.0.0.2", "rack9 10.0.0.9"]);
  cluster.hosts = [a];
  await cluster.clock.until(() => [one, two].every((node) => ringOf(node).length === 2), 10_000);
  await cluster.clock.run(60_000);
  for (const node of [one, two]) assertEquals(ringOf(node), ["rack1 10.0.0.1", "rack2 10.0.0.2"]);
  assert(!cluster.logger.lines.some((line) => line.includes("is down")));
  // It is found down by its silence, not by the list, and keeps its place.
  await two.stop();
  await cluster.clock.until(() => cluster.logger.lines.some((line) => line.includes(`${b}:8101 is down`)), 60_000);
  assertEquals(ringOf(one), ["rack1 10.0.0.1", "rack2 10.0.0.2"]);
});

Deno.test("addresses without places are contacts: racks and tokens are what the nodes say themselves", async () => {
  await using cluster = new SeedsCluster(conf, (host) => ({ ...node(`${host}:8101:${host}:dc1:0`), tokens: [] }));
  cluster.hosts = [a];
  const one = await cluster.start(a);
  assertEquals(ringOf(one), ["rack1 10.0.0.1"]);
  cluster.hosts = [a, b, "10.0.0.9"];
  const two = await cluster.start(b);
  assertEquals(ringOf(two), ["rack1 10.0.0.1", "rack2 10.0.0.2"], "it served before it knew the ring");
  await cluster.clock.until(() => ringOf(one).length === 2, 5_000);
  // An address where nobody answers is tried as long as it is listed, and is no rack.
  await cluster.clock.until(() => peersOf(one).includes("10.0.0.9:8101"), 5_000);
  assertEquals(ringOf(one), ["rack1 10.0.0.1", "rack2 10.0.0.2"]);
  cluster.hosts = [a, b, c];
  const three = await cluster.start(c);
  await cluster.clock.until(() => [one, two, three].every((node) => ringOf(node).join() === whole.join()), 5_000);
  await cluster.clock.until(() => [one, two].every((node) => !peersOf(node).includes("10.0.0.9:8101")), 5_000);
  const client = await cluster.client(b);
  assertEquals(await client.call("SET", "k", "v"), "OK");
  client.close();
  const texts = cluster.logger.lines.filter((line) => line.includes("10.0.0.9"));
  assert(
    texts.some((line) => /joined: 10\.0\.0\.2:8101 \(a contact\), 10\.0\.0\.9:8101 \(a contact\)/.test(line)),
    texts.join("\n"),
  );
  assert(!cluster.logger.lines.some((line) => /10\.0\.0\.\d of dc1 is (new|gone)/.test(line)));
});
