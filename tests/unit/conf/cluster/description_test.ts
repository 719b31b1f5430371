import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { clusterDescription } from "../../../../conf/cluster/description.ts";
import { Problem } from "../../../../conf/value_kinds.ts";

Deno.test("clusterDescription reads datacenters with their racks and nodes, and writes them again", () => {
  const text = "dc1:3x2,us-east_1:10x1";
  const datacenters = clusterDescription.parse(text);
  assertEquals(datacenters, [{ name: "dc1", racks: 3, nodes: 2 }, { name: "us-east_1", racks: 10, nodes: 1 }]);
  assert(!(datacenters instanceof Problem));
  assertEquals(clusterDescription.format(datacenters), text);
});

Deno.test("clusterDescription refuses others with a reason and what is accepted", () => {
  const reasons: Record<string, string> = {
    "": 'has "" for a datacenter',
    "dc1": 'has "dc1" for a datacenter',
    "dc1:3": 'has "dc1:3" for a datacenter',
    "dc1:3x2,": 'has "" for a datacenter',
    "dc1:-1x2": 'has "dc1:-1x2" for a datacenter',
    "../x:1x1": 'has "../x:1x1" for a datacenter',
    "d c:1x1": 'has "d c:1x1" for a datacenter',
    "dc1:0x2": "gives dc1 no racks",
    "dc1:3x0": "gives dc1 no nodes",
    "dc1:1x1,dc1:1x1": "names dc1 twice",
    "dc1:99999999999x99999999999": "has too many nodes",
    "a:1x400,b:1x101": "has too many nodes",
  };
  for (const [text, reason] of Object.entries(reasons)) {
    const problem = clusterDescription.parse(text);
    assert(problem instanceof Problem, text);
    assert(problem.text.startsWith(`${reason}; accepted is datacenter:RACKSxNODES`), problem.text);
    assertStringIncludes(problem.text, "dc1:3x2,dc2:3x2");
  }
});
