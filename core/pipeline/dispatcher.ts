/**
 * From a key to the replicas that hold it: the key's token, its placement in every rack, the plan of the level, the sends.
 *
 * A request with one possible replica, and a read that asks one, need no plan. Everything is read from one view of the cluster.
 * For each send the request is told how far it still has to go; it is given back as it came.
 */
import { Consistency } from "../consistency.ts";
import { Kinds } from "../node_state.ts";
import { Pool } from "../pool.ts";
import type { Replica } from "../replica.ts";
import { firstUp, planReplicas, ReplicaPlan } from "../replication/replica_plan.ts";
import type { ResponseCoordinator } from "../replication/response_coordinator.ts";
import { Failure, FailureKind } from "../reply.ts";
import { Access, type KeyList, type Request, Scope } from "../request.ts";
import type { KeyHash } from "../ring/hash/mod.ts";
import type { Placement } from "../ring/placement.ts";
import type { Topology } from "../ring/topology.ts";
import type { Stats } from "../stats.ts";
import type { ClusterView } from "./cluster_view.ts";
import { ReadRetry } from "./read_retry.ts";

/** Idle copies of reads kept for the next ones. */
const RETRY_POOL_MAX = 16 * 1024;

export class Dispatcher {
  readonly #hash: KeyHash;
  readonly #tagOpen: number;
  readonly #tagClose: number;
  readonly #plan = new ReplicaPlan();
  /** Copies of reads in flight. */
  readonly retries: Pool<ReadRetry>;
  readonly #stats: Stats;
  #view: ClusterView;

  /** `hashTag` is two characters or undefined. */
  constructor(view: ClusterView, hash: KeyHash, hashTag: string | undefined, stats: Stats) {
    this.#view = view;
    this.#hash = hash;
    this.#tagOpen = hashTag?.charCodeAt(0) ?? -1;
    this.#tagClose = hashTag?.charCodeAt(1) ?? -1;
    this.#stats = stats;
    this.retries = new Pool(() => new ReadRetry(this.retries, stats), RETRY_POOL_MAX);
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

  /** Sends to the owners of the key `bytes[keyStart, keyEnd)` that the level asks for. */
  dispatch(
    request: Request,
    keyStart: number,
    keyEnd: number,
    level: Consistency,
    coordinator: ResponseCoordinator,
  ): void {
    const { topology, replicas } = this.#view;
    const placement = topology.placementOf(this.tokenOf(request.bytes, keyStart, keyEnd));
    if (placement.nearest.length === 1) return this.dispatchTo(request, replicas[placement.nearest[0]!]!, coordinator);
    this.#dispatch(request, placement, replicas, level, true, coordinator);
  }

  /** Sends a command without a key to the nodes of as many racks as the level asks for. */
  dispatchEverywhere(request: Request, level: Consistency, coordinator: ResponseCoordinator): void {
    const { everywhere, racks } = this.#view;
    this.#dispatch(request, everywhere, racks, level, false, coordinator);
  }

  /** Sends to one replica, whatever it owns. */
  dispatchTo(request: Request, replica: Replica, coordinator: ResponseCoordinator): void {
    const { scope } = request;
    coordinator.beginSingle(request.dialect);
    request.scope = Scope.Node;
    replica.send(request, coordinator, 0);
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
    coordinator: ResponseCoordinator,
  ): void {
    const { scope } = request;
    const at = firstUp(candidates, replicas, Kinds.Reads);
    let retry: ReadRetry | undefined;
    request.scope = Scope.Node;
    if (candidates.length > 1) {
      retry = this.retries.take();
      retry.begin(request, candidates, at, replicas);
    }
    coordinator.beginSingle(request.dialect, retry);
    replicas[candidates[at]!]!.send(request, coordinator, 0);
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
    const token = this.tokenOf(request.bytes, request.argStart(arg), request.argEnd(arg));
    return this.#view.topology.placementOf(token);
  }
}

const nobody = new Failure(FailureKind.NotConnected, "Dynomite", "No node owns any token");
