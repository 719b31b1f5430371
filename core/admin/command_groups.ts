/**
 * The groups in which `/info` counts the commands of a Redis datastore: C Dynomite's names. C counts some commands under other
 * names (INCRBY under other, what works on sets under set, most list commands under other); here each is where one looks for it.
 */
import type { Command } from "../request.ts";

function oneOf(names: string): ReadonlySet<string> {
  return new Set(names.split(" "));
}

const lists = oneOf(
  "lindex linsert llen lmove lmpop lpop lpos lpush lpushx lrange lrem lset ltrim rpop rpoplpush rpush rpushx",
);
const sets = oneOf(
  "sadd scard sdiff sdiffstore sinter sintercard sinterstore sismember smembers smismember smove spop srandmember srem sscan " +
    "sunion sunionstore",
);
const hashes = oneOf(
  "hdel hexists hget hgetall hincrby hincrbyfloat hkeys hlen hmget hmset hrandfield hscan hset hsetnx hstrlen hvals",
);
const sortedSets = oneOf(
  "zadd zcard zcount zdiff zdiffstore zincrby zinter zintercard zinterstore zlexcount zmpop zmscore zpopmax zpopmin " +
    "zrandmember zrange zrangebylex zrangebyscore zrangestore zrank zrem zremrangebylex zremrangebyrank zremrangebyscore " +
    "zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion zunionstore",
);

/** By the end of the field's name, `redis_req_...`. A command may be in two: LREM and SUNION have counters of their own. */
const groups = {
  get: oneOf("get"),
  set: oneOf("set setex psetex setnx setbit setrange"),
  del: oneOf("del unlink"),
  incr_decr: oneOf("incr decr incrby decrby incrbyfloat"),
  keys: oneOf("keys"),
  mget: oneOf("mget"),
  scan: oneOf("scan"),
  sort: oneOf("sort sort_ro"),
  lreqm: oneOf("lrem"),
  sunion: oneOf("sunion"),
  ping: oneOf("ping"),
  lists,
  sets,
  hashes,
  sortedsets: sortedSets,
} as const;

export type CommandGroup = keyof typeof groups | "other";

/** How often the commands of a group are counted in `counts`, which is by the number of the table's row. */
export function countGroup(group: CommandGroup, commands: readonly Command[], counts: Float64Array): number {
  const named = group === "other" ? undefined : groups[group];
  let sum = 0;
  for (const { id, name } of commands) {
    if (counts[id] === 0) continue;
    if (named === undefined ? !isGrouped(name) : named.has(name)) sum += counts[id]!;
  }
  return sum;
}

function isGrouped(name: string): boolean {
  return Object.values(groups).some((names) => names.has(name));
}
