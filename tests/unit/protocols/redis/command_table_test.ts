/** How this node treats each of the 240 commands of Redis 7.0, and their subcommands, written down by hand: the test fails when one changes class. */
import { assert, assertEquals } from "@std/assert";
import { Access, Routing } from "../../../../core/request.ts";
import { answers } from "../../../../protocols/redis/answer.ts";
import { commandFacts, type RedisCommand } from "../../../../protocols/redis/command_table.ts";
import { requestOf, table } from "../../../support/redis_requests.ts";

const classes: Readonly<Record<string, string>> = {
  local: `
    acl|cat acl|help acl|list acl|users acl|whoami asking auth client|getname client|getredir client|help client|id
    client|info client|kill client|list client|no-evict client|no-touch client|reply client|setinfo client|setname
    client|trackinginfo client|unblock client|unpause cluster|addslots cluster|addslotsrange cluster|bumpepoch
    cluster|count-failure-reports cluster|countkeysinslot cluster|delslots cluster|delslotsrange cluster|failover
    cluster|flushslots cluster|forget cluster|getkeysinslot cluster|help cluster|info cluster|keyslot cluster|links
    cluster|meet cluster|myid cluster|nodes cluster|replicas cluster|replicate cluster|reset cluster|saveconfig
    cluster|set-config-epoch cluster|setslot cluster|shards cluster|slaves cluster|slots command command|count
    command|docs command|getkeys command|getkeysandflags command|help command|info command|list config|get config|help
    config|resetstat config|set dyno_config:conn_consistency echo function|help hello info lastsave latency|doctor
    latency|graph latency|help latency|histogram latency|history latency|latest latency|reset lolwut memory|doctor
    memory|help memory|malloc-stats memory|purge memory|stats module|help module|list object|help ping pubsub|channels
    pubsub|help pubsub|numpat pubsub|numsub pubsub|shardchannels pubsub|shardnumsub quit readonly readwrite reset role
    script|help select slowlog|get slowlog|help slowlog|len slowlog|reset time wait xgroup|help xinfo|help`,
  oneKeyRead: `
    bitcount bitfield_ro bitpos dump expiretime geodist geohash geopos georadius_ro georadiusbymember_ro geosearch get
    getbit getrange hexists hget hgetall hkeys hlen hmget hrandfield hscan hstrlen hvals json.arrlen json.get json.mget
    json.objkeys json.objlen json.type lindex llen lpos lrange memory|usage object|encoding object|freq object|idletime
    object|refcount pexpiretime pttl scard sismember smembers smismember srandmember sscan strlen substr ttl type
    xinfo|consumers xinfo|groups xinfo|stream xlen xpending xrange xrevrange zcard zcount zlexcount zmscore zrandmember
    zrange zrangebylex zrangebyscore zrank zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore`,
  oneKeyWrite: `
    append bitfield decr decrby expire expireat geoadd getdel getex getset hdel hincrby hincrbyfloat hmset hset hsetnx
    incr incrby incrbyfloat json.arrappend json.arrinsert json.del json.set linsert lpop lpush lpushx lrem lset ltrim
    persist pexpire pexpireat pfadd psetex restore rpop rpush rpushx sadd set setbit setex setnx setrange spop srem xack
    xadd xautoclaim xclaim xdel xgroup|create xgroup|createconsumer xgroup|delconsumer xgroup|destroy xgroup|setid xsetid
    xtrim zadd zincrby zpopmax zpopmin zrem zremrangebylex zremrangebyrank zremrangebyscore`,
  sameOwnerRead: `
    eval_ro evalsha_ro fcall_ro lcs pfcount sdiff sinter sintercard sort_ro sunion xread zdiff zinter zintercard zunion`,
  sameOwnerWrite: `
    bitop copy eval evalsha fcall georadius georadiusbymember geosearchstore lmove lmpop msetnx pfmerge rename renamenx
    rpoplpush sdiffstore sinterstore smove sort sunionstore xreadgroup zdiffstore zinterstore zmpop zrangestore
    zunionstore`,
  splitRead: "exists mget touch",
  splitWrite: "del mset unlink",
  allNodesRead: "dbsize function|dump function|list function|stats keys randomkey scan script|exists",
  allNodesWrite: `
    flushall flushdb function|delete function|flush function|kill function|load function|restore script|flush script|kill
    script|load`,
  refused: `
    acl|deluser acl|dryrun acl|genpass acl|getuser acl|load acl|log acl|save acl|setuser bgrewriteaof bgsave blmove blmpop
    blpop brpop brpoplpush bzmpop bzpopmax bzpopmin client|caching client|pause client|tracking config|rewrite debug
    discard exec failover migrate module|load module|loadex module|unload monitor move multi pfdebug pfselftest psubscribe
    psync publish punsubscribe replconf replicaof restore-asking save script|debug shutdown slaveof spublish ssubscribe
    subscribe sunsubscribe swapdb sync unsubscribe unwatch watch`,
};

const rowClasses: Readonly<Record<string, readonly [Routing, Access]>> = {
  local: [Routing.Local, Access.None],
  oneKeyRead: [Routing.Owner, Access.Read],
  oneKeyWrite: [Routing.Owner, Access.Write],
  sameOwnerRead: [Routing.SameOwner, Access.Read],
  sameOwnerWrite: [Routing.SameOwner, Access.Write],
  splitRead: [Routing.Split, Access.Read],
  splitWrite: [Routing.Split, Access.Write],
  allNodesRead: [Routing.AllNodes, Access.Read],
  allNodesWrite: [Routing.AllNodes, Access.Write],
  refused: [Routing.Refused, Access.None],
};

/** Rows a client can name: no stand-ins, and no containers, which are nothing without their subcommand. */
const callable = table.rows.filter((row) =>
  !row.name.startsWith("(") && (row.subcommands === undefined || row.name === "command")
);

Deno.test("CommandTable puts every command of Redis 7.0 into the class it should have", () => {
  assertEquals(Object.keys(commandFacts).length, 240);
  for (const [name, [routing, access]] of Object.entries(rowClasses)) {
    const found = callable.filter((row) => row.routing === routing && row.access === access).map((row) => row.name);
    assertEquals(found.sort(), classes[name]!.trim().split(/\s+/).sort(), name);
  }
});

Deno.test("CommandTable has every command in one class", () => {
  const listed = Object.values(classes).flatMap((names) => names.trim().split(/\s+/));
  assertEquals(listed.length, new Set(listed).size);
  assertEquals(listed.sort(), callable.map((row) => row.name).sort());
});

Deno.test("CommandTable has an answer for every local command, and a reason for every refused one", () => {
  for (const row of callable) {
    assertEquals(row.routing === Routing.Local, Object.hasOwn(answers, row.name), row.name);
    assertEquals(row.routing === Routing.Refused, row.refusal !== undefined, row.name);
  }
});

Deno.test("CommandTable numbers its rows by their place", () => {
  table.rows.forEach((row, index) => assertEquals(row.id, index));
});

Deno.test("CommandTable never looks for a key behind the arguments that the arity guarantees", () => {
  for (const row of callable) {
    if (row.routing !== Routing.Owner) continue;
    assert(row.firstKey > 0 && row.firstKey < Math.abs(row.facts.arity), row.name);
  }
});

Deno.test("CommandTable.resolve() finds every command by its name, in either case", () => {
  for (const row of callable) {
    const { arity } = row.facts;
    const words = row.name.split("|");
    for (const cased of [words, words.map((word) => word.toUpperCase())]) {
      const args = Array.from({ length: Math.abs(arity) }, (_, i) => cased[i] ?? "1");
      const found = requestOf(...(arity < 0 && words.length > args.length ? cased : args));
      assertEquals(found.command.name, row.name);
      assertEquals(found.keyArg, row.firstKey);
    }
  }
});

Deno.test("CommandTable.resolve() tells what is unknown from what has the wrong number of arguments", () => {
  const of = (...words: string[]): RedisCommand => requestOf(...words).command as RedisCommand;
  for (const name of ["", "GE", "GETT", "config|get", "object|encoding", "\xff", "(unknown)2"]) {
    assertEquals(of(name, "x"), table.unknown, name);
  }
  for (
    const words of [["GET"], ["GET", "a", "b"], ["SET", "a"], ["CONFIG"], ["OBJECT", "ENCODING"], [
      "OBJECT",
      "HELP",
      "x",
    ]]
  ) {
    assertEquals(of(...words), table.wrongArity, words.join(" "));
  }
  assertEquals(of("CONFIG", "NOPE"), table.unknownSubcommand);
  assertEquals(of("post", "/"), table.http);
  assertEquals(of("HOST:", "x"), table.http);
});

Deno.test("CommandTable.resolve() refuses to wait where BLOCK is an option, and nowhere else", () => {
  const refused = (...words: string[]) => requestOf(...words).command.routing === Routing.Refused;
  assert(refused("XREAD", "BLOCK", "0", "STREAMS", "a", "$"));
  assert(refused("xread", "count", "2", "block", "0", "streams", "a", "$"));
  assert(refused("XREADGROUP", "GROUP", "g", "c", "BLOCK", "1", "STREAMS", "a", ">"));
  assert(!refused("XREAD", "STREAMS", "block", "0"));
  assert(!refused("XREADGROUP", "GROUP", "block", "block", "STREAMS", "a", ">"));
  assert(!refused("XREADGROUP", "GROUP", "g", "block", "COUNT", "1", "STREAMS", "a", ">"));
});
