/**
 * Rounds of gossip: every node tells a random other one what it knows and hears what it lacks, until all know the same.
 *
 *     each interval:  own heartbeat + 1;  a syn to one that lives (partners.ts);  the heartbeat alone to the witnesses
 *
 * A message has a bound whatever the size of the cluster. Up to DIGESTS_MAX nodes a syn tells of all. In a larger cluster it
 * tells first of suspects and of what changed a short while ago, so that news still spreads in O(log n) rounds, and then of one
 * stretch of the address circle after the other: within it both sides see what either lacks, unknown nodes too.
 * (van Renesse et al., "Efficient reconciliation and flow control for anti-entropy protocols", 2008; the three messages are
 * Cassandra's.)
 *
 * That a node is down is such news: whoever concludes it says so, with the version up to which it knew the node, and everybody
 * who knows nothing newer takes it over. What is newer refutes it wherever they meet. (The idea is that of SWIM: Das et al.,
 * "SWIM: scalable weakly-consistent infection-style process group membership protocol", 2002.)
 *
 * It speaks to nobody itself: messages leave through `GossipLinks` and come in through `receive`.
 */
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { NodeState } from "../core/node_state.ts";
import type { Random } from "../core/random.ts";
import { AddressCircle, type Stretch } from "./address_circle.ts";
import { apply, type Delta, type Digest, digestOf, reconcile } from "./digest.ts";
import {
  changesSince,
  type EndpointState,
  type EndpointStates,
  StateKey,
  type VersionedValue,
  versionOf,
} from "./endpoint_state.ts";
import type { Membership } from "./membership.ts";
import { deltaBytes, digestBytes, DOWNS_MAX, GossipKind, type GossipMessage } from "./messages.ts";
import { News } from "./news.ts";
import { type GossipLinks, Partners } from "./partners.ts";
import { readAddress } from "./place.ts";

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
export const DIGESTS_MAX = 128;
const DIGESTS_BYTES_MAX = 16 * 1024;
const MESSAGE_BYTES_MAX = 48 * 1024;
/** Nodes that are kept in mind; more than any cluster has, fewer than a liar could invent. */
const NODES_MAX = 4096;
/** A start further in the future than this is a broken clock, and would never be outdone. */
const AHEAD_MS_MAX = 365 * 24 * 3600 * 1000;
/** Nodes of which an answer tells unasked. */
const NEWS_OFFERED_MAX = 16;
/** Shares of a syn that suspects, and those together with news, may take. */
const SUSPECTS_SHARE = 0.25;
const NEWS_SHARE = 0.5;

export class Gossiper {
  readonly #options: GossiperOptions;
  readonly #parts: GossiperParts;
  readonly #states = new Map<string, EndpointState>();
  readonly #circle = new AddressCircle();
  /** Behind whom the next stretch begins; at first this node itself, so that each node has another one. */
  #cursor: string;
  readonly #news = new News();
  readonly #partners: Partners;
  #version: number;
  /** Others took this node for down, up to this version. */
  #condemned = 0;
  /** Somebody answered who knows no more nodes: this node knows the cluster. */
  joined = false;

  constructor(options: GossiperOptions, parts: GossiperParts) {
    this.#options = options;
    this.#parts = parts;
    this.#partners = new Partners(parts.links, parts.random);
    const { address, generation, values } = options;
    const own = { generation, heartbeat: 0, values };
    this.#version = versionOf(own);
    this.#states.set(address, own);
    this.#circle.add(address);
    this.#cursor = address;
  }

  /** All that is known, this node's own state included. */
  get states(): EndpointStates {
    return this.#states;
  }

  /** One round; to be called every interval. */
  round(): void {
    const { address } = this.#options;
    const { membership } = this.#parts;
    const own = { ...this.#states.get(address)!, heartbeat: ++this.#version };
    this.#states.set(address, own);
    for (const down of membership.review()) this.#isNews(down);
    const census = membership.census();
    const syn = this.#syn(census.suspects);
    this.#partners.witness(census, (one) => membership.lives(one), this.#heartbeat(own));
    this.#partners.meet(census, membership.seeds, syn);
    this.#partners.ask(census, (suspect) => {
      const digests = [address, suspect].map((one) => digestOf(one, this.#states.get(one)!));
      return this.#message(GossipKind.Syn, { digests });
    });
    this.#news.age();
  }

  /** Says which state this node is in from now on, to everybody who can be reached; they tell the others. */
  say(value: NodeState): void {
    const { address } = this.#options;
    const { membership, links } = this.#parts;
    const own = this.#states.get(address)!;
    const status = { version: ++this.#version, value };
    const state = { ...own, values: new Map(own.values).set(StateKey.Status, status) };
    this.#states.set(address, state);
    const message = this.#message(GossipKind.Ack2, { deltas: [{ address, since: 0, state }] });
    for (const other of membership.census().living) links.send(other, message);
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
    for (const delta of message.deltas) this.#take(delta);
    for (const down of message.downs) this.#hear(down);
    membership.publish();
    if (message.kind === GossipKind.Ack2) return;
    const digests = message.digests.filter((digest) =>
      this.#concerns(digest) && (this.#states.has(digest.address) || membership.believes(digest))
    );
    const { wanted, deltas } = reconcile(this.#states, digests);
    if (message.kind === GossipKind.Ack) {
      if (this.#states.size >= message.known) this.joined = true;
      if (deltas.length > 0) answer(this.#message(GossipKind.Ack2, { deltas }));
      return;
    }
    const told = new Set(message.digests.map((digest) => digest.address));
    for (const absent of this.#absent(told, message.stretch)) {
      deltas.push({ address: absent, since: 0, state: this.#states.get(absent)! });
    }
    answer(this.#message(GossipKind.Ack, { digests: wanted, deltas, about: told }));
  }

  /** Membership has no more use for what is known of this node. */
  forget(address: string): void {
    this.#states.delete(address);
    this.#news.delete(address);
    this.#circle.delete(address);
  }

  /** Takes over a newer state. */
  #take(delta: Delta): void {
    const { address, state: told } = delta;
    if (address === this.#options.address) return;
    const known = this.#states.get(address);
    if (known?.generation !== told.generation && !this.#accepts(address, told, known)) return;
    const state = apply(known, delta);
    if (state === undefined || state === known) return;
    this.#states.set(address, state);
    if (known === undefined) this.#circle.add(address);
    // A node that joins is told of the others by the stretch, and asks for those that come next.
    if (known === undefined && !this.joined) this.#cursor = address;
    const isBack = this.#parts.membership.onState(address, state);
    if (isBack || known?.values !== state.values || known.generation !== state.generation) this.#isNews(address);
  }

  /** May this be another life of a node, or one that was not known? */
  #accepts(address: string, told: EndpointState, known: EndpointState | undefined): boolean {
    const { membership, clock, logger } = this.#parts;
    if (known === undefined && !membership.believes(digestOf(address, told))) return false;
    if (told.generation === 0 || readAddress(address) === undefined) {
      logger.warn("gossip tells of {peer}, which is no address: ignored", { peer: JSON.stringify(address) });
    } else if (told.generation > clock.wall() + AHEAD_MS_MAX) {
      logger.warn("gossip tells of a start of {peer} in the far future: ignored, look at its clock", { peer: address });
    } else if (known === undefined && this.#states.size >= NODES_MAX) {
      const facts = { most: NODES_MAX, peer: address };
      logger.warn("gossip tells of more than {most} nodes: {peer} is ignored", facts);
    } else return true;
    return false;
  }

  /** Somebody takes this node for down. */
  #hear(down: Digest): void {
    const { address } = this.#options;
    if (down.address !== address) {
      if (this.#parts.membership.onDown(down)) this.#isNews(down.address);
      return;
    }
    // The next heartbeats refute it.
    const { generation } = this.#states.get(address)!;
    if (down.generation !== generation || down.version <= this.#condemned) return;
    this.#condemned = down.version;
    this.#parts.logger.warn(
      "other nodes did not hear from this one for long and took it for down: it stood still, or was cut off",
    );
  }

  #isNews(address: string): void {
    this.#news.add(address, this.#states.size);
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

  /** The digests of this round: of this node, of suspects, of news, and of a stretch of the others. */
  #syn(suspects: readonly string[]): GossipMessage {
    const chosen = new Map<string, Digest>();
    let bytes = 0;
    const choose = (address: string, share: number): boolean => {
      if (chosen.has(address)) return true;
      if (chosen.size >= DIGESTS_MAX * share || bytes >= DIGESTS_BYTES_MAX * share) return false;
      const digest = digestOf(address, this.#states.get(address)!);
      chosen.set(address, digest);
      bytes += digestBytes(digest);
      return true;
    };
    choose(this.#options.address, 1);
    for (const suspect of suspects) if (!choose(suspect, SUSPECTS_SHARE)) break;
    for (const address of this.#news.latest()) if (!choose(address, NEWS_SHARE)) break;
    const after = this.#cursor;
    for (const address of this.#circle.following(after)) {
      if (!choose(address, 1)) break;
      this.#cursor = address;
    }
    const stretch = { after, upTo: this.#cursor };
    return this.#message(GossipKind.Syn, { digests: [...chosen.values()], stretch, about: chosen.keys() });
  }

  /** What the sender of a syn lacks: nodes of its stretch that it did not tell of, and the latest news. */
  #absent(told: ReadonlySet<string>, stretch: Stretch | undefined): Set<string> {
    const offered = this.#news.latest().slice(0, NEWS_OFFERED_MAX);
    const inside = stretch === undefined ? [] : this.#circle.within(stretch);
    return new Set([...offered, ...inside].filter((address) => !told.has(address)));
  }

  /** This node's heartbeat alone, for those who know the rest. */
  #heartbeat(own: EndpointState): GossipMessage {
    const { address } = this.#options;
    const since = versionOf({ ...own, heartbeat: 0 });
    return this.#message(GossipKind.Ack2, { deltas: [{ address, since, state: changesSince(own, since) }] });
  }

  /** News from any of them on: where half of a cluster went down, all of that has its turn. */
  #newsInTurn(): string[] {
    const latest = this.#news.latest();
    if (latest.length <= DOWNS_MAX * NEWS_SHARE) return latest;
    const start = this.#parts.random.below(latest.length);
    return [...latest.slice(start), ...latest.slice(0, start)];
  }

  /** A message with as many of the deltas as it has room for, and with the nodes that are down among those it is about. */
  #message(kind: GossipKind, parts: MessageParts): GossipMessage {
    const { cluster, address } = this.#options;
    const { digests = [], deltas = [], about = [], stretch } = parts;
    const downs = new Map<string, Digest>();
    let bytes = 0;
    const tell = (one: string, most: number): void => {
      const down = downs.size < most ? this.#parts.membership.downOf(one) : undefined;
      if (down === undefined || downs.has(one)) return;
      downs.set(one, down);
      bytes += digestBytes(down);
    };
    for (const one of this.#newsInTurn()) tell(one, DOWNS_MAX * NEWS_SHARE);
    for (const one of about) tell(one, DOWNS_MAX);
    for (const digest of digests) bytes += digestBytes(digest);
    const fitting: Delta[] = [];
    for (const delta of deltas) {
      const size = deltaBytes(delta);
      if (bytes + size > MESSAGE_BYTES_MAX) continue;
      bytes += size;
      fitting.push(delta);
      if (delta.since === 0) tell(delta.address, DOWNS_MAX);
    }
    const known = this.#states.size;
    return { kind, cluster, from: address, known, stretch, digests, deltas: fitting, downs: [...downs.values()] };
  }
}

interface MessageParts {
  readonly digests?: readonly Digest[];
  readonly deltas?: readonly Delta[];
  readonly stretch?: Stretch;
  /** Nodes that it tells of if they are down; news and those that are told of whole are told of anyhow. */
  readonly about?: Iterable<string>;
}
