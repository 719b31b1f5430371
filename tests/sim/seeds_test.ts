/** Nodes with a seeds provider, on a clock and a network that the test owns. */
import { assertEquals } from "@std/assert";
import { peersOf, SeedsCluster } from "../support/seeds_cluster.ts";

Deno.test("startNode() asks its seeds provider before clients are let in, and follows the list while it runs", async () => {
  await using cluster = new SeedsCluster();
  const [a, b, c] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"] as const;
  cluster.hosts = [a, b];
  const one = await cluster.start(a);
  assertEquals([peersOf(one), one.node.topology.version], [["10.0.0.2:8101"], 2]);
  const two = await cluster.start(b);
  const three = await cluster.start(c);
  assertEquals(peersOf(two), ["10.0.0.1:8101"]);
  // A list without this node itself is as good.
  assertEquals(peersOf(three), ["10.0.0.1:8101", "10.0.0.2:8101"]);
  cluster.hosts = [a, b, c];
  await cluster.clock.until(() => one.node.peers.list().length === 2 && one.node.peers.list().every(({ up }) => up));
  const client = await cluster.client(a);
  await client.call("CONFIG", "SET", "write_consistency", "dc_each_safe_quorum");
  assertEquals(await client.call("SET", "k", "v"), "OK");
  const there = await cluster.client(c);
  await cluster.clock.run(100);
  assertEquals(await there.call("GET", "k"), "v");
  cluster.hosts = [a, c];
  await cluster.clock.run(10_000);
  assertEquals([peersOf(one), peersOf(three)], [["10.0.0.3:8101"], ["10.0.0.1:8101"]]);
  assertEquals(one.node.topology.version, 4);
  assertEquals(await client.call("SET", "k", "w"), "OK");
  client.close();
  there.close();
});

Deno.test("startNode() waits for its seeds provider no longer than the time limit, and keeps dyn_seeds whatever it says", async () => {
  await using cluster = new SeedsCluster();
  const before = cluster.clock.now();
  const one = await cluster.start("10.0.0.1", ["10.0.0.9"]);
  assertEquals(cluster.clock.now() - before, 5000);
  assertEquals(peersOf(one), ["10.0.0.9:8101"]);
  cluster.hosts = ["10.0.0.2"];
  await cluster.clock.run(5_000);
  assertEquals(peersOf(one), ["10.0.0.2:8101", "10.0.0.9:8101"]);
  const { version } = one.node.topology;
  for (const hosts of [new Error("gone"), ["10.0.0.2", "10.0.0.22"], undefined]) {
    cluster.hosts = hosts;
    await cluster.clock.run(10_000);
    assertEquals([peersOf(one), one.node.topology.version], [["10.0.0.2:8101", "10.0.0.9:8101"], version]);
  }
  assertEquals(
    cluster.logger.lines.filter((line) => line.includes("list: ")).length,
    6,
    cluster.logger.lines.join("\n"),
  );
});
