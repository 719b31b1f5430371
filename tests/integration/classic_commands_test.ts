/** What is sent to nodes of C Dynomite, held against one: `DYNOMITE_C=/path/to/dynomite`. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { isClassic } from "../../protocols/redis/classic_commands.ts";
import classic from "../fixtures/classic_commands.json" with { type: "json" };
import { c, MixedRing } from "../support/mixed_ring.ts";
import { testWithOriginal } from "../support/real_servers.ts";
import { redisRequest } from "../support/redis_request.ts";
import { joined, RespClient } from "../support/resp_client.ts";
import { fromLatin1, latin1 } from "../support/resp_value.ts";

const head = (id: number, length: number) => fromLatin1(`   $2014$ ${id} 3 0 1 1 *1 d *${length}\r\n`);
const PING = fromLatin1("*1\r\n$4\r\nPING\r\n");
const PONG = "$2014$ 2 5 0 1 1 *1 d *7\r\n+PONG\r\n";

async function write(link: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await link.write(bytes.subarray(sent));
}

/** What comes until it ends with `text`. Throws when the other side ends the link. */
async function readUntil(link: Deno.Conn, text: string): Promise<string> {
  const buffer = new Uint8Array(65_536);
  let got = "";
  while (!got.endsWith(text)) {
    const count = await link.read(buffer);
    if (count === null) throw new Error(`the link ended behind ${JSON.stringify(got)}`);
    got += latin1(buffer.subarray(0, count));
  }
  return got;
}

/** A link that hangs is a fault too. */
async function within<T>(what: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer to ${what}`)), 5000);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const long = "1".repeat(16_000);
const large = "1".repeat(100_000);
const ones = (count: number) => new Array<string>(count).fill("1");

/** Arguments of every sort that a parser could stumble over. */
const variants: readonly ((count: number) => string[])[] = [
  ones,
  (count) => ones(count).with(-1, ""),
  (count) => ones(count).with(0, ""),
  (count) => ones(count).with(0, long),
  (count) => ones(count).with(-1, large),
  (count) => ones(count).fill(long),
  (count) => Array.from({ length: count }, (_, i) => "\r\n $*\0"[i % 6]!),
];

/** Sends one request and a PING behind it; throws unless C answers both, in time. Returns the first answer. */
async function ask(link: Deno.Conn, words: readonly string[]): Promise<string> {
  const { bytes, start, end } = redisRequest(...words);
  const what = words.map((word) => word.slice(0, 20)).join(" ");
  const [, got] = await within(
    what,
    Promise.all([
      write(link, joined([head(1, end - start), bytes.slice(start, end), head(2, PING.length), PING])),
      readUntil(link, PONG),
    ]),
  );
  assertMatch(got, /^ {3}\$2014\$ 1 5 0 1 1 \*1 d /, what);
  return got;
}

testWithOriginal(["redis-server"], "isClassic() passes nothing that makes C close, hang or spoil a link", async () => {
  await using ring = await MixedRing.start([c("dc1", "rack1")]);
  using link = await Deno.connect({ hostname: "127.0.0.1", port: ring.nodes[0]!.peerPort });
  const subcommands = ["script load", "script exists", "script flush", "script kill"];
  let sent = 0;
  for (const name of [...Object.keys(classic.accepted), ...subcommands]) {
    for (let count = 1; count <= 6; count++) {
      for (const make of variants) {
        const words = [...name.split(" "), ...make(count)];
        if (!isClassic(redisRequest(...words))) continue;
        await ask(link, words);
        sent++;
      }
    }
  }
  assert(sent > 1000, `${sent} sent`);
  assertEquals(ring.log(0).match(/bad req|parse error|PEER_CLIENT.*(eof|err|clos)/gi), null);
});

testWithOriginal(["redis-server"], "C reads the replies to what isClassic() passes, arrays in them too", async () => {
  await using ring = await MixedRing.start([c("dc1", "rack1")]);
  using engine = await RespClient.connect(ring.nodes[0]!.engine.port);
  await engine.pipeline([
    ["HSET", "h", "a", "1", "b", "2"],
    ["SADD", "s", "a", "b"],
    ["ZADD", "z", 1, "a", 2, "b"],
    ["RPUSH", "l", "c", "b", "a"],
    ["GEOADD", "g", 13.4, 52.5, "berlin", 2.3, 48.9, "paris"],
  ]);
  using link = await Deno.connect({ hostname: "127.0.0.1", port: ring.nodes[0]!.peerPort });
  for (
    const text of [
      "HSCAN h 0 COUNT 10",
      "SSCAN s 0",
      "ZSCAN z 0",
      "SCAN 0 COUNT 100",
      "KEYS *",
      "HGETALL h",
      "HMGET h a none b",
      "MGET h none",
      "SMEMBERS s",
      "SORT l ALPHA GET # GET none*",
      "ZRANGE z 0 -1 WITHSCORES",
      "ZRANGEBYSCORE z 0 9 WITHSCORES LIMIT 0 5",
      "GEOHASH g berlin none",
      "GEODIST g berlin paris km",
      "GEORADIUS g 10 50 2000 km ASC",
      "GEORADIUSBYMEMBER g berlin 2000 km COUNT 1",
      "LRANGE l 0 -1",
      "SCRIPT EXISTS abc",
    ]
  ) {
    const words = text.split(" ");
    assert(isClassic(redisRequest(...words)), text);
    await ask(link, words);
  }
});
