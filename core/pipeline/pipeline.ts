/**
 * The straight line every request takes:
 *
 *     submit -> answered here            (PING, a refusal, an unknown command)
 *            -> one key                  -> plan -> replicas
 *            -> several keys             -> one part for each set of owners -> plan -> replicas, joined
 *            -> every node               -> one part for each node, joined
 *
 * Nothing here waits, and for a request with one key nothing is allocated: coordinators are pooled, the plan is reused, keys
 * are offsets. The answer comes back through the coordinator to the client's queue.
 */
import { ByteWriter } from "../bytes.ts";
import type { Consistency } from "../consistency.ts";
import type { NodeView } from "../node_view.ts";
import { Pool } from "../pool.ts";
import { After, type Protocol } from "../protocol.ts";
import { Failure, FailureKind, ReplyKind } from "../reply.ts";
import { type CoordinatorParts, ResponseCoordinator } from "../replication/response_coordinator.ts";
import { Access, KeyList, Request, Routing } from "../request.ts";
import type { Client, RequestSink } from "../request_sink.ts";
import type { Stats } from "../stats.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { JoinedReply } from "./joined_reply.ts";

/** Idle coordinators kept for the next requests. */
const POOL_MAX = 16 * 1024;
/** A scratch buffer above this is given back. */
const SCRATCH_BYTES_MAX = 64 * 1024;

/** Consistency levels of the node; a client's own level goes before them. May change at any time. */
export interface Levels {
  read: Consistency;
  write: Consistency;
}

export interface PipelineParts {
  readonly protocol: Protocol;
  readonly node: NodeView;
  readonly dispatcher: Dispatcher;
  readonly levels: Levels;
  readonly stats: Stats;
}

export class Pipeline implements RequestSink {
  /** Requests by command id. */
  readonly commandCounts: Float64Array;
  readonly #parts: PipelineParts;
  readonly #coordinators: Pool<ResponseCoordinator>;
  readonly #joins: Pool<JoinedReply>;
  readonly #keys = new KeyList();
  readonly #scratch = new ByteWriter(1024);
  readonly #part: Request;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    const { protocol, stats, dispatcher } = parts;
    this.commandCounts = new Float64Array(protocol.commands.length);
    const shared: CoordinatorParts = {
      protocol,
      stats,
      pool: this.#coordinators = new Pool(() => new ResponseCoordinator(shared), POOL_MAX),
      nameOf: (target) => dispatcher.nameOf(target),
    };
    this.#joins = new Pool(() => new JoinedReply(protocol, this.#joins), POOL_MAX);
    this.#part = new Request(protocol.commands[0]!);
  }

  submit(request: Request, client: Client): void {
    const { command } = request;
    this.commandCounts[command.id]!++;
    if (!client.session.admitted) return this.#answer(request, client);
    switch (command.routing) {
      case Routing.Owner:
        return this.#single(request, client, request.argStart(request.keyArg), request.argEnd(request.keyArg));
      case Routing.SameOwner:
        return this.#sameOwner(request, client);
      case Routing.Split:
        return this.#split(request, client);
      case Routing.AllNodes:
        return this.#allNodes(request, client);
      default:
        return this.#answer(request, client);
    }
  }

  /** This node's own answer, in its turn. */
  #answer(request: Request, client: Client): void {
    const { protocol, node } = this.#parts;
    const { replies, session } = client;
    if (replies.count === 0) {
      const after = protocol.answer(request, session, node, replies.out);
      replies.out.mark();
      if (after !== After.Continue) client.end(after);
      return;
    }
    const coordinator = this.#coordinators.take();
    coordinator.enqueue(replies, 0);
    coordinator.beginLocal(request.dialect);
    const out = this.#scratch;
    out.clear();
    const after = protocol.answer(request, session, node, out);
    coordinator.settle(out.bytes, 0, out.length, ReplyKind.Value);
    this.#trim(out);
    if (after !== After.Continue) client.end(after);
  }

  /** One request to the owners of one key. */
  #single(request: Request, client: Client, keyStart: number, keyEnd: number): void {
    const coordinator = this.#coordinators.take();
    coordinator.enqueue(client.replies, request.quiet);
    this.#parts.dispatcher.dispatch(request, keyStart, keyEnd, this.#levelOf(request, client), coordinator);
  }

  #levelOf(request: Request, client: Client): Consistency {
    const { levels } = this.#parts;
    return request.command.access === Access.Write
      ? client.session.writeConsistency ?? levels.write
      : client.session.readConsistency ?? levels.read;
  }

  /** Several keys that must live together: an error in place of a silent wrong answer. */
  #sameOwner(request: Request, client: Client): void {
    const { protocol, dispatcher } = this.#parts;
    const keys = this.#keys;
    keys.clear();
    protocol.findKeys(request, keys);
    if (keys.count === 0) return this.#anywhere(request, client);
    if (keys.count > 1 && !dispatcher.shareOwners(request, keys)) return this.#refuse(request, client, notTogether);
    const first = keys.args[0]!;
    this.#single(request, client, request.argStart(first), request.argEnd(first));
  }

  /** No key after all (EVAL with 0 keys): the local engine. */
  #anywhere(request: Request, client: Client): void {
    const coordinator = this.#coordinators.take();
    coordinator.enqueue(client.replies, request.quiet);
    this.#parts.dispatcher.dispatchToNode(request, this.#parts.dispatcher.localNode, coordinator);
  }

  /** Several keys, each at home with its owners. */
  #split(request: Request, client: Client): void {
    const { protocol, dispatcher, stats } = this.#parts;
    const keys = this.#keys;
    keys.clear();
    protocol.findKeys(request, keys);
    const joined = this.#joins.take();
    if (joined.partOf.length < keys.count) joined.partOf = new Int32Array(keys.count * 2);
    const partCount = keys.count === 1 ? 1 : dispatcher.partition(request, keys, joined.partOf);
    if (partCount === 1) {
      this.#joins.give(joined);
      const first = keys.args[0]!;
      return this.#single(request, client, request.argStart(first), request.argEnd(first));
    }
    joined.keyCount = keys.count;
    if (protocol.joinsByKey) joined.keys.keep(request, keys);
    joined.begin(client.replies, request.command.join, partCount, request.dialect, request.quiet);
    stats.fragments += partCount;
    const level = this.#levelOf(request, client);
    const out = this.#scratch;
    const part = this.#part;
    for (let index = 0; index < partCount; index++) {
      out.clear();
      protocol.writePart(request, keys, joined.partOf, index, part, out);
      part.bytes = out.bytes;
      part.dialect = request.dialect;
      part.affinity = request.affinity;
      const coordinator = this.#coordinators.take();
      coordinator.adopt(joined, index);
      dispatcher.dispatch(part, part.argStart(part.keyArg), part.argEnd(part.keyArg), level, coordinator);
    }
    this.#trim(out);
  }

  /** No key: every node that has a say. */
  #allNodes(request: Request, client: Client): void {
    const { dispatcher } = this.#parts;
    const nodes = dispatcher.nodesFor(request.command.access);
    if (nodes.length === 1) return this.#anywhere(request, client);
    const joined = this.#joins.take();
    joined.keyCount = 0;
    joined.begin(client.replies, request.command.join, nodes.length, request.dialect, request.quiet);
    for (let index = 0; index < nodes.length; index++) {
      const coordinator = this.#coordinators.take();
      coordinator.adopt(joined, index);
      dispatcher.dispatchToNode(request, nodes[index]!, coordinator);
    }
  }

  #refuse(request: Request, client: Client, failure: Failure): void {
    const coordinator = this.#coordinators.take();
    coordinator.enqueue(client.replies, 0);
    coordinator.beginLocal(request.dialect);
    coordinator.settleFailure(failure);
  }

  #trim(out: ByteWriter): void {
    if (out.bytes.length > SCRATCH_BYTES_MAX) out.bytes = new Uint8Array(1024);
  }
}

const notTogether = new Failure(FailureKind.Keys, "Dynomite", "Keys in the request cannot span multiple nodes");
