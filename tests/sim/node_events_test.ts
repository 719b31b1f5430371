/** What a program that holds a node hears of its cluster. */
import { assert, assertEquals } from "@std/assert";
import type { NodeEvent } from "../../mod.ts";
import { racks, SimCluster } from "../support/sim_cluster.ts";

Deno.test("RunningNode.subscribe() tells of a node that dies, of the writes it misses, and of its return", async () => {
  await using cluster = await SimCluster.start(racks(3));
  const events: NodeEvent[] = [];
  const end = cluster.nodes[0]!.running.subscribe((event) => events.push(event));
  const other = "10.0.0.2:8101";
  const heard = (state: string) => events.some((e) => e.type === "state" && e.node === other && e.state === state);
  await cluster.clock.run(1000);
  assertEquals(events, []);

  await cluster.crash(1);
  for (let i = 0; i < 10; i++) assertEquals(await cluster.call(0, "SET", `k${i}`, "v"), "OK");
  await cluster.clock.until(() => heard("DOWN"));
  await cluster.clock.until(() => events.some(({ type }) => type === "missed_writes"));
  const missed = () => events.reduce((sum, event) => sum + (event.type === "missed_writes" ? event.count : 0), 0);
  assertEquals(missed(), cluster.nodes[0]!.running.node.stats.missed_writes);

  await cluster.restart(1);
  await cluster.clock.until(() => heard("NORMAL"));
  end();
  const count = events.length;
  await cluster.crash(1);
  await cluster.clock.run(5000);
  assertEquals(events.length, count, "it is told of nothing after it ended");
});

Deno.test("RunningNode.subscribe() tells of the ring when a node joins by gossip, and a listener that throws stops nobody", async () => {
  await using cluster = await SimCluster.start(racks(2), { conf: { enableGossip: true, gossipIntervalMs: 1000 } });
  const events: NodeEvent[] = [];
  const { running } = cluster.nodes[0]!;
  running.subscribe(() => {
    throw new Error("not mine");
  });
  running.subscribe((event) => events.push(event));
  await cluster.add({ rack: "r3", datacenter: "dc1", tokens: [0] }, [1]);
  const rings = () => events.flatMap((event) => event.type === "ring" ? [event] : []);
  await cluster.clock.until(() => rings().some(({ nodes }) => nodes.includes("10.0.0.3:8101")));
  const last = rings().at(-1)!;
  assertEquals(last.nodes.toSorted(), ["10.0.0.1:8101", "10.0.0.2:8101", "10.0.0.3:8101"]);
  assert(last.version > 1);
});
