import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { TopologyNode, TopologyRack } from "../../../../../core/admin/ui/bodies.ts";
import {
  arcsOf,
  bandPath,
  besideTop,
  coverage,
  mergeArcs,
  pointAt,
  textPath,
} from "../../../../../core/admin/ui/ring_geometry.js";
import { Ring } from "../../../../../core/ring/ring.ts";

function node(name: string, tokens: readonly number[], state = "NORMAL"): TopologyNode {
  return { name, host: name, port: 1, tokens: tokens.map(String), ownership_percent: 0, state, self: false };
}
const rack = (...nodes: TopologyNode[]): TopologyRack => ({ name: "rack1", nodes });
const datacenter = (...racks: TopologyRack[]) => ({ name: "dc1", racks });
const QUARTER = 2 ** 30;

Deno.test("arcsOf() reaches from the token before to the own one, and over the top for the lowest", () => {
  const arcs = arcsOf(rack(node("a", [QUARTER]), node("b", [2 * QUARTER]), node("c", [3 * QUARTER])));
  assertEquals(arcs.map(({ start, end, node }) => [node.name, start, end]), [
    ["a", -0.25, 0.25],
    ["b", 0.25, 0.5],
    ["c", 0.5, 0.75],
  ]);
  assertEquals(arcsOf(rack(node("a", [0]), node("b", [2 * QUARTER]))).map(({ start, end }) => [start, end]), [
    [0.5, 1],
    [0, 0.5],
  ]);
  const [whole] = arcsOf(rack(node("a", [0])));
  assertEquals([whole!.start, whole!.end], [0, 1]);
  assertEquals(arcsOf(rack()), []);
});

Deno.test("arcsOf() gives every node the share that the ring gives it", () => {
  const tokens = fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 12 });
  fc.assert(fc.property(tokens, fc.integer({ min: 1, max: 4 }), (tokens, count) => {
    const nodes = Array.from({ length: Math.min(count, tokens.length) }, (_, i) => {
      return node(`n${i}`, tokens.filter((_, at) => at % Math.min(count, tokens.length) === i));
    });
    const ring = new Ring(
      nodes.flatMap(({ tokens }, index) => tokens.map((token) => ({ token: Number(token), node: index }))),
    );
    nodes.forEach((one, index) => {
      const share = arcsOf(rack(...nodes)).filter(({ node }) => node === one)
        .reduce((sum, { start, end }) => sum + end - start, 0);
      assertAlmostEquals(share, ring.ownership(index), 1e-9);
    });
  }));
});

Deno.test("mergeArcs() keeps within the limit, covers the same circle, and hides no node that does not serve", () => {
  const tokens = (first: number) => Array.from({ length: 2000 }, (_, i) => Math.floor((i + first) * 2 ** 32 / 2001));
  const arcs = arcsOf(rack(node("a", tokens(0)), node("b", tokens(0.4)), node("c", [tokens(0.7)[900]!], "DOWN")));
  const merged = mergeArcs(arcs, 360);
  assert(merged.length <= 361, String(merged.length));
  assertEquals(merged[0]!.start, arcs[0]!.start);
  assertEquals(merged.at(-1)!.end, arcs.at(-1)!.end);
  for (const [i, arc] of merged.entries()) if (i > 0) assertEquals(arc.start, merged[i - 1]!.end);
  assertEquals(merged.filter(({ node }) => node.name === "c").length, 1);
  assertEquals(mergeArcs(arcs.slice(0, 3), 360).length, 3);
});

Deno.test("coverage() counts the copies of the worst covered keys", () => {
  const a = () => rack(node("a1", [0]), node("a2", [2 * QUARTER]));
  assertEquals(coverage(datacenter(a(), a(), a())), { least: 3, most: 3 });
  const halfDown = rack(node("b1", [0], "DOWN"), node("b2", [2 * QUARTER]));
  assertEquals(coverage(datacenter(a(), halfDown)), { least: 1, most: 2 });
  const otherHalfDown = rack(node("c1", [0]), node("c2", [2 * QUARTER], "STANDBY"));
  // Different keys are hit in each rack: no key lost two copies.
  assertEquals(coverage(datacenter(a(), halfDown, otherHalfDown)), { least: 2, most: 3 });
  const sameHalfDown = rack(node("d1", [QUARTER / 2]), node("d2", [2 * QUARTER], "DOWN"), node("d3", [0], "DOWN"));
  assertEquals(coverage(datacenter(a(), halfDown, sameHalfDown)), { least: 1, most: 3 });
  assertEquals(coverage(datacenter(rack(node("e", [7], "DOWN")))), { least: 0, most: 1 });
  assertEquals(coverage(datacenter()), { least: 0, most: 0 });
});

Deno.test("coverage() is what asking the ring for every token finds", () => {
  const racks = fc.array(
    fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.boolean()), {
      selector: ([token]) => token,
      minLength: 1,
      maxLength: 6,
    }),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(fc.property(racks, (racks) => {
    const built = racks.map((nodes) =>
      rack(...nodes.map(([token, up], i) => node(`n${i}`, [token], up ? "NORMAL" : "DOWN")))
    );
    const rings = racks.map((nodes) => new Ring(nodes.map(([token], index) => ({ token, node: index }))));
    let least = Infinity;
    for (let token = 0; token <= 31; token++) {
      least = Math.min(least, racks.filter((nodes, i) => nodes[rings[i]!.owner(token)]![1]).length);
    }
    assertEquals(coverage(datacenter(...built)).least, least);
  }));
});

Deno.test("pointAt() goes from the top clockwise", () => {
  assertEquals([0, 0.25, 0.5, 0.75].map((angle) => pointAt(angle, 10)).map(({ x, y }) => [x + 0, y + 0]), [
    [0, -10],
    [10, 0],
    [0, 10],
    [-10, 0],
  ]);
});

Deno.test("bandPath() closes a whole circle twice and a part once; textPath() never stands on its head", () => {
  assertEquals(bandPath(0, 1, 10, 20, 2).match(/Z/g)!.length, 2);
  assertEquals(bandPath(0, 0.5, 10, 20, 2).match(/Z/g)!.length, 1);
  const ends = (path: string) => path.match(/^M(\S+) .* (\S+) \S+$/)!.slice(1).map(Number);
  for (const middle of [0, 0.1, 0.3, 0.5, 0.7, 0.9, 1, -0.2]) {
    const [left, right] = ends(textPath(middle - 0.04, middle + 0.04, 50));
    // At the sides it runs up or down; elsewhere from left to right.
    assert(left! < right!, `${middle}: ${left} ${right}`);
  }
});

Deno.test("besideTop() leaves the longer piece beside the name of the rack", () => {
  assertEquals(besideTop(0.1, 0.4, 0.05), [0.1, 0.4]);
  assertEquals(besideTop(-0.1, 0.3, 0.05), [0.05, 0.3]);
  assertEquals(besideTop(0.5, 1.02, 0.05), [0.5, 0.95]);
  assertEquals(besideTop(0, 1, 0.05), [0.05, 0.95]);
  assertEquals(besideTop(0.99, 1.01, 0.05), [0.99, 0.99]);
});
