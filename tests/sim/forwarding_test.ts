/** What a node does with a request of another node: it executes it, or passes it on inside its datacenter, and never routes it again. */
import { assertEquals } from "@std/assert";
import { racks, SimCluster } from "../support/sim_cluster.ts";
import { message, SimPeerLink } from "../support/sim_peer_link.ts";

const EXECUTE = 3;
const PASS_ON = 4;
const incr = (key: string) => `*2\r\n$4\r\nINCR\r\n$${key.length}\r\n${key}\r\n`;
const ours = { version: 2 };

/** dc1: two racks of two nodes, dc2: the same. */
const places = [...racks(2, 2), ...racks(2, 2, "dc2")];

Deno.test("A request to execute is executed where it arrives, whatever that node owns, and nowhere else", async () => {
  await using cluster = await SimCluster.start(places);
  for (const node of places.keys()) {
    using link = await SimPeerLink.open(cluster, node);
    for (let i = 0; i < 8; i++) {
      const key = `n${node}:${i}`;
      assertEquals(await link.send(message(i, EXECUTE, incr(key))), message(i, 5, ":1\r\n", ours));
      assertEquals(
        await cluster.engines("GET", key),
        places.map((_, other) => other === node ? "1" : "nil"),
        `${key} at node ${node}`,
      );
    }
  }
});

Deno.test("A request to pass on reaches the owner in each rack of the receiver's datacenter, once, and no other datacenter", async () => {
  await using cluster = await SimCluster.start(places);
  for (const node of places.keys()) {
    using link = await SimPeerLink.open(cluster, node);
    for (let i = 0; i < 8; i++) {
      const key = `n${node}:${i}`;
      assertEquals(
        await link.send(message(i, PASS_ON, incr(key), { sameDatacenter: false })),
        message(i, 5, ":1\r\n", {
          ...ours,
          sameDatacenter: false,
        }),
      );
      const values = await cluster.engines("GET", key);
      const counts = new Map<string, number>();
      places.forEach(({ datacenter, rack }, other) => {
        const name = `${datacenter}/${rack}`;
        counts.set(name, (counts.get(name) ?? 0) + (values[other] === "nil" ? 0 : Number(values[other])));
      });
      const here = places[node]!.datacenter;
      for (const [name, count] of counts) assertEquals(count, name.startsWith(here) ? 1 : 0, `${key} in ${name}`);
    }
  }
});

Deno.test("Requests of several keys that are passed on are cut by the receiver's own tokens", async () => {
  await using cluster = await SimCluster.start(places);
  using link = await SimPeerLink.open(cluster, 5);
  const keys = Array.from({ length: 10 }, (_, i) => `k${i}`);
  const words = ["mset", ...keys.flatMap((key) => [key, "v"])];
  const payload = `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join("")}`;
  assertEquals(await link.send(message(1, PASS_ON, payload)), message(1, 5, "+OK\r\n", ours));
  for (const node of [4, 7]) {
    assertEquals(await cluster.call(node, "MGET", ...keys), `[${keys.map(() => "v").join(" ")}]`);
  }
  assertEquals((await cluster.engines("DBSIZE")).slice(0, 4), ["0", "0", "0", "0"]);
});

Deno.test("A DC_ONE write has reached every replica of every rack and datacenter, not only the one that answered", async () => {
  await using cluster = await SimCluster.start([...racks(3), ...racks(2, 1, "dc2")]);
  for (let node = 0; node < 5; node++) {
    assertEquals(await cluster.call(node, "SET", `k${node}`, "v"), "OK");
    await cluster.clock.run(50);
    assertEquals(await cluster.engines("GET", `k${node}`), new Array(5).fill("v"));
  }
});

Deno.test("A node that listens on every address recognises its own seed line", async () => {
  // Each finds itself in the list by rack, datacenter and tokens: its own address is only 0.0.0.0 to it.
  const everywhere = { kind: "tcp", host: "0.0.0.0", port: 8101 } as const;
  await using cluster = await SimCluster.start(racks(1), { conf: { dynListen: everywhere } });
  const { node } = cluster.nodes[0]!.running;
  assertEquals([node.peers.list().length, node.dispatcher.topology.nodes.length], [0, 1]);
  assertEquals(await cluster.call(0, "SET", "k", "v"), "OK");
});
