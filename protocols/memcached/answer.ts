/** What a node says by itself: errors that are known from the line, `version`, `stats`, `quit`. */
import { type ByteWriter, decode } from "../../core/bytes.ts";
import type { NodeView } from "../../core/node_view.ts";
import { After } from "../../core/protocol.ts";
import type { Request } from "../../core/request.ts";
import { httpRequest, type MemcachedCommand, Quiet } from "./commands.ts";

/** The memcached whose commands, replies and errors this node follows. Clients choose features by it. */
const MEMCACHED_VERSION = "1.6.18";

/** Answers `request`. See Protocol.answer. */
export function answer(request: Request, node: NodeView, out: ByteWriter): After {
  const command = request.command as MemcachedCommand;
  if (command === httpRequest) return After.Drop;
  if (command.answer !== undefined) {
    if (request.quiet !== Quiet.Everything) writeLine(out, command.answer);
    return After.Continue;
  }
  switch (command.name) {
    case "quit":
      return After.Close;
    case "version":
      writeLine(out, `VERSION ${versionOf(node)}`);
      return After.Continue;
    default:
      writeStats(request.argCount > 1 ? decode(request.arg(1)) : "", node, out);
      return After.Continue;
  }
}

/** Numbers first, as clients compare them; then who it really is. */
function versionOf(node: NodeView): string {
  return `${MEMCACHED_VERSION}-dynomite-${node.version}`;
}

function writeLine(out: ByteWriter, text: string): void {
  out.text(text);
  out.ascii("\r\n");
}

type StatEntry = readonly [name: string, value: string | number];

/** Statistics of this node; those of an engine behind it are asked of the engine. */
function writeStats(subject: string, node: NodeView, out: ByteWriter): void {
  if (subject === "reset") {
    node.resetStats();
    return writeLine(out, "RESET");
  }
  if (elsewhere.has(subject)) {
    return writeLine(out, `CLIENT_ERROR stats ${subject} is asked of the server behind this node`);
  }
  const entries = subject === ""
    ? generalStats(node)
    : Object.hasOwn(statsBySubject, subject)
    ? statsBySubject[subject]!(node)
    : undefined;
  if (entries === undefined) return writeLine(out, "ERROR");
  for (const [name, value] of entries) writeLine(out, `STAT ${name} ${value}`);
  writeLine(out, "END");
}

/** What only an engine can tell. */
const elsewhere = new Set(["detail", "cachedump", "extstore", "proxy"]);

const statsBySubject: Readonly<Record<string, (node: NodeView) => StatEntry[]>> = {
  settings: (node) => node.settings().map(({ name, value }) => [name, value]),
  conns: (node) =>
    [...node.clients()].flatMap((client): StatEntry[] => [
      [`${client.id}:addr`, client.remote],
      [`${client.id}:listen_addr`, client.local],
      [`${client.id}:last_command`, client.lastCommand],
      [`${client.id}:secs_since_last_cmd`, Math.floor((node.clock.now() - client.lastRequestAt) / 1000)],
    ]),
  // A node has no slabs. Tools ask, and take an empty list for an answer.
  items: () => [],
  slabs: () => [],
  sizes: () => [],
  dynomite: (node) =>
    node.info().find((section) => section.name === "Dynomite")?.entries.map(([name, value]) => [name, value]) ?? [],
};

/** memcached's names for what INFO has. */
const generalNames: readonly (readonly [stat: string, info: string])[] = [
  ["pid", "process_id"],
  ["uptime", "uptime_in_seconds"],
  ["pointer_size", "arch_bits"],
  ["rusage_user", "used_cpu_user"],
  ["rusage_system", "used_cpu_sys"],
  ["max_connections", "maxclients"],
  ["curr_connections", "connected_clients"],
  ["rejected_connections", "rejected_connections"],
  ["cmd_total", "total_commands_processed"],
  ["cmd_read", "client_read_requests"],
  ["cmd_write", "client_write_requests"],
  ["bytes_read", "total_net_input_bytes"],
  ["bytes_written", "total_net_output_bytes"],
];

function generalStats(node: NodeView): StatEntry[] {
  const info = new Map(node.info().flatMap((section) => section.entries));
  const entries: StatEntry[] = [
    ["time", Math.floor(node.clock.wall() / 1000)],
    ["version", versionOf(node)],
    ["threads", 1],
  ];
  for (const [stat, name] of generalNames) {
    const value = info.get(name);
    if (value !== undefined) entries.push([stat, value]);
  }
  const keys = /^keys=(\d+)/.exec(String(info.get("db0") ?? ""));
  if (keys !== null) entries.push(["curr_items", keys[1]!]);
  return entries;
}
