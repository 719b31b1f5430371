import { assertEquals, assertNotEquals } from "@std/assert";
import { decode } from "../../../../core/bytes.ts";
import { KeptReads } from "../../../../core/pipeline/kept_reads.ts";
import type { Replica } from "../../../../core/replica.ts";
import { Failure, FailureKind, type ReplySink } from "../../../../core/reply.ts";
import { type Request, Scope } from "../../../../core/request.ts";
import { NO_RETRY } from "../../../../core/retries.ts";
import { Stats } from "../../../../core/stats.ts";
import { RedisProtocol } from "../../../../protocols/redis/mod.ts";
import { RecordingSink } from "../../../support/recording_sink.ts";
import { redisRequest } from "../../../support/redis_request.ts";

class CountingReplica implements Replica {
  readonly got: string[] = [];
  readonly facts: unknown[] = [];
  /** It fails each request before `send` returns. */
  refuses = false;
  constructor(readonly name: string, public up: boolean) {}
  send(request: Request, sink: ReplySink, target: number): void {
    this.got.push(decode(request.bytes, request.start, request.end));
    this.facts.push([request.command.name, request.affinity, request.dialect, request.scope, target]);
    if (this.refuses) sink.onFailure(target, down(this.name));
  }
}

const down = (name: string) => new Failure(FailureKind.NotConnected, "Peer", `${name} is down`);
const lost = down("r0");

function setUp(...up: boolean[]) {
  const stats = new Stats();
  const reads = new KeptReads(new RedisProtocol(), stats);
  const replicas = up.map((isUp, i) => new CountingReplica(`r${i}`, isUp));
  return { stats, reads, replicas, sink: new RecordingSink() };
}

Deno.test("KeptReads.next() asks the candidates behind the first, those that are up, each once", () => {
  const { stats, reads, replicas, sink } = setUp(true, true, false, true);
  const retry = reads.keep(redisRequest("GET", "k"), [0, 1, 2, 3], 0, replicas);
  const next = () => reads.next(retry, lost, sink, 7);
  assertEquals([next(), next(), next()], [true, true, false]);
  assertEquals(replicas.map(({ got }) => got.length), [0, 1, 0, 1]);
  assertEquals(stats.retried_reads, 2);
});

Deno.test("KeptReads.next() asks nobody when the last candidate was asked, or none behind it is up", () => {
  const { reads, replicas, sink, stats } = setUp(true, false, false);
  for (const at of [0, 2]) {
    const retry = reads.keep(redisRequest("GET", "k"), [0, 1, 2], at, replicas);
    assertEquals(reads.next(retry, lost, sink, 0), false);
  }
  assertEquals(stats.retried_reads, 0);
});

Deno.test("KeptReads.keep() copies the request, of any length: the client's buffer may change before the next try", () => {
  for (const length of [1, 80, 89, 90, 91, 92, 93, 94, 1000, 100_000]) {
    const { reads, replicas, sink } = setUp(true, true);
    const request = redisRequest("GET", "k".repeat(length));
    request.affinity = 2 ** 30;
    request.dialect = 1;
    const bytes = decode(request.bytes, request.start, request.end);
    const retry = reads.keep(request, [0, 1], 0, replicas);
    request.bytes.fill(0);
    assertEquals(reads.next(retry, lost, sink, 5), true);
    assertEquals(replicas[1]!.got, [bytes]);
    assertEquals(replicas[1]!.facts, [["get", 2 ** 30, 1, Scope.Node, 5]]);
  }
});

Deno.test("KeptReads.explain() tells why each replica failed, also one that failed at once", () => {
  const { reads, replicas } = setUp(true, true, true);
  replicas[1]!.refuses = true;
  const retry = reads.keep(redisRequest("GET", "k"), [0, 1, 2], 0, replicas);
  const explained: string[] = [];
  const sink: ReplySink = {
    onReply: () => false,
    onFailure(target, failure) {
      if (!reads.next(retry, failure, sink, target)) explained.push(reads.explain(retry, failure).toString());
    },
  };
  sink.onFailure(0, lost);
  assertEquals(replicas.map(({ got }) => got.length), [0, 1, 1]);
  sink.onFailure(0, down("r2"));
  assertEquals(explained, ["Peer: r0 is down; Peer: r1 is down; Peer: r2 is down"]);
  reads.drop(retry);
  const again = reads.keep(redisRequest("GET", "k"), [0, 1, 2], 0, replicas);
  assertEquals(reads.explain(again, lost), lost, "the next one has a past of its own");
});

Deno.test("KeptReads.drop() gives the record back, and the next read is its own", () => {
  const { reads, replicas, sink } = setUp(true, true);
  const first = reads.keep(redisRequest("GET", "x".repeat(10_000)), [0, 1], 0, replicas);
  reads.drop(first);
  assertEquals(reads.count, 0);
  assertEquals(reads.keep(redisRequest("GET", "b"), [0, 1], 0, replicas), first);
  reads.next(first, lost, sink, 0);
  assertEquals(replicas[1]!.got, ["*2\r\n$3\r\nGET\r\n$1\r\nb\r\n"]);
});

Deno.test("KeptReads keeps 65536 at most, each apart, and goes on when one is dropped", () => {
  const { reads, replicas, sink } = setUp(true, true);
  const keep = (key: string) => reads.keep(redisRequest("GET", key), [0, 1], 0, replicas);
  const retries = Array.from({ length: 65_536 }, (_, i) => keep(`key${i}`));
  assertEquals([new Set(retries).size, reads.count], [65_536, 65_536]);
  assertEquals(keep("one more"), NO_RETRY);
  for (const i of [0, 63, 64, 65_535]) {
    reads.next(retries[i]!, lost, sink, 0);
    assertEquals(replicas[1]!.got.at(-1)!.split("\r\n")[4], `key${i}`);
  }
  reads.drop(retries[40_000]!);
  assertNotEquals(keep("now"), NO_RETRY);
});
