import { assertEquals, assertStringIncludes } from "@std/assert";
import { describeData, describeMoves } from "../../../../gossip/seeds/list_changes.ts";
import { node } from "../../../support/seed_records.ts";

const self = node("10.0.0.1:8101:rack1:dc1:0");
const nodes = (...records: string[]) => records.map(node);
const two = "10.0.0.2:8101:rack2:dc1:0";
const three = "10.0.0.3:8101:rack1:dc1:2147483648";

Deno.test("describeMoves() says who joined, left and moved; nothing where nobody did", () => {
  assertEquals(describeMoves(nodes(two, three), nodes(three, two)), undefined);
  assertEquals(
    describeMoves(nodes(two, three, "d:1:r:d:0"), nodes(three, "10.0.0.2:8101:rack2:dc1:7", "c:1:r3:d:1,2")),
    "joined: c:1 (r3 of d, tokens 1,2); left: d:1 (r of d, token 0); " +
      "moved: 10.0.0.2:8101 (rack2 of dc1, token 7) from rack2 of dc1, token 0",
  );
});

Deno.test("describeMoves() keeps long enumerations short", () => {
  const many = Array.from({ length: 25 }, (_, i) => node(`n${i}:1:r:d:${i}`));
  const text = describeMoves([], many)!;
  assertStringIncludes(text, "n19:1 (r of d, token 19) and 5 more");
  assertEquals(text.split("),").length, 20);
  assertEquals(describeMoves([], [node("a:1:r:d:1,2,3,4,5,6")]), "joined: a:1 (r of d, tokens 1,2,3,4 and 2 more)");
});

Deno.test("describeData() says for each rack whose ring changed what became of its data", () => {
  const lines = (before: string[], after: string[]) => describeData(self, nodes(...before), nodes(...after));
  assertEquals(lines([two, three], [three, two]), []);
  const [added] = lines([two], [two, three]);
  assertStringIncludes(added!, "in rack1 of dc1 keys have other owners now, and nothing is moved");
  assertEquals(lines([two, three], [two]), [added!]);
  const [fresh] = lines([], [two]);
  assertStringIncludes(fresh!, "rack2 of dc1 is new, and nothing is copied to it");
  assertEquals(lines([two], []), ["rack2 of dc1 is gone: there is one copy of the data fewer"]);
  // Another machine at the same place holds nothing.
  assertStringIncludes(
    lines([two], [two.replace("10.0.0.2", "10.0.0.8")])[0]!,
    "in rack2 of dc1 keys have other owners",
  );
});

Deno.test("describeMoves() and describeData() know that contacts hold no data", () => {
  const contact = { ...node("10.0.0.9:8101:10.0.0.9:dc1:0"), tokens: [] };
  assertEquals(describeMoves([], [contact]), "joined: 10.0.0.9:8101 (a contact)");
  assertEquals([describeData(self, [], [contact]), describeData(self, [contact], [])], [[], []]);
});
