/** A ring that changes while it serves. */
import { assert, assertEquals } from "@std/assert";
import { buildTopology, type NodeDescription } from "../../core/ring/topology.ts";
import { evenTokens, racks, SimCluster } from "../support/sim_cluster.ts";

function described(cluster: SimCluster, index: number, tokens?: readonly number[]): NodeDescription {
  const { conf } = cluster.nodes[index]!;
  const host = `10.0.0.${index + 1}`;
  return { name: host, host, port: 8101, rack: conf.rack, datacenter: conf.datacenter, tokens: tokens ?? conf.tokens };
}

Deno.test("Node.changeTopology() sends the next request by the new ring; what was in flight is answered by the old", async () => {
  await using cluster = await SimCluster.start(racks(1, 3), { delayMs: 10 });
  const { node } = cluster.nodes[0]!.running;
  const keys = Array.from({ length: 60 }, (_, i) => `k${i}`);
  const client = await cluster.connect(0);
  client.send(keys.map((key) => ["SET", key, "old"]));
  await cluster.clock.run(12);
  assert(client.arrived.length < 60, "nothing was in flight");
  // The third node leaves the ring.
  const [first, second] = evenTokens(2);
  node.changeTopology(
    buildTopology(2, described(cluster, 0, [first!]), [described(cluster, 1, [second!])]),
  );
  await cluster.clock.until(() => client.arrived.length === 60);
  assertEquals(client.arrived.splice(0).map(({ text }) => text), keys.map(() => "OK"));
  const held = Number(await cluster.engine(2, "DBSIZE"));
  assert(held > 0);
  await client.pipeline(keys.map((key) => ["SET", key, "new"]));
  assertEquals(Number(await cluster.engine(2, "DBSIZE")), held);
  assertEquals((await cluster.engines("GET", "k1")).slice(0, 2).filter((value) => value === "new").length, 1);
  await cluster.clock.run(6000);
  assertEquals(node.peers.list().map(({ name }) => name), ["10.0.0.2:8101"]);
  assertEquals(await client.call("DBSIZE"), "60");
  client.close();
});

Deno.test("Node.changeTopology() connects to a node that joins, and keeps the links of those that stay", async () => {
  await using cluster = await SimCluster.start(racks(3));
  const { node } = cluster.nodes[0]!.running;
  const [self, two, three] = [0, 1, 2].map((index) => described(cluster, index)) as [
    NodeDescription,
    NodeDescription,
    NodeDescription,
  ];
  node.changeTopology(buildTopology(2, self, [two]));
  const [kept] = node.peers.list();
  await cluster.clock.run(1000);
  node.changeTopology(buildTopology(3, self, [three, two]));
  await cluster.clock.until(() => node.peers.list().every((peer) => peer.up));
  assertEquals([node.peers.list().length, node.peers.list()[0] === kept], [2, true]);
  assertEquals(await cluster.call(0, "SET", "k", "v"), "OK");
  assertEquals(await cluster.engines("GET", "k"), ["v", "v", "v"]);
});
