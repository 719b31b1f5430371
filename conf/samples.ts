/** The sample configurations, by file name in this folder. `write_docs.ts` writes them with every key explained. */
import type { Sample } from "./describe.ts";

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
};
