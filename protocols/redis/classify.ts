/**
 * How this node treats each command of Redis: lists of names where a rule would not say enough, else what the command's own
 * flags and hints tell. A name that is in no list and has keys goes to the owner of its key.
 */
import { Join, Routing } from "../../core/request.ts";

/** Answered by this node. Containers are listed by `container|sub`, or by the container alone for all its subcommands. */
export const localCommands = new Set([
  "ping",
  "echo",
  "hello",
  "auth",
  "select",
  "quit",
  "reset",
  "readonly",
  "readwrite",
  "asking",
  "wait",
  "time",
  "lastsave",
  "role",
  "info",
  "lolwut",
  "client",
  "command",
  "config",
  "latency",
  "slowlog",
  "acl",
  "cluster",
  "module|list",
  "module|help",
  "memory|doctor",
  "memory|stats",
  "memory|malloc-stats",
  "memory|purge",
  "memory|help",
  "object|help",
  "xgroup|help",
  "xinfo|help",
  "script|help",
  "function|help",
  "pubsub",
]); // deno-fmt-ignore

/** Cut into one request per owner. */
export const splitCommands = new Map<string, Join>([
  ["mget", Join.KeyOrder],
  ["mset", Join.AllSucceeded],
  ["del", Join.Sum],
  ["unlink", Join.Sum],
  ["exists", Join.Sum],
  ["touch", Join.Sum],
]);

/** Sent to every node; how their replies become one. */
export const allNodesCommands = new Map<string, Join>([
  ["dbsize", Join.Sum],
  ["keys", Join.Concat],
  ["scan", Join.Cursor],
  ["randomkey", Join.AnyValue],
  ["flushall", Join.AllSucceeded],
  ["flushdb", Join.AllSucceeded],
  ["script|load", Join.AllSucceeded],
  ["script|flush", Join.AllSucceeded],
  ["script|exists", Join.And],
  ["script|kill", Join.AnySucceeded],
  ["function|load", Join.AllSucceeded],
  ["function|delete", Join.AllSucceeded],
  ["function|flush", Join.AllSucceeded],
  ["function|restore", Join.AllSucceeded],
  ["function|kill", Join.AnySucceeded],
  ["function|list", Join.AnyValue],
  ["function|dump", Join.AnyValue],
  ["function|stats", Join.AnyValue],
]);

/** All-nodes commands that change something, whatever Redis' own flags say. */
export const allNodesWrites = new Set(["script|load", "script|flush", "script|kill", "function|kill"]);

const transactions = "transactions are not supported by Dynomite";
const pubSub = "publish and subscribe are not supported by Dynomite";
const blocking = "blocking commands are not supported by Dynomite: they would hold up every client of a shared link";
const replication = "replication is done by Dynomite, not by the engine behind it";
const administration = "this command acts on one engine and is not passed on; send it to the engine itself";
const databases = "Dynomite has one database, number 0";
const users = "Dynomite has one user, default, whose password is the option requirepass";
const tracking = "client-side caching is not supported by Dynomite";

/** Known and not offered, with the reason. */
export const refusals = new Map<string, string>([
  ...["multi", "exec", "discard", "watch", "unwatch"].map((name) => [name, transactions] as const),
  ...["subscribe", "unsubscribe", "psubscribe", "punsubscribe", "ssubscribe", "sunsubscribe", "publish", "spublish"]
    .map((name) => [name, pubSub] as const),
  ...["blpop", "brpop", "brpoplpush", "blmove", "blmpop", "bzpopmin", "bzpopmax", "bzmpop"]
    .map((name) => [name, blocking] as const),
  ...["replicaof", "slaveof", "psync", "sync", "replconf", "failover"].map((name) => [name, replication] as const),
  ...[
    "save",
    "bgsave",
    "bgrewriteaof",
    "shutdown",
    "debug",
    "monitor",
    "migrate",
    "pfdebug",
    "pfselftest",
    "module|load",
  ]
    .map((name) => [name, administration] as const),
  ...["module|loadex", "module|unload", "script|debug", "restore-asking"].map((name) =>
    [name, administration] as const
  ),
  ...["setuser", "getuser", "deluser", "genpass", "dryrun", "load", "save", "log"]
    .map((name) => [`acl|${name}`, users] as const),
  ["client|tracking", tracking],
  ["client|caching", tracking],
  ["client|pause", "Dynomite does not hold up clients on request"],
  ["config|rewrite", "Dynomite does not rewrite its configuration file"],
  ["move", databases],
  ["swapdb", databases],
]);

/** Why a command that waits when it is told to (BLOCK) is refused then, and served else. */
export const blockingRefusal = blocking;

/** Replies whose elements have no defined order. */
export const unorderedCommands = new Set([
  "smembers",
  "hgetall",
  "hkeys",
  "hvals",
  "keys",
  "sunion",
  "sinter",
  "sdiff",
]);

/** Commands of modules that C Dynomite knows: name, write, least arity. All have their key first. */
export const moduleCommands: readonly (readonly [name: string, write: boolean, arity: number])[] = [
  ["json.set", true, -4],
  ["json.get", false, -2],
  ["json.del", true, -2],
  ["json.type", false, -2],
  ["json.mget", false, -3],
  ["json.arrappend", true, -4],
  ["json.arrinsert", true, -5],
  ["json.arrlen", false, -2],
  ["json.objkeys", false, -2],
  ["json.objlen", false, -2],
];

/** Sets this connection's consistency: C Dynomite's own command. */
export const CONNECTION_CONSISTENCY = "dyno_config:conn_consistency";

/** Routing by name, or undefined when the command's keys decide. */
export function routingOf(name: string): Routing | undefined {
  const container = name.split("|")[0]!;
  if (refusals.has(name)) return Routing.Refused;
  if (localCommands.has(name) || (container !== name && localCommands.has(container))) return Routing.Local;
  if (splitCommands.has(name)) return Routing.Split;
  if (allNodesCommands.has(name)) return Routing.AllNodes;
  return undefined;
}
