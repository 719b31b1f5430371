import { assertEquals } from "@std/assert";
import { planCluster } from "../../../../conf/cluster/plan.ts";
import { demoRequest, findPort, portsOf } from "../../../../conf/demo/addresses.ts";

const datacenters = [{ name: "dc1", racks: 3, nodes: 1 }, { name: "dc2", racks: 3, nodes: 1 }];

Deno.test("demoRequest() puts the nodes of the demo on one host, ten ports apart", () => {
  const nodes = planCluster(demoRequest(datacenters, 8102));
  assertEquals(
    nodes.map(portsOf),
    [0, 10, 20, 30, 40, 50].map((more) => ({
      clients: 8102 + more,
      peers: 8101 + more,
      stats: 8103 + more,
    })),
  );
});

Deno.test("findPort() moves on by a hundred until all ports of the cluster are free, and gives up in the end", () => {
  const asked: number[] = [];
  assertEquals(findPort(datacenters, 8102, (port) => (asked.push(port), true)), 8102);
  assertEquals(asked.length, 18);
  assertEquals(findPort(datacenters, 8102, (port) => port !== 8152), 8202);
  assertEquals(findPort(datacenters, 8102, (port) => port > 8353), 8402);
  assertEquals(findPort(datacenters, 8102, () => false), undefined);
  assertEquals(findPort(datacenters, 65500, () => true), undefined);
});
