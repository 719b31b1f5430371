import { assertEquals, assertNotEquals } from "@std/assert";
import { namer, nodeId } from "../../../../../core/admin/ui/node_id.js";
import { fixture, racksOf } from "../../../../support/ui_fixtures.ts";

Deno.test("nodeId() tells nodes of one name apart by rack and by port", () => {
  const one = nodeId("dc1", "rack1", { name: "a", port: 1 });
  assertEquals(one, nodeId("dc1", "rack1", { name: "a", port: 1 }));
  assertNotEquals(one, nodeId("dc1", "rack2", { name: "a", port: 1 }));
  assertNotEquals(one, nodeId("dc1", "rack1", { name: "a", port: 2 }));
});

Deno.test("namer() adds the port where a name is not of one node alone", () => {
  const nameOf = namer(fixture(racksOf("dc1:2x2"), { nameOf: (rack, i) => i === 0 ? "same" : `own${rack}` }).topology);
  assertEquals(nameOf({ name: "same", port: 8101 }), "same:8101");
  assertEquals(nameOf({ name: "own1", port: 8101 }), "own1");
});
