import { assertEquals } from "@std/assert";
import { buildTopology, type NodeDescription } from "../../../../core/ring/topology.ts";

const node = (host: string, rack: string, tokens: number[], datacenter = "dc1", port = 8101): NodeDescription => ({
  name: host,
  host,
  port,
  rack,
  datacenter,
  tokens,
});

Deno.test("buildTopology() recognises this node among its seeds, whatever address it listens on", () => {
  const seeds = [node("10.0.0.1", "r1", [0]), node("10.0.0.2", "r2", [0]), node("10.0.0.3", "r1", [100])];
  for (const host of ["0.0.0.0", "127.0.0.1", "10.0.0.1", "::"]) {
    const topology = buildTopology(1, node(host, "r1", [0]), seeds);
    assertEquals(topology.nodes.map((one) => one.host), [host, "10.0.0.2", "10.0.0.3"]);
  }
});

Deno.test("buildTopology() counts a seed that is named twice once, and tokens in another order as the same", () => {
  const self = node("0.0.0.0", "r1", [1, 2]);
  const seeds = [node("a", "r1", [2, 1]), node("b", "r2", [7]), node("b", "r2", [7])];
  assertEquals(buildTopology(1, self, seeds).nodes.length, 2);
});

Deno.test("buildTopology() keeps apart what differs in rack, datacenter or tokens", () => {
  const self = node("x", "r1", [0]);
  const seeds = [node("x", "r2", [0]), node("x", "r1", [1]), node("x", "r1", [0], "dc2"), node("x", "r1", [2, 3])];
  assertEquals(buildTopology(1, self, seeds).nodes.length, 5);
});

Deno.test("Topology lists this node's datacenter and rack first, and preferred remote racks by the rack's place", () => {
  const seeds = ["r1", "r3"].map((rack, i) => node(`a${i}`, rack, [0]));
  const remote = ["r1", "r2"].map((rack, i) => node(`b${i}`, rack, [0], "dc0"));
  const topology = buildTopology(4, node("x", "r2", [0]), [...seeds, ...remote]);
  assertEquals(topology.datacenters.map(({ name }) => name), ["dc1", "dc0"]);
  assertEquals(topology.localRacks.map(({ name }) => name), ["r2", "r3", "r1"]);
  assertEquals(topology.remoteRacks.map((racks) => racks.map(({ name }) => name)), [["r2", "r1"]]);
  assertEquals(topology.version, 4);
});
