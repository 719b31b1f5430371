/** Which replicas a request is sent to, how far it is told to go, and in which form replies are asked for. */
import { assertEquals } from "@std/assert";
import { Consistency } from "../../../../core/consistency.ts";
import { viewOf } from "../../../../core/pipeline/cluster_view.ts";
import { Dispatcher } from "../../../../core/pipeline/dispatcher.ts";
import { Pool } from "../../../../core/pool.ts";
import type { Replica } from "../../../../core/replica.ts";
import { type CoordinatorParts, ResponseCoordinator } from "../../../../core/replication/response_coordinator.ts";
import { Failure, FailureKind, Reply, ReplyKind, type ReplySink } from "../../../../core/reply.ts";
import { ReplyQueue } from "../../../../core/reply_queue.ts";
import { KeyList, type Request, Scope } from "../../../../core/request.ts";
import { hashByName } from "../../../../core/ring/hash/mod.ts";
import { buildTopology } from "../../../../core/ring/topology.ts";
import { Stats } from "../../../../core/stats.ts";
import { RedisProtocol } from "../../../../protocols/redis/mod.ts";
import { bytesOf } from "../../../conformance/protocol.ts";
import { CollectedOutput } from "../../../support/collected_output.ts";
import { redisRequest } from "../../../support/redis_request.ts";
import { queueParts } from "../../../support/queue_parts.ts";

const { Ring, Datacenter, Node } = Scope;
const protocol = new RedisProtocol();

/** A replica that remembers how it was asked, and answers when told to. */
class ManualReplica implements Replica {
  up = true;
  plain = false;
  readonly asked: { readonly scope: Scope; readonly dialect: number }[] = [];
  #waiting: (() => ReplySink)[] = [];
  #targets: number[] = [];
  constructor(readonly name: string) {}
  send({ scope, dialect }: Request, sink: ReplySink, target: number): void {
    this.asked.push({ scope, dialect });
    this.#waiting.push(() => sink);
    this.#targets.push(target);
  }
  reply(text: string): void {
    const bytes = bytesOf(text);
    this.#waiting.shift()!().onReply(this.#targets.shift()!, new Reply().set(bytes, 0, bytes.length, ReplyKind.Value));
  }
  fail(): void {
    const failure = new Failure(FailureKind.Disconnected, "Peer", `${this.name} is gone`);
    this.#waiting.shift()!().onFailure(this.#targets.shift()!, failure);
  }
}

/** dc1 with racks a (this node), b, c and dc2 with racks a, b: one node each, indexes 0 to 4. */
function setUp(hashTag?: string) {
  const node = (datacenter: string, rack: string) => ({
    name: `${datacenter}${rack}`,
    host: `${datacenter}${rack}`,
    port: 8101,
    rack,
    datacenter,
    tokens: [0],
  });
  const topology = buildTopology(1, node("dc1", "a"), [
    node("dc1", "b"),
    node("dc1", "c"),
    node("dc2", "a"),
    node("dc2", "b"),
  ]);
  const replicas = topology.nodes.map(({ name }) => new ManualReplica(name));
  const stats = new Stats();
  const dispatcher = new Dispatcher(viewOf(topology, replicas, protocol), hashByName.murmur, hashTag, stats, protocol);
  const parts: CoordinatorParts = {
    protocol,
    stats,
    pool: new Pool(() => new ResponseCoordinator(parts), 8),
    retries: dispatcher.reads,
    onMissedWrite() {},
  };
  const out = new CollectedOutput();
  const queue = new ReplyQueue(out, { onSpace() {} }, queueParts(protocol));
  const dispatch = (request: Request, level: Consistency) => {
    const coordinator = parts.pool.take();
    coordinator.enqueue(queue, 0);
    const [start, end] = [request.argStart(request.keyArg), request.argEnd(request.keyArg)];
    dispatcher.dispatch(request, dispatcher.placementOf(request.bytes, start, end), level, coordinator);
  };
  const scopes = () => replicas.map(({ asked }) => asked.map(({ scope }) => scope));
  return { dispatcher, replicas, stats, out, dispatch, scopes };
}

Deno.test("Dispatcher.dispatch() sends a write to every local rack and to one rack of each other datacenter, which passes it on", () => {
  const { dispatch, scopes, replicas, out } = setUp();
  const request = redisRequest("SET", "k", "v");
  dispatch(request, Consistency.One);
  assertEquals(scopes(), [[Node], [Node], [Node], [Datacenter], []]);
  assertEquals(request.scope, Ring, "given back as it came");
  replicas[0]!.reply("+OK\r\n");
  assertEquals(out.sent, "+OK\r\n");
  replicas[3]!.fail();
  assertEquals(out.sent, "+OK\r\n", "answered once");
});

Deno.test("Dispatcher.dispatch() passes a write on to another rack where the preferred one of a datacenter is away", () => {
  const { dispatch, scopes, replicas } = setUp();
  replicas[3]!.up = false;
  dispatch(redisRequest("SET", "k", "v"), Consistency.One);
  assertEquals(scopes().slice(3), [[], [Datacenter]]);
});

Deno.test("Dispatcher.dispatch() sends what another datacenter passed on to its own racks alone", () => {
  const { dispatch, scopes } = setUp();
  const request = redisRequest("SET", "k", "v");
  request.scope = Datacenter;
  dispatch(request, Consistency.One);
  assertEquals(scopes(), [[Node], [Node], [Node], [], []]);
  assertEquals(request.scope, Datacenter);
});

Deno.test("Dispatcher.dispatch() sends a read to the nearest that is up, then to those behind it", () => {
  const { dispatch, scopes, replicas, out, stats } = setUp();
  replicas[0]!.up = false;
  dispatch(redisRequest("GET", "k"), Consistency.One);
  assertEquals(scopes(), [[], [Node], [], [], []]);
  replicas[1]!.fail();
  replicas[2]!.fail();
  assertEquals(scopes().slice(0, 4), [[], [Node], [Node], [Node]]);
  replicas[3]!.reply("$1\r\nv\r\n");
  assertEquals([out.sent, stats.retried_reads], ["$1\r\nv\r\n", 2]);
});

Deno.test("Dispatcher.dispatch() sends a read of a quorum to every local rack, and one of each datacenter everywhere", () => {
  const { dispatch, scopes, replicas, out } = setUp();
  dispatch(redisRequest("GET", "k"), Consistency.Quorum);
  assertEquals(scopes(), [[Node], [Node], [Node], [], []]);
  replicas[1]!.reply("$1\r\nv\r\n");
  assertEquals(out.sent, "");
  replicas[2]!.reply("$1\r\nv\r\n");
  assertEquals(out.sent, "$1\r\nv\r\n");
  const each = setUp();
  each.dispatch(redisRequest("SET", "k", "v"), Consistency.EachSafeQuorum);
  assertEquals(each.scopes(), [[Node], [Node], [Node], [Node], [Node]]);
});

Deno.test("Dispatcher.dispatch() asks for one form of replies where they are compared and a plain peer is among those asked", () => {
  const { dispatch, replicas } = setUp();
  const read = (level: Consistency) => {
    const request = redisRequest("HGETALL", "k");
    request.dialect = 1;
    dispatch(request, level);
    assertEquals(request.dialect, 1, "given back as it came");
    return replicas.map(({ asked }) => asked.splice(0).map(({ dialect }) => dialect)).flat();
  };
  assertEquals(read(Consistency.Quorum), [1, 1, 1]);
  replicas[2]!.plain = true;
  assertEquals(read(Consistency.Quorum), [0, 0, 0]);
  assertEquals(read(Consistency.One), [1]);
  replicas[2]!.plain = false;
  replicas[4]!.plain = true;
  assertEquals(read(Consistency.Quorum), [1, 1, 1], "it is not asked");
});

Deno.test("Dispatcher.tokenOf() hashes the tag where there is one, else and where it is empty the whole key", () => {
  const { dispatcher } = setUp("{}");
  const token = (key: string, of = dispatcher) => of.tokenOf(bytesOf(key), 0, key.length);
  assertEquals(token("a{tag}b"), token("tag"));
  assertEquals(token("{tag}{other}"), token("tag"));
  const plain = setUp().dispatcher;
  for (const key of ["a{}b", "a{b", "a}b{", "{}", "}{", ""]) assertEquals(token(key), token(key, plain), key);
});

Deno.test("Dispatcher.shareOwners() and partition() know which keys live together in every rack", () => {
  const { dispatcher } = setUp();
  const keys = new KeyList();
  const request = redisRequest("MGET", "a", "b", "c");
  protocol.findKeys(request, keys);
  assertEquals(keys.count, 3);
  // One node for each rack: all keys live together.
  assertEquals(dispatcher.shareOwners(request, keys), true);
  assertEquals(dispatcher.partition(request, keys, new Int32Array(3)), 1);
});
