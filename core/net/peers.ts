/**
 * The other nodes of a topology, each as a `Peer`. One that stays in the next topology keeps its links; one that has left
 * is asked no more, answers what is outstanding, and is closed. Contacts are nodes outside the ring that are kept in reach.
 */
import type { NodeState } from "../node_state.ts";
import type { Replica } from "../replica.ts";
import type { NodeDescription, Topology } from "../ring/topology.ts";
import { type QueueGauges, sumQueues, UpstreamStats } from "../upstream_stats.ts";
import type { Peer } from "./peer.ts";

export class Peers {
  /** This node's own store. A topology that is shown later has the one that is here then. */
  local: Replica;
  readonly #make: (node: NodeDescription) => Peer;
  readonly #peers = new Map<string, Peer>();
  /** The same by `host:port`. */
  readonly #byAddress = new Map<string, Peer>();
  /** Addresses that are known to be down. */
  readonly #down = new Set<string>();
  /** Addresses that an operator wants nothing sent to. */
  readonly #heldBack = new Set<string>();
  /** States other than NORMAL that nodes say they are in, by address. */
  readonly #states = new Map<string, NodeState>();
  /** Those that left, with the time by which they are closed whatever they owe. */
  readonly #leaving = new Map<Peer, number>();
  readonly #closing = new Set<Promise<void>>();
  /** What those that are gone have counted, in this datacenter and in others: sums never fall. */
  readonly #gone = { local: new UpstreamStats(), remote: new UpstreamStats() };

  /** `local` is this node's own store; `make` opens nothing yet. */
  constructor(local: Replica, make: (node: NodeDescription) => Peer) {
    this.local = local;
    this.#make = make;
  }

  /** All that are known now. */
  list(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  /** What all peers of this datacenter, or of the others, have counted, those that left included. */
  totals(sameDatacenter: boolean): UpstreamStats {
    const total = new UpstreamStats();
    total.add(sameDatacenter ? this.#gone.local : this.#gone.remote);
    for (const peer of [...this.list(), ...this.#leaving.keys()]) {
      if (peer.sameDatacenter === sameDatacenter) total.add(peer.pool.stats);
    }
    return total;
  }
  /** What waits for them. */
  queues(sameDatacenter: boolean): QueueGauges {
    const chosen = this.list().filter((peer) => peer.sameDatacenter === sameDatacenter);
    return sumQueues(chosen.map(({ pool }) => pool.queues()));
  }
  clearStats(): void {
    for (const stats of [this.#gone.local, this.#gone.remote]) stats.clear();
    for (const { pool } of this.list()) pool.stats.clear();
  }

  /** The peer at `host:port`. */
  at(address: string): Peer | undefined {
    return this.#byAddress.get(address);
  }

  /** The replicas of this topology by node index, this node's own store first. New ones are not started. */
  of(topology: Topology): readonly Replica[] {
    return topology.nodes.map((node) => node === topology.local ? this.local : this.#reach(node));
  }

  /** Holds peers for nodes that are not in the ring. */
  keep(contacts: readonly NodeDescription[]): void {
    for (const contact of contacts) this.#reach(contact);
  }

  /** No request waits for the node at this address while it is down, however often it comes and goes meanwhile. */
  setDown(address: string, down: boolean): void {
    if (down) this.#down.add(address);
    else this.#down.delete(address);
    const peer = this.#byAddress.get(address);
    if (peer === undefined) return;
    peer.down = down;
    if (!down) peer.pool.hurry();
  }

  /** The node at this address says that it is in this state. */
  setState(address: string, state: NodeState): void {
    if (state === "NORMAL") this.#states.delete(address);
    else this.#states.set(address, state);
    const peer = this.#byAddress.get(address);
    if (peer !== undefined) peer.state = state;
  }

  /** An operator wants nothing sent to this address, or no longer so. */
  holdBack(address: string, heldBack: boolean): void {
    if (heldBack) this.#heldBack.add(address);
    else this.#heldBack.delete(address);
    const peer = this.#byAddress.get(address);
    if (peer === undefined) return;
    peer.heldBack = heldBack;
    if (!heldBack) peer.pool.hurry();
  }

  #reach(node: NodeDescription): Peer {
    const key = keyOf(node);
    let peer = this.#peers.get(key);
    if (peer === undefined) {
      this.#peers.set(key, peer = this.#make(node));
      this.#byAddress.set(peer.name, peer);
      peer.down = this.#down.has(peer.name);
      peer.heldBack = this.#heldBack.has(peer.name);
      peer.state = this.#states.get(peer.name) ?? "NORMAL";
    }
    return peer;
  }

  /** From now on only these nodes are peers. Those that left have until `deadline` to answer. */
  retire(nodes: readonly NodeDescription[], deadline: number): void {
    const keys = new Set(nodes.map(keyOf));
    for (const [key, peer] of this.#peers) {
      if (keys.has(key)) continue;
      this.#peers.delete(key);
      if (this.#byAddress.get(peer.name) === peer) this.#byAddress.delete(peer.name);
      this.#leaving.set(peer, deadline);
    }
  }

  /** Closes those that left and owe nothing more, and lets the others forget what is old. To be called now and then. */
  sweep(now: number): void {
    for (const peer of this.#peers.values()) peer.sweep(now);
    for (const [peer, deadline] of this.#leaving) {
      if (!peer.pool.idle && now < deadline) continue;
      this.#leaving.delete(peer);
      const closed = peer.close().finally(() => {
        (peer.sameDatacenter ? this.#gone.local : this.#gone.remote).add(peer.pool.stats);
        this.#closing.delete(closed);
      });
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
    this.#byAddress.clear();
    this.#leaving.clear();
  }
}

/** A node is another one when it is reached elsewhere, or by other rules. */
function keyOf({ host, port, datacenter }: NodeDescription): string {
  return `${datacenter}/${host}:${port}`;
}
