import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { apply, digestOf, reconcile } from "../../../gossip/digest.ts";
import { type EndpointState, versionOf } from "../../../gossip/endpoint_state.ts";
import { arbitraryAddress, arbitraryState } from "../../support/endpoint_states.ts";

const state = (generation: number, heartbeat: number): EndpointState => ({ generation, heartbeat, values: new Map() });

Deno.test("reconcile() asks for what is newer there and sends what is newer here", () => {
  const states = new Map([
    ["same", state(5, 7)],
    ["behind", state(5, 7)],
    ["ahead", state(5, 7)],
    ["old", state(4, 90)],
    ["new", state(6, 1)],
  ]);
  const { wanted, deltas } = reconcile(states, [
    { address: "same", generation: 5, version: 7 },
    { address: "behind", generation: 5, version: 9 },
    { address: "ahead", generation: 5, version: 3 },
    { address: "old", generation: 5, version: 1 },
    { address: "new", generation: 5, version: 100 },
    { address: "unknown", generation: 5, version: 1 },
    { address: "asked for by one who knows nothing", generation: 0, version: 0 },
  ]);
  assertEquals(wanted, [
    { address: "behind", generation: 5, version: 7 },
    { address: "old", generation: 0, version: 0 },
    { address: "unknown", generation: 0, version: 0 },
  ]);
  assertEquals(deltas, [{ address: "ahead", since: 3, state: state(5, 7) }, {
    address: "new",
    since: 0,
    state: state(6, 1),
  }]);
});

Deno.test("apply() leaves out what would leave a gap: it was forgotten, or another life began meanwhile", () => {
  assertEquals(apply(undefined, { address: "a", since: 4, state: state(5, 9) }), undefined);
  assertEquals(apply(state(4, 9), { address: "a", since: 4, state: state(5, 9) }), undefined);
  assertEquals(apply(state(5, 3), { address: "a", since: 4, state: state(5, 9) }), undefined);
  assertEquals(apply(state(5, 4), { address: "a", since: 4, state: state(5, 9) }), state(5, 9));
  assertEquals(apply(state(6, 1), { address: "a", since: 0, state: state(5, 9) }), state(6, 1));
  assertEquals(apply(undefined, { address: "a", since: 0, state: state(5, 9) }), state(5, 9));
});

/** One writer's states: a version is never given twice. */
const arbitraryHistory = arbitraryState.map(({ generation, values }) => {
  const keys = [...values.keys()];
  const all = new Map(keys.map((key, i) => [key, { version: i + 1, value: `${generation}/${i}` }]));
  return (upTo: number): EndpointState => ({
    generation,
    heartbeat: upTo,
    values: new Map([...all].filter(([, { version }]) => version <= upTo)),
  });
});

Deno.test("one syn, ack and ack2 leave both sides with the same", () => {
  const arbitraryPair = fc.uniqueArray(
    fc.record({
      address: arbitraryAddress,
      at: arbitraryHistory,
      a: fc.integer({ min: 0, max: 8 }),
      b: fc.integer({ min: 0, max: 8 }),
    }),
    { selector: ({ address }) => address },
  );
  fc.assert(fc.property(arbitraryPair, (nodes) => {
    const a = new Map(nodes.filter(({ a }) => a > 0).map(({ address, at, a }) => [address, at(a)]));
    const b = new Map(nodes.filter(({ b }) => b > 0).map(({ address, at, b }) => [address, at(b)]));
    const digests = [...a].map(([address, state]) => digestOf(address, state));
    const ack = reconcile(b, digests);
    for (const delta of ack.deltas) a.set(delta.address, apply(a.get(delta.address), delta)!);
    for (const delta of reconcile(a, ack.wanted).deltas) b.set(delta.address, apply(b.get(delta.address), delta)!);
    for (const { address, a: versionA, b: versionB } of nodes) {
      if (versionA === 0) continue;
      const newest = Math.max(versionA, versionB);
      assertEquals([versionOf(a.get(address)!), versionOf(b.get(address)!)], [newest, newest]);
      assertEquals(a.get(address)!.values.size, b.get(address)!.values.size);
    }
  }));
});
