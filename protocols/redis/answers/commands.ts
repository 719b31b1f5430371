/** COMMAND: the command table as clients read it. */
import { KeyList, Request, Routing } from "../../../core/request.ts";
import type { Answer, Ask } from "../answer.ts";
import type { CommandFacts, CommandTable, KeySpec, RedisCommand } from "../command_table.ts";
import type { RespWriter } from "../encode.ts";
import { findKeys, findKeysOf } from "../multi_key.ts";
import { summaryOf } from "./help.ts";

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
  out.set(tips.length);
  for (const tip of tips) out.bulkText(tip);
  const specs = facts.key_specs ?? [];
  out.set(specs.length);
  for (const spec of specs) writeSpec(spec, out);
  const subs = Object.entries(facts.subcommands ?? {});
  // So does Redis: none are an empty set, some are an array.
  if (subs.length === 0) out.set(0);
  else out.array(subs.length);
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

/** What is wrong with the request that COMMAND GETKEYS asks about, or undefined. */
function keysProblem({ command }: Request, table: CommandTable): string | undefined {
  if (command === table.unknown || command === table.unknownSubcommand || command === table.http) {
    return "ERR Invalid command specified";
  }
  if (command === table.wrongArity) return "ERR Invalid number of arguments specified for command";
  const { key_specs: specs, keys } = (command as RedisCommand).facts;
  return keys.first === 0 && (specs ?? []).length === 0 ? "ERR The command has no key arguments" : undefined;
}

function getKeys({ request, table, out }: Ask): void {
  const part = inner(request, table);
  const problem = keysProblem(part, table);
  if (problem !== undefined) return out.error(problem);
  const keys = new KeyList();
  findKeys(part, keys);
  out.array(keys.count);
  for (let i = 0; i < keys.count; i++) out.bulk(part.arg(keys.args[i]!));
}

function getKeysAndFlags({ request, table, out }: Ask): void {
  const part = inner(request, table);
  const problem = keysProblem(part, table);
  if (problem !== undefined) return out.error(problem);
  const found: { readonly arg: number; readonly flags: readonly string[] }[] = [];
  const keys = new KeyList();
  for (const spec of (part.command as RedisCommand).facts.key_specs ?? []) {
    keys.clear();
    findKeysOf(spec, part, keys);
    for (let i = 0; i < keys.count; i++) found.push({ arg: keys.args[i]!, flags: spec.flags });
  }
  out.array(found.length);
  for (const { arg, flags } of found) {
    out.array(2);
    out.bulk(part.arg(arg));
    out.set(flags.length);
    for (const flag of flags) out.status(flag);
  }
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
      if (row === undefined) out.nil();
      else info(table, row.name, row.facts, out);
    }
  },
  "command|docs": docs,
  "command|getkeys": getKeys,
  "command|getkeysandflags": getKeysAndFlags,
  "command|list": list,
};
