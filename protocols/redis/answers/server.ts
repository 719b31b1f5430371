/** The node itself: INFO, CONFIG, TIME, ROLE, and what tools ask about a server that this one answers plainly. */
import type { Answer, Ask } from "../answer.ts";
import { globPattern } from "./commands.ts";

/** Sections INFO shows when none is named are all of them. */
function info({ args, node, out }: Ask): void {
  const wanted = new Set(args.slice(1).map((name) => name.toLowerCase()));
  const everything = wanted.size === 0 || ["all", "everything", "default"].some((name) => wanted.has(name));
  const sections = node.info().filter((section) => everything || wanted.has(section.name.toLowerCase()));
  out.verbatim(
    sections.map((section) =>
      `# ${section.name}\r\n${section.entries.map(([key, value]) => `${key}:${value}\r\n`).join("")}`
    ).join("\r\n"),
  );
}

function configGet({ args, node, out }: Ask): void {
  const patterns = args.slice(2).map(globPattern);
  const found = node.settings().filter(({ name }) => patterns.some((pattern) => pattern.test(name)));
  out.map(found.length);
  for (const { name, value } of found) {
    out.bulkText(name);
    out.bulkText(value);
  }
}

function configSet({ args, node, out }: Ask): void {
  if (args.length % 2 !== 0) return out.error("ERR wrong number of arguments for 'config|set' command");
  for (let i = 2; i < args.length; i += 2) {
    const problem = node.set(args[i]!, args[i + 1]!);
    if (problem !== undefined) return out.error(`ERR ${problem}`);
  }
  out.status("OK");
}

function wait({ args, out }: Ask): void {
  const [replicas, timeout] = [args[1]!, args[2]!];
  if (!/^-?\d+$/.test(replicas)) out.error("ERR value is not an integer or out of range");
  else if (!/^-?\d+$/.test(timeout)) out.error("ERR timeout is not an integer or out of range");
  else if (timeout.startsWith("-")) out.error("ERR timeout is negative");
  // A write was acknowledged at its consistency level before its client could ask; no engine behind this node replicates.
  else out.integer(0);
}

const clusterOff: Answer = ({ out }) => out.error("ERR This instance has cluster support disabled");
const empty: Answer = ({ out }) => out.array(0);
const ok: Answer = ({ out }) => out.status("OK");

export const serverAnswers: Readonly<Record<string, Answer>> = {
  info,
  wait,
  "config|get": configGet,
  "config|set": configSet,
  "config|resetstat": ({ node, out }) => {
    node.resetStats();
    out.status("OK");
  },
  "config|rewrite": ({ out }) => out.error("ERR Dynomite does not rewrite its configuration file"),
  time: ({ node, out }) => {
    const micros = Math.floor(node.clock.wall() * 1000);
    out.array(2);
    out.bulkText(String(Math.floor(micros / 1_000_000)));
    out.bulkText(String(micros % 1_000_000));
  },
  lastsave: ({ node, out }) => out.integer(Math.floor(node.startedAt / 1000)),
  role: ({ out }) => {
    out.array(3);
    out.bulkText("master");
    out.integer(0);
    out.array(0);
  },
  lolwut: ({ node, out }) => out.verbatim(`Dynomite ver. ${node.version}\n`),
  "slowlog|get": empty,
  "slowlog|len": ({ out }) => out.integer(0),
  "slowlog|reset": ok,
  "latency|latest": empty,
  "latency|history": empty,
  "latency|reset": ({ out }) => out.integer(0),
  "latency|doctor": ({ out }) =>
    out.verbatim("Latency is measured by this node's own statistics: see /info on its stats port.\n"),
  "latency|histogram": ({ out }) => out.map(0),
  "memory|doctor": ({ node, out }) => {
    const memory = node.info().find((section) => section.name === "Memory");
    const facts = new Map(memory?.entries ?? []);
    out.verbatim(`Buffers use ${facts.get("buffer_budget_used")} of ${facts.get("buffer_budget")} bytes.\n`);
  },
  "memory|purge": ok,
  "memory|stats": ({ node, out }) => {
    const entries = node.info().find((section) => section.name === "Memory")?.entries ?? [];
    const numbers = entries.filter(([, value]) => typeof value === "number");
    out.map(numbers.length);
    for (const [name, value] of numbers) {
      out.bulkText(name);
      out.integer(value as number);
    }
  },
  "memory|malloc-stats": ({ out }) => out.verbatim("Stats not supported for the current allocator"),
  "acl|whoami": ({ out }) => out.bulkText("default"),
  "acl|users": ({ out }) => {
    out.array(1);
    out.bulkText("default");
  },
  "acl|list": ({ node, out }) => {
    out.array(1);
    out.bulkText(`user default on ${node.password === undefined ? "nopass " : ""}~* &* +@all`);
  },
  "acl|cat": ({ args, table, out }) => {
    const categories = new Set(table.rows.flatMap((row) => row.facts.categories));
    if (args.length === 2) {
      out.array(categories.size);
      for (const name of categories) out.bulkText(name);
      return;
    }
    const wanted = args[2]!.toLowerCase();
    if (!categories.has(wanted)) return out.error(`ERR Unknown category '${args[2]}'`);
    const rows = table.rows.filter((row) => row.facts.categories.includes(wanted));
    out.array(rows.length);
    for (const row of rows) out.bulkText(row.name);
  },
  "module|list": empty,
  "cluster|info": clusterOff,
  "cluster|nodes": clusterOff,
  "cluster|slots": clusterOff,
  "cluster|shards": clusterOff,
  "cluster|myid": clusterOff,
  "cluster|keyslot": clusterOff,
  "cluster|countkeysinslot": clusterOff,
  "cluster|getkeysinslot": clusterOff,
  "pubsub|channels": empty,
  "pubsub|numsub": empty,
  "pubsub|numpat": ({ out }) => out.integer(0),
  "pubsub|shardchannels": empty,
  "pubsub|shardnumsub": empty,
};
