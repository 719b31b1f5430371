/**
 * The command table: every command of Redis 7.0 with its arity and the place of its keys, from commands.json (what a real server's
 * own COMMAND says), joined with how this node treats it (classify.ts). Looking a command up makes no string: the name's bytes
 * are hashed, in either case of letters, into an open-addressed table.
 */
import { equalsIgnoreCase } from "../../core/bytes.ts";
import { Access, type Command, Join, type Request, Routing } from "../../core/request.ts";
import {
  allNodesCommands,
  allNodesWrites,
  blockingRefusal,
  CONNECTION_CONSISTENCY,
  moduleCommands,
  refusals,
  routingOf,
  splitCommands,
  unorderedCommands,
} from "./classify.ts";
import commandData from "./commands.json" with { type: "json" };

/** How keys are found from where a search began. `lastkey` -1 is the last argument, -2 the one before. */
export type FindKeys =
  | {
    readonly type: "range";
    readonly spec: { readonly lastkey: number; readonly keystep: number; readonly limit: number };
  }
  | {
    readonly type: "keynum";
    readonly spec: { readonly keynumidx: number; readonly firstkey: number; readonly keystep: number };
  }
  | { readonly type: "unknown"; readonly spec: unknown };

export type BeginSearch =
  | { readonly type: "index"; readonly spec: { readonly index: number } }
  | { readonly type: "keyword"; readonly spec: { readonly keyword: string; readonly startfrom: number } }
  | { readonly type: "unknown"; readonly spec: unknown };

export interface KeySpec {
  readonly notes?: string;
  readonly flags: readonly string[];
  readonly begin_search: BeginSearch;
  readonly find_keys: FindKeys;
}

/** A command as Redis describes it. */
export interface CommandFacts {
  /** Argument count with the name; negative: at least so many. */
  readonly arity: number;
  readonly flags: readonly string[];
  readonly keys: { readonly first: number; readonly last: number; readonly step: number };
  readonly categories: readonly string[];
  readonly tips?: readonly string[];
  readonly key_specs?: readonly KeySpec[];
  readonly subcommands?: Readonly<Record<string, CommandFacts>>;
}

export const commandFacts = commandData as unknown as Readonly<Record<string, CommandFacts>>;

/** A row with what the parser needs of it. */
export interface RedisCommand extends Command {
  readonly facts: CommandFacts;
  /** Argument of the first key where it is always the same one; 0 when there is none or it must be searched. */
  readonly firstKey: number;
  readonly subcommands: NameTable | undefined;
  /** The row that stands for it when its arguments tell it to wait (XREAD BLOCK). */
  readonly whenBlocking: RedisCommand | undefined;
}

/** Rows by the bytes of their name, letters in either case. */
export class NameTable {
  readonly #slots: (RedisCommand | undefined)[];
  readonly #names: string[];
  readonly #mask: number;

  constructor(rows: ReadonlyMap<string, RedisCommand>) {
    let size = 4;
    while (size < rows.size * 4) size *= 2;
    this.#mask = size - 1;
    this.#slots = new Array<RedisCommand | undefined>(size).fill(undefined);
    this.#names = new Array<string>(size).fill("");
    for (const [name, row] of rows) {
      const bytes = new TextEncoder().encode(name);
      let at = hashName(bytes, 0, bytes.length) & this.#mask;
      while (this.#slots[at] !== undefined) at = (at + 1) & this.#mask;
      this.#slots[at] = row;
      this.#names[at] = name;
    }
  }

  find(bytes: Uint8Array, start: number, end: number): RedisCommand | undefined {
    let at = hashName(bytes, start, end) & this.#mask;
    for (;;) {
      const row = this.#slots[at];
      if (row === undefined || equalsIgnoreCase(bytes, start, end, this.#names[at]!)) return row;
      at = (at + 1) & this.#mask;
    }
  }
}

/** FNV-1a over the name with letters folded to lower case. */
function hashName(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i]! | 32), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

export class CommandTable {
  readonly rows: readonly RedisCommand[];
  readonly byName: ReadonlyMap<string, RedisCommand>;
  /** Stand-ins for what is no proper command: answered with Redis' own error text. */
  readonly unknown: RedisCommand;
  readonly wrongArity: RedisCommand;
  readonly unknownSubcommand: RedisCommand;
  /** `POST` and `Host:`, which only a browser that was led here would say. */
  readonly http: RedisCommand;
  readonly #names: NameTable;

  constructor() {
    const rows: RedisCommand[] = [];
    const top = new Map<string, RedisCommand>();
    const all = new Map<string, RedisCommand>();
    const put = (row: RedisCommand): RedisCommand => {
      rows.push(row);
      return row;
    };
    const add = (name: string, facts: CommandFacts, subcommands: NameTable | undefined): RedisCommand => {
      const whenBlocking = waitsIfTold(facts) ? put(blockingRow(rows.length, name, facts)) : undefined;
      const row = put(buildRow(rows.length, name, facts, subcommands, whenBlocking));
      all.set(name, row);
      return row;
    };
    const standIn = (name: string) =>
      put({ ...buildRow(rows.length, name, local, undefined, undefined), standIn: true });
    this.unknown = standIn("(unknown)");
    this.wrongArity = standIn("(wrong arity)");
    this.unknownSubcommand = standIn("(unknown subcommand)");
    this.http = standIn("(http)");
    top.set("post", this.http);
    top.set("host:", this.http);
    for (const [name, facts] of Object.entries({ ...commandFacts, ...extraFacts })) {
      let subcommands: NameTable | undefined;
      if (facts.subcommands !== undefined) {
        const inner = new Map<string, RedisCommand>();
        for (const [sub, subFacts] of Object.entries({ ...facts.subcommands, ...extraSubcommands[name] })) {
          inner.set(sub, add(`${name}|${sub}`, subFacts, undefined));
        }
        subcommands = new NameTable(inner);
      }
      top.set(name, add(name, facts, subcommands));
    }
    this.rows = rows;
    this.byName = all;
    this.#names = new NameTable(top);
  }

  /** Finds the row of a request whose arguments are set, and its first key. */
  resolve(request: Request): void {
    const { bytes } = request;
    let row = this.#names.find(bytes, request.argStart(0), request.argEnd(0));
    request.keyArg = 0;
    if (row === undefined) {
      request.command = this.unknown;
      return;
    }
    const { argCount } = request;
    if (row.subcommands !== undefined && argCount > 1) {
      row = row.subcommands.find(bytes, request.argStart(1), request.argEnd(1));
      if (row === undefined) {
        request.command = this.unknownSubcommand;
        return;
      }
    }
    const { arity } = row.facts;
    if (arity >= 0 ? argCount !== arity : argCount < -arity) {
      request.command = this.wrongArity;
      return;
    }
    request.command = row.whenBlocking !== undefined && saysBlock(request) ? row.whenBlocking : row;
    request.keyArg = row.firstKey;
  }

  /** The row that a request names whose own row is a stand-in, or undefined. */
  meantBy(request: Request): RedisCommand | undefined {
    const { command, bytes, argCount } = request;
    const row = this.#names.find(bytes, request.argStart(0), request.argEnd(0));
    if (row === undefined || command === this.http || command === this.unknownSubcommand) return undefined;
    if (row.subcommands === undefined || argCount < 2) return row;
    return row.subcommands.find(bytes, request.argStart(1), request.argEnd(1));
  }

  /** The row a request means before its arity was checked: for error texts and COMMAND. */
  find(name: string): RedisCommand | undefined {
    return this.byName.get(name);
  }
}

/** Does it wait only with the option BLOCK? The others that wait are refused by name. */
function waitsIfTold(facts: CommandFacts): boolean {
  return facts.flags.includes("blocking") && facts.categories.includes("stream");
}

function blockingRow(id: number, name: string, facts: CommandFacts): RedisCommand {
  return {
    id,
    name: `(${name} block)`,
    access: Access.None,
    routing: Routing.Refused,
    join: Join.None,
    unordered: false,
    standIn: true,
    refusal: blockingRefusal,
    facts,
    firstKey: 0,
    subcommands: undefined,
    whenBlocking: undefined,
  };
}

/** Is BLOCK among the options, which end at STREAMS? (A group or consumer of that name stands behind GROUP.) */
function saysBlock(request: Request): boolean {
  for (let arg = 1; arg < request.argCount; arg++) {
    const [start, end] = [request.argStart(arg), request.argEnd(arg)];
    if (equalsIgnoreCase(request.bytes, start, end, "streams")) return false;
    if (equalsIgnoreCase(request.bytes, start, end, "block")) return true;
    if (equalsIgnoreCase(request.bytes, start, end, "group")) arg += 2;
  }
  return false;
}

function buildRow(
  id: number,
  name: string,
  facts: CommandFacts,
  subcommands: NameTable | undefined,
  whenBlocking: RedisCommand | undefined,
): RedisCommand {
  const specs = facts.key_specs ?? [];
  const refusal = refusals.get(name);
  const keyed = specs.length > 0 || facts.keys.first > 0;
  const routing = routingOf(name) ??
    (subcommands !== undefined || !keyed ? Routing.Local : hasOneKey(facts) ? Routing.Owner : Routing.SameOwner);
  const join = splitCommands.get(name) ?? allNodesCommands.get(name) ?? Join.None;
  const writes = facts.flags.includes("write") || allNodesWrites.has(name) || scripts.has(name);
  const access = routing === Routing.Local || routing === Routing.Refused
    ? Access.None
    : writes
    ? Access.Write
    : Access.Read;
  const [spec] = specs;
  const firstKey = spec?.begin_search.type === "index" && spec.find_keys.type === "range"
    ? spec.begin_search.spec.index
    : facts.keys.first;
  return {
    id,
    name,
    access,
    routing,
    join,
    unordered: unorderedCommands.has(name),
    varying: facts.tips?.includes("nondeterministic_output") ?? false,
    ...(refusal === undefined ? {} : { refusal }),
    ...(name === "ping" ? { brief: true } : {}),
    facts,
    firstKey,
    subcommands,
    whenBlocking,
  };
}

/** Scripts may write, whatever they declare. */
const scripts = new Set(["eval", "evalsha", "fcall"]);

function hasOneKey(facts: CommandFacts): boolean {
  const specs = facts.key_specs ?? [];
  if (specs.length === 0) return facts.keys.first === facts.keys.last;
  if (specs.length > 1) return false;
  const find = specs[0]!.find_keys;
  return specs[0]!.begin_search.type === "index" && find.type === "range" && find.spec.lastkey === 0;
}

const local: CommandFacts = { arity: -1, flags: [], keys: { first: 0, last: 0, step: 0 }, categories: [] };
const keyFirst = (write: boolean, arity: number): CommandFacts => ({
  arity,
  flags: [write ? "write" : "readonly"],
  keys: { first: 1, last: 1, step: 1 },
  categories: [],
});

/** Commands that are not Redis' own. */
const extraFacts: Readonly<Record<string, CommandFacts>> = {
  ...Object.fromEntries(moduleCommands.map(([name, write, arity]) => [name, keyFirst(write, arity)])),
  [CONNECTION_CONSISTENCY]: { ...local, arity: 2 },
};

/** Subcommands newer than the table, which clients send on connecting. */
const extraSubcommands: Readonly<Record<string, Readonly<Record<string, CommandFacts>>>> = {
  client: { setinfo: { ...local, arity: 4 }, "no-touch": { ...local, arity: 3 } },
};
