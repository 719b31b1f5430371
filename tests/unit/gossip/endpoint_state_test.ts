import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { changesSince, merge, versionOf } from "../../../gossip/endpoint_state.ts";
import { arbitraryState } from "../../support/endpoint_states.ts";

/** Maps by key, so that the order of insertion does not count. */
function plain(state: ReturnType<typeof merge>) {
  return { ...state, values: [...state.values].sort(([a], [b]) => a - b) };
}

Deno.test("merge() is commutative, associative and idempotent", () => {
  fc.assert(fc.property(arbitraryState, arbitraryState, arbitraryState, (a, b, c) => {
    assertEquals(plain(merge(a, b)), plain(merge(b, a)));
    assertEquals(plain(merge(merge(a, b), c)), plain(merge(a, merge(b, c))));
    assertStrictEquals(merge(a, a), a);
    const merged = merge(a, b);
    assertStrictEquals(merge(merged, b), merged, "what adds nothing makes no new state");
  }));
});

Deno.test("merge() takes a later life whole, and never goes back", () => {
  fc.assert(fc.property(arbitraryState, arbitraryState, (a, b) => {
    const merged = merge(a, b);
    assertEquals(merged.generation, Math.max(a.generation, b.generation));
    if (a.generation > b.generation) assertStrictEquals(merged, a);
    for (const one of [a, b]) {
      if (one.generation < merged.generation) continue;
      assertEquals(merged.heartbeat >= one.heartbeat && versionOf(merged) >= versionOf(one), true);
    }
  }));
});

Deno.test("changesSince() with what was known before makes the whole again", () => {
  fc.assert(fc.property(arbitraryState, fc.integer({ min: 0, max: 7 }), (state, since) => {
    const known = { ...state, values: new Map([...state.values].filter(([, { version }]) => version <= since)) };
    assertEquals(plain(merge(known, changesSince(state, since))), plain(state));
  }));
});
