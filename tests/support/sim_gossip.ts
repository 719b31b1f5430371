/**
 * Many gossipers in one process, without links and nodes around them: messages are handed over at once, some are lost, and
 * time goes in rounds. Everything comes from a seed.
 */
import type { Clock } from "../../core/clock.ts";
import { silentLogger } from "../../core/logger.ts";
import { SeededRandom } from "../../core/random.ts";
import type { NodeDescription } from "../../core/ring/topology.ts";
import { FailureDetector } from "../../gossip/failure_detector.ts";
import { Gossiper } from "../../gossip/gossiper.ts";
import { Membership } from "../../gossip/membership.ts";
import { decodeMessage, encodeMessage, type GossipMessage, messageBytes } from "../../gossip/messages.ts";
import { addressOf, ownValues } from "../../gossip/place.ts";

export interface SimGossipOptions {
  readonly seed: number;
  /** Share of messages that get lost. */
  readonly loss?: number;
  readonly intervalMs?: number;
  readonly threshold?: number;
  readonly forgetAfterMs?: number;
  readonly keepLeftMs?: number;
  /** Every message goes through its bytes; else only its size is taken, and states are shared between nodes to save memory. */
  readonly throughBytes?: boolean;
}

export class SimGossiper {
  readonly address: string;
  readonly gossiper: Gossiper;
  readonly membership: Membership;
  readonly place: NodeDescription;
  /** Places of the ring it published last, its own first. */
  ring: readonly NodeDescription[];
  contacts: readonly NodeDescription[] = [];
  /** Addresses it was told, or concluded, to be down. */
  readonly down = new Set<string>();
  /** How often it took one for down that ran. */
  falsePositives = 0;
  running = true;
  sentBytes = 0;
  sentMessages = 0;
  largestBytes = 0;

  constructor(
    place: NodeDescription,
    seeds: readonly NodeDescription[],
    world: SimGossip,
    index: number,
    generation: number,
  ) {
    const { intervalMs, threshold, forgetAfterMs, keepLeftMs } = world.options;
    const { clock } = world;
    this.place = place;
    const address = this.address = addressOf(place);
    this.ring = [place, ...seeds];
    const detector = new FailureDetector({ threshold, intervalMs });
    this.membership = new Membership({ self: place, generation, seeds, forgetAfterMs, keepLeftMs }, {
      clock,
      logger: silentLogger,
      detector,
      heardAt: () => -Infinity,
      observer: {
        onRing: (self, others, contacts) => {
          this.ring = [self, ...others];
          this.contacts = contacts;
        },
        onDown: (other, down) => {
          if (down && world.isRunning(other)) this.falsePositives++;
          if (down) this.down.add(other);
          else this.down.delete(other);
        },
        onForgotten: (other) => this.gossiper.forget(other),
        onBegun() {},
        onState() {},
      },
    });
    this.gossiper = new Gossiper(
      { cluster: "sim", address, generation, values: ownValues(place, "1.0") },
      {
        clock,
        random: new SeededRandom(world.options.seed * 7919 + index),
        logger: silentLogger,
        membership: this.membership,
        links: { send: (to, message) => world.deliver(this, to, message) },
      },
    );
  }
}

export class SimGossip {
  readonly options: Required<SimGossipOptions>;
  readonly nodes: SimGossiper[] = [];
  /** Pairs that cannot reach each other. */
  isCut: (a: string, b: string) => boolean = () => false;
  readonly clock: Clock;
  readonly #random: SeededRandom;
  readonly #byAddress = new Map<string, SimGossiper>();
  #now = 0;

  constructor(options: SimGossipOptions) {
    this.options = {
      loss: 0,
      intervalMs: 1000,
      threshold: 8,
      forgetAfterMs: 0,
      keepLeftMs: 60_000,
      throughBytes: true,
      ...options,
    };
    this.#random = new SeededRandom(options.seed);
    const unused = () => {
      throw new Error("a gossiper sets no timers");
    };
    const wallAtZero = 1_700_000_000_000;
    this.clock = { now: () => this.#now, wall: () => wallAtZero + this.#now, after: unused, every: unused };
  }

  /** A node that knows the given seeds. */
  add(place: NodeDescription, seeds: readonly NodeDescription[]): SimGossiper {
    const node = new SimGossiper(place, seeds, this, this.nodes.length, this.clock.wall() + 1);
    this.nodes.push(node);
    this.#byAddress.set(node.address, node);
    return node;
  }

  /** As many nodes as wanted, in three racks, that all know each other from the start. */
  static grown(count: number, options: SimGossipOptions): SimGossip {
    const world = new SimGossip(options);
    const places = Array.from({ length: count }, (_, i) => placeAt(i));
    for (const place of places) world.add(place, places.slice(0, 3));
    const deltas = world.nodes.map(({ address, gossiper }) => ({
      address,
      since: 0,
      state: gossiper.states.get(address)!,
    }));
    for (const node of world.nodes) {
      const message = {
        kind: 3,
        cluster: "sim",
        from: "nobody",
        known: 1,
        stretch: undefined,
        digests: [],
        deltas,
        downs: [],
      } as const;
      node.gossiper.receive(message, () => {});
    }
    return world;
  }

  /** One interval: each node has its round, at a moment of its own. */
  round(): void {
    const { intervalMs } = this.options;
    const start = this.#now;
    const count = this.nodes.length;
    for (const [i, node] of this.nodes.entries()) {
      this.#now = start + intervalMs * i / count;
      if (node.running) node.gossiper.round();
    }
    this.#now = start + intervalMs;
  }

  rounds(count: number): void {
    for (let i = 0; i < count; i++) this.round();
  }

  /** Rounds until `condition` holds; throws above `limit`. */
  until(condition: () => boolean, limit = 1000): number {
    for (let rounds = 0; rounds <= limit; rounds++) {
      if (condition()) return rounds;
      this.round();
    }
    throw new Error(`not so after ${limit} rounds: ${condition}`);
  }

  isRunning(address: string): boolean {
    return this.#byAddress.get(address)?.running === true;
  }
  get running(): SimGossiper[] {
    return this.nodes.filter(({ running }) => running);
  }

  /** Everybody that runs has exactly these in its ring. */
  agree(addresses: readonly string[]): boolean {
    const wanted = [...addresses].sort().join(" ");
    return this.running.every(({ ring }) => ring.map(addressOf).sort().join(" ") === wanted);
  }

  deliver(from: SimGossiper, to: string, message: GossipMessage): boolean {
    const { throughBytes, loss } = this.options;
    const bytes = messageBytes(message);
    from.sentBytes += bytes;
    from.sentMessages++;
    from.largestBytes = Math.max(from.largestBytes, bytes);
    const target = this.#byAddress.get(to);
    if (target?.running !== true || this.isCut(from.address, to) || this.#random.next() < loss) return true;
    const received = throughBytes ? decodeMessage(encodeMessage(message)) : message;
    target.gossiper.receive(received, (answer) => this.deliver(target, from.address, answer));
    return true;
  }
}

/** The place of node `i`: racks by turns, tokens of its own. */
export function placeAt(i: number): NodeDescription {
  const host = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
  return { name: host, host, port: 8101, datacenter: "dc1", rack: `rack${i % 3 + 1}`, tokens: [i * 1000] };
}
