import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { buildTopology, type NodeDescription, type Topology } from "../../../../core/ring/topology.ts";

function node(datacenter: string, rack: string, ...tokens: number[]): NodeDescription {
  const name = `${datacenter}/${rack}/${tokens}`;
  return { name, host: name, port: 8101, datacenter, rack, tokens };
}
function topologyOf(...nodes: NodeDescription[]): Topology {
  return buildTopology(1, nodes[0]!, nodes.slice(1));
}
const names = (topology: Topology, nodes: readonly number[]) => nodes.map((index) => topology.nodes[index]!.name);

Deno.test("Topology.placementOf() has the owner in every rack, the own rack first, then round the circle of names", () => {
  const topology = topologyOf(
    node("d1", "r2", 100),
    node("d1", "r1", 50),
    node("d1", "r1", 200),
    node("d1", "r3", 7),
    node("d2", "x", 0),
  );
  assertEquals(names(topology, topology.placementOf(60).local), ["d1/r2/100", "d1/r3/7", "d1/r1/200"]);
  assertEquals(names(topology, topology.placementOf(300).local), ["d1/r2/100", "d1/r3/7", "d1/r1/50"]);
  assertEquals(topology.placementOf(60).remote.map((owners) => names(topology, owners)), [["d2/x/0"]]);
  assertEquals(topology.placementOf(60).nearest.length, 4);
});

Deno.test("Topology.placementOf() prefers in another datacenter the rack at the own rack's place, counted round", () => {
  for (const [own, preferred] of [["r1", "a"], ["r2", "b"], ["r3", "a"]] as const) {
    const racks = ["r1", "r2", "r3"].filter((rack) => rack !== own);
    const topology = topologyOf(
      node("d1", own, 0),
      ...racks.map((rack) => node("d1", rack, 0)),
      node("d2", "b", 0),
      node("d2", "a", 0),
    );
    assertEquals(names(topology, topology.placementOf(1).remote[0]!)[0], `d2/${preferred}/0`);
  }
});

Deno.test("Topology.placementOf() leaves out racks and datacenters whose nodes hold no token", () => {
  const topology = topologyOf(node("d1", "r1"), node("d1", "r2", 5), node("d2", "x"));
  const { local, remote } = topology.placementOf(1);
  assertEquals([names(topology, local), remote], [["d1/r2/5"], []]);
  assertEquals(topologyOf(node("d1", "r1")).placementOf(1).nearest, []);
});

Deno.test("Topology.placementOf() agrees with the ring of every rack, and is one object for keys that live together", () => {
  const token = fc.integer({ min: 0, max: 4294967295 });
  const rack = fc.uniqueArray(token, { minLength: 1, maxLength: 8 });
  fc.assert(fc.property(fc.array(rack, { minLength: 1, maxLength: 4 }), rack, token, token, (local, remote, a, b) => {
    const nodes = [
      ...local.flatMap((tokens, i) => tokens.map((value) => node("d1", `r${i}`, value))),
      ...remote.map((value) => node("d2", "x", value)),
    ];
    const topology = topologyOf(...nodes);
    const ownersOf = (at: number) =>
      [...topology.localRacks, ...topology.remoteRacks.flat()].map(({ ring }) => ring.owner(at));
    for (const at of [a, b]) assertEquals([...topology.placementOf(at).nearest], ownersOf(at));
    const together = ownersOf(a).join() === ownersOf(b).join();
    assertStrictEquals(topology.placementOf(a) === topology.placementOf(b), together);
  }));
});
