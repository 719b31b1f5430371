import { assertEquals } from "@std/assert";
import { nodesNamed } from "../../../../core/ring/node_names.ts";

Deno.test("nodesNamed() takes an address for one node, a host or a name for all that have it", () => {
  const node = (name: string, host: string, port: number) => ({
    name,
    host,
    port,
    rack: "r",
    datacenter: "d",
    tokens: [],
  });
  const nodes = [
    node("a", "10.0.0.1", 1),
    node("b", "10.0.0.1", 2),
    node("10.0.0.1:1", "10.0.0.9", 3),
    node("c", "::1", 4),
  ];
  const named = (name: string) => nodesNamed(nodes, name).map(({ port }) => port);
  assertEquals(
    ["10.0.0.1:1", "10.0.0.1", "b", "[::1]:4", "::1", "::1:4", "nobody", ""].map(named),
    [[1], [1, 2], [2], [4], [4], [4], [], []],
  );
});
