/** What CONFIG GET and SET know: this node's own options under their conf names, and those names of Redis that clients and tools ask for. */
import { consistencyNames, parseConsistency } from "../consistency.ts";
import type { Node } from "../node.ts";
import { type SettingRow, wholeNumber } from "../settings.ts";
import { formatAddress } from "../transport.ts";

/** The rows for one node. */
export function nodeSettings(node: Node): SettingRow[] {
  const { options } = node;
  const { listen } = options;
  const limit = wholeNumber(0, 1_000_000, (value) => node.clientsMax = value);
  return [
    { name: "maxclients", get: () => String(node.clientsMax), set: limit },
    { name: "client_connections", get: () => String(node.clientsMax), set: limit },
    level(node, "read_consistency", "read"),
    level(node, "write_consistency", "write"),
    {
      name: "requirepass",
      get: () => node.password ?? "",
      set: (value) => {
        node.password = value === "" ? undefined : value;
        return undefined;
      },
    },
    { name: "listen", get: () => formatAddress(listen) },
    { name: "port", get: () => node.address.slice(node.address.lastIndexOf(":") + 1) },
    { name: "bind", get: () => listen.kind === "tcp" ? listen.host : "" },
    { name: "unixsocket", get: () => listen.kind === "unix" ? listen.path : "" },
    { name: "tcp-backlog", get: () => String(options.backlog) },
    { name: "proto-max-bulk-len", get: () => String(options.maxRequestBytes) },
    { name: "max_request_bytes", get: () => String(options.maxRequestBytes) },
    { name: "max_client_pending", get: () => String(options.clientPendingMax) },
    { name: "buffer_budget", get: () => String(node.parts.pressure.limitBytes) },
    { name: "timeout", get: () => "0" },
    { name: "databases", get: () => "1" },
    { name: "maxmemory", get: () => "0" },
    { name: "maxmemory-policy", get: () => "noeviction" },
    { name: "save", get: () => "" },
    { name: "appendonly", get: () => "no" },
    { name: "cluster-enabled", get: () => "no" },
    { name: "notify-keyspace-events", get: () => "" },
  ];
}

function level(node: Node, name: string, side: "read" | "write"): SettingRow {
  return {
    name,
    get: () => consistencyNames[node.levels[side]],
    set: (value) => {
      const parsed = parseConsistency(value);
      if (parsed === undefined) return `argument must be one of ${consistencyNames.join(", ")}`;
      node.levels[side] = parsed;
      return undefined;
    },
  };
}
