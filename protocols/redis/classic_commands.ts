/**
 * The requests a C Dynomite node accepts, measured on its parser (0.6.21): names by how many arguments follow. Anything else makes it
 * close the connection the request came on, and with it fails every request in flight there.
 */
import { equalsIgnoreCase } from "../../core/bytes.ts";
import type { Request } from "../../core/request.ts";

/** Least and greatest number of arguments behind the name. */
type Arity = readonly [least: number, greatest: number];

const MANY = Number.MAX_SAFE_INTEGER;

const byArity: readonly (readonly [Arity, string])[] = [
  [[0, 1], "ping info"],
  [
    [1, 1],
    "decr dump get hgetall hkeys hlen hvals incr keys llen lpop persist pfcount pttl rpop scard smembers srandmember " +
    "strlen ttl type zcard script|exists",
  ],
  [
    [1, MANY],
    "bitcount del exists geoadd geodist geohash geopos georadius georadiusbymember hdel hmget hmset hscan " +
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
  // A subcommand stands for its name and is not counted.
  [[0, 0], "script|flush script|kill"],
  [[1, 1], "script|load"],
];

const arities = new Map<string, Arity>(
  byArity.flatMap(([arity, names]) => names.split(" ").map((name) => [name, arity] as const)),
);

/** Does a C node accept it? Keys that are empty, and scripts without keys, it refuses whatever the command. */
export function isClassic(request: Request): boolean {
  const { command: { name }, keyArg } = request;
  const arity = arities.get(name);
  if (arity === undefined) return false;
  const given = request.argCount - (name.includes("|") ? 2 : 1);
  if (given < arity[0] || given > arity[1]) return false;
  if (keyArg > 0 && request.argStart(keyArg) === request.argEnd(keyArg)) return false;
  const isScript = name === "eval" || name === "evalsha";
  return !isScript || !equalsIgnoreCase(request.bytes, request.argStart(2), request.argEnd(2), "0");
}
