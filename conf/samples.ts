/** The sample configurations, by file name in this folder. `write_docs.ts` writes them with every key explained. */
import { describeNode } from "./cluster/files.ts";
import { type ClusterRequest, planCluster } from "./cluster/plan.ts";
import type { Sample } from "./describe.ts";

/** The file of a cluster's first node. */
function firstNode(purpose: string, request: ClusterRequest): Sample {
  const nodes = planCluster(request);
  return describeNode(nodes[0]!, nodes, purpose);
}

const redis = { key: "servers", value: "127.0.0.1:6379:1" };

const oneNode = {
  listen: "127.0.0.1:8102",
  dyn_listen: "127.0.0.1:8101",
  stats_listen: "127.0.0.1:22222",
  datacenter: "dc1",
  rack: "rack1",
  tokens: "0",
};

export const samples: Readonly<Record<string, Sample>> = {
  "redis_single.yml": {
    purpose: "One node in front of a Redis server on the same machine.",
    values: { ...oneNode, data_store: "0", servers: ["127.0.0.1:6379:1"] },
  },
  "memcached_single.yml": {
    purpose: "One node in front of a Memcached server on the same machine.",
    values: { ...oneNode, data_store: "1", servers: ["127.0.0.1:11211:1"] },
  },
  "memcached_embedded.yml": {
    purpose: "One node that speaks Memcached and keeps its data in memory, with no other server.",
    values: { ...oneNode, data_store: "1", servers: ["embedded"] },
  },
  "embedded_durable.yml": {
    purpose:
      "One node that keeps its data in a file of its own, with no other server. Every acknowledged write survives a " +
      "power cut; data_store_sync: normal is faster and survives the death of the process.",
    values: {
      ...oneNode,
      data_store: "0",
      servers: ["embedded:/var/lib/dynomite/node.db"],
      data_store_sync: "full",
    },
  },
  "two_racks.yml": firstNode(
    "The first of two nodes in two racks, each with a Redis server beside it and a full copy of the data. Reads are " +
      "answered by the nearer copy, a write by the first; with one node away the other goes on at dc_one. The other node's " +
      "file differs in its addresses and its rack. Both are written by: dynomite --generate-cluster dc1:2x1 --hosts " +
      "10.0.0.{n} --set servers=127.0.0.1:6379:1 --output-dir .",
    { datacenters: [{ name: "dc1", racks: 2, nodes: 1 }], hosts: "10.0.0.{n}", settings: [redis] },
  ),
  "three_racks_quorum.yml": firstNode(
    "The first of six nodes in three racks of two: three copies of the data, each parted between two nodes. Reads and " +
      "writes wait for two of the three copies, and go on with any one rack away. The other nodes' files differ in their addresses, racks and tokens. All are written by: dynomite " +
      "--generate-cluster dc1:3x2 --hosts 10.0.0.{n} --set servers=127.0.0.1:6379:1 --set read_consistency=dc_quorum " +
      "--set write_consistency=dc_quorum --output-dir .",
    {
      datacenters: [{ name: "dc1", racks: 3, nodes: 2 }],
      hosts: "10.0.0.{n}",
      settings: [
        redis,
        { key: "read_consistency", value: "dc_quorum" },
        { key: "write_consistency", value: "dc_quorum" },
      ],
    },
  ),
  "two_datacenters.yml": firstNode(
    "The first of six nodes: two datacenters of three racks with one node each. Reads and quorums stay in the client's " +
      "datacenter; a write reaches the other one as a single copy, which is passed on there to all racks. The other " +
      "nodes' files differ in their addresses, datacenters and racks. All are written by: dynomite --generate-cluster " +
      "dc1:3x1,dc2:3x1 --hosts 10.{dc}.0.{rack} --set servers=127.0.0.1:6379:1 --set write_consistency=dc_quorum " +
      "--set read_consistency=dc_quorum --output-dir .",
    {
      datacenters: [{ name: "dc1", racks: 3, nodes: 1 }, { name: "dc2", racks: 3, nodes: 1 }],
      hosts: "10.{dc}.0.{rack}",
      settings: [
        redis,
        { key: "write_consistency", value: "dc_quorum" },
        { key: "read_consistency", value: "dc_quorum" },
      ],
    },
  ),
};
