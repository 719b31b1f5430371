import { assertEquals, assertThrows } from "@std/assert";
import { otherNodes } from "../../../../gossip/seeds/node_list.ts";
import { ownAddresses } from "../../../../gossip/seeds/own_address.ts";
import { node, recordsOf } from "../../../support/seed_records.ts";

const self = node("10.0.0.1:8101:rack1:dc1:0");
const two = "10.0.0.2:8101:rack2:dc1:0";
const three = "10.0.0.3:8101:rack1:dc1:2147483648";

function others(listed: readonly string[], fixed: readonly string[] = [], names: readonly string[] = []): string[] {
  const isOwn = ownAddresses(self, names, () => []);
  return recordsOf(otherNodes(listed.map(node), { self, isOwn, fixed: fixed.map(node) }));
}

Deno.test("otherNodes() leaves out this node, by its place and under any of its names", () => {
  const own = "10.0.0.1:8101:rack1:dc1:0";
  assertEquals(others([own, two, three]), [three, two]);
  assertEquals(others(["node1.example:8101:rack1:dc1:0", two]), [two]);
  assertEquals(others([own]), []);
});

Deno.test("otherNodes() has each node once, in the same order however the list is ordered", () => {
  const list = [two, three, "10.0.0.9:8101:rack1:dc2:5", two, two];
  const expected = [three, two, "10.0.0.9:8101:rack1:dc2:5"];
  assertEquals(others(list), expected);
  assertEquals(others(list.toReversed()), expected);
});

Deno.test("otherNodes() keeps the nodes of dyn_seeds, listed or not", () => {
  assertEquals(others([three], [two]), [two, three]);
  assertEquals(others([three, two], [two]), [two, three]);
});

Deno.test("otherNodes() refuses a list that gives two nodes of a rack the same token", () => {
  const refused = (listed: string[], why: string, fixed: string[] = []) =>
    assertThrows(() => others(listed, fixed), Error, why);
  refused(
    [two, "10.0.0.4:8101:rack2:dc1:0"],
    "the list would give token 0 in rack2 of dc1 to both 10.0.0.2:8101 and 10.0.0.4:8101",
  );
  refused(
    ["10.0.0.4:8101:rack1:dc1:0,7"],
    "the list would give token 0 in rack1 of dc1 to both this node and 10.0.0.4:8101",
  );
  refused(
    ["10.0.0.4:8101:rack2:dc1:0"],
    "to both 10.0.0.2:8101 of dyn_seeds and 10.0.0.4:8101",
    [two],
  );
  // The same token in another rack is what racks are for.
  assertEquals(others([two, "10.0.0.4:8101:rack2:dc2:0"]).length, 2);
});

Deno.test("otherNodes() refuses a list with two places for one address", () => {
  assertThrows(
    () => others([two, "10.0.0.2:8101:rack2:dc1:9"]),
    Error,
    "the list has 10.0.0.2:8101 at rack2 of dc1, token 9, and also at rack2 of dc1, token 0",
  );
  assertThrows(() => others(["10.0.0.2:8101:rack3:dc1:0"], [two]), Error, "and dyn_seeds at rack2 of dc1, token 0");
});

Deno.test("otherNodes() refuses a list that has this node elsewhere", () => {
  const why = "the list has this node at rack1 of dc1, token 5, and its configuration at rack1 of dc1, token 0";
  assertThrows(() => others(["10.0.0.1:8101:rack1:dc1:5", two]), Error, why);
  assertThrows(() => others(["public.example:8101:rack1:dc1:5", two], [], ["public.example"]), Error, why);
});

Deno.test("otherNodes() refuses a list beyond its bound", () => {
  const many = Array.from({ length: 4097 }, (_, i) => `n${i}:8101:rack2:dc1:${i}`);
  assertThrows(() => others(many), Error, "the list has more than 4096 nodes");
  assertEquals(others(many.slice(1)).length, 4096);
});

Deno.test("otherNodes() takes a contact for no more than that: no place of it contradicts another one", () => {
  const contact = (host: string) => ({ ...node(`${host}:8101:${host}:dc1:0`), tokens: [] });
  const isOwn = ownAddresses(self, [], () => []);
  const listed = [contact("10.0.0.1"), contact("10.0.0.4"), contact("10.0.0.2"), node(three)];
  const found = otherNodes(listed, { self, isOwn, fixed: [node(two)] });
  assertEquals(recordsOf(found), [two, "10.0.0.4:8101:10.0.0.4:dc1:", three]);
});
