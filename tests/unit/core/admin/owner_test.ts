import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { describeOwners, type KeyRules, showOwners, tagOf } from "../../../../core/admin/owner.ts";
import { Consistency } from "../../../../core/consistency.ts";
import { Dispatcher } from "../../../../core/pipeline/dispatcher.ts";
import type { ClusterView } from "../../../../core/pipeline/cluster_view.ts";
import { murmur } from "../../../../core/ring/hash/murmur.ts";
import { Stats } from "../../../../core/stats.ts";
import { ringView } from "../../../support/ring_view.ts";
import { LineProtocol } from "../../../support/line_protocol.ts";

const encode = (text: string) => new TextEncoder().encode(text);
/** Keys whose token is the number they are. */
const numbered: KeyRules = {
  hash: "murmur",
  hashTag: undefined,
  tokenOf: (bytes, start, end) => Number(new TextDecoder().decode(bytes.subarray(start, end))),
  readLevel: Consistency.One,
  isUp: () => true,
};
const view = ringView([
  "a1:1:rack1:dc1:100",
  "a2:1:rack1:dc1:900",
  "b1:1:rack2:dc1:500",
  "c1:1:rack1:dc2:100,600",
], { b1: "DOWN" });

interface Answer {
  readonly token: string;
  readonly owners: readonly Record<string, unknown>[];
  readonly reads: readonly string[];
  readonly why: string;
}
const owners = (key: string, rules = numbered) => describeOwners(encode(key), view, rules) as Answer;

Deno.test("describeOwners() names the owner in every rack, nearest first, with the token it owns the key by", () => {
  const { token, owners: [first, ...rest], reads } = owners("100");
  assertEquals(token, "100");
  assertEquals(first, {
    datacenter: "dc1",
    rack: "rack1",
    name: "a1",
    host: "a1",
    port: 1,
    token: "100",
    state: "NORMAL",
    self: true,
    read_order: 1,
  });
  assertEquals(rest.map(({ name, token, state }) => [name, token, state]), [["b1", "500", "DOWN"], [
    "c1",
    "100",
    "NORMAL",
  ]]);
  assertEquals(reads, ["a1", "b1", "c1"]);
  const byToken = (key: string) => owners(key).owners.map(({ name, token }) => `${name}:${token}`);
  assertEquals(byToken("101"), ["a2:900", "b1:500", "c1:600"]);
  assertEquals(byToken("900"), ["a2:900", "b1:500", "c1:100"]);
  assertEquals(byToken("901"), ["a1:100", "b1:500", "c1:100"]);
});

Deno.test("describeOwners() gives the order of reads at each level: those that are down last, or those that vote", () => {
  const rules = { ...numbered, isUp: (index: number) => view.topology.nodes[index]!.name !== "a1" };
  assertEquals(owners("5", rules).reads, ["b1", "c1", "a1"]);
  assertEquals(owners("5", rules).owners.map(({ read_order }) => read_order), [3, 1, 2]);
  for (const readLevel of [Consistency.Quorum, Consistency.SafeQuorum]) {
    const { owners: all, reads } = owners("5", { ...rules, readLevel });
    assertEquals(reads, ["a1", "b1"]);
    assertEquals(all.map(({ name, read_order }) => [name, read_order]), [["a1", 1], ["b1", 2], ["c1", null]]);
  }
  const each = owners("5", { ...rules, readLevel: Consistency.EachSafeQuorum });
  assertEquals(each.reads, ["a1", "b1", "c1"]);
  assertStringIncludes(each.why, "dc_each_safe_quorum asks all");
});

Deno.test("tagOf() finds what the dispatcher hashes", () => {
  const tagged = new Dispatcher({} as ClusterView, murmur, "{}", new Stats(), new LineProtocol());
  const bytes = fc.array(fc.constantFrom(..."{}ab"), { maxLength: 12 }).map((letters) => encode(letters.join("")));
  fc.assert(fc.property(bytes, (key) => {
    const hashed = tagOf(key, "{}") ?? key;
    assertEquals(murmur(hashed, 0, hashed.length), tagged.tokenOf(key, 0, key.length));
  }));
  assertEquals(tagOf(encode("x{user}y"), "{}"), encode("user"));
  assertEquals(tagOf(encode("x{user}y"), undefined), undefined);
});

Deno.test("showOwners() reads keys as text or base64, and says what it cannot read", async () => {
  const dispatcher = new Dispatcher({} as ClusterView, murmur, "{}", new Stats(), new LineProtocol());
  const tokenOf: KeyRules["tokenOf"] = (bytes, start, end) => dispatcher.tokenOf(bytes, start, end);
  const rules = { ...numbered, tokenOf, hashTag: "{}" };
  const ask = async (query: Record<string, string>) => {
    const response = showOwners(new URLSearchParams(query), view, rules);
    const body = await response.text();
    return { status: response.status, body, ...(response.status === 200 ? JSON.parse(body) : {}) };
  };
  const tagged = await ask({ key: "a{foo}" });
  assertEquals([tagged.key, tagged.hashed, tagged.token], ["a{foo}", "foo", "3303027599"]);
  const binary = await ask({ key: "Zm9v", encoding: "base64" });
  assertEquals([binary.key, binary.hashed, binary.token], ["Zm9v", null, "3303027599"]);
  assertEquals((await ask({ key: "" })).token, "0");
  for (const query of [{}, { key: "a", encoding: "hex" }, { key: "*", encoding: "base64" }]) {
    const { status, body } = await ask(query as Record<string, string>);
    assertEquals([status, /accepted|ask/.test(body)], [400, true]);
  }
});
