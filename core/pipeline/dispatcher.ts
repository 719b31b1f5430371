/**
 * From a key to the replicas that hold it: the key's token, the owner in each rack, the plan of the level, the sends.
 */
import { Access, type KeyList, type Request } from "../request.ts";
import type { Consistency } from "../consistency.ts";
import type { Replica } from "../replica.ts";
import type { ResponseCoordinator } from "../replication/response_coordinator.ts";
import type { KeyHash } from "../ring/hash/mod.ts";
import type { Topology } from "../ring/topology.ts";

export class Dispatcher {
  /** Index of this node in every topology. */
  readonly localNode = 0;
  readonly #hash: KeyHash;
  readonly #tagOpen: number;
  readonly #tagClose: number;
  #topology: Topology;
  /** By node index; 0 is the local data store. */
  #replicas: readonly Replica[];

  /** `hashTag` is two characters or undefined. */
  constructor(topology: Topology, hash: KeyHash, hashTag: string | undefined, replicas: readonly Replica[]) {
    this.#topology = topology;
    this.#hash = hash;
    this.#tagOpen = hashTag?.charCodeAt(0) ?? -1;
    this.#tagClose = hashTag?.charCodeAt(1) ?? -1;
    this.#replicas = replicas;
  }

  get topology(): Topology {
    return this.#topology;
  }
  /** What errors call target `target` of a plan. */
  nameOf(target: number): string {
    return this.#replicas[target]?.name ?? `node ${target}`;
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
    _level: Consistency,
    coordinator: ResponseCoordinator,
  ): void {
    const token = this.tokenOf(request.bytes, keyStart, keyEnd);
    const owner = this.#topology.localRacks[0]!.ring.owner(token);
    coordinator.beginSingle(request.dialect);
    this.#replicas[owner]!.send(request, coordinator, 0);
  }

  /** Sends to one node, whatever it owns. */
  dispatchToNode(request: Request, node: number, coordinator: ResponseCoordinator): void {
    coordinator.beginSingle(request.dialect);
    this.#replicas[node]!.send(request, coordinator, 0);
  }

  /** Have all keys the same owner in every rack? */
  shareOwners(request: Request, keys: KeyList): boolean {
    return this.partition(request, keys, new Int32Array(keys.count)) === 1;
  }

  /** Numbers the sets of owners that the keys have: `partOf[i]` is the part of key i. Returns how many parts there are. */
  partition(request: Request, keys: KeyList, partOf: Int32Array): number {
    if (this.#topology.nodes.length === 1) return 1;
    const racks = this.#topology.datacenters.flatMap((datacenter) => datacenter.racks);
    const parts = new Map<string, number>();
    for (let i = 0; i < keys.count; i++) {
      const arg = keys.args[i]!;
      const token = this.tokenOf(request.bytes, request.argStart(arg), request.argEnd(arg));
      const owners = racks.length === 1
        ? String(racks[0]!.ring.owner(token))
        : racks.map((rack) => rack.ring.owner(token)).join();
      let part = parts.get(owners);
      if (part === undefined) parts.set(owners, part = parts.size);
      partOf[i] = part;
    }
    return parts.size;
  }

  /** Nodes a command without a key goes to: the local rack to read, the whole cluster to write. */
  nodesFor(access: Access): readonly number[] {
    const { nodes, localRacks } = this.#topology;
    return (access === Access.Write ? nodes : localRacks[0]!.nodes).map((node) => node.index);
  }
}
