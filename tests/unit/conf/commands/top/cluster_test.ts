import { assertEquals, assertRejects } from "@std/assert";
import { AdminError } from "../../../../../conf/commands/admin_client.ts";
import { ClusterWatch } from "../../../../../conf/commands/top/cluster.ts";
import { FakeStatsPort, info, peers, topology } from "../../../../support/admin_bodies.ts";

/** The cluster of admin_bodies.ts, its stats ports as told; `requests` grows with each second of the clock. */
function setUp(more: Record<string, () => unknown> = {}, statsPort?: number) {
  let now = 1000;
  const bodies = new Map<string, () => unknown>(Object.entries({
    "10.0.1.1:22222/topology": () => topology,
    "10.0.1.1:22222/peers": () => peers.map((peer) => ({ ...peer, requests: now / 10, timeouts: now / 1000 })),
    "10.0.1.1:22222/info": () => info("rack1", "dc1", now),
    "10.0.2.1:22222/info": () => info("rack2", "dc1", now * 2, now / 10),
    ...more,
  }));
  const client = new FakeStatsPort({ kind: "tcp", host: "10.0.1.1", port: 22222 }, bodies);
  const watch = new ClusterWatch(client, { statsPort, now: () => now });
  return { watch, bodies, pass: (ms: number) => now += ms };
}

Deno.test("ClusterWatch.look() counts at every node that answers, and knows rates from the second look on", async () => {
  const { watch, pass } = setUp();
  const first = await watch.look();
  assertEquals([first.asked, first.version, first.note], ["10.0.1.1:22222", "0.1.0", undefined]);
  assertEquals(first.nodes.map(({ node, rates }) => [node.host, rates]), [
    ["10.0.1.1", undefined],
    ["10.0.1.2", undefined],
    ["10.0.2.1", undefined],
    ["10.1.1.1", undefined],
  ]);
  pass(2000);
  const second = await watch.look();
  assertEquals(second.nodes.map(({ rates }) => rates), [
    { readsPerSecond: 750, writesPerSecond: 250, errorsPerSecond: 0 },
    undefined,
    { readsPerSecond: 1500, writesPerSecond: 500, errorsPerSecond: 100 },
    undefined,
  ]);
  assertEquals(second.nodes.map(({ counters }) => counters === undefined), [false, true, false, true]);
  assertEquals(second.peers.map(({ requestsPerSecond, timeoutsPerSecond }) => [requestsPerSecond, timeoutsPerSecond]), [
    [100, 1],
    [100, 1],
    [100, 1],
  ]);
});

Deno.test("ClusterWatch.look() asks others as far from their peer port as the first is, or where it is told", async () => {
  const moved = structuredClone(topology);
  moved.datacenters[0]!.racks[1]!.nodes[0]!.port = 8111;
  const answers = { "10.0.1.1:22222/topology": () => moved };
  const answered = async (port: number, statsPort?: number) => {
    const { watch, bodies } = setUp(
      { ...answers, [`10.0.2.1:${port}/info`]: () => info("rack2", "dc1", 1) },
      statsPort,
    );
    if (port !== 22222) bodies.delete("10.0.2.1:22222/info");
    return (await watch.look()).nodes[2]!.counters !== undefined;
  };
  assertEquals([await answered(22232), await answered(22222), await answered(22222, 22222)], [true, false, true]);
});

Deno.test("ClusterWatch.look() leaves a stats port that did not answer in time alone for a while", async () => {
  let asked = 0;
  const { watch, bodies, pass } = setUp();
  bodies.set("10.0.1.2:22222/info", () => {
    asked++;
    pass(1000);
  });
  for (let i = 0; i < 5; i++) {
    await watch.look();
    pass(2000);
  }
  assertEquals(asked, 1);
  bodies.delete("10.0.2.1:22222/info");
  await watch.look();
  bodies.set("10.0.2.1:22222/info", () => info("rack2", "dc1", 4));
  assertEquals((await watch.look()).nodes[2]!.counters?.reads, 3, "one that refused at once is asked again");
  bodies.set("10.0.1.2:22222/info", () => info("rack1", "dc1", 1));
  pass(10_000);
  assertEquals((await watch.look()).nodes[1]!.counters?.reads, 0.75);
});

Deno.test("ClusterWatch.look() asks a bounded number of nodes", async () => {
  const large = structuredClone(topology);
  const [node] = large.datacenters[1]!.racks[0]!.nodes;
  large.datacenters[1]!.racks[0]!.nodes = Array.from(
    { length: 1000 },
    (_, i) => ({ ...node!, host: `10.1.${i >> 8}.${i & 255}` }),
  );
  let asked = 0;
  const answers = large.datacenters[1]!.racks[0]!.nodes.map(({ host }) =>
    [`${host}:22222/info`, () => (asked++, info("rack1", "dc2", 1))] as const
  );
  const { watch } = setUp({ ...Object.fromEntries(answers), "10.0.1.1:22222/topology": () => large });
  const { nodes } = await watch.look();
  assertEquals([nodes.length, asked <= 256, asked > 200], [1003, true, true]);
});

Deno.test("ClusterWatch.look() does not take another node for the one it asked", async () => {
  const { watch } = setUp({ "10.0.2.1:22222/info": () => info("rack9", "dc1", 1) });
  assertEquals((await watch.look()).nodes[2]!.counters, undefined);
});

Deno.test("ClusterWatch.look() shows the one node where it does not tell of others, and why", async () => {
  const { watch, bodies, pass } = setUp();
  bodies.delete("10.0.1.1:22222/peers");
  await watch.look();
  pass(1000);
  const { nodes, peers, note } = await watch.look();
  assertEquals([nodes.length, peers.length, note], [1, 0, "10.0.1.1:22222 does not answer: connection refused"]);
  assertEquals([nodes[0]!.datacenter, nodes[0]!.node.self, nodes[0]!.rates?.readsPerSecond], ["dc1", true, 750]);
});

Deno.test("ClusterWatch.look() fails where the node named does not answer", async () => {
  const { watch, bodies } = setUp();
  bodies.delete("10.0.1.1:22222/info");
  await assertRejects(() => watch.look(), AdminError, "10.0.1.1:22222 does not answer");
});
