/**
 * The other nodes of a topology, each as a `Peer`. One that stays in the next topology keeps its links; one that has left
 * is asked no more, answers what is outstanding, and is closed.
 */
import type { Replica } from "../replica.ts";
import type { Topology, TopologyNode } from "../ring/topology.ts";
import type { Peer } from "./peer.ts";

export class Peers {
  readonly #local: Replica;
  readonly #make: (node: TopologyNode) => Peer;
  readonly #peers = new Map<string, Peer>();
  /** Those that left, with the time by which they are closed whatever they owe. */
  readonly #leaving = new Map<Peer, number>();
  readonly #closing = new Set<Promise<void>>();

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

  /** From now on only the nodes of this topology are peers. Those that left have until `deadline` to answer. */
  retire(topology: Topology, deadline: number): void {
    const keys = new Set(topology.nodes.map(keyOf));
    for (const [key, peer] of this.#peers) {
      if (keys.has(key)) continue;
      this.#peers.delete(key);
      this.#leaving.set(peer, deadline);
    }
  }

  /** Closes those that left and owe nothing more. To be called now and then. */
  sweep(now: number): void {
    for (const [peer, deadline] of this.#leaving) {
      if (peer.pool.queueGauges().out_queue > 0 && now < deadline) continue;
      this.#leaving.delete(peer);
      const closed = peer.close().finally(() => this.#closing.delete(closed));
      this.#closing.add(closed);
    }
  }

  /** Opens all links. Settles when each was tried once. */
  async start(): Promise<void> {
    await Promise.all(this.list().map((peer) => peer.start()));
  }

  async close(): Promise<void> {
    await Promise.all([...this.list(), ...this.#leaving.keys()].map((peer) => peer.close()));
    await Promise.all(this.#closing);
    this.#peers.clear();
    this.#leaving.clear();
  }
}

/** A node is another one when it is reached elsewhere, or by other rules. */
function keyOf({ host, port, datacenter }: TopologyNode): string {
  return `${datacenter}/${host}:${port}`;
}
