/** INFO: the sections a Redis client or tool looks for, filled with what is true of this node. */
import type { Node } from "../node.ts";
import type { InfoSection } from "../node_view.ts";
import { consistencyNames } from "../consistency.ts";
import { commandInfo } from "./command_info.ts";

/** The Redis whose commands, replies and errors this node follows. Clients choose features by it. */
const REDIS_VERSION = "7.0.15";

/** All sections, in Redis' order. */
export function nodeInfo(node: Node): InfoSection[] {
  const { facts, clock, dataStore, pressure } = node.parts;
  const { stats } = node;
  const memory = facts.memory();
  const cpu = facts.cpu();
  const uptimeSeconds = Math.floor((clock.wall() - node.startedAt) / 1000);
  let output = 0;
  let clients = 0;
  for (const client of node.clients()) {
    clients++;
    output = Math.max(output, client.outputBytes);
  }
  const sections: InfoSection[] = [
    {
      name: "Server",
      entries: [
        ["redis_version", REDIS_VERSION],
        ["redis_mode", "standalone"],
        ["dynomite_version", node.version],
        ["os", facts.platform],
        ["arch_bits", 64],
        ["runtime", facts.runtime],
        ["process_id", facts.pid],
        ["tcp_port", node.address.slice(node.address.lastIndexOf(":") + 1)],
        ["server_time_usec", Math.floor(clock.wall() * 1000)],
        ["uptime_in_seconds", uptimeSeconds],
        ["uptime_in_days", Math.floor(uptimeSeconds / 86400)],
      ],
    },
    {
      name: "Clients",
      entries: [
        ["connected_clients", clients],
        ["maxclients", node.clientsMax],
        ["client_recent_max_output_buffer", output],
        ["blocked_clients", 0],
      ],
    },
    {
      name: "Memory",
      entries: [
        ["used_memory", memory.heapBytes + memory.externalBytes],
        ["used_memory_rss", memory.rssBytes],
        ["buffer_budget_used", pressure.usedBytes],
        ["buffer_budget", pressure.limitBytes],
        ["maxmemory", 0],
        ["maxmemory_policy", "noeviction"],
      ],
    },
    {
      name: "Persistence",
      entries: [["loading", 0], ["rdb_last_save_time", Math.floor(node.startedAt / 1000)], ["aof_enabled", 0]],
    },
    {
      name: "Stats",
      entries: [
        ["total_commands_processed", stats.client_requests],
        ["total_net_input_bytes", stats.bytes_in],
        ["total_net_output_bytes", stats.bytes_out],
        ["rejected_connections", stats.client_rejected],
        ["client_read_requests", stats.client_read_requests],
        ["client_write_requests", stats.client_write_requests],
        ["total_error_replies", node.measures.clients.failureCount],
        ["latency_99th_usec", node.measures.clients.latencyUs.percentile(0.99)],
      ],
    },
    {
      name: "Replication",
      entries: [["role", "master"], ["connected_slaves", 0]],
    },
    {
      name: "CPU",
      entries: [
        ["used_cpu_sys", cpu.systemSeconds.toFixed(6)],
        ["used_cpu_user", cpu.userSeconds.toFixed(6)],
      ],
    },
    {
      name: "Dynomite",
      entries: [
        ["datastore", dataStore.name],
        ["datastore_up", dataStore.up ? 1 : 0],
        ["rack", node.options.rack],
        ["datacenter", node.options.datacenter],
        ["read_consistency", consistencyNames[node.levels.read]],
        ["write_consistency", consistencyNames[node.levels.write]],
      ],
    },
    { name: "Cluster", entries: [["cluster_enabled", 0]] },
  ];
  const keys = dataStore.keyCount?.();
  if (keys !== undefined) {
    sections.push({ name: "Keyspace", entries: keys > 0 ? [["db0", `keys=${keys},expires=0,avg_ttl=0`]] : [] });
  }
  sections.push(...commandInfo(node.commandStats));
  return sections;
}
