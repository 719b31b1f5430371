/**
 * A rack as one replica of all data: a command that has no key goes to each of its nodes, and their replies become one. So
 * such commands are planned and voted on like any other, with racks in place of owners.
 *
 *     DBSIZE  ->  rack 1: node A 120, node B 95  ->  215
 */
import { ByteWriter } from "../bytes.ts";
import { Kinds } from "../node_state.ts";
import { Pool } from "../pool.ts";
import type { Protocol } from "../protocol.ts";
import type { Replica } from "../replica.ts";
import { type Failure, FailureKind, Reply, ReplyKind, type ReplySink } from "../reply.ts";
import { Join, KeptKeys, type Request, Scope } from "../request.ts";

/** Idle joins kept for the next requests. */
const POOL_MAX = 64;
/** A joined reply above this is not kept. */
const KEPT_BYTES_MAX = 64 * 1024;

export class RackReplica implements Replica {
  readonly name: string;
  readonly #nodes: readonly Replica[];
  readonly #replies: Pool<RackReply>;

  constructor(name: string, nodes: readonly Replica[], protocol: Protocol) {
    this.name = name;
    this.#nodes = nodes;
    this.#replies = new Pool(() => new RackReply(protocol, this.#replies), POOL_MAX);
  }

  /** All of its nodes are. */
  get up(): boolean {
    return this.#nodes.every((node) => node.up);
  }
  /** What any of them had better not get. */
  get avoid(): Kinds {
    let avoid = 0;
    for (const node of this.#nodes) avoid |= node.avoid ?? Kinds.None;
    return avoid as Kinds;
  }
  get plain(): boolean {
    return this.#nodes.some((node) => node.plain === true);
  }

  send(request: Request, sink: ReplySink, target: number): void {
    const nodes = this.#nodes;
    request.scope = Scope.Node;
    if (nodes.length === 1) return nodes[0]!.send(request, sink, target);
    const reply = this.#replies.take();
    reply.begin(nodes.length, request, sink, target);
    for (let i = 0; i < nodes.length; i++) nodes[i]!.send(request, reply, i);
  }
}

const NO_KEYS = new Int32Array(0);
const NO_KEPT_KEYS = new KeptKeys();

class RackReply implements ReplySink {
  readonly #protocol: Protocol;
  readonly #pool: Pool<RackReply>;
  readonly #out = new ByteWriter();
  readonly #joined = new Reply();
  #replies: Reply[] = [];
  #failure: Failure | undefined;
  #waiting = 0;
  #sink: ReplySink | undefined;
  #target = 0;
  #join: Join = Join.None;
  #dialect = 0;

  constructor(protocol: Protocol, pool: Pool<RackReply>) {
    this.#protocol = protocol;
    this.#pool = pool;
  }

  begin(count: number, request: Request, sink: ReplySink, target: number): void {
    this.#waiting = count;
    this.#sink = sink;
    this.#target = target;
    this.#join = request.command.join;
    this.#dialect = request.dialect;
  }

  onReply(node: number, reply: Reply): boolean {
    this.#replies[node] = reply.copy();
    this.#arrived();
    return true;
  }
  onFailure(_node: number, failure: Failure): void {
    // A node that does the write later lacks less than one that never does it.
    if (this.#failure === undefined || this.#failure.kind === FailureKind.Queued) this.#failure = failure;
    this.#arrived();
  }

  /** A rack lacks what one of its nodes lacks: its failure is the rack's, unless one good reply is enough. */
  #arrived(): void {
    if (--this.#waiting > 0) return;
    const replies = this.#replies.filter((reply) => reply !== undefined);
    const errors = replies.filter((reply) => reply.kind === ReplyKind.Error).length;
    const oneIsEnough = this.#join === Join.AnySucceeded && errors < replies.length;
    const sink = this.#sink!;
    if (this.#failure !== undefined && !oneIsEnough) sink.onFailure(this.#target, this.#failure);
    else {
      const out = this.#out;
      out.clear();
      this.#protocol.joinParts(this.#join, replies, NO_KEYS, 0, this.#dialect, out, NO_KEPT_KEYS);
      const kind = errors > 0 && !oneIsEnough ? ReplyKind.Error : ReplyKind.Value;
      sink.onReply(this.#target, this.#joined.set(out.bytes, 0, out.length, kind));
    }
    this.#replies = [];
    this.#failure = undefined;
    this.#sink = undefined;
    if (this.#out.bytes.length > KEPT_BYTES_MAX) this.#out.bytes = new Uint8Array(0);
    this.#pool.give(this);
  }
}
