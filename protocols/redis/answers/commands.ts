/** COMMAND: the command table as clients read it. */
import { KeyList, Request, Routing } from "../../../core/request.ts";
import type { Answer, Ask } from "../answer.ts";
import type { CommandFacts, CommandTable, KeySpec, RedisCommand } from "../command_table.ts";
import type { RespWriter } from "../encode.ts";
import { findKeys } from "../multi_key.ts";

/** Top-level commands this node offers. */
function offered(table: CommandTable): RedisCommand[] {
  return table.rows.filter((row) =>
    !row.name.includes("|") && !row.name.startsWith("(") && row.routing !== Routing.Refused
  );
}

function info(table: CommandTable, name: string, facts: CommandFacts, out: RespWriter): void {
  out.array(10);
  out.bulkText(name);
  out.integer(facts.arity);
  out.set(facts.flags.length);
  for (const flag of facts.flags) out.status(flag);
  out.integer(facts.keys.first);
  out.integer(facts.keys.last);
  out.integer(facts.keys.step);
  out.set(facts.categories.length);
  for (const category of facts.categories) out.status(`@${category}`);
  const tips = facts.tips ?? [];
  out.array(tips.length);
  for (const tip of tips) out.bulkText(tip);
  const specs = facts.key_specs ?? [];
  out.array(specs.length);
  for (const spec of specs) writeSpec(spec, out);
  const subs = Object.entries(facts.subcommands ?? {});
  out.array(subs.length);
  for (const [sub, subFacts] of subs) info(table, `${name}|${sub}`, subFacts, out);
}

function writeSpec(spec: KeySpec, out: RespWriter): void {
  out.map(spec.notes === undefined ? 3 : 4);
  if (spec.notes !== undefined) {
    out.bulkText("notes");
    out.bulkText(spec.notes);
  }
  out.bulkText("flags");
  out.set(spec.flags.length);
  for (const flag of spec.flags) out.status(flag);
  for (const [name, part] of [["begin_search", spec.begin_search], ["find_keys", spec.find_keys]] as const) {
    out.bulkText(name);
    out.map(2);
    out.bulkText("type");
    out.bulkText(part.type);
    out.bulkText("spec");
    const entries = Object.entries(part.spec as Record<string, string | number>);
    out.map(entries.length);
    for (const [key, value] of entries) {
      out.bulkText(key);
      if (typeof value === "number") out.integer(value);
      else out.bulkText(value);
    }
  }
}

function all({ table, out }: Ask): void {
  const rows = offered(table);
  out.array(rows.length);
  for (const row of rows) info(table, row.name, row.facts, out);
}

/** DOCS in short: what the table knows, by Redis' field names. */
function docs({ args, table, out }: Ask): void {
  const wanted = args.length > 2 ? args.slice(2).map((name) => table.find(name.toLowerCase())) : offered(table);
  const rows = wanted.filter((row) => row !== undefined);
  out.map(rows.length);
  for (const row of rows) {
    out.bulkText(row.name);
    out.map(3);
    out.bulkText("summary");
    out.bulkText(summaryOf(row));
    out.bulkText("group");
    out.bulkText(groupOf(row.facts));
    out.bulkText("arity");
    out.integer(row.facts.arity);
  }
}

function summaryOf(row: RedisCommand): string {
  switch (row.routing) {
    case Routing.Local:
      return "Answered by this node.";
    case Routing.Owner:
      return "Sent to the owners of its key.";
    case Routing.SameOwner:
      return "Sent to the owners of its keys, which must be the same.";
    case Routing.Split:
      return "Cut into one request for each owner of its keys; the replies are joined.";
    case Routing.AllNodes:
      return "Sent to every node; the replies are joined.";
    default:
      return `Not offered: ${row.refusal}.`;
  }
}

const groups = [
  "bitmap",
  "geo",
  "hash",
  "hyperloglog",
  "list",
  "pubsub",
  "scripting",
  "set",
  "sortedset",
  "stream",
  "string",
  "transaction",
  "connection",
]; // deno-fmt-ignore

function groupOf(facts: CommandFacts): string {
  const group = groups.find((name) => facts.categories.includes(name));
  return group === undefined ? "generic" : group === "sortedset" ? "sorted-set" : group;
}

/** The request that stands behind `COMMAND GETKEYS`, cut out of it. */
function inner(request: Request, table: CommandTable): Request {
  const part = new Request(table.unknown);
  part.bytes = request.bytes;
  part.start = request.start;
  part.end = request.end;
  part.argCount = request.argCount - 2;
  for (let i = 2; i < request.argCount; i++) {
    part.setArg(i - 2, request.offsets[2 * i]!, request.offsets[2 * i + 1]!);
  }
  table.resolve(part);
  return part;
}

function getKeys({ request, table, out }: Ask): void {
  const part = inner(request, table);
  if (part.command === table.unknown) return out.error("ERR Invalid command specified");
  if (part.command === table.wrongArity) return out.error("ERR Invalid number of arguments specified for command");
  const keys = new KeyList();
  findKeys(part, keys);
  if (keys.count === 0) return out.error("ERR The command has no key arguments");
  out.array(keys.count);
  for (let i = 0; i < keys.count; i++) out.bulk(part.arg(keys.args[i]!));
}

function list({ args, table, out }: Ask): void {
  let rows = offered(table);
  if (args.length > 2) {
    const [filter, by, value] = [args[2]!.toLowerCase(), args[3]?.toLowerCase(), args[4]];
    if (filter !== "filterby" || by === undefined || value === undefined || args.length !== 5) {
      return out.error("ERR syntax error");
    }
    if (by === "aclcat") rows = rows.filter((row) => row.facts.categories.includes(value.toLowerCase()));
    else if (by === "pattern") {
      const pattern = globPattern(value);
      rows = rows.filter((row) => pattern.test(row.name));
    } else if (by === "module") rows = [];
    else return out.error("ERR syntax error");
  }
  out.array(rows.length);
  for (const row of rows) out.bulkText(row.name);
}

/** A Redis glob over names: `*`, `?`, `[a-z]`, and `\` before what is meant literally. */
export function globPattern(glob: string): RegExp {
  let source = "";
  for (let i = 0; i < glob.length; i++) {
    const char = glob[i]!;
    const close = char === "[" ? glob.indexOf("]", i + 1) : -1;
    if (char === "*") source += ".*";
    else if (char === "?") source += ".";
    else if (close > 0) {
      source += `[${glob.slice(i + 1, close).replace(/[\\\]]/g, "\\$&")}]`;
      i = close;
    } else {
      const literal = char === "\\" && i + 1 < glob.length ? glob[++i]! : char;
      source += literal.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    }
  }
  return new RegExp(`^${source}$`, "is");
}

export const commandAnswers: Readonly<Record<string, Answer>> = {
  command: all,
  "command|count": ({ table, out }) => out.integer(offered(table).length),
  "command|info": (ask) => {
    const { args, table, out } = ask;
    if (args.length === 2) return all(ask);
    out.array(args.length - 2);
    for (const name of args.slice(2)) {
      const row = table.find(name.toLowerCase());
      if (row === undefined) out.nilArray();
      else info(table, row.name, row.facts, out);
    }
  },
  "command|docs": docs,
  "command|getkeys": getKeys,
  "command|list": list,
};
