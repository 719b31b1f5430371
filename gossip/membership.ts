/**
 * What this node makes of what it hears: who is alive, suspect, down or gone, and who is in the ring. It decides, and tells
 * its observer; routing and links are theirs.
 *
 *     heartbeat  ->  alive  -- phi above half --> suspect  -- phi above the threshold -->  down  -- long enough -->  forgotten
 *                      | |                                                                 ^ |
 *                      | '-- others say that it is down, and nothing newer is known here --' |
 *                      ^----------------------- newer heartbeat, or a byte over its link ----'
 *     LEAVING    ->  left   -- long enough --> forgotten
 *
 * So (generation, version, is down) only ever grows, whoever concluded it: all come to the same, in whatever order they hear.
 *
 * A node that is down stays in the ring: its range is its own until an operator or time says otherwise. One that left is out
 * of it at once. What is forgotten is not believed again from old copies: only something newer brings it back.
 */
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import { type NodeState, readState } from "../core/node_state.ts";
import type { NodeDescription } from "../core/ring/topology.ts";
import type { Digest } from "./digest.ts";
import { type EndpointState, StateKey, Status, valueOf, versionOf } from "./endpoint_state.ts";
import type { FailureDetector } from "./failure_detector.ts";
import type { Census } from "./partners.ts";
import { addressOf, placeOf } from "./place.ts";
import { PublishedRing, type RingObserver } from "./published_ring.ts";
import type { Candidate } from "./ring_members.ts";

export const Liveness = { Alive: "alive", Suspect: "suspect", Down: "down", Left: "left" } as const;
export type Liveness = typeof Liveness[keyof typeof Liveness];

/** Told of decisions. No call may throw. */
export interface MembershipObserver extends RingObserver {
  /** This node is down: no request should wait for it; or it is not any more. */
  onDown(address: string, down: boolean): void;
  /** It says that it is in this state. */
  onState(address: string, state: NodeState): void;
  /** Nothing more need be kept of it. */
  onForgotten(address: string): void;
  /** It was started a moment ago, as far as is known here for the first time or anew. */
  onBegun(address: string): void;
}

export interface MembershipOptions {
  readonly self: NodeDescription;
  readonly generation: number;
  /** The nodes of the configuration: in the ring until they are heard, or replaced. */
  readonly seeds: readonly NodeDescription[];
  /** A node that was down for so long is forgotten; 0 never. */
  readonly forgetAfterMs: number;
  /** How long what is known of one that left is kept, so that it reaches everybody; and after that not believed again. */
  readonly keepLeftMs: number;
}

export interface MembershipParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly detector: FailureDetector;
  readonly observer: MembershipObserver;
  /** When a byte last came from this address over a link that is up, monotonic ms. */
  readonly heardAt: (address: string) => number;
}

interface Member {
  readonly address: string;
  state: EndpointState;
  place: NodeDescription | undefined;
  liveness: Liveness;
  /** Monotonic ms since when it is that. */
  since: number;
  /** While it lives: monotonic ms before which it cannot come under suspicion, whatever is not heard. */
  calmUntil: number;
  /** While it is down: up to which version that holds. Only a newer one shows that it lives. */
  downUpTo: number;
}

/** Forgotten addresses that are remembered as such. */
const GONE_MAX = 4096;

export class Membership {
  readonly #options: MembershipOptions;
  readonly #parts: MembershipParts;
  readonly #address: string;
  readonly #members = new Map<string, Member>();
  /** Those that are down. */
  readonly #down = new Set<string>();
  #seeds: readonly NodeDescription[] = [];
  /** Those of them that were not heard of through gossip yet, by address. */
  #unheard = new Map<string, NodeDescription>();
  /** Forgotten: how far what is not believed again goes, and until when. */
  readonly #gone = new Map<string, { readonly generation: number; readonly version: number; readonly until: number }>();
  #generation: number;
  /** What was heard since the ring was made may make another one. */
  #stale = false;
  readonly #ring: PublishedRing;

  constructor(options: MembershipOptions, parts: MembershipParts) {
    this.#options = options;
    this.#parts = parts;
    this.#address = addressOf(options.self);
    this.#generation = options.generation;
    this.#ring = new PublishedRing(options.self, parts.logger, parts.observer);
    this.begin(options.seeds);
  }

  /** Other seeds before anything was heard: the ring is these, and nobody need be told. */
  begin(seeds: readonly NodeDescription[]): void {
    this.#setSeeds(seeds);
    this.#ring.begin(this.#unheard.values(), this.#seeds);
  }

  /** The list of seeds is another one. Nodes that are heard stay, whether they are on it or not. */
  follow(seeds: readonly NodeDescription[]): void {
    this.#setSeeds(seeds);
    this.#stale = true;
    this.publish();
  }

  #setSeeds(seeds: readonly NodeDescription[]): void {
    this.#seeds = seeds.filter((seed) => addressOf(seed) !== this.#address);
    const isNew = (address: string) => !this.#members.has(address) && !this.#gone.has(address);
    const unheard = this.#seeds.map((seed) => [addressOf(seed), seed] as const).filter(([address]) => isNew(address));
    this.#unheard = new Map(unheard);
  }

  /** Addresses of the seeds. */
  get seeds(): readonly string[] {
    return this.#seeds.map(addressOf);
  }

  /** The liveness of a node, undefined when it was never heard. */
  livenessOf(address: string): Liveness | undefined {
    return this.#members.get(address)?.liveness;
  }
  /** Is it alive, or at most a suspect? */
  lives(address: string): boolean {
    const liveness = this.livenessOf(address);
    return liveness === Liveness.Alive || liveness === Liveness.Suspect;
  }
  /** Addresses by liveness. */
  census(): Census {
    const living: string[] = [];
    const suspects: string[] = [];
    for (const { address, liveness } of this.#members.values()) {
      if (liveness === Liveness.Alive || liveness === Liveness.Suspect) living.push(address);
      if (liveness === Liveness.Suspect) suspects.push(address);
    }
    return { living, suspects, down: [...this.#down] };
  }
  /** Up to which version of its generation this node is down; undefined when it is not. */
  downOf(address: string): Digest | undefined {
    // Asked for every node of every message, and mostly there is none.
    if (!this.#down.has(address)) return undefined;
    const member = this.#members.get(address)!;
    return { address, generation: member.state.generation, version: member.downUpTo };
  }

  /** May this be believed, or is it an old copy of what was forgotten? */
  believes({ address, generation, version }: Digest): boolean {
    const gone = this.#gone.get(address);
    if (gone === undefined) return true;
    const isOld = generation < gone.generation || (generation === gone.generation && version <= gone.version);
    if (isOld && this.#parts.clock.now() < gone.until) return false;
    this.#gone.delete(address);
    return true;
  }

  /** This node's own generation had to grow. */
  onOwnGeneration(generation: number): void {
    this.#generation = generation;
    this.#stale = true;
  }

  /** A node's state became newer: a heartbeat, a change, another life. Says whether it was down and is not any more. */
  onState(address: string, state: EndpointState): boolean {
    const { clock, detector, logger } = this.#parts;
    const now = clock.now();
    const known = this.#members.get(address);
    this.#unheard.delete(address);
    const member = known ??
      { address, state, place: undefined, liveness: Liveness.Alive, since: now, calmUntil: now, downUpTo: 0 };
    const before = member.state;
    const wasDown = member.liveness === Liveness.Down;
    member.state = state;
    if (known === undefined) this.#members.set(address, member);
    const reborn = before.generation !== state.generation;
    if (reborn && known !== undefined) logger.notice("node {peer} was started anew", { peer: address });
    if (valueOf(state, StateKey.Status) === Status.Leaving) {
      if (member.liveness !== Liveness.Left) this.#leave(member, now);
    } else if (reborn || !wasDown || versionOf(state) > member.downUpTo) {
      if (reborn || wasDown) detector.heardAgain(address, now);
      else detector.heard(address, now);
      member.calmUntil = detector.calmUntil(address, now);
      if (member.liveness !== Liveness.Alive) this.#revive(member, now, "is heard again");
      // One that has just begun is not to wait for the next try of links that found nobody there.
      if (reborn || known === undefined) this.#parts.observer.onBegun(address);
    }
    const isBack = wasDown && member.liveness !== Liveness.Down;
    if (known !== undefined && before.values === state.values && !reborn) return isBack;
    this.#parts.observer.onState(address, readState(valueOf(state, StateKey.Status)));
    const place = valueOf(state, StateKey.Status) === Status.Leaving ? undefined : placeOf(address, state);
    if (place === undefined && member.liveness !== Liveness.Left) {
      logger.warn("node {peer} says where it stands in words that are not accepted: it is left out of the ring", {
        peer: address,
      });
    }
    member.place = place;
    this.#stale = true;
    return isBack;
  }

  /**
   * Others take this node for down, up to this version. Says whether that is new here and believed: not where anything newer is
   * known, nor where its link showed that it lives when those who judged it had waited for half of their time.
   */
  onDown({ address, generation, version }: Digest): boolean {
    const { clock, detector, heardAt, logger } = this.#parts;
    const member = this.#members.get(address);
    if (member === undefined || member.liveness === Liveness.Left) return false;
    if (member.state.generation !== generation || versionOf(member.state) > version) return false;
    if (member.liveness === Liveness.Down) {
      if (version <= member.downUpTo) return false;
      member.downUpTo = version;
      return true;
    }
    const now = clock.now();
    if (now - heardAt(address) < detector.patienceMs / 2) return false;
    this.#condemn(member, version, now);
    const facts = { peer: address, ...rackOf(member) };
    logger.warn("node {peer} is down: others do not hear it either; no request waits for it", facts);
    return true;
  }

  /** Looks at everybody; to be called every round. Those that went down, by address. */
  review(): string[] {
    const { clock, detector, heardAt, logger } = this.#parts;
    const now = clock.now();
    detector.look(now);
    const { forgetAfterMs, keepLeftMs } = this.#options;
    const condemned: string[] = [];
    for (const member of this.#members.values()) {
      if (now < member.calmUntil && member.liveness === Liveness.Alive) continue;
      const { address, liveness, since } = member;
      if (liveness === Liveness.Left) {
        if (now - since >= keepLeftMs) this.#forget(member, now);
        continue;
      }
      const evidenceAt = heardAt(address);
      if (liveness === Liveness.Down) {
        if (evidenceAt > since) {
          detector.heardAgain(address, now);
          this.#revive(member, now, "answers again");
        } else if (forgetAfterMs > 0 && now - since >= forgetAfterMs) {
          const facts = { peer: address, ms: Math.round(now - since), ...rackOf(member) };
          logger.error("node {peer} was down for {ms} ms and is forgotten (gos_forget_after)", facts);
          this.#forget(member, now);
        }
        continue;
      }
      const phi = detector.phi(address, now, evidenceAt);
      if (phi > detector.threshold) {
        this.#condemn(member, versionOf(member.state), now);
        const facts = { peer: address, phi: phi.toFixed(1), ...rackOf(member) };
        logger.warn("node {peer} is down: silent for too long (phi {phi}); no request waits for it", facts);
        condemned.push(address);
      } else if (phi > detector.calmPhi) this.#become(member, Liveness.Suspect, now);
      else {
        this.#become(member, Liveness.Alive, now);
        member.calmUntil = detector.calmUntil(address, now, evidenceAt);
      }
    }
    this.publish();
    return condemned;
  }

  /** Makes the ring of what was heard, once all of a message was; tells the observer when it is another one. */
  publish(): void {
    if (!this.#stale) return;
    this.#stale = false;
    const candidates: Candidate[] = [{ place: this.#options.self, generation: this.#generation }];
    for (const seed of this.#unheard.values()) candidates.push({ place: seed, generation: 0 });
    for (const { place, state } of this.#members.values()) {
      if (place !== undefined) candidates.push({ place, generation: state.generation });
    }
    this.#ring.update(candidates, this.#seeds);
  }

  #become(member: Member, liveness: Liveness, now: number): void {
    if (member.liveness === liveness) return;
    member.liveness = liveness;
    member.since = now;
    if (liveness === Liveness.Down) this.#down.add(member.address);
    else this.#down.delete(member.address);
  }

  #condemn(member: Member, upTo: number, now: number): void {
    this.#become(member, Liveness.Down, now);
    member.downUpTo = upTo;
    this.#parts.observer.onDown(member.address, true);
  }

  #revive(member: Member, now: number, how: string): void {
    const wasDown = member.liveness === Liveness.Down;
    this.#become(member, Liveness.Alive, now);
    if (!wasDown) return;
    this.#parts.logger.notice(`node {peer} ${how}`, { peer: member.address, ...rackOf(member) });
    this.#parts.observer.onDown(member.address, false);
  }

  #leave(member: Member, now: number): void {
    const wasDown = member.liveness === Liveness.Down;
    this.#become(member, Liveness.Left, now);
    const facts = { peer: member.address, ...rackOf(member) };
    this.#parts.logger.notice("node {peer} leaves for good: it is taken out of the ring", facts);
    if (wasDown) this.#parts.observer.onDown(member.address, false);
  }

  #forget({ address, state, liveness, downUpTo }: Member, now: number): void {
    this.#members.delete(address);
    this.#down.delete(address);
    if (this.#gone.size >= GONE_MAX) this.#gone.delete(this.#gone.keys().next().value!);
    const { keepLeftMs, forgetAfterMs } = this.#options;
    const { generation } = state;
    const version = liveness === Liveness.Down ? Math.max(versionOf(state), downUpTo) : versionOf(state);
    this.#gone.set(address, { generation, version, until: now + Math.max(keepLeftMs, forgetAfterMs) });
    this.#parts.detector.forget(address);
    this.#parts.observer.onForgotten(address);
    if (liveness === Liveness.Down) this.#parts.observer.onDown(address, false);
    this.#parts.observer.onState(address, Status.Normal);
    this.#stale = true;
  }
}

/** Where it stands, for the log. */
function rackOf({ place }: Member): { readonly rack?: string; readonly datacenter?: string } {
  return place === undefined ? {} : { rack: place.rack, datacenter: place.datacenter };
}
