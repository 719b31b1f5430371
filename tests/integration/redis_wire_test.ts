/**
 * What a node and a redis-server of its own say to the same raw bytes, to the byte: malformed requests, inline commands,
 * subcommands, the words of connecting, and a change of the protocol version in the middle of a pipeline. Each sample has a
 * connection of its own. Left out is what this node treats otherwise on purpose (docs, HELP, refused commands, READONLY).
 */
import { assertEquals } from "@std/assert";
import { startEngineNode } from "../support/engine_node.ts";
import { startRedis, testWith } from "../support/real_servers.ts";
import { resp } from "../support/redis_requests.ts";
import { fromLatin1, latin1 } from "../support/resp_value.ts";

/** Words in blanks as one request. */
const ask = (line: string) => resp(...line.split(" "));
/** Lines as a pipeline. */
const asks = (...lines: string[]) => lines.map(ask).join("");

const inline: readonly string[] = [
  "PING\r\n",
  "PING\n",
  "   PING   hello   \r\n",
  "\r\n\r\n\nPING\r\n",
  `PING "a b"\r\nPING 'c d'\r\n`,
  String.raw`PING "\x41\n\t\\\"\x0g"` + "\r\n",
  String.raw`PING 'it\'s \n'` + "\r\n",
  `PING ""\r\nECHO ''\r\n`,
  `PING "a\r\n`,
  `PING 'a\r\n`,
  `PING "a"b\r\n`,
  "PING\r\nECHO\thello\r\nSET k v\r\nGET k\r\n",
  "*0\r\n*-1\r\n*-7\r\nPING\r\n",
  `${ask("SET k v")}GET k\r\n${ask("GET k")}`,
];

const malformed: readonly string[] = [
  "*x\r\n",
  "*1x\r\n",
  "*+1\r\n",
  "*01\r\n",
  "*2147483648\r\n",
  "*99999999999999999999\r\n",
  "*1\r\nPING\r\n",
  "*1\r\n:4\r\n",
  "*1\r\n\r\n",
  "*1\r\n$x\r\n",
  "*1\r\n$-1\r\n",
  "*1\r\n$04\r\nPING\r\n",
  "*1\r\n$99999999999999999999\r\n",
  `${ask("SET k v")}*2\r\n$3\r\nGET\r\n+k\r\n${ask("PING")}`,
];

/** A line without an end: nothing is sent behind it. */
const endless = "x".repeat(70_000);

const refused: readonly string[] = [
  "NOSUCH",
  "NOSUCH a b c",
  `NOSUCH ${"x".repeat(200)} y`,
  `${"n".repeat(300)} a`,
  "NOSUCH a\r\nb \0c \xff",
  "GET",
  "GET a b",
  "SET k",
  "get",
  "CONFIG",
  "CONFIG NOPE",
  "CONFIG GET",
  "CONFIG SET a",
  "config|get x",
  "OBJECT",
  "OBJECT NOPE k",
  "OBJECT ENCODING",
  "OBJECT ENCODING none",
  "CLIENT NOPE",
  "CLIENT SETNAME",
  "CLIENT SETNAME a\nb",
  "CLIENT NO-EVICT maybe",
  "CLIENT KILL ID 0",
  "CLIENT KILL 1.2.3.4:5",
  "CLIENT KILL TYPE nope",
  "CLIENT LIST TYPE nope",
  "CLIENT LIST ID x",
  "CLIENT LIST nope",
  "CLIENT REPLY nope",
  "CLIENT UNBLOCK x",
  "CLIENT UNBLOCK 999999",
  "COMMAND COUNT x",
  "COMMAND NOPE",
  "COMMAND GETKEYS",
  "COMMAND GETKEYS PING",
  "COMMAND GETKEYS GET",
  "COMMAND GETKEYS NOSUCH a",
  "COMMAND LIST FILTERBY nope x",
  "HELLO x",
  "HELLO 1",
  "HELLO 4",
  "HELLO 2 NOPE",
  "HELLO 3 AUTH default",
  "HELLO 3 SETNAME a\nb",
  "AUTH secret",
  "AUTH a b c",
  "AUTH someone secret",
  "SELECT x",
  "SELECT 1",
  "SELECT -1",
  "ECHO",
  "PING a b",
  "WAIT x 0",
  "WAIT 0 x",
  "WAIT 0 -1",
  "TIME x",
  "SLOWLOG GET -2",
  "SLOWLOG NOPE",
  "LATENCY GRAPH nope",
  "MEMORY NOPE",
  "MEMORY USAGE k SAMPLES x",
  "ACL CAT nope",
  "CLUSTER INFO",
  "CONFIG SET maxclients x",
  "FLUSHALL NOPE",
  "FUNCTION FLUSH NOPE",
];

const answered: readonly string[] = [
  "CLIENT GETNAME",
  "CLIENT GETREDIR",
  "CLIENT TRACKINGINFO",
  "CLIENT REPLY ON",
  "CLIENT NO-EVICT ON",
  "CLIENT LIST TYPE replica",
  "CLIENT KILL TYPE pubsub",
  "COMMAND GETKEYS MSET a 1 b 2",
  "COMMAND GETKEYS ZUNIONSTORE d 2 a b",
  "COMMAND GETKEYSANDFLAGS COPY a b",
  "COMMAND INFO get nosuch",
  "COMMAND INFO config|get",
  "COMMAND LIST FILTERBY PATTERN zrangebys*",
  "CONFIG GET save",
  "CONFIG GET nosuch",
  "CONFIG RESETSTAT",
  "SLOWLOG GET 5",
  "SLOWLOG LEN",
  "SLOWLOG RESET",
  "LATENCY LATEST",
  "LATENCY HISTORY nope",
  "LATENCY RESET",
  "ACL WHOAMI",
  "ACL USERS",
  "PUBSUB CHANNELS",
  "PUBSUB NUMSUB a b",
  "PUBSUB NUMPAT",
  "ROLE",
  "WAIT 0 0",
  "SELECT 0",
  "MEMORY USAGE none",
  "OBJECT REFCOUNT none",
  "FUNCTION FLUSH",
  "FUNCTION FLUSH ASYNC",
  "FLUSHALL SYNC",
  "FLUSHDB ASYNC",
  "RESET",
  "ECHO hello",
];

const data = ["HSET h f 1 g 2", "ZADD z 1.5 a 2 b", "SADD s m"];
/** Replies that differ between the protocol versions: a map, doubles, a set, nulls, an error. */
const typed = ["HGETALL h", "ZRANGE z 0 -1 WITHSCORES", "ZSCORE z a", "SMEMBERS s", "GET none", "LPOP none 1", "GET h"];

const pipelines: readonly string[] = [
  asks(...data, ...typed, "HELLO 3", ...typed, "HELLO 2", ...typed),
  asks("HELLO 3", ...data, ...typed, "HELLO", ...typed, "HELLO 2 SETNAME me", "CLIENT GETNAME", ...typed),
  asks(...data, ...typed, "HELLO 3", "RESET", ...typed, "HELLO 3", ...typed),
  asks(...data, "HELLO 3", ...typed, "HELLO 4", ...typed, "HELLO 2 NOPE", ...typed),
  asks(...data, ...Array.from({ length: 200 }, (_, i) => [`HELLO ${2 + i % 2}`, typed[i % typed.length]!]).flat()),
  asks(...data, ...typed, "HELLO 3", ...typed, "QUIT", ...typed),
];

const samples: readonly string[] = [
  ...inline,
  ...malformed,
  endless,
  ...[...refused, ...answered].map(ask),
  ...answered.map((line) => asks("HELLO 3", line)),
  ...pipelines,
];

/** Sends a sample and, behind it, a request whose reply is the last that matters; returns all that came up to then or to the end. */
async function replyTo(port: number, sample: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const bytes = fromLatin1(sample === endless ? sample : sample + resp("ECHO", "the last"));
  const write = async () => {
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  };
  const written = write().catch(() => {});
  const buffer = new Uint8Array(65_536);
  let text = "";
  try {
    while (!text.endsWith("$8\r\nthe last\r\n")) {
      const count = await connection.read(buffer);
      if (count === null) break;
      text += latin1(buffer.subarray(0, count));
    }
  } catch {
    // Redis resets a connection whose bytes it has not read.
  }
  await written;
  // A connection's number is its server's own.
  return text.replace(/(\$2\r\nid\r\n:)\d+/g, "$1N").replace(/(\$7\r\nversion\r\n)\$\d+\r\n[^\r]+/g, "$1V");
}

async function compare(port: number, redisPort: number): Promise<void> {
  for (const sample of samples) {
    for (const other of [port, redisPort]) await replyTo(other, ask("FLUSHALL"));
    const about = JSON.stringify(sample.length > 2000 ? `${sample.slice(0, 100)}... ${sample.length}` : sample);
    assertEquals(await replyTo(port, sample), await replyTo(redisPort, sample), about);
  }
}

/** Nothing is logged as slow, however slow the machine is. */
const databases = { args: ["--databases", "1", "--slowlog-log-slower-than", "-1"] };
const settings = { slowlogSlowerThanUs: -1 };

testWith(["redis-server"], "raw bytes get the replies of a real Redis, in front of Redis", async () => {
  await using redis = await startRedis(databases);
  await using engine = await startRedis(databases);
  await using node = await startEngineNode(engine, settings);
  await compare(node.port, redis.port);
});

testWith(["redis-server"], "raw bytes get the replies of a real Redis, on the embedded engine", async () => {
  await using redis = await startRedis(databases);
  await using node = await startEngineNode(
    {},
    { ...settings, server: { kind: "embedded", path: undefined, name: "embedded" } },
  );
  await compare(node.port, redis.port);
});
