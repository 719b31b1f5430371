/**
 * The requests a C Dynomite node accepts, measured on its parser (0.6.21): names by how many arguments follow. Anything else makes it
 * close the connection the request came on, and with it fails every request in flight there.
 */
import { equalsIgnoreCase, NINE, ZERO } from "../../core/bytes.ts";
import type { Request } from "../../core/request.ts";

/** Least and greatest number of arguments behind the name. */
type Arity = readonly [least: number, greatest: number];

const MANY = Number.MAX_SAFE_INTEGER;

/** A subcommand stands for its name and is not counted. GEOPOS is not here: see NESTED_OPTIONS. */
const byArity: readonly (readonly [Arity, string])[] = [
  // It takes an argument of PING for a request of its own, which spoils the link to its engine.
  [[0, 0], "ping script|flush script|kill"],
  [[0, 1], "info"],
  [
    [1, 1],
    "decr dump get hgetall hkeys hlen hvals incr keys llen lpop persist pfcount pttl rpop scard smembers srandmember " +
    "strlen ttl type zcard script|exists script|load",
  ],
  [
    [1, MANY],
    "bitcount del exists geoadd geodist geohash georadius georadiusbymember hdel hmget hmset hscan " +
    "json.arrappend json.arrinsert json.arrlen json.del json.get json.mget json.objkeys json.objlen json.set json.type " +
    "lpush mget pfadd rpush sadd scan sdiff sdiffstore set sinter sinterstore sort spop srem sscan sunion sunionstore " +
    "zadd zinterstore zrange zrangebylex zrangebyscore zrem zrevrange zrevrangebylex zrevrangebyscore zscan zunionstore",
  ],
  [
    [2, 2],
    "append decrby expire expireat getbit getset hexists hget incrby incrbyfloat lindex lpushx pexpire pexpireat " +
    "rpoplpush rpushx setnx sismember zrank zrevrank zscore",
  ],
  [[2, MANY], "mset"],
  [
    [3, 3],
    "getrange hincrby hincrbyfloat hset hsetnx lrange lrem lset ltrim psetex restore setbit setex setrange smove zcount " +
    "zincrby zlexcount zremrangebylex zremrangebyrank zremrangebyscore",
  ],
  [[3, MANY], "eval evalsha"],
  [[4, 4], "linsert"],
];

/** It takes requests for these too, and loses count in their replies, arrays in an array: its link to its engine is spoiled. */
const NESTED_OPTIONS = ["withcoord", "withdist", "withhash"];

/** Which arguments it takes for keys. It ends the link over one that is empty, and reads none that outgrows its buffers. */
const KeyRule = { None: 0, First: 1, All: 2, Pairs: 3, Script: 4 } as const;
type KeyRule = typeof KeyRule[keyof typeof KeyRule];

const ruleByName: Readonly<Record<string, KeyRule>> = {
  ping: KeyRule.None,
  info: KeyRule.None,
  "script|exists": KeyRule.None,
  "script|flush": KeyRule.None,
  "script|kill": KeyRule.None,
  "script|load": KeyRule.None,
  del: KeyRule.All,
  exists: KeyRule.All,
  mget: KeyRule.All,
  mset: KeyRule.Pairs,
  eval: KeyRule.Script,
  evalsha: KeyRule.Script,
};

/** It reads a key of 16,300 bytes with its default buffers (`mbuf_size: 16384`), and hangs at 16,320. */
const KEY_BYTES_MAX = 16_000;

interface Rule {
  readonly arity: Arity;
  readonly keys: KeyRule;
  /** Words of the name. */
  readonly words: number;
}

const rules = new Map<string, Rule>(
  byArity.flatMap(([arity, names]) =>
    names.split(" ").map((name) =>
      [name, { arity, keys: ruleByName[name] ?? KeyRule.First, words: name.includes("|") ? 2 : 1 }] as const
    )
  ),
);

/** Does a C node accept it, and stay well? */
export function isClassic(request: Request): boolean {
  const rule = rules.get(request.command.name);
  if (rule === undefined) return false;
  const { arity, keys, words } = rule;
  const { argCount } = request;
  const given = argCount - words;
  if (given < arity[0] || given > arity[1]) return false;
  switch (keys) {
    case KeyRule.First:
      return areKeys(request, 1, 2, 1) && !(isGeoSearch(request) && asksForNested(request));
    case KeyRule.All:
      return areKeys(request, 1, argCount, 1);
    case KeyRule.Pairs:
      return given % 2 === 0 && areKeys(request, 1, argCount, 2);
    case KeyRule.Script: {
      const count = readCount(request, 2);
      return count > 0 && count <= argCount - 3 && areKeys(request, 3, 3 + count, 1);
    }
    default:
      return true;
  }
}

function isGeoSearch({ command: { name } }: Request): boolean {
  return name === "georadius" || name === "georadiusbymember";
}
function asksForNested(request: Request): boolean {
  for (let arg = 4; arg < request.argCount; arg++) {
    const [start, end] = [request.argStart(arg), request.argEnd(arg)];
    if (NESTED_OPTIONS.some((option) => equalsIgnoreCase(request.bytes, start, end, option))) return true;
  }
  return false;
}

/** May every `step`th argument from `from` to before `to` be a key? */
function areKeys(request: Request, from: number, to: number, step: number): boolean {
  for (let arg = from; arg < to; arg += step) {
    const length = request.argEnd(arg) - request.argStart(arg);
    if (length === 0 || length > KEY_BYTES_MAX) return false;
  }
  return true;
}

/** An argument of nothing but digits as a number; else 0. */
function readCount(request: Request, arg: number): number {
  const { bytes } = request;
  let count = 0;
  for (let at = request.argStart(arg); at < request.argEnd(arg); at++) {
    const byte = bytes[at]!;
    if (byte < ZERO || byte > NINE) return 0;
    count = count * 10 + byte - ZERO;
  }
  return count;
}
