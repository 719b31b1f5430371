/**
 * Large values, several at once: they slow their senders down, none of them fails, and the memory they take stays within what
 * core/net/pressure.ts promises. Values are made and compared piece by piece, so that the clients hold none themselves.
 */
import { assert, assertEquals } from "@std/assert";
import { equalBytes } from "../../core/bytes.ts";
import { lendableSize } from "../../core/net/spare_memory.ts";
import type { Conf } from "../../conf/schema.ts";
import type { RunningNode } from "../../mod.ts";
import { startEngineNode } from "../support/engine_node.ts";
import { until } from "../support/program.ts";
import { startRedis, testWith } from "../support/real_servers.ts";
import { resp } from "../support/redis_requests.ts";
import { RespClient } from "../support/resp_client.ts";
import { fromLatin1 } from "../support/resp_value.ts";

const MEGABYTE = 1024 * 1024;
const PIECE_BYTES = 256 * 1024;
const embedded = { kind: "embedded", path: undefined, name: "embedded" } as const;
const encode = (text: string) => new TextEncoder().encode(text);

/** A client that sends and takes values by the piece; each piece of `seed`'s value is the same bytes. */
class LargeValueClient {
  readonly #connection: Deno.Conn;
  readonly #piece: Uint8Array<ArrayBuffer>;
  readonly #buffer = new Uint8Array(PIECE_BYTES);

  private constructor(connection: Deno.Conn, seed: number) {
    this.#connection = connection;
    this.#piece = Uint8Array.from({ length: PIECE_BYTES }, (_, at) => (at * 31 + (at >> 8) + seed) & 255);
  }
  static async connect(port: number, seed: number): Promise<LargeValueClient> {
    return new LargeValueClient(await Deno.connect({ hostname: "127.0.0.1", port }), seed);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
  }
  /** Sends the first part of a SET; `bytes` is what is announced, `sent` how much of it goes out. */
  async beginSet(key: string, bytes: number, sent = bytes): Promise<void> {
    await this.write(encode(`*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${bytes}\r\n`));
    for (let left = sent; left > 0; left -= PIECE_BYTES) await this.write(this.#piece.subarray(0, left));
  }
  async set(key: string, bytes: number): Promise<string> {
    await this.beginSet(key, bytes);
    await this.write(encode("\r\n"));
    return await this.line();
  }
  async get(key: string, bytes: number): Promise<void> {
    await this.write(encode(`*2\r\n$3\r\nGET\r\n$${key.length}\r\n${key}\r\n`));
    assertEquals(await this.line(), `$${bytes}`);
    for (let at = 0; at < bytes;) {
      const from = at % PIECE_BYTES;
      const count = await this.#read(Math.min(PIECE_BYTES - from, bytes - at));
      assert(equalBytes(this.#buffer, 0, count, this.#piece, from, from + count), `the value differs near byte ${at}`);
      at += count;
    }
    assertEquals(await this.line(), "");
  }
  /** The next line, byte by byte: nothing behind it is taken. */
  async line(): Promise<string> {
    let text = "";
    while (!text.endsWith("\r\n")) {
      await this.#read(1);
      text += String.fromCharCode(this.#buffer[0]!);
    }
    return text.slice(0, -2);
  }
  /** True when the other side ends the stream, and nothing comes before that. */
  async ended(): Promise<boolean> {
    return await this.#connection.read(this.#buffer) === null;
  }
  async #read(most: number): Promise<number> {
    const count = await this.#connection.read(this.#buffer.subarray(0, most));
    if (count === null) throw new Error("the connection ended");
    return count;
  }
  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

/** Looks at the node's own account of its buffers while `work` goes on; returns the most that was in use. */
async function watched({ node }: RunningNode, work: Promise<unknown>): Promise<{ requests: number; replies: number }> {
  const { requests, replies } = node.parts.pressure;
  const most = { requests: 0, replies: 0 };
  let over = false;
  const done = work.finally(() => over = true);
  while (!over) {
    most.requests = Math.max(most.requests, requests.usedBytes);
    most.replies = Math.max(most.replies, replies.usedBytes);
    await new Promise((resolve) => setTimeout(resolve));
  }
  await done;
  return most;
}

/** Half of the budget for each way, and what cannot wait: one value that is read, one for each of the links (RESP2, RESP3). */
function boundOf(bufferBudgetBytes: number, valueBytes: number): number {
  return bufferBudgetBytes / 2 + 3 * lendableSize(valueBytes + 1024);
}

/** Every client sets and gets a value of its own, all at the same time. */
async function exchange(running: RunningNode, port: number, clients: number, valueBytes: number) {
  const all = await Promise.all(Array.from({ length: clients }, (_, i) => LargeValueClient.connect(port, i)));
  const bound = boundOf(running.node.parts.pressure.limitBytes, valueBytes);
  try {
    const sets = Promise.all(all.map((client, i) => client.set(`value${i}`, valueBytes)));
    const sending = await watched(running, sets);
    assertEquals(await sets, all.map(() => "+OK"));
    const getting = await watched(running, Promise.all(all.map((client, i) => client.get(`value${i}`, valueBytes))));
    for (const [budget, used] of [...Object.entries(sending), ...Object.entries(getting)]) {
      assert(used <= bound, `${budget} used ${used} of ${bound} bytes`);
    }
    assert(sending.requests >= valueBytes && getting.replies >= valueBytes, "nothing was seen");
  } finally {
    for (const client of all) client[Symbol.dispose]();
  }
  const { pressure } = running.node.parts;
  await until("all memory is given back", () => pressure.usedBytes === 0);
  assertEquals([running.node.stats.client_err, pressure.evictions], [0, 0]);
}

const settingsOfEight: Partial<Conf> = { bufferBudgetBytes: 64 * MEGABYTE, maxRequestBytes: 16 * MEGABYTE };

testWith(
  ["redis-server"],
  "8 clients exchange 16 MB values at once within a budget of 64 MB: all wait, none fails, in front of Redis",
  async () => {
    await using engine = await startRedis();
    await using node = await startEngineNode(engine, settingsOfEight);
    await exchange(node.running, node.port, 8, 16 * MEGABYTE);
    assert(node.running.node.parts.pressure.requests.waits > 0, "nobody had to wait, so the budget was not tested");
  },
);

Deno.test("8 clients exchange 16 MB values at once within a budget of 64 MB: all wait, none fails, on the embedded engine", async () => {
  await using node = await startEngineNode({}, { server: embedded, ...settingsOfEight });
  await exchange(node.running, node.port, 8, 16 * MEGABYTE);
});

testWith(["redis-server"], "a value of max_request_bytes passes: 64 MB by default", async () => {
  await using engine = await startRedis();
  await using node = await startEngineNode(engine);
  await exchange(node.running, node.port, 1, 64 * MEGABYTE);
});

testWith(["redis-server"], "max_request_bytes: 512mb lets a value of 100 MB pass", async () => {
  await using engine = await startRedis();
  const settings: Partial<Conf> = { bufferBudgetBytes: 1024 * MEGABYTE, maxRequestBytes: 512 * MEGABYTE };
  await using node = await startEngineNode(engine, settings);
  await exchange(node.running, node.port, 1, 100 * MEGABYTE);
});

for (const kind of ["in front of Redis", "on the embedded engine"]) {
  const behind = kind === "in front of Redis";
  const needs = behind ? ["redis-server"] : [];
  testWith(
    needs,
    `a value above the limit is refused while it is being sent, and nobody else notices, ${kind}`,
    async () => {
      await using engine = behind ? await startRedis() : undefined;
      await using node = await startEngineNode(engine ?? {}, engine === undefined ? { server: embedded } : {});
      using other = await RespClient.connect(node.port);
      using client = await LargeValueClient.connect(node.port, 1);
      const limit = 64 * MEGABYTE;
      // It sends on, as clients do that write before they read; the answer is there all the same, and then the end.
      await client.beginSet("k", limit + 1, 8 * MEGABYTE);
      const refusal = `-ERR Protocol error: invalid bulk length: a request may have ${limit} bytes (max_request_bytes)`;
      assertEquals(await client.line(), refusal);
      assert(await client.ended());
      assertEquals((await other.pipeline([["SET", "k", "v"], ["GET", "k"]])).map(({ text }) => text), ["OK", "v"]);
      assertEquals(node.running.node.parts.pressure.usedBytes, 0);
    },
  );
}

Deno.test("a reply that would not fit the budget is refused, on the embedded engine", async () => {
  await using node = await startEngineNode({}, { server: embedded, ...settingsOfEight });
  using client = await LargeValueClient.connect(node.port, 1);
  assertEquals(await client.set("k", 16 * MEGABYTE), "+OK");
  await client.write(fromLatin1(resp("MGET", ...new Array<string>(100_000).fill("k")) + resp("SET", "other", "1")));
  const problem = `The reply would have more than ${64 * MEGABYTE} bytes, which is what buffer_budget allows`;
  assertEquals(await client.line(), `-ERR Storage: ${problem}`);
  assertEquals(await client.line(), "+OK");
  await client.get("k", 16 * MEGABYTE);
});
