import { assertEquals } from "@std/assert";
import { describeOwners, describeRing } from "../../../../conf/commands/describe_text.ts";
import { owner, topology } from "../../../support/admin_bodies.ts";

Deno.test("describeRing() shows datacenters, racks and nodes, with their tokens, shares and states", () => {
  assertEquals(describeRing(topology), [
    "4 nodes in 3 racks of 2 datacenters: 2 NORMAL, 1 DOWN, 1 STANDBY",
    "hash murmur, hash tag {}; version 7 of the ring",
    "",
    "dc1",
    "  rack1",
    "    10.0.1.1:8101  NORMAL    50.00 %  token 0                       <- asked",
    "    10.0.1.2:8101  DOWN      50.00 %  token 2147483648",
    "  rack2",
    "    10.0.2.1:8101  NORMAL   100.00 %  tokens 1, 2, 3, 4 and 2 more",
    "",
    "dc2",
    "  rack1",
    "    10.1.1.1:8101  STANDBY    0.00 %  no tokens",
  ]);
});

Deno.test("describeRing() of one node, whose name is another than its host, and hostile", () => {
  const node = {
    name: "a\x1b[2J",
    host: "::1",
    port: 1,
    tokens: ["9"],
    ownership_percent: 100,
    state: "NORMAL",
    self: true,
  };
  const datacenters = [{ name: "d", racks: [{ name: "r", nodes: [node] }] }];
  assertEquals(describeRing({ version: 1, hash: "md5", hash_tag: null, datacenters }), [
    "1 node in 1 rack of 1 datacenter: 1 NORMAL",
    "hash md5, no hash tag; version 1 of the ring",
    "",
    "d",
    "  r",
    "    a?[2J [::1]:1  NORMAL  100.00 %  token 9  <- asked",
  ]);
});

Deno.test("describeOwners() shows who holds a key, whom reads ask, and why", () => {
  assertEquals(describeOwners(owner), [
    'key "city{\\"x\\"}", of which "\\"x\\"" is hashed: token 1893212',
    "",
    "DATACENTER  RACK   NODE           TOKEN  STATE",
    "dc1         rack1  10.0.1.1:8101      0  NORMAL   <- asked",
    "dc1         rack2  10.0.2.1:8101      1  NORMAL",
    "dc2         rack1  10.1.1.1:8101      0  STANDBY",
    "",
    "reads ask 10.0.1.1:8101, 10.0.2.1:8101",
    "murmur of the key's hash tag is 1893212.",
  ]);
  const here = owner.owners.map((node, i) => ({
    ...node,
    name: "h",
    host: "h",
    port: i,
    state: i === 1 ? "DOWN" : "NORMAL",
  }));
  const reads = describeOwners({
    ...owner,
    owners: here.map((node) => ({ ...node, port: node.port + 1 })),
    reads: ["h", "h", "h"],
  });
  assertEquals(reads.at(-2), "reads ask h:1, h:3, h:2");
});
