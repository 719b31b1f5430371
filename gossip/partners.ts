/**
 * Whom a node speaks to in a round:
 *
 *     a random one that lives: both end up with the newer of each (Cassandra's choice, as are the next two)
 *     now and then one that is down, in case it is not, and a seed, so that parts which lost each other meet again
 *     a few suspects: they are asked themselves before they count as down
 *     its witnesses, always the same few nodes: they hear its heartbeat every round, however large the cluster
 *
 * Witnesses make the death of a node known as soon in a cluster of thousands as in one of three: for everybody else heartbeats
 * come ever more rarely as the cluster grows, because messages do not grow with it. Each node picks its own at random and keeps
 * them while they live, so that they get used to its rhythm; they need not know that they are its witnesses.
 */
import type { Random } from "../core/random.ts";
import type { GossipMessage } from "./messages.ts";

/** The way to other nodes. */
export interface GossipLinks {
  /** Sends to the node at this address, or says that no link could take it now. May not block. */
  send(address: string, message: GossipMessage): boolean;
}

/** Addresses of other nodes by how they are. */
export interface Census {
  /** Suspects among them. */
  readonly living: readonly string[];
  readonly suspects: readonly string[];
  readonly down: readonly string[];
}

/** One hears every heartbeat but for lost messages. Even where half of the cluster is lost, one of five mostly is not. */
const WITNESSES = 5;
/** Suspects asked in a round: more than there are in quiet times, few when half of the cluster is away. */
const ASKED_MAX = 3;
/** Partners tried before it is given up. */
const TRIES = 3;

export class Partners {
  readonly #links: GossipLinks;
  readonly #random: Random;
  readonly #witnesses = new Set<string>();

  constructor(links: GossipLinks, random: Random) {
    this.#links = links;
    this.#random = random;
  }

  /** Sends the syn of this round to those whose turn it is. */
  meet({ living, down }: Census, seeds: readonly string[], syn: GossipMessage): void {
    const random = this.#random;
    const met = this.#sendToOne(living, syn);
    if (random.next() < down.length / (living.length + 1)) this.#sendToOne(down, syn);
    if (met !== undefined && seeds.includes(met)) return;
    const isLonely = living.length < seeds.length || living.length === 0;
    if (isLonely || random.next() < seeds.length / (living.length + down.length)) this.#sendToOne(seeds, syn);
  }

  /** Asks a few suspects, each with what `question` makes for it. */
  ask({ suspects }: Census, question: (address: string) => GossipMessage): void {
    const left = [...suspects];
    for (let asked = 0; asked < ASKED_MAX && left.length > 0; asked++) {
      const [one] = left.splice(this.#random.below(left.length), 1);
      this.#links.send(one!, question(one!));
    }
  }

  /** Sends this round's heartbeat to the witnesses. `lives` says who still can be one. */
  witness({ living }: Census, lives: (address: string) => boolean, heartbeat: GossipMessage): void {
    for (const one of this.#witnesses) if (!lives(one)) this.#witnesses.delete(one);
    for (let tries = TRIES * WITNESSES; tries > 0 && this.#witnesses.size < WITNESSES && living.length > 0; tries--) {
      this.#witnesses.add(living[this.#random.below(living.length)]!);
    }
    for (const one of this.#witnesses) if (!this.#links.send(one, heartbeat)) this.#witnesses.delete(one);
  }

  /** Sends to a random one of them that can be reached, and says to whom. */
  #sendToOne(addresses: readonly string[], message: GossipMessage): string | undefined {
    for (let tries = Math.min(TRIES, addresses.length); tries > 0; tries--) {
      const address = addresses[this.#random.below(addresses.length)]!;
      if (this.#links.send(address, message)) return address;
    }
    return undefined;
  }
}
