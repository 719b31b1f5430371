/** The node itself: INFO, CONFIG, TIME, ROLE, and what tools ask about a server that this one answers plainly. */
import type { Answer, Ask } from "../answer.ts";
import { slowLogAnswers } from "./slow_log.ts";
import { commandFacts } from "../command_table.ts";
import { isInteger } from "../integers.ts";
import { globPattern } from "./commands.ts";

function info({ args, node, out }: Ask): void {
  const wanted = new Set(args.slice(1).map((name) => name.toLowerCase()));
  const everything = wanted.has("all") || wanted.has("everything");
  const usual = everything || wanted.size === 0 || wanted.has("default");
  const sections = node.info().filter(({ name, onRequest = false }) =>
    (onRequest ? everything : usual) || wanted.has(name.toLowerCase())
  );
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

/** All or nothing: what was set before a value was refused is set back. */
function configSet({ args, node, out }: Ask): void {
  if (args.length % 2 !== 0) return out.error("ERR wrong number of arguments for 'config|set' command");
  const before = new Map(node.settings().map(({ name, value }) => [name, value]));
  const names = new Set<string>();
  const undo: (() => void)[] = [];
  for (let i = 2; i < args.length; i += 2) {
    const name = args[i]!.toLowerCase();
    const problem = names.has(name)
      ? `CONFIG SET failed (possibly related to argument '${args[i]}') - duplicate parameter`
      : node.set(name, args[i + 1]!);
    if (problem !== undefined) {
      for (const back of undo) back();
      return out.error(`ERR ${problem}`);
    }
    names.add(name);
    undo.unshift(() => void node.set(name, before.get(name)!));
  }
  out.status("OK");
}

function wait({ args, out }: Ask): void {
  const [replicas, timeout] = [args[1]!, args[2]!];
  if (!isInteger(replicas)) out.error("ERR value is not an integer or out of range");
  else if (!isInteger(timeout)) out.error("ERR timeout is not an integer or out of range");
  else if (timeout.startsWith("-")) out.error("ERR timeout is negative");
  // A write was acknowledged at its consistency level before its client could ask; no engine behind this node replicates.
  else out.integer(0);
}

const clusterOff: Answer = ({ out }) => out.error("ERR This instance has cluster support disabled");
/** Redis says the same to every subcommand, HELP too, when it is no cluster. */
const clusterAnswers = Object.fromEntries(
  Object.keys(commandFacts["cluster"]!.subcommands!).map((name) => [`cluster|${name}`, clusterOff]),
);
const empty: Answer = ({ out }) => out.array(0);
const ok: Answer = ({ out }) => out.status("OK");

const noSubscribers: Answer = ({ request, out }) => {
  out.array((request.argCount - 2) * 2);
  for (let i = 2; i < request.argCount; i++) {
    out.bulk(request.arg(i));
    out.integer(0);
  }
};

export const serverAnswers: Readonly<Record<string, Answer>> = {
  info,
  wait,
  "config|get": configGet,
  "config|set": configSet,
  "config|resetstat": ({ node, out }) => {
    node.resetStats();
    out.status("OK");
  },
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
  ...slowLogAnswers,
  "latency|latest": empty,
  "latency|history": empty,
  "latency|graph": ({ args, out }) => out.error(`ERR No samples available for event '${args[2]}'`),
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
  ...clusterAnswers,
  "pubsub|channels": empty,
  "pubsub|numsub": noSubscribers,
  "pubsub|numpat": ({ out }) => out.integer(0),
  "pubsub|shardchannels": empty,
  "pubsub|shardnumsub": noSubscribers,
};
