/**
 * What every DataStore must do, whatever keeps the data. Those that speak Redis' protocol run it:
 *
 *     testDataStore("EmbeddedDataStore", () => ({ store: ..., clean: ... }));
 *
 * The store is empty at the start of each test.
 */
import { assert, assertEquals } from "@std/assert";
import { decode, encode } from "../../core/bytes.ts";
import type { DataStore } from "../../core/datastore.ts";
import { type Failure, FailureKind, type Reply, ReplyKind, type ReplySink } from "../../core/reply.ts";
import { Dialect } from "../../protocols/redis/encode.ts";
import { redisRequest } from "../support/redis_request.ts";

export interface DataStoreSubject {
  readonly store: DataStore;
  /** Puts away what stands behind the store, after its close. */
  clean?(): Promise<void>;
}

/** Any test function: `Deno.test`, or one that skips where a server is missing. */
type TestFunction = (name: string, fn: () => Promise<void>) => void;

/** Writes down every answer, and tells when there are enough. */
class Answers implements ReplySink {
  /** `<target> <reply>`, or `<target> ! <failure kind>`. */
  readonly texts: string[] = [];
  readonly kinds: ReplyKind[] = [];
  #wanted = Infinity;
  #tell: () => void = () => {};

  onReply(target: number, reply: Reply): boolean {
    this.kinds.push(reply.kind);
    this.#add(`${target} ${decode(reply.bytes, reply.start, reply.end)}`);
    return true;
  }
  onFailure(target: number, failure: Failure): void {
    this.#add(`${target} ! ${failure.kind}`);
  }
  /** Waits until so many answers have come in all. */
  count(wanted: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wanted = wanted;
      this.#tell = resolve;
      if (this.texts.length >= wanted) resolve();
    });
  }
  #add(text: string): void {
    this.texts.push(text);
    if (this.texts.length >= this.#wanted) this.#tell();
  }
}

export function testDataStore(
  name: string,
  make: () => DataStoreSubject | Promise<DataStoreSubject>,
  testFunction: TestFunction = Deno.test,
): void {
  const test = (what: string, body: (store: DataStore) => Promise<void>) =>
    testFunction(`${name} ${what}`, async () => {
      const { store, clean } = await make();
      try {
        await store.start();
        await body(store);
      } finally {
        await store.close();
        await clean?.();
      }
    });

  test("is up once it has started, and down once it was closed, twice if need be", async (store) => {
    const answers = new Answers();
    store.send(redisRequest("EXISTS", "none"), answers, 0);
    await answers.count(1);
    assert(store.up);
    await store.close();
    assertEquals(store.up, false);
    await store.close();
  });

  test("answers every request once, with its target, in the order sent", async (store) => {
    const answers = new Answers();
    const expected: string[] = [];
    for (let i = 0; i < 500; i++) {
      store.send(redisRequest("SET", `k${i % 7}`, `v${i}`), answers, i);
      store.send(redisRequest("GET", `k${i % 7}`), answers, i);
      expected.push(`${i} +OK\r\n`, `${i} $${`v${i}`.length}\r\nv${i}\r\n`);
    }
    await answers.count(expected.length);
    assertEquals(answers.texts, expected);
  });

  test("never replies before send() has returned", async (store) => {
    const answers = new Answers();
    for (let i = 0; i < 50; i++) {
      store.send(redisRequest("INCR", "n"), answers, i);
      assertEquals(answers.texts.length, 0);
    }
    await answers.count(50);
    assertEquals(answers.texts.at(-1), "49 :50\r\n");
  });

  test("keeps nothing of the bytes it was lent", async (store) => {
    const answers = new Answers();
    const request = redisRequest("SET", "key", "value");
    store.send(request, answers, 0);
    request.bytes.fill(0);
    store.send(redisRequest("GET", "key"), answers, 1);
    await answers.count(2);
    assertEquals(answers.texts, ["0 +OK\r\n", "1 $5\r\nvalue\r\n"]);
  });

  test("takes a request that begins anywhere in its buffer", async (store) => {
    const answers = new Answers();
    const request = redisRequest("SET", "key", "value");
    const moved = new Uint8Array(request.end + 20);
    moved.set(request.bytes.subarray(0, request.end), 10);
    request.bytes = moved;
    request.start = 10;
    request.end += 10;
    store.send(request, answers, 0);
    store.send(redisRequest("GET", "key"), answers, 1);
    await answers.count(2);
    assertEquals(answers.texts, ["0 +OK\r\n", "1 $5\r\nvalue\r\n"]);
  });

  test("tells a reply that is an error from one that is not", async (store) => {
    const answers = new Answers();
    store.send(redisRequest("SET", "key", "-no error"), answers, 0);
    store.send(redisRequest("INCR", "key"), answers, 1);
    store.send(redisRequest("GET", "key"), answers, 2);
    await answers.count(3);
    assertEquals(answers.texts[1], "1 -ERR value is not an integer or out of range\r\n");
    assertEquals(answers.kinds, [ReplyKind.Value, ReplyKind.Error, ReplyKind.Value]);
  });

  test("answers in the dialect that the request asks for", async (store) => {
    const answers = new Answers();
    const typed = redisRequest("GET", "none");
    typed.dialect = Dialect.Resp3;
    store.send(redisRequest("GET", "none"), answers, 0);
    await answers.count(1);
    store.send(typed, answers, 1);
    await answers.count(2);
    assertEquals(answers.texts, ["0 $-1\r\n", "1 _\r\n"]);
  });

  test("carries large values and any bytes", async (store) => {
    const answers = new Answers();
    const value = Uint8Array.from({ length: 3 << 20 }, (_, i) => (i * 31) & 127);
    const key = encode("\r\n\0key");
    store.send(redisRequest("SET", key, value), answers, 0);
    store.send(redisRequest("GET", key), answers, 1);
    store.send(redisRequest("STRLEN", key), answers, 2);
    await answers.count(3);
    assert(answers.texts[1] === `1 $${value.length}\r\n${decode(value)}\r\n`);
    assertEquals(answers.texts[2], `2 :${value.length}\r\n`);
  });

  test("takes what a sink sends while it is answered", async (store) => {
    const answers = new Answers();
    let left = 20;
    const chain: ReplySink = {
      onReply(target, reply) {
        answers.onReply(target, reply);
        if (left-- > 0) store.send(redisRequest("INCR", "n"), chain, target + 1);
        return true;
      },
      onFailure: (target, failure) => answers.onFailure(target, failure),
    };
    store.send(redisRequest("INCR", "n"), chain, 0);
    await answers.count(21);
    assertEquals(answers.texts, Array.from({ length: 21 }, (_, i) => `${i} :${i + 1}\r\n`));
  });

  test("counts what it was sent and what it answered", async (store) => {
    const before = { ...store.stats };
    const answers = new Answers();
    const write = redisRequest("SET", "key", "value");
    const read = redisRequest("GET", "key");
    const calls = () => [write, read].map(({ command }) => store.stats.byCommand[command.id]!);
    const callsBefore = calls();
    store.send(write, answers, 0);
    store.send(read, answers, 1);
    await answers.count(2);
    // The reply was counted before its sink was told, and whether it was of use right after.
    await Promise.resolve();
    const after = store.stats;
    assertEquals(after.write_requests - before.write_requests, 1);
    assertEquals(after.write_request_bytes - before.write_request_bytes, write.end);
    assertEquals(after.read_requests - before.read_requests, 1);
    assertEquals(after.read_request_bytes - before.read_request_bytes, read.end);
    assertEquals(after.write_responses - before.write_responses, 1);
    assertEquals(after.write_response_bytes - before.write_response_bytes, "+OK\r\n".length);
    assertEquals(after.read_responses - before.read_responses, 1);
    assertEquals(after.read_response_bytes - before.read_response_bytes, "$5\r\nvalue\r\n".length);
    assertEquals(calls(), callsBefore.map((count) => count + 1));
  });

  test("measures how long each answer took, and how much waited for one", async (store) => {
    const { latencyUs, outQueue } = store.hop;
    const before = latencyUs.totalCount;
    const answers = new Answers();
    for (let i = 0; i < 20; i++) store.send(redisRequest("INCR", "n"), answers, i);
    await answers.count(20);
    assertEquals(latencyUs.totalCount - before, 20);
    assert(outQueue.max >= 1 && outQueue.max <= 20, `${outQueue.max} waited`);
    assertEquals(store.queues(), { in_queue: 0, in_queue_bytes: 0, out_queue: 0, out_queue_bytes: 0 });
  });

  test("answers or fails what is outstanding when it is closed, each once", async (store) => {
    const answers = new Answers();
    for (let i = 0; i < 20; i++) store.send(redisRequest("INCR", "n"), answers, i);
    await store.close();
    await answers.count(20);
    assertEquals(answers.texts.map((text) => Number(text.split(" ")[0])), Array.from({ length: 20 }, (_, i) => i));
  });

  test("fails at once what comes after its close", async (store) => {
    await store.close();
    const answers = new Answers();
    store.send(redisRequest("GET", "key"), answers, 7);
    assertEquals(answers.texts, [`7 ! ${FailureKind.NotConnected}`]);
  });
}
