/**
 * Gossip of one node: gossiper, membership and detector put together, with a timer and the node's links around them.
 *
 *     links --bytes--> decode --> Gossiper --newer states--> Membership --ring, up and down--> node
 *     links <--bytes-- encode <-- Gossiper <--who lives----- Membership <--silence---- FailureDetector
 */
import type { Clock } from "../core/clock.ts";
import type { GossipDescription, GossipPort } from "../core/gossip_port.ts";
import type { Logger } from "../core/logger.ts";
import type { NodeState } from "../core/node_state.ts";
import type { Random } from "../core/random.ts";
import type { NodeDescription } from "../core/ring/topology.ts";
import { StateKey, valueOf } from "./endpoint_state.ts";
import { FailureDetector } from "./failure_detector.ts";
import { Gossiper } from "./gossiper.ts";
import { Membership } from "./membership.ts";
import { decodeMessage, encodeMessage, GossipFormatError, type GossipMessage } from "./messages.ts";
import { addressOf, ownValues } from "./place.ts";

export interface GossipOptions {
  /** Name of the pool: nodes of another one are not listened to. */
  readonly cluster: string;
  readonly self: NodeDescription;
  readonly seeds: readonly NodeDescription[];
  /** This program's version, for others to see. */
  readonly version: string;
  readonly intervalMs: number;
  /** Phi above which a node counts as down. */
  readonly threshold: number;
  /** A node that was down for so long is forgotten; 0 never. */
  readonly forgetAfterMs: number;
}

/** What gossip asks of the node it belongs to. No call may throw. */
export interface GossipNode {
  /** Sends to the node at `host:port`; false when no link can take it, or when it is one of C Dynomite. */
  send(address: string, payload: Uint8Array): boolean;
  /** When a byte last came from there over a link that is up, monotonic ms; -Infinity for never. */
  heardAt(address: string): number;
  /** The ring is another one from now on. Links to `contacts` are wanted too, although they are not in it. */
  changeRing(self: NodeDescription, others: readonly NodeDescription[], contacts: readonly NodeDescription[]): void;
  /** No request should wait for this node; or it can be asked again. */
  setDown(address: string, down: boolean): void;
  /** It was started just now: links to it that are down need not wait for their next try. */
  reachOut(address: string): void;
  /** It says that it is in this state. */
  setState(address: string, state: NodeState): void;
}

export interface GossipParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly node: GossipNode;
}

/** A node that starts asks its seeds this often, until it knows all they know or has waited long enough. */
const JOIN_INTERVAL_MS = 100;
const JOIN_MS_MAX = 3_000;
/** Rounds for which it is remembered that a node left. */
const KEEP_LEFT_ROUNDS = 60;

export class Gossip implements GossipPort {
  readonly gossiper: Gossiper;
  readonly membership: Membership;
  readonly #detector: FailureDetector;
  readonly #options: GossipOptions;
  readonly #parts: GossipParts;
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(options: GossipOptions, parts: GossipParts) {
    this.#options = options;
    this.#parts = parts;
    const { cluster, self, seeds, version, intervalMs, threshold, forgetAfterMs } = options;
    const { clock, random, logger, node } = parts;
    const generation = Math.floor(clock.wall());
    const keepLeftMs = KEEP_LEFT_ROUNDS * intervalMs;
    this.#detector = new FailureDetector({ threshold, intervalMs });
    this.membership = new Membership({ self, generation, seeds, forgetAfterMs, keepLeftMs }, {
      clock,
      logger,
      detector: this.#detector,
      heardAt: (address) => node.heardAt(address),
      observer: {
        onRing: (own, others, contacts) => node.changeRing(own, others, contacts),
        onDown: (address, down) => node.setDown(address, down),
        onState: (address, state) => node.setState(address, state),
        onForgotten: (address) => this.gossiper.forget(address),
        onBegun: (address) => node.reachOut(address),
      },
    });
    const values = ownValues(self, version);
    this.gossiper = new Gossiper(
      { cluster, address: addressOf(self), generation, values },
      {
        clock,
        random,
        logger,
        membership: this.membership,
        links: { send: (address, message) => node.send(address, encodeMessage(message)) },
      },
    );
  }

  /** Other seeds than those it was made with, before `start`. */
  begin(seeds: readonly NodeDescription[]): void {
    this.membership.begin(seeds);
  }
  /** The list of seeds is another one while the node runs. */
  follow(seeds: readonly NodeDescription[]): void {
    this.membership.follow(seeds);
  }

  /** Makes this node known through its seeds, and learns from them who else there is. Rounds go on until `stop`. */
  async start(): Promise<void> {
    const { clock, logger } = this.#parts;
    const { seeds } = this.membership;
    if (this.joins) await this.#join();
    if (this.#stopped) return;
    if (this.gossiper.joined) logger.notice("gossip: {count} nodes are known", { count: this.gossiper.states.size });
    else if (seeds.length > 0) logger.warn("gossip: no seed has answered yet; this node goes on asking them");
    const { intervalMs } = this.#options;
    // Nodes that start together should not all speak at once for ever after.
    this.#cancel = clock.after(this.#parts.random.next() * intervalMs, () => {
      this.#cancel = clock.every(intervalMs, () => this.gossiper.round());
      this.gossiper.round();
    });
  }

  #join(): Promise<void> {
    const { clock } = this.#parts;
    const deadline = clock.now() + JOIN_MS_MAX;
    return new Promise((resolve) => {
      const step = () => {
        if (this.#stopped || this.gossiper.joined || clock.now() >= deadline) return resolve();
        this.gossiper.round();
        // Not cancelled by a stop: whoever waits for the start has to hear of its end.
        clock.after(JOIN_INTERVAL_MS, step);
      };
      step();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  describe(address: string): GossipDescription | undefined {
    const state = this.gossiper.states.get(address);
    if (state === undefined) return undefined;
    const { clock, node } = this.#parts;
    const phi = this.#detector.phi(address, clock.now(), node.heardAt(address));
    return { phi, version: valueOf(state, StateKey.Version) };
  }

  /** Tells everybody which state this node is in. */
  say(state: NodeState): void {
    this.gossiper.say(state);
  }
  get joins(): boolean {
    return this.membership.seeds.length > 0;
  }

  receive(bytes: Uint8Array, start: number, end: number, answer: (payload: Uint8Array) => void): void {
    if (this.#stopped) return;
    let message: GossipMessage;
    try {
      message = decodeMessage(bytes, start, end);
    } catch (error) {
      if (!(error instanceof GossipFormatError)) throw error;
      return this.#parts.logger.warn("gossip that cannot be read is ignored: {reason}", { reason: error.message });
    }
    this.gossiper.receive(message, (reply) => answer(encodeMessage(reply)));
  }
}
