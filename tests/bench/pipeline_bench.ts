/**
 * What a request costs between its bytes and its answer's, without any network: two racks, 500 clients with 16 requests each in
 * flight, replicas that only remember who waits. So many in flight matter: what is touched per request leaves the caches.
 *
 *     deno run -A tests/bench/pipeline_bench.ts
 *
 * Nanoseconds per request, least and median of nine after a warm-up.
 */
import { ByteWriter, encode } from "../../core/bytes.ts";
import { SystemClock } from "../../core/clock.ts";
import { Consistency } from "../../core/consistency.ts";
import { silentLogger } from "../../core/logger.ts";
import { ClientReplyQueue } from "../../core/net/client_reply_queue.ts";
import { Dispatcher } from "../../core/pipeline/dispatcher.ts";
import { Pipeline } from "../../core/pipeline/pipeline.ts";
import { viewOf } from "../../core/pipeline/cluster_view.ts";
import { Reply, ReplyKind, type ReplySink } from "../../core/reply.ts";
import type { Replica } from "../../core/replica.ts";
import type { Request } from "../../core/request.ts";
import { murmur } from "../../core/ring/hash/murmur.ts";
import { buildTopology } from "../../core/ring/topology.ts";
import { Stats } from "../../core/stats.ts";
import { RedisProtocol } from "../../protocols/redis/mod.ts";
import { testAccounts } from "../support/test_accounts.ts";
import { TestNodeView } from "../support/test_node_view.ts";
import { median } from "./report.ts";
import { queueParts } from "../support/queue_parts.ts";

const CLIENTS = 500;
const DEPTH = 16;
const ROUNDS = 20;
const WARM_UP_ROUNDS = 60;
const SAMPLES = 9;

class Remembering implements Replica {
  readonly up = true;
  readonly plain = false;
  count = 0;
  readonly #sinks: ReplySink[] = [];
  readonly #targets: number[] = [];
  constructor(readonly name: string) {}

  send(_request: Request, sink: ReplySink, target: number): void {
    this.#sinks[this.count] = sink;
    this.#targets[this.count++] = target;
  }
  answerAll(reply: Reply): void {
    for (let i = 0; i < this.count; i++) this.#sinks[i]!.onReply(this.#targets[i]!, reply);
    this.count = 0;
  }
}

class Output extends ByteWriter {
  mark(): void {}
}

function measure(name: string, level: Consistency, bytes: Uint8Array, answer: Uint8Array): void {
  const protocol = new RedisProtocol();
  const self = { name: "a", host: "127.0.0.1", port: 1, rack: "rack1", datacenter: "dc1", tokens: [0] };
  const topology = buildTopology(1, self, [{ ...self, name: "b", host: "127.0.0.2", rack: "rack2" }]);
  const replicas = [new Remembering("a"), new Remembering("b")];
  const stats = new Stats();
  const dispatcher = new Dispatcher(viewOf(topology, replicas, protocol), murmur, undefined, stats, protocol);
  const levels = { read: level, write: level };
  const node = new TestNodeView(new SystemClock(), silentLogger);
  const pipeline = new Pipeline({ protocol, node, dispatcher, levels, stats, onMissedWrite() {} });
  const parser = protocol.createRequestParser({ maxRequestBytes: 1024 });
  const parts = queueParts(protocol, { early: pipeline.early, retries: dispatcher.reads });
  const accounts = testAccounts(protocol, node);
  const clients = Array.from({ length: CLIENTS }, () => {
    const out = new Output(4096);
    const session = protocol.createSession(node);
    const owner = { remote: "", onSpace() {} };
    const replies = new ClientReplyQueue(accounts, parser.request, session, out, owner, parts);
    return { session, replies, stats, out, remote: "", end() {} };
  });
  const reply = new Reply().set(answer, 0, answer.length, ReplyKind.Value);
  const run = (rounds: number) => {
    for (; rounds > 0; rounds--) {
      for (const client of clients) {
        for (let i = 0; i < DEPTH; i++) {
          parser.parse(bytes, 0, bytes.length);
          pipeline.submit(parser.request, client);
        }
      }
      for (const replica of replicas) replica.answerAll(reply);
      for (const { out } of clients) out.clear();
    }
  };
  run(WARM_UP_ROUNDS);
  const samples = Array.from({ length: SAMPLES }, () => {
    const start = performance.now();
    run(ROUNDS);
    return (performance.now() - start) / (ROUNDS * CLIENTS * DEPTH) * 1e6;
  });
  console.log(`${name.padEnd(16)} ${Math.min(...samples).toFixed(0)} ${median(samples).toFixed(0)}`);
}

const get = encode("*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000000\r\n");
const set = encode("*3\r\n$3\r\nSET\r\n$16\r\nkey:000000000000\r\n$3\r\nxxx\r\n");
measure("GET, dc_one", Consistency.One, get, encode("$3\r\nxxx\r\n"));
measure("SET, dc_one", Consistency.One, set, encode("+OK\r\n"));
measure("GET, dc_quorum", Consistency.Quorum, get, encode("$3\r\nxxx\r\n"));
measure("SET, dc_quorum", Consistency.Quorum, set, encode("+OK\r\n"));
