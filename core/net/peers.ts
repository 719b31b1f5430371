/**
 * The other nodes of a topology, each as a `Peer`. One that stays in the next topology keeps its links.
 */
import type { Replica } from "../replica.ts";
import type { Topology, TopologyNode } from "../ring/topology.ts";
import type { Peer } from "./peer.ts";

export class Peers {
  readonly #local: Replica;
  readonly #make: (node: TopologyNode) => Peer;
  readonly #peers = new Map<string, Peer>();

  /** `local` is this node's own store; `make` opens nothing yet. */
  constructor(local: Replica, make: (node: TopologyNode) => Peer) {
    this.#local = local;
    this.#make = make;
  }

  /** All that are known now. */
  list(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  /** The replicas of this topology by node index, this node's own store first. New ones are not started. */
  of(topology: Topology): readonly Replica[] {
    return topology.nodes.map((node) => {
      if (node === topology.local) return this.#local;
      const key = keyOf(node);
      let peer = this.#peers.get(key);
      if (peer === undefined) this.#peers.set(key, peer = this.#make(node));
      return peer;
    });
  }

  /** Opens all links. Settles when each was tried once. */
  async start(): Promise<void> {
    await Promise.all(this.list().map((peer) => peer.start()));
  }

  async close(): Promise<void> {
    await Promise.all(this.list().map((peer) => peer.close()));
    this.#peers.clear();
  }
}

/** A node is another one when it is reached elsewhere, or by other rules. */
function keyOf({ host, port, datacenter }: TopologyNode): string {
  return `${datacenter}/${host}:${port}`;
}
