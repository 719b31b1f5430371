import { assert, assertEquals } from "@std/assert";
import { assignHosts, isAddress } from "../../../../conf/cluster/hosts.ts";
import { Problem } from "../../../../conf/value_kinds.ts";

const nodes = [{ n: 1, dc: 1, datacenter: "east" }, { n: 2, dc: 2, datacenter: "west" }];

function refused(written: string): string {
  const problem = assignHosts(written, nodes);
  assert(problem instanceof Problem, written);
  return problem.text.split("; accepted")[0]!;
}

Deno.test("assignHosts() fills a pattern, repeats one host, takes a list as it is", () => {
  assertEquals(assignHosts("10.0.{dc}.{n}", nodes), ["10.0.1.1", "10.0.2.2"]);
  assertEquals(assignHosts("node{n}.{datacenter}.example.com", nodes), [
    "node1.east.example.com",
    "node2.west.example.com",
  ]);
  assertEquals(assignHosts("127.0.0.1", nodes), ["127.0.0.1", "127.0.0.1"]);
  assertEquals(assignHosts("a, fd00::2", nodes), ["a", "fd00::2"]);
});

Deno.test("assignHosts() refuses what gives no host to each node", () => {
  assertEquals(refused("a,b,c"), "has 3 hosts for 2 nodes");
  assertEquals(refused(" "), "has 0 hosts for 2 nodes");
  assertEquals(refused("10.0.0.{host}"), "has {host}, which is no placeholder");
  assertEquals(refused("10.0.0.25{n}{n}"), 'has "10.0.0.2511", which is no host');
  assertEquals(refused("a b/c"), 'has "b/c", which is no host');
});

Deno.test("isAddress() tells addresses from names", () => {
  assertEquals(["10.0.0.1", "::1", "node1", "1.example"].map(isAddress), [true, true, false, false]);
});
