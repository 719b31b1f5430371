import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { clusterFiles, fileNameOf } from "../../../../conf/cluster/files.ts";
import { ClusterError, type ClusterRequest, planCluster } from "../../../../conf/cluster/plan.ts";
import { parseConf } from "../../../../conf/parse.ts";
import { Consistency } from "../../../../core/consistency.ts";
import { buildTopology } from "../../../../core/ring/topology.ts";

const two = [{ name: "dc1", racks: 3, nodes: 2 }, { name: "dc2", racks: 2, nodes: 1 }];

/** The configurations of a cluster as its nodes read them. */
function confsOf(request: ClusterRequest) {
  return [...clusterFiles(planCluster(request))].map(({ name, text }) => {
    const { conf, notices } = parseConf(text, name);
    assertEquals(notices, []);
    return conf;
  });
}

function refused(request: Partial<ClusterRequest>, message: RegExp): void {
  assertMatch(assertThrows(() => planCluster({ datacenters: two, ...request }), ClusterError).message, message);
}

Deno.test("clusterFiles() makes a file for each node, without a notice, in which it knows all others and itself", () => {
  const confs = confsOf({ datacenters: two, hosts: "10.0.{dc}.{n}" });
  assertEquals(confs.length, 8);
  const everyone = new Set(confs.map((conf) => JSON.stringify(conf.dynListen)));
  assertEquals(everyone.size, 8);
  for (const conf of confs) {
    const others = conf.dynSeeds.map(({ host, port }) => JSON.stringify({ kind: "tcp", host, port }));
    assertEquals(new Set([...others, JSON.stringify(conf.dynListen)]), everyone);
    assertEquals(others.length, 7);
  }
});

Deno.test("planCluster() numbers racks in each datacenter and cuts every rack's ring alike", () => {
  const nodes = planCluster({ datacenters: two, hosts: "10.0.{dc}.{n}" });
  assertEquals(nodes.map((node) => `${fileNameOf(node)} ${node.host} ${node.tokens}`), [
    "dc1-rack1-node1.yml 10.0.1.1 0",
    "dc1-rack1-node2.yml 10.0.1.2 2147483648",
    "dc1-rack2-node1.yml 10.0.1.3 0",
    "dc1-rack2-node2.yml 10.0.1.4 2147483648",
    "dc1-rack3-node1.yml 10.0.1.5 0",
    "dc1-rack3-node2.yml 10.0.1.6 2147483648",
    "dc2-rack1-node1.yml 10.0.2.7 0",
    "dc2-rack2-node1.yml 10.0.2.8 0",
  ]);
  const many = planCluster({ datacenters: [{ name: "a", racks: 10, nodes: 1 }] });
  assertEquals([many[0]!.rack, many[9]!.rack], ["rack01", "rack10"]);
});

Deno.test("planCluster() gives nodes with several tokens equal shares of the ring", () => {
  const confs = confsOf({ datacenters: [{ name: "dc1", racks: 1, nodes: 3 }], tokensPerNode: 8, hosts: "10.0.0.{n}" });
  const [conf] = confs;
  assertEquals(confs.map(({ tokens }) => tokens.length), [8, 8, 8]);
  const { rack, datacenter, tokens } = conf!;
  const self = { name: "self", host: "10.0.0.1", port: 8101, rack, datacenter, tokens };
  const topology = buildTopology(1, self, conf!.dynSeeds);
  const owned = [0, 0, 0];
  for (let i = 0; i < 2400; i++) owned[topology.placementOf(Math.floor((i + 0.5) * 2 ** 32 / 2400)).local[0]!]!++;
  assertEquals(owned, [800, 800, 800]);
});

Deno.test("planCluster() moves the ports of nodes that share a host apart, and only of those", () => {
  const here = planCluster({ datacenters: [{ name: "dc1", racks: 3, nodes: 1 }] });
  assertEquals(here.map(({ values, peerPort }) => [values.listen, values.dyn_listen, peerPort, values.stats_listen]), [
    ["127.0.0.1:8102", "127.0.0.1:8101", 8101, "127.0.0.1:22222"],
    ["127.0.0.1:8112", "127.0.0.1:8111", 8111, "127.0.0.1:22232"],
    ["127.0.0.1:8122", "127.0.0.1:8121", 8121, "127.0.0.1:22242"],
  ]);
  const mixed = planCluster({ datacenters: [{ name: "dc1", racks: 3, nodes: 1 }], hosts: "a,b,a" });
  assertEquals(mixed.map(({ host, values }) => `${host} ${values.listen}`), [
    "a 0.0.0.0:8102",
    "b 0.0.0.0:8102",
    "a 0.0.0.0:8112",
  ]);
  const own = planCluster({
    datacenters: [{ name: "dc1", racks: 2, nodes: 1 }],
    settings: [{ key: "listen", value: "127.0.0.1:70{n}2" }],
  });
  assertEquals(own.map(({ values }) => values.listen), ["127.0.0.1:7012", "127.0.0.1:7022"]);
});

Deno.test("planCluster() listens on every interface where hosts are names, and a node still knows itself", () => {
  const confs = confsOf({ datacenters: two, hosts: "node{n}.example.com" });
  for (const conf of confs) {
    assertEquals([conf.dynListen, conf.dynSeeds.length], [
      { kind: "tcp", host: "0.0.0.0", port: 8101 },
      7,
    ]);
  }
  const [six] = confsOf({ datacenters: [{ name: "dc1", racks: 2, nodes: 1 }], hosts: "fd00::{n}" });
  assertEquals([six!.listen, six!.dynSeeds[0]!.host], [{ kind: "tcp", host: "fd00::1", port: 8102 }, "fd00::2"]);
});

Deno.test("planCluster() puts settings into every file, with their placeholders filled in", () => {
  const confs = confsOf({
    datacenters: two,
    settings: [
      { key: "write_consistency", value: "dc_quorum" },
      { key: "servers", value: "embedded:/data/{datacenter}-{rack}-{node}.db" },
      { key: "hash_tag", value: "{}" },
      { key: "stats_listen", value: "{host}:9000" },
    ],
  });
  assertEquals(new Set(confs.map((conf) => conf.writeConsistency)), new Set([Consistency.Quorum]));
  assertEquals(new Set(confs.map((conf) => conf.hashTag)), new Set(["{}"]));
  const stores = confs.map(({ server }) => server.kind === "embedded" ? server.path : "");
  assertEquals([stores[0], stores[3], stores[7]], ["/data/dc1-1-1.db", "/data/dc1-2-2.db", "/data/dc2-2-1.db"]);
  assertEquals(confs[1]!.statsListen, { kind: "tcp", host: "127.0.0.1", port: 9010 });
});

Deno.test("planCluster() refuses in one line that names what is accepted", () => {
  const set = (key: string, value: string) => ({ settings: [{ key, value }] });
  refused(set("lisen", "a:1"), /^--set: lisen is not a known key; did you mean listen\?$/);
  refused(set("mbuf_size", "512"), /^--set: mbuf_size has no effect: /);
  refused(set("tokens", "5"), /^--set: tokens follows from the description .* accepted are the other keys$/);
  refused(set("timeout", "5s"), /^--set: timeout: "5s" is not a number; accepted is a whole number/);
  refused(set("servers", "embedded:/a{x}.db"), /^--set: servers: .* has \{x\}, .* accepted are \{n\}, .*\{host\}$/);
  refused(set("servers", "127.0.0.1:6379:1"), /would be the store of several nodes; accepted is one of its own/);
  refused({ ...set("servers", "far:6379:1"), hosts: "10.0.0.{n}" }, /would be the store of several nodes/);
  refused(
    set("dyn_listen", "127.0.0.1:8102"),
    /^dyn_listen: port 8102 on 127\.0\.0\.1 is .*; accepted is a port of its own$/,
  );
  refused(set("listen", "127.0.0.1:65500"), /^listen: the ports on 127\.0\.0\.1 end at 65535/);
  refused({ hosts: "a,b" }, /^--hosts: "a,b" has 2 hosts for 8 nodes; accepted is a pattern such as/);
  refused({ tokensPerNode: 2049 }, /^2049 tokens per node are too many here; accepted are at most 2048$/);
  // The same Redis address means another server on another host.
  assert(planCluster({ datacenters: two, hosts: "10.0.0.{n}", ...set("servers", "127.0.0.1:6379:1") }).length === 8);
});
