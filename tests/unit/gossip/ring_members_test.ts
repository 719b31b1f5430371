import { assertEquals } from "@std/assert";
import type { NodeDescription } from "../../../core/ring/topology.ts";
import { describeRingChange } from "../../../gossip/ring_change.ts";
import { ringMembers } from "../../../gossip/ring_members.ts";

function node(host: string, tokens: number[], rack = "rack1", datacenter = "dc1"): NodeDescription {
  return { name: host, host, port: 8101, rack, datacenter, tokens };
}

Deno.test("ringMembers() gives a token to the node that was started last, whatever the order", () => {
  const old = { place: node("a", [1, 2]), generation: 10 };
  const taker = { place: node("b", [2]), generation: 20 };
  const listed = { place: node("c.example", [2]), generation: 0 };
  const elsewhere = { place: node("d", [2], "rack2"), generation: 5 };
  for (const candidates of [[old, taker, listed, elsewhere], [elsewhere, listed, taker, old]]) {
    const { members, replaced } = ringMembers(candidates);
    assertEquals(
      new Map(members.map(({ host, tokens }) => [host, tokens])),
      new Map([["a", [1]], ["b", [2]], ["d", [2]]]),
    );
    assertEquals(replaced, new Map([["a:8101", "b:8101"], ["c.example:8101", "b:8101"]]));
  }
});

Deno.test("ringMembers() decides the same everywhere between two of one generation", () => {
  const [a, b] = [{ place: node("a", [1]), generation: 7 }, { place: node("b", [1]), generation: 7 }];
  assertEquals(ringMembers([a, b]).members, [b.place]);
  assertEquals(ringMembers([b, a]).members, [b.place]);
});

Deno.test("describeRingChange() says of each change what becomes of the data", () => {
  const before = [node("a", [1]), node("b", [5]), node("c", [9])];
  assertEquals(describeRingChange(before, [...before], new Map()), []);
  const [joins, gone] = describeRingChange(before, [before[0]!, before[1]!, node("d", [7])], new Map());
  assertEquals(joins!.startsWith("d:8101 (dc1/rack1, token 7) joins. Data is not moved: "), true, joins);
  assertEquals(
    gone!.startsWith("c:8101 (dc1/rack1, token 9) is out of the ring. Its range belongs to the next nodes"),
    true,
    gone,
  );
  const replaced = new Map([["c:8101", "e:8101"]]);
  const [takes, ...more] = describeRingChange(before, [before[0]!, before[1]!, node("e", [9])], replaced);
  assertEquals(
    takes!.startsWith("e:8101 (dc1/rack1, token 9) takes the place of c:8101. Data is not moved"),
    true,
    takes,
  );
  assertEquals(more, []);
  const [moves] = describeRingChange(before, [before[0]!, node("b", [6, 7]), before[2]!], new Map());
  assertEquals(moves!.startsWith("b:8101 (dc1/rack1, token 5) moves to dc1/rack1, 2 tokens from 6. Data"), true, moves);
});
