/** Clients that disturb: what they do is theirs alone. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { SeededRandom } from "../../core/random.ts";
import { startEmbeddedNode } from "../support/test_node.ts";
import { startEngineNode } from "../support/engine_node.ts";
import { startRedis, testWith } from "../support/real_servers.ts";
import { resp } from "../support/redis_requests.ts";
import { RespClient } from "../support/resp_client.ts";
import { fromLatin1, latin1 } from "../support/resp_value.ts";

const COMMANDS = 100_000;
const seed = Number(Deno.env.get("GARBAGE_SEED") ?? Math.floor(Math.random() * 2 ** 31));

function noise(random: SeededRandom, bytes: number): string {
  return latin1(Uint8Array.from({ length: bytes }, () => random.below(256)));
}

/** What garbage there is, and how the answer to it ends; undefined where it may be anything. */
const garbage: Readonly<Record<string, (random: SeededRandom) => readonly [text: string, end: RegExp | undefined]>> = {
  noise: (random) => [noise(random, 100_000), undefined],
  "a line without end": () => ["x".repeat(200_000), /-ERR Protocol error: too big inline request\r\n$/],
  "a huge count": () => ["*2147483647\r\n", /-ERR Protocol error: invalid multibulk length\r\n$/],
  "a huge length": () => ["*1\r\n$999999999999\r\n", /-ERR Protocol error: invalid bulk length.*\r\n$/],
  "a negative length": () => ["*1\r\n$-5\r\n", /-ERR Protocol error: invalid bulk length\r\n$/],
  "the wrong type":
    () => [`${resp("PING")}*2\r\n$3\r\nGET\r\n:1\r\n`, /^\+PONG\r\n-ERR Protocol error: expected '\$', got ':'\r\n$/],
  "good requests, then noise": (random) => [
    resp("SET", "other", "1").repeat(1000) + "*1\r\n\0" + noise(random, 10_000),
    /^(\+OK\r\n){1000}-ERR Protocol error: expected '\$', got '\\x00'\r\n$/,
  ],
  "HTTP": () => ["POST / HTTP/1.1\r\nHost: here\r\n\r\nFLUSHALL\r\n", /^$/],
  "TLS": () => ["\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + "\0".repeat(500) + "\n", undefined],
  "replies": () => ["+OK\r\n:1\r\n$-1\r\n", undefined],
  "half a request": () => ["*3\r\n$3\r\nSET\r\n$5\r\nother\r\n$1000\r\nabc", /^$/],
};

/** Sends it, ends its side, and returns all that came. */
async function misbehave(port: number, text: string): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const write = async () => {
    const bytes = fromLatin1(text);
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
    await connection.closeWrite();
  };
  const written = write().catch(() => {});
  let received = "";
  const buffer = new Uint8Array(65_536);
  try {
    for (let count; (count = await connection.read(buffer)) !== null;) received += latin1(buffer.subarray(0, count));
  } catch {
    // It was cut off.
  }
  await written;
  connection.close();
  return received;
}

async function serve(port: number): Promise<void> {
  console.log(`seed ${seed}`);
  const random = new SeededRandom(seed);
  using client = await RespClient.connect(port, 2);
  using modern = await RespClient.connect(port, 3);
  let over = false;
  const counter = client.pipeline(Array.from({ length: COMMANDS }, () => ["INCR", "counter"])).then((replies) => {
    over = true;
    return replies;
  });
  const echoes = modern.pipeline(
    Array.from({ length: 10_000 }, (_, i) => i % 2 ? ["ECHO", i] : ["SET", `echo:${i}`, i]),
  );
  // Each kind once; then again while the commands are still on their way.
  for (let round = 0; round === 0 || (!over && round < 20); round++) {
    const kinds = Object.entries(garbage).map(([name, make]) => [name, ...make(random)] as const);
    const answers = await Promise.all(kinds.map(([, text]) => misbehave(port, text)));
    kinds.forEach(([name, , end], i) => {
      if (end !== undefined) assertMatch(answers[i]!, end, name);
    });
  }
  const replies = await counter;
  replies.forEach((reply, i) =>
    assert(reply.type === ":" && reply.text === String(i + 1), `reply ${i} is ${reply.text}`)
  );
  (await echoes).forEach((reply, i) => assertEquals(reply.text, i % 2 ? String(i) : "OK"));
  assertEquals((await client.call("GET", "counter")).text, String(COMMANDS));
}

testWith(
  ["redis-server"],
  "a client gets 100,000 replies in order while others send garbage, in front of Redis",
  async () => {
    await using engine = await startRedis();
    await using node = await startEngineNode(engine);
    await serve(node.port);
  },
);

Deno.test("a client gets 100,000 replies in order while others send garbage, on the embedded engine", async () => {
  await using node = await startEmbeddedNode();
  await serve(node.port);
});
