/**
 * The straight line every request takes:
 *
 *     submit -> answered here            (PING, a refusal, an unknown command)
 *            -> one key                  -> plan -> replicas
 *            -> several keys             -> one part for each set of owners -> plan -> replicas, joined
 *            -> no key                   -> plan -> racks, each of which joins the answers of its nodes
 *
 * What another node sent takes the same line: planned there already, it goes straight to the local engine; passed on to this
 * datacenter, it is planned for its racks alone.
 *
 * Nothing here waits, and for a request with one key nothing is allocated: coordinators are pooled, the plan is reused, keys
 * are offsets. Where one replica is asked its reply goes straight to the client's queue, else through the coordinator that
 * decides.
 */
import { ByteWriter } from "../bytes.ts";
import { Consistency } from "../consistency.ts";
import type { NodeView } from "../node_view.ts";
import { EarlyAnswer } from "../early_answer.ts";
import { Pool } from "../pool.ts";
import { After, type Protocol } from "../protocol.ts";
import { Failure, FailureKind, ReplyKind } from "../reply.ts";
import { type CoordinatorParts, ResponseCoordinator } from "../replication/response_coordinator.ts";
import type { Replica } from "../replica.ts";
import { Access, Join, KeyList, Request, Routing, Scope } from "../request.ts";
import type { Client, RequestSink } from "../request_sink.ts";
import type { SoleSink } from "../retries.ts";
import type { Stats } from "../stats.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { JoinedReply } from "./joined_reply.ts";
import { scanStep } from "./scan_cursor.ts";

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
  /** A replica did not take a write that others may have taken. */
  onMissedWrite(replica: Replica, failure: Failure): void;
}

export class Pipeline implements RequestSink {
  /** Requests by command id. */
  readonly commandCounts: Float64Array;
  readonly #parts: PipelineParts;
  readonly #coordinators: Pool<ResponseCoordinator>;
  readonly #joins: Pool<JoinedReply>;
  /** For the queues of those whose requests come in here. */
  readonly early: Pool<EarlyAnswer> = new Pool(() => new EarlyAnswer(this.early), POOL_MAX);
  readonly #keys = new KeyList();
  readonly #scratch = new ByteWriter(1024);
  readonly #part: Request;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    const { protocol, stats } = parts;
    this.commandCounts = new Float64Array(protocol.commands.length);
    const shared: CoordinatorParts = {
      protocol,
      stats,
      pool: this.#coordinators = new Pool(() => new ResponseCoordinator(shared), POOL_MAX),
      retries: parts.dispatcher.reads,
      onMissedWrite: parts.onMissedWrite,
    };
    this.#joins = new Pool(() => new JoinedReply(protocol, this.#joins), POOL_MAX);
    this.#part = new Request(protocol.commands[0]!);
  }

  /** Objects for requests in flight, split ones included: made since the start, and kept for the next ones. */
  get pooled(): { readonly made: number; readonly idle: number } {
    const pools = [this.#coordinators, this.#joins, this.early];
    const sum = (value: (pool: typeof pools[number]) => number) =>
      pools.reduce((total, pool) => total + value(pool), 0);
    return { made: sum(({ made }) => made), idle: sum(({ idleCount }) => idleCount) };
  }

  submit(request: Request, client: Client): void {
    const { command } = request;
    this.commandCounts[command.id]!++;
    if (!client.session.admitted) return this.#answer(request, client);
    // A coordinator has planned it: this node is one of its replicas.
    if (request.scope === Scope.Node && command.routing !== Routing.Local && command.routing !== Routing.Refused) {
      return this.#here(request, client);
    }
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
    if (replies.count === 0 && !replies.framed) {
      const { out } = replies;
      const from = out.length;
      const since = request.command.brief ? 0 : node.clock.now();
      const after = protocol.answer(request, session, node, out);
      replies.answered(from, request.command.brief ? 0 : (node.clock.now() - since) * 1000);
      out.mark();
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
    const { dispatcher } = this.#parts;
    const placement = dispatcher.placementOf(request.bytes, keyStart, keyEnd);
    const level = this.#levelOf(request, client);
    if (dispatcher.asksOne(request, placement, level)) {
      return dispatcher.askOne(request, placement, this.#waiterOf(request, client));
    }
    dispatcher.dispatch(request, placement, level, this.#enqueue(request, client));
  }

  /** Who waits for the only reply to a request: its client's queue, unless the reply must be looked at first. */
  #waiterOf(request: Request, client: Client): SoleSink {
    return request.quiet === 0 ? client.replies : this.#enqueue(request, client);
  }

  /** A coordinator with the next place in the client's queue. */
  #enqueue(request: Request, client: Client): ResponseCoordinator {
    const coordinator = this.#coordinators.take();
    coordinator.enqueue(client.replies, request.quiet);
    return coordinator;
  }

  #levelOf(request: Request, client: Client): Consistency {
    // Who asks for a whole datacenter waits for one answer; the votes are counted at home.
    if (request.scope === Scope.Datacenter) return Consistency.One;
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
    if (keys.count === 0) return this.#here(request, client);
    if (dispatcher.view.parted && protocol.readsUnnamedKeys?.(request)) return this.#refuse(request, client, notNamed);
    if (keys.count > 1 && !dispatcher.shareOwners(request, keys)) return this.#refuse(request, client, notTogether);
    const first = keys.args[0]!;
    this.#single(request, client, request.argStart(first), request.argEnd(first));
  }

  /** The local engine, whatever it owns. */
  #here(request: Request, client: Client): void {
    const { dispatcher } = this.#parts;
    dispatcher.dispatchTo(request, dispatcher.view.replicas[0]!, this.#waiterOf(request, client));
  }

  /** Several keys, each at home with its owners. */
  #split(request: Request, client: Client): void {
    const { protocol, dispatcher } = this.#parts;
    const keys = this.#keys;
    keys.clear();
    protocol.findKeys(request, keys);
    const joined = this.#joins.take();
    const kept = joined.partOf;
    if (kept.length < keys.count) joined.partOf = new Int32Array(keys.count * 2);
    const partCount = keys.count === 1 ? 1 : dispatcher.partition(request, keys, joined.partOf);
    if (partCount === 1) {
      joined.partOf = kept;
      this.#joins.give(joined);
      const first = keys.args[0]!;
      return this.#single(request, client, request.argStart(first), request.argEnd(first));
    }
    joined.keyCount = keys.count;
    if (protocol.joinsByKey) joined.keys.keep(request, keys);
    joined.begin(client.replies, request.command.join, partCount, request.dialect, request.quiet);
    countParts(request, partCount, client.stats);
    const level = this.#levelOf(request, client);
    const out = this.#scratch;
    const part = this.#part;
    for (let index = 0; index < partCount; index++) {
      out.clear();
      protocol.writePart(request, keys, joined.partOf, index, part, out);
      part.bytes = out.bytes;
      part.dialect = request.dialect;
      part.affinity = request.affinity;
      part.scope = request.scope;
      part.waits = request.waits;
      const coordinator = this.#coordinators.take();
      coordinator.adopt(joined, index);
      const placement = dispatcher.placementOf(part.bytes, part.argStart(part.keyArg), part.argEnd(part.keyArg));
      dispatcher.dispatch(part, placement, level, coordinator);
    }
    this.#trim(out);
  }

  /** No key: whole racks, as many as the level asks for; a scan goes on where its cursor stands. */
  #allNodes(request: Request, client: Client): void {
    const { dispatcher } = this.#parts;
    if (dispatcher.topology.nodes.length === 1) return this.#here(request, client);
    if (request.command.join === Join.Cursor) return this.#scan(request, client);
    dispatcher.dispatchEverywhere(request, this.#levelOf(request, client), this.#enqueue(request, client));
  }

  /** One step of a walk over the nodes of a rack: the node the cursor names, with that node's own cursor. */
  #scan(request: Request, client: Client): void {
    const { protocol, dispatcher } = this.#parts;
    const { view } = dispatcher;
    const cursor = protocol.scan?.readCursor(request);
    // What is no cursor is for the engine to refuse.
    if (cursor === undefined) return this.#here(request, client);
    const step = scanStep(cursor, view.racks, view.rackNodes);
    if (step === undefined) return this.#refuse(request, client, strayCursor);
    const out = this.#scratch;
    out.clear();
    const part = this.#part;
    protocol.scan!.writeCursor(request, step.cursor, part, out);
    part.bytes = out.bytes;
    part.dialect = request.dialect;
    part.affinity = request.affinity;
    const joined = this.#joins.take();
    joined.keyCount = 0;
    joined.beginScan(client.replies, step, request.dialect);
    const coordinator = this.#coordinators.take();
    coordinator.adopt(joined, 0);
    dispatcher.dispatchTo(part, view.replicas[step.node]!, coordinator);
    this.#trim(out);
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

/** Each part of a request counts as one, as in C Dynomite; the request itself was counted when it came. */
function countParts({ command }: Request, count: number, stats: Stats): void {
  stats.fragments += count;
  if (command.access === Access.Write) stats.client_write_requests += count - 1;
  else stats.client_read_requests += count - 1;
}

const strayCursor = new Failure(
  FailureKind.Keys,
  "Dynomite",
  "The cursor names no node of this cluster; begin again with 0",
);
const notNamed = new Failure(
  FailureKind.Keys,
  "Dynomite",
  "BY and GET patterns name keys that may live on other nodes; they need racks of one node",
);
const notTogether = new Failure(FailureKind.Keys, "Dynomite", "Keys in the request cannot span multiple nodes");
