import { assertEquals } from "@std/assert";
import { decode } from "../../../../core/bytes.ts";
import { ReadRetry } from "../../../../core/pipeline/read_retry.ts";
import { Pool } from "../../../../core/pool.ts";
import type { Replica } from "../../../../core/replica.ts";
import type { Request } from "../../../../core/request.ts";
import { Stats } from "../../../../core/stats.ts";
import { RecordingSink } from "../../../support/recording_sink.ts";
import { redisRequest } from "../../../support/redis_request.ts";

class CountingReplica implements Replica {
  readonly got: string[] = [];
  constructor(readonly name: string, public up: boolean) {}
  send(request: Request): void {
    this.got.push(decode(request.bytes, request.start, request.end));
  }
}

function setUp(...up: boolean[]) {
  const stats = new Stats();
  const pool: Pool<ReadRetry> = new Pool(() => new ReadRetry(pool, stats), 4);
  const replicas = up.map((isUp, i) => new CountingReplica(`r${i}`, isUp));
  return { stats, pool, replicas, sink: new RecordingSink() };
}

Deno.test("ReadRetry.next() asks the candidates behind the first, those that are up, each once", () => {
  const { stats, pool, replicas, sink } = setUp(true, true, false, true);
  const retry = pool.take();
  retry.begin(redisRequest("GET", "k"), [0, 1, 2, 3], 0, replicas);
  assertEquals([retry.next(sink), retry.next(sink), retry.next(sink)], [true, true, false]);
  assertEquals(replicas.map(({ got }) => got.length), [0, 1, 0, 1]);
  assertEquals(stats.retried_reads, 2);
});

Deno.test("ReadRetry.next() asks nobody when the last candidate was asked, or none behind it is up", () => {
  const { pool, replicas, sink, stats } = setUp(true, false, false);
  const retry = pool.take();
  retry.begin(redisRequest("GET", "k"), [0, 1, 2], 0, replicas);
  assertEquals(retry.next(sink), false);
  retry.begin(redisRequest("GET", "k"), [0, 1, 2], 2, replicas);
  assertEquals(retry.next(sink), false);
  assertEquals(stats.retried_reads, 0);
});

Deno.test("ReadRetry.begin() keeps a copy: the client's buffer may change before the next try", () => {
  const { pool, replicas, sink } = setUp(true, true);
  const request = redisRequest("GET", "key");
  const bytes = decode(request.bytes, request.start, request.end);
  const retry = pool.take();
  retry.begin(request, [0, 1], 0, replicas);
  request.bytes.fill(0);
  retry.next(sink);
  assertEquals(replicas[1]!.got, [bytes]);
});

Deno.test("ReadRetry.drop() gives it back, and the next read is its own", () => {
  const { pool, replicas, sink } = setUp(true, true);
  const retry = pool.take();
  retry.begin(redisRequest("GET", "x".repeat(10_000)), [0, 1], 0, replicas);
  retry.drop();
  const again = pool.take();
  assertEquals(again === retry, true);
  again.begin(redisRequest("GET", "b"), [0, 1], 0, replicas);
  again.next(sink);
  assertEquals(replicas[1]!.got, ["*2\r\n$3\r\nGET\r\n$1\r\nb\r\n"]);
});
