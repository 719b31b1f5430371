import { assertEquals, assertNotEquals } from "@std/assert";
import { lookOf, serves } from "../../../../../core/admin/ui/node_states.js";
import { nodeStates } from "../../../../../core/node_state.ts";

Deno.test("lookOf() knows every state a node can be in, each tone by a sign of its own, and takes others as unknown", () => {
  const unknown = lookOf("SOMETHING_NEWER");
  for (const state of Object.keys(nodeStates)) assertNotEquals(lookOf(state), unknown, state);
  assertEquals(lookOf("constructor"), unknown);
  const tones = new Map<string, string>();
  for (const state of Object.keys(nodeStates)) {
    const { sign, tone } = lookOf(state);
    assertEquals(tones.get(sign) ?? tone, tone, state);
    tones.set(sign, tone);
  }
});

Deno.test("serves() is true of NORMAL alone", () => {
  assertEquals([...Object.keys(nodeStates), "SOMETHING_NEWER"].filter(serves), ["NORMAL"]);
});
