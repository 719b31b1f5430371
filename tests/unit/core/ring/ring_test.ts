import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Ring } from "../../../../core/ring/ring.ts";
import { viewOf } from "../../../../core/pipeline/cluster_view.ts";
import { Dispatcher } from "../../../../core/pipeline/dispatcher.ts";
import { hashByName, type HashName } from "../../../../core/ring/hash/mod.ts";
import { Stats } from "../../../../core/stats.ts";
import { LineProtocol } from "../../../support/line_protocol.ts";
import { buildTopology } from "../../../../core/ring/topology.ts";
import vectors from "../../../fixtures/ring_vectors.json" with { type: "json" };

const entries = (...tokens: number[]) => tokens.map((token, node) => ({ token, node }));
const token = fc.integer({ min: 0, max: 4294967295 });

Deno.test("Ring.owner() is the node with the first token at or after", () => {
  const ring = new Ring(entries(100, 2000, 4000));
  assertEquals([0, 100, 101, 2000, 2001, 4000].map((at) => ring.owner(at)), [0, 0, 1, 1, 2, 2]);
});

Deno.test("Ring.owner() wraps above the greatest token", () => {
  const ring = new Ring(entries(100, 2000));
  assertEquals([2001, 4294967295].map((at) => ring.owner(at)), [0, 0]);
});

Deno.test("Ring.owner() of an empty ring is nobody", () => {
  assertEquals(new Ring([]).owner(5), -1);
});

Deno.test("Ring.owner() agrees with a walk over all tokens, with several tokens per node", () => {
  fc.assert(fc.property(fc.uniqueArray(token, { minLength: 1, maxLength: 40 }), token, (tokens, at) => {
    const ring = new Ring(tokens.map((value, index) => ({ token: value, node: index % 5 })));
    const sorted = [...tokens].sort((a, b) => a - b);
    const first = sorted.find((value) => value >= at) ?? sorted[0]!;
    assertEquals(ring.owner(at), tokens.indexOf(first) % 5);
  }));
});

Deno.test("Ring.ownership() of all nodes together is the whole ring", () => {
  fc.assert(fc.property(fc.uniqueArray(token, { minLength: 1, maxLength: 20 }), (tokens) => {
    const ring = new Ring(entries(...tokens));
    const sum = tokens.reduce((total, _, node) => total + ring.ownership(node), 0);
    assertEquals(Math.abs(sum - 1) < 1e-9, true);
  }));
});

Deno.test("Ring refuses a token held twice", () => {
  assertThrows(() => new Ring(entries(7, 7)), RangeError, "token 7");
});

for (const ring of vectors.rings) {
  Deno.test(`Dispatcher.tokenOf() and Ring.owner() place keys as C Dynomite does: ${ring.name}`, () => {
    const nodes = ring.tokens.map((value, index) => ({
      name: `node${index}`,
      host: "127.0.0.1",
      port: 8101 + index,
      rack: "rack1",
      datacenter: "dc1",
      tokens: [value],
    }));
    const topology = buildTopology(1, nodes[0]!, nodes.slice(1));
    const protocol = new LineProtocol();
    const view = viewOf(topology, [], protocol);
    const dispatcher = new Dispatcher(
      view,
      hashByName[ring.hash as HashName],
      ring.hashTag ?? undefined,
      new Stats(),
      protocol,
    );
    for (const [hex, expected, owner] of ring.keys as [string, number | null, number][]) {
      const key = Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
      const at = dispatcher.tokenOf(key, 0, key.length);
      if (expected === null) continue;
      assertEquals(at, expected, `token of ${hex}`);
      assertEquals(topology.localRacks[0]!.ring.owner(at), owner, `owner of ${hex}`);
    }
  });
}
