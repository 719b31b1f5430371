/**
 * From a key to the replicas that hold it: the key's token, its placement in every rack, the plan of the level, the sends.
 *
 * A request with one possible replica, and a read that asks one, need no plan. Everything is read from one view of the cluster.
 * For each send the request is told how far it still has to go; it is given back as it came.
 */
import { Consistency } from "../consistency.ts";
import { Kinds } from "../node_state.ts";
import type { Protocol } from "../protocol.ts";
import type { Replica } from "../replica.ts";
import { firstUp, planReplicas, ReplicaPlan } from "../replication/replica_plan.ts";
import type { ResponseCoordinator } from "../replication/response_coordinator.ts";
import { Failure, FailureKind } from "../reply.ts";
import { Access, type KeyList, type Request, Scope } from "../request.ts";
import { NO_RETRY, type SoleSink } from "../retries.ts";
import type { KeyHash } from "../ring/hash/mod.ts";
import type { Placement } from "../ring/placement.ts";
import type { Topology } from "../ring/topology.ts";
import type { Stats } from "../stats.ts";
import type { ClusterView } from "./cluster_view.ts";
import { KeptReads } from "./kept_reads.ts";

export class Dispatcher {
  readonly #hash: KeyHash;
  readonly #tagOpen: number;
  readonly #tagClose: number;
  readonly #plan = new ReplicaPlan();
  /** Copies of reads in flight. */
  readonly reads: KeptReads;
  readonly #stats: Stats;
  #view: ClusterView;

  /** `hashTag` is two characters or undefined. */
  constructor(view: ClusterView, hash: KeyHash, hashTag: string | undefined, stats: Stats, protocol: Protocol) {
    this.#view = view;
    this.#hash = hash;
    this.#tagOpen = hashTag?.charCodeAt(0) ?? -1;
    this.#tagClose = hashTag?.charCodeAt(1) ?? -1;
    this.#stats = stats;
    this.reads = new KeptReads(protocol, stats);
  }

  get view(): ClusterView {
    return this.#view;
  }
  /** Requests from now on see this one. */
  set view(view: ClusterView) {
    this.#view = view;
  }
  get topology(): Topology {
    return this.#view.topology;
  }

  /** Token of a key: its tag's when it holds a tag that is not empty, else the whole key's. */
  tokenOf(bytes: Uint8Array, start: number, end: number): number {
    if (this.#tagOpen >= 0) {
      let open = start;
      while (open < end && bytes[open] !== this.#tagOpen) open++;
      let close = open + 1;
      while (close < end && bytes[close] !== this.#tagClose) close++;
      if (close < end && close > open + 1) return this.#hash(bytes, open + 1, close);
    }
    return this.#hash(bytes, start, end);
  }

  /** Where the key `bytes[keyStart, keyEnd)` lives. */
  placementOf(bytes: Uint8Array, keyStart: number, keyEnd: number): Placement {
    return this.#view.topology.placementOf(this.tokenOf(bytes, keyStart, keyEnd));
  }

  /** Is one replica asked, whose reply is the answer? */
  asksOne({ command }: Request, { nearest }: Placement, level: Consistency): boolean {
    if (nearest.length <= 1) return nearest.length === 1;
    return command.access !== Access.Write && (level === Consistency.One || command.varying === true);
  }

  /** Sends a request that `asksOne` to the nearest owner of its key. */
  askOne(request: Request, { nearest, local }: Placement, sink: SoleSink): void {
    const { replicas } = this.#view;
    if (nearest.length === 1) return this.dispatchTo(request, replicas[nearest[0]!]!, sink);
    this.#readOne(request, request.scope === Scope.Ring ? nearest : local, replicas, sink);
  }

  /** Sends to the owners of a key that the level asks for. */
  dispatch(request: Request, placement: Placement, level: Consistency, coordinator: ResponseCoordinator): void {
    if (this.asksOne(request, placement, level)) return this.askOne(request, placement, coordinator);
    this.#dispatch(request, placement, this.#view.replicas, level, true, coordinator);
  }

  /** Sends a command without a key to the nodes of as many racks as the level asks for. */
  dispatchEverywhere(request: Request, level: Consistency, coordinator: ResponseCoordinator): void {
    const { everywhere, racks } = this.#view;
    this.#dispatch(request, everywhere, racks, level, false, coordinator);
  }

  /** Sends to one replica, whatever it owns. */
  dispatchTo(request: Request, replica: Replica, sink: SoleSink): void {
    const { scope } = request;
    request.scope = Scope.Node;
    replica.send(request, sink, sink.beginSingle(request.dialect, NO_RETRY));
    request.scope = scope;
  }

  #dispatch(
    request: Request,
    placement: Placement,
    replicas: readonly Replica[],
    level: Consistency,
    passedOn: boolean,
    coordinator: ResponseCoordinator,
  ): void {
    const { command, scope, dialect, waits } = request;
    if (placement.nearest.length === 0) {
      coordinator.beginLocal(request.dialect);
      return coordinator.settleFailure(nobody);
    }
    const isWrite = command.access === Access.Write;
    if (!isWrite && (level === Consistency.One || command.varying)) {
      return this.#readOne(request, scope === Scope.Ring ? placement.nearest : placement.local, replicas, coordinator);
    }
    const plan = this.#plan;
    planReplicas(placement, replicas, command.access, level, scope, passedOn, plan);
    const { count, nodes, scopes } = plan;
    this.#stats.remote_peer_failover_requests += plan.failovers;
    this.#stats.remote_peer_unreachable_requests += plan.unreachable;
    // Replies that are compared must have one form.
    if (request.dialect !== 0 && level !== Consistency.One) {
      for (let i = 0; i < count; i++) if (replicas[nodes[i]!]!.plain) request.dialect = 0;
    }
    coordinator.begin(plan, replicas, command, isWrite, request.dialect);
    // The others answer for a replica that puts the write off.
    if (count > 1) request.waits = false;
    for (let i = 0; i < count; i++) {
      request.scope = scopes[i] as Scope;
      replicas[nodes[i]!]!.send(request, coordinator, i);
    }
    request.scope = scope;
    request.dialect = dialect;
    request.waits = waits;
  }

  /** Asks the nearest that is up, and where that one fails those behind it. */
  #readOne(
    request: Request,
    candidates: readonly number[],
    replicas: readonly Replica[],
    sink: SoleSink,
  ): void {
    const { scope } = request;
    const at = firstUp(candidates, replicas, Kinds.Reads);
    const retry = candidates.length > 1 ? this.reads.keep(request, candidates, at, replicas) : NO_RETRY;
    request.scope = Scope.Node;
    replicas[candidates[at]!]!.send(request, sink, sink.beginSingle(request.dialect, retry));
    request.scope = scope;
  }

  /** Do all keys live together, in every rack? */
  shareOwners(request: Request, keys: KeyList): boolean {
    const first = this.#placementOf(request, keys.args[0]!);
    for (let i = 1; i < keys.count; i++) if (this.#placementOf(request, keys.args[i]!) !== first) return false;
    return true;
  }

  /** Numbers the groups of keys that live together: `partOf[i]` is the group of key i. Returns how many there are. */
  partition(request: Request, keys: KeyList, partOf: Int32Array): number {
    if (this.topology.nodes.length === 1) return 1;
    let count = 0;
    const parts = new Map<Placement, number>();
    for (let i = 0; i < keys.count; i++) {
      const placement = this.#placementOf(request, keys.args[i]!);
      let part = parts.get(placement);
      if (part === undefined) parts.set(placement, part = count++);
      partOf[i] = part;
    }
    return count;
  }

  #placementOf(request: Request, arg: number): Placement {
    return this.placementOf(request.bytes, request.argStart(arg), request.argEnd(arg));
  }
}

const nobody = new Failure(FailureKind.NotConnected, "Dynomite", "No node owns any token");
