import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { dynoTokenMap } from "../../../../core/admin/dyno_token_map.ts";
import { buildTopology, type Topology } from "../../../../core/ring/topology.ts";
import { ringView } from "../../../support/ring_view.ts";

Deno.test("dynoTokenMap() gives Dyno's fields, all of them texts", () => {
  const { topology } = ringView(["10.0.0.1:8101:r1:dc1:0", "10.0.0.2:8101:r2:dc1:0", "10.1.0.1:8101:r1:dc2:0"]);
  const entry = (host: string, rack: string, dc: string) => ({
    token: "0",
    hostname: host,
    ip: host,
    zone: rack,
    rack,
    dc,
    port: "8102",
    secure_port: "8102",
    hashtag: "{}",
  });
  assertEquals(dynoTokenMap(topology, 8102, "{}"), [
    entry("10.0.0.1", "r1", "dc1"),
    entry("10.0.0.2", "r2", "dc1"),
    entry("10.1.0.1", "r1", "dc2"),
  ]);
  assertEquals(dynoTokenMap(topology, 8102, undefined)[0]!.hashtag, "");
});

/** What a Dyno client does with a map for keys of this token: in a rack the first at or after it, or the lowest. */
function hostFor(map: ReturnType<typeof dynoTokenMap>, dc: string, zone: string, token: number): string {
  const own = map.filter((entry) => entry.dc === dc && entry.zone === zone);
  const sorted = own.sort((a, b) => Number(a.token) - Number(b.token));
  return (sorted.find((entry) => Number(entry.token) >= token) ?? sorted[0]!).hostname;
}

/** One datacenter or two, racks with tokens of their own, several to a node. */
const topologies: fc.Arbitrary<Topology> = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 3 })), {
    minLength: 1,
    maxLength: 9,
  })
  .map((places) => {
    const taken = new Set<string>();
    const nodes = places.map(([place, wanted], index) => {
      const tokens = [...new Set(wanted)].filter((token) => !taken.has(`${place}/${token}`));
      for (const token of tokens) taken.add(`${place}/${token}`);
      const [rack, datacenter] = [`rack${place % 3}`, `dc${Math.floor(place / 3)}`];
      return { name: `n${index}`, host: `n${index}`, port: 1, rack, datacenter, tokens };
    });
    const [self, ...others] = nodes;
    return buildTopology(1, self!, others);
  });

Deno.test("dynoTokenMap() has every token of a datacenter equally often, and each key at its owner", () => {
  fc.assert(fc.property(topologies, (topology) => {
    const map = dynoTokenMap(topology, 8102, undefined);
    for (const { name, racks } of topology.datacenters) {
      const counts = new Map<string, number>();
      for (const { dc, token } of map) if (dc === name) counts.set(token, (counts.get(token) ?? 0) + 1);
      assert(new Set(counts.values()).size <= 1, "the client would throw");
      for (const rack of racks) {
        for (let token = 0; token < 42 && rack.ring.size > 0; token++) {
          assertEquals(hostFor(map, name, rack.name, token), topology.nodes[rack.ring.owner(token)]!.host);
        }
      }
    }
  }));
});
