/** What CONFIG GET and SET know: this node's own options under their conf names, and those names of Redis that clients and tools ask for. */
import { consistencyNames, parseConsistency } from "../consistency.ts";
import type { Node } from "../node.ts";
import { type SettingRow, wholeNumber } from "../settings.ts";

/** Bounds of the options of the same name: microseconds, entries, requests. */
const SLOWER_THAN_MAX = 2147483647;
const SAMPLE_EVERY_MAX = 1_000_000;
const SLOW_LENGTH_MAX = 1_000_000;

/** The rows for one node. */
export function nodeSettings(node: Node): SettingRow[] {
  const { options } = node;
  const { listen } = options;
  // Rows below that have the name of an option show its value of now, in the form clients of Redis expect.
  const configured = (options.configuration ?? []).map(({ name, value }) => ({ name, get: () => value }));
  const slowerThan = wholeNumber(-1, SLOWER_THAN_MAX, (value) => node.slowLog.slowerThanUs = value);
  const slowMost = wholeNumber(0, SLOW_LENGTH_MAX, (value) => node.slowLog.lengthMax = value);
  const limit = wholeNumber(0, 1_000_000, (value) => node.clientsMax = value);
  return [
    ...configured,
    { name: "maxclients", get: () => String(node.clientsMax), set: limit },
    { name: "client_connections", get: () => String(node.clientsMax), set: limit },
    ...["slowlog-log-slower-than", "slowlog_log_slower_than"].map((name) => ({
      name,
      get: () => String(node.slowLog.slowerThanUs),
      set: slowerThan,
    })),
    ...["slowlog-max-len", "slowlog_max_len"].map((name) => ({
      name,
      get: () => String(node.slowLog.lengthMax),
      set: slowMost,
    })),
    {
      name: "hotkeys_sample_every",
      get: () => String(node.hotKeys.sampleEvery),
      set: wholeNumber(0, SAMPLE_EVERY_MAX, (value) => node.hotKeys.sampleEvery = value),
    },
    {
      name: "trace_sample_every",
      get: () => String(node.tracing.sampleEvery),
      set: wholeNumber(0, SAMPLE_EVERY_MAX, (value) => node.tracing.sampleEvery = value),
    },
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
    { name: "port", get: () => node.address.slice(node.address.lastIndexOf(":") + 1) },
    { name: "bind", get: () => listen.kind === "tcp" ? listen.host : "" },
    { name: "unixsocket", get: () => listen.kind === "unix" ? listen.path : "" },
    { name: "tcp-backlog", get: () => String(options.backlog) },
    { name: "proto-max-bulk-len", get: () => String(options.maxRequestBytes) },
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
