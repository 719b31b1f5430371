/**
 * Stands before the pipeline when requests are traced, and picks one in so many. The one picked sees the cluster through
 * replicas that report what happens to it; all others pass by. When nothing is traced it is not there at all.
 *
 *     submit --+--> pipeline --> replicas
 *              '--> (1 in N) trace --> pipeline --> traced replicas --> replicas
 */
import { Kinds } from "../node_state.ts";
import type { Protocol } from "../protocol.ts";
import type { Random } from "../random.ts";
import type { Replica } from "../replica.ts";
import { type Failure, FailureKind, type Reply, ReplyKind, type ReplySink } from "../reply.ts";
import { type Request, Routing } from "../request.ts";
import type { Client, RequestSink } from "../request_sink.ts";
import type { Hop, HopOutcome, HopTrace, RequestTrace, Tracer } from "../tracer.ts";
import { type ClusterView, viewOf } from "./cluster_view.ts";
import type { Dispatcher } from "./dispatcher.ts";

export interface TracedParts {
  readonly pipeline: RequestSink;
  readonly dispatcher: Dispatcher;
  readonly protocol: Protocol;
  readonly tracer: Tracer;
  readonly random: Random;
}

export class TracedRequests implements RequestSink {
  readonly #parts: TracedParts;
  readonly #sampleEvery: number;
  #left = 0;

  /** One request in `sampleEvery` is traced, at random distances; 1 or more. */
  constructor(parts: TracedParts, sampleEvery: number) {
    this.#parts = parts;
    this.#sampleEvery = sampleEvery;
    this.#wait();
  }

  submit(request: Request, client: Client): void {
    if (--this.#left > 0) return this.#parts.pipeline.submit(request, client);
    this.#wait();
    this.#trace(request, client);
  }

  #wait(): void {
    this.#left = 1 + this.#parts.random.below(2 * this.#sampleEvery - 1);
  }

  #trace(request: Request, client: Client): void {
    const { pipeline, dispatcher, protocol, tracer } = this.#parts;
    const trace = tracer.begin({
      command: request.command.name.replace("|", " ").toUpperCase(),
      protocol: protocol.name,
      bytes: request.end - request.start,
      client: client.remote,
    });
    client.replies.watch(trace);
    const { view } = dispatcher;
    dispatcher.view = tracedView(view, trace, protocol, request.command.routing === Routing.AllNodes);
    try {
      pipeline.submit(request, client);
    } finally {
      dispatcher.view = view;
    }
  }
}

/** The same cluster with replicas that report to `trace`. Racks are made anew only for who asks whole racks. */
function tracedView(view: ClusterView, trace: RequestTrace, protocol: Protocol, asksRacks: boolean): ClusterView {
  const { nodes, local } = view.topology;
  const replicas = view.replicas.map((replica, index) => {
    const { rack, datacenter } = nodes[index]!;
    const kind = index === 0 ? "engine" : datacenter === local.datacenter ? "peer" : "remote_peer";
    return new TracedReplica(replica, { kind, address: replica.name, rack, datacenter }, trace);
  });
  return asksRacks ? viewOf(view.topology, replicas, protocol) : { ...view, replicas };
}

class TracedReplica implements Replica {
  readonly name: string;
  readonly #replica: Replica;
  readonly #hop: Hop;
  readonly #trace: RequestTrace;

  constructor(replica: Replica, hop: Hop, trace: RequestTrace) {
    this.name = replica.name;
    this.#replica = replica;
    this.#hop = hop;
    this.#trace = trace;
  }
  get up(): boolean {
    return this.#replica.up;
  }
  get plain(): boolean {
    return this.#replica.plain === true;
  }
  get avoid(): Kinds {
    return this.#replica.avoid ?? Kinds.None;
  }
  send(request: Request, sink: ReplySink, target: number): void {
    this.#replica.send(request, new TracedSink(sink, this.#trace.hop(this.#hop)), target);
  }
}

const outcomes = Object.entries(FailureKind) as readonly (readonly [HopOutcome, number])[];

class TracedSink implements ReplySink {
  readonly #sink: ReplySink;
  readonly #hop: HopTrace;

  constructor(sink: ReplySink, hop: HopTrace) {
    this.#sink = sink;
    this.#hop = hop;
  }
  onReply(target: number, reply: Reply): boolean {
    this.#hop.end(reply.kind === ReplyKind.Error ? "error" : "ok");
    return this.#sink.onReply(target, reply);
  }
  onFailure(target: number, failure: Failure): void {
    this.#hop.end(outcomes.find(([, kind]) => kind === failure.kind)![0], failure.toString());
    this.#sink.onFailure(target, failure);
  }
}
