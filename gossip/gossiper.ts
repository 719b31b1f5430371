/**
 * Rounds of gossip: every node tells a random other one what it knows and hears what it lacks, until all know the same.
 *
 *     each interval:  own heartbeat + 1;  syn to one that lives; now and then to one that is down, to a seed, to a suspect
 *
 * A message has a bound whatever the size of the cluster. Up to DIGESTS_MAX nodes a syn tells of all. In a larger cluster it
 * tells first of those that changed a short while ago, so that news still spreads in O(log n) rounds, and of the others in turn.
 * (van Renesse et al., "Efficient reconciliation and flow control for anti-entropy protocols", 2008; the three messages and the
 * choice of partners are Cassandra's.)
 *
 * It speaks to nobody itself: messages leave through `GossipLinks` and come in through `receive`.
 */
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { NodeState } from "../core/node_state.ts";
import type { Random } from "../core/random.ts";
import { apply, type Delta, type Digest, digestOf, reconcile } from "./digest.ts";
import { type EndpointState, type EndpointStates, StateKey, type VersionedValue, versionOf } from "./endpoint_state.ts";
import { Liveness, type Membership } from "./membership.ts";
import { deltaBytesMax, GossipKind, type GossipMessage } from "./messages.ts";
import { readAddress } from "./place.ts";

/** The way to other nodes. */
export interface GossipLinks {
  /** Sends to the node at this address, or says that no link could take it now. May not block. */
  send(address: string, message: GossipMessage): boolean;
}

export interface GossiperOptions {
  readonly cluster: string;
  readonly address: string;
  readonly generation: number;
  readonly values: ReadonlyMap<number, VersionedValue>;
}

export interface GossiperParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly links: GossipLinks;
  readonly membership: Membership;
}

/** Digests in one syn. A cluster up to this size is told of whole. */
export const DIGESTS_MAX = 256;
const DIGESTS_BYTES_MAX = 16 * 1024;
const MESSAGE_BYTES_MAX = 48 * 1024;
/** Nodes that are kept in mind; more than any cluster has, fewer than a liar could invent. */
const NODES_MAX = 4096;
/** A start further in the future than this is a broken clock, and would never be outdone. */
const AHEAD_MS_MAX = 365 * 24 * 3600 * 1000;
/** Nodes of which an answer tells unasked. */
const NEWS_OFFERED_MAX = 16;
/** Partners tried in a round before it is given up. */
const TRIES = 3;

export class Gossiper {
  readonly #options: GossiperOptions;
  readonly #parts: GossiperParts;
  readonly #states = new Map<string, EndpointState>();
  /** Other nodes in the order of the next digests, and where those begin. */
  #order: string[] = [];
  #cursor = 0;
  /** What changed a short while ago, with the rounds for which it still goes first. */
  readonly #news = new Map<string, number>();
  #version: number;
  /** An answer came that told of nobody new: this node knows the cluster. */
  joined = false;

  constructor(options: GossiperOptions, parts: GossiperParts) {
    this.#options = options;
    this.#parts = parts;
    const { generation, values } = options;
    const own = { generation, heartbeat: 0, values };
    this.#version = versionOf(own);
    this.#states.set(options.address, own);
  }

  /** All that is known, this node's own state included. */
  get states(): EndpointStates {
    return this.#states;
  }

  /** One round; to be called every interval. */
  round(): void {
    const { address } = this.#options;
    const { membership } = this.#parts;
    const own = this.#states.get(address)!;
    this.#states.set(address, { ...own, heartbeat: ++this.#version });
    membership.review();
    const syn = this.#syn();
    for (const [news, left] of this.#news) {
      if (left > 1) this.#news.set(news, left - 1);
      else this.#news.delete(news);
    }
    this.#meet(syn);
  }

  /** Says which state this node is in from now on, to everybody who can be reached; they tell the others. */
  say(value: NodeState): void {
    const { address } = this.#options;
    const { membership, links } = this.#parts;
    const own = this.#states.get(address)!;
    const status = { version: ++this.#version, value };
    const state = { ...own, values: new Map(own.values).set(StateKey.Status, status) };
    this.#states.set(address, state);
    const message = this.#message(GossipKind.Ack2, [], [{ address, since: 0, state }]);
    for (const other of membership.addressesOf(Liveness.Alive, Liveness.Suspect)) links.send(other, message);
  }

  /** Takes in what another node sent; `answer` sends back to it. */
  receive(message: GossipMessage, answer: (message: GossipMessage) => void): void {
    const { address, cluster } = this.#options;
    if (message.from === address) return;
    if (message.cluster !== cluster) {
      return this.#parts.logger.warn("{peer} gossips for the pool {pool}, this is {own}: not listened to", {
        peer: message.from,
        pool: message.cluster,
        own: cluster,
      });
    }
    const { membership } = this.#parts;
    const before = this.#states.size;
    for (const delta of message.deltas) this.#take(delta);
    membership.publish();
    if (message.kind === GossipKind.Ack2) return;
    const digests = message.digests.filter((digest) => this.#concerns(digest) && membership.believes(digest));
    const { wanted, deltas } = reconcile(this.#states, digests);
    if (message.kind === GossipKind.Ack) {
      if (this.#states.size === before) this.joined = true;
      if (deltas.length > 0) answer(this.#message(GossipKind.Ack2, [], deltas));
      return;
    }
    const unasked = message.complete ? this.#absentFrom(message.digests) : this.#newsBeside(message.digests);
    answer(this.#message(GossipKind.Ack, wanted, [...deltas, ...unasked]));
  }

  /** Membership has no more use for what is known of this node. */
  forget(address: string): void {
    this.#states.delete(address);
    this.#news.delete(address);
    this.#order = this.#order.filter((other) => other !== address);
  }

  /** Takes over a newer state. */
  #take(delta: Delta): void {
    const { address } = delta;
    const { membership, clock } = this.#parts;
    const { generation } = delta.state;
    const { logger } = this.#parts;
    if (address === this.#options.address || !membership.believes(digestOf(address, delta.state))) return;
    if (generation === 0 || readAddress(address) === undefined) {
      return logger.warn("gossip tells of {peer}, which is no address: ignored", { peer: JSON.stringify(address) });
    }
    if (generation > clock.wall() + AHEAD_MS_MAX) {
      return logger.warn("gossip tells of a start of {peer} in the far future: ignored, look at its clock", {
        peer: address,
      });
    }
    const known = this.#states.get(address);
    if (known === undefined && this.#states.size >= NODES_MAX) {
      return logger.warn("gossip tells of more than {most} nodes: {peer} is ignored", {
        most: NODES_MAX,
        peer: address,
      });
    }
    const state = apply(known, delta);
    if (state === undefined || state === known) return;
    this.#states.set(address, state);
    if (known === undefined) this.#insert(address);
    if (known?.values !== state.values || known.generation !== state.generation) {
      this.#news.set(address, 4 + 2 * Math.ceil(Math.log2(this.#states.size)));
    }
    membership.onState(address, state);
  }

  /** Sees to a digest of this node itself: an earlier life with a later clock must not outdo this one. */
  #concerns({ address, generation }: Digest): boolean {
    if (address !== this.#options.address) return true;
    const own = this.#states.get(address)!;
    if (generation <= own.generation || generation > this.#parts.clock.wall() + AHEAD_MS_MAX) return true;
    this.#states.set(address, { ...own, generation: generation + 1 });
    this.#parts.membership.onOwnGeneration(generation + 1);
    return false;
  }

  /** Who to speak to, as Cassandra chooses. */
  #meet(syn: GossipMessage): void {
    const { membership, random } = this.#parts;
    const { seeds } = membership;
    const living = membership.addressesOf(Liveness.Alive, Liveness.Suspect);
    const down = membership.addressesOf(Liveness.Down);
    const suspects = membership.addressesOf(Liveness.Suspect);
    const met = this.#sendToOne(living, syn);
    if (random.next() < down.length / (living.length + 1)) this.#sendToOne(down, syn);
    const metSeed = met !== undefined && seeds.includes(met);
    const lonely = living.length < seeds.length || living.length === 0;
    if (!metSeed && (lonely || random.next() < seeds.length / (living.length + down.length))) {
      this.#sendToOne(seeds, syn);
    }
    // Asked itself before it counts as down: a suspicion that is wrong ends here.
    if (suspects.length > 0) this.#sendToOne(suspects.filter((one) => one !== met), syn);
  }

  /** Sends to a random one of them that can be reached, and says to whom. */
  #sendToOne(addresses: readonly string[], syn: GossipMessage): string | undefined {
    const { links, random } = this.#parts;
    for (let tries = Math.min(TRIES, addresses.length); tries > 0; tries--) {
      const address = addresses[random.below(addresses.length)]!;
      if (address !== this.#options.address && links.send(address, syn)) return address;
    }
    return undefined;
  }

  #syn(): GossipMessage {
    const { address } = this.#options;
    const digests: Digest[] = [];
    const chosen = new Set<string>();
    let bytes = 0;
    const choose = (one: string) => {
      const state = this.#states.get(one);
      if (state === undefined || chosen.has(one)) return;
      chosen.add(one);
      digests.push(digestOf(one, state));
      bytes += one.length + DIGEST_BYTES;
    };
    const isFull = (share: number) => digests.length >= DIGESTS_MAX * share || bytes >= DIGESTS_BYTES_MAX * share;
    choose(address);
    for (const one of this.#news.keys()) {
      if (isFull(0.5)) break;
      choose(one);
    }
    for (let i = 0; i < this.#order.length && !isFull(1); i++) choose(this.#nextInTurn());
    const complete = digests.length === this.#states.size;
    return { ...this.#message(GossipKind.Syn, digests, []), complete };
  }

  /** Everybody once before anybody again, each time in another order. */
  #nextInTurn(): string {
    if (this.#cursor >= this.#order.length) {
      this.#cursor = 0;
      const { random } = this.#parts;
      for (let i = this.#order.length - 1; i > 0; i--) {
        const j = random.below(i + 1);
        [this.#order[i], this.#order[j]] = [this.#order[j]!, this.#order[i]!];
      }
    }
    return this.#order[this.#cursor++]!;
  }

  #insert(address: string): void {
    const at = this.#parts.random.below(this.#order.length + 1);
    this.#order.push(this.#order[at] ?? address);
    this.#order[at] = address;
  }

  /** What the sender of a complete list lacks, beginning anywhere, so that a bounded message brings another part each time. */
  #absentFrom(digests: readonly Digest[]): Delta[] {
    const told = new Set(digests.map(({ address }) => address));
    const absent = [...this.#states].filter(([address]) => !told.has(address));
    const from = absent.length === 0 ? 0 : this.#parts.random.below(absent.length);
    return [...absent.slice(from), ...absent.slice(0, from)].map(([address, state]) => ({ address, since: 0, state }));
  }

  /** News that the sender of an incomplete list may lack: so they travel both ways, which halves the rounds they need. */
  #newsBeside(digests: readonly Digest[]): Delta[] {
    if (this.#news.size === 0) return [];
    const told = new Set(digests.map(({ address }) => address));
    const news = [...this.#news.keys()].filter((address) => !told.has(address)).slice(-NEWS_OFFERED_MAX);
    return news.map((address) => ({ address, since: 0, state: this.#states.get(address)! }));
  }

  /** A message with as many of the deltas as it has room for. */
  #message(kind: GossipKind, digests: readonly Digest[], deltas: readonly Delta[]): GossipMessage {
    const { cluster, address } = this.#options;
    const fitting: Delta[] = [];
    let bytes = digests.reduce((sum, digest) => sum + digest.address.length + DIGEST_BYTES, 0);
    for (const delta of deltas) {
      const size = deltaBytesMax(delta);
      if (bytes + size > MESSAGE_BYTES_MAX) continue;
      bytes += size;
      fitting.push(delta);
    }
    return { kind, cluster, from: address, complete: false, digests, deltas: fitting };
  }
}

/** Of a digest beside its address, at most. */
const DIGEST_BYTES = 18;
