/**
 * The ring as it was last told on. What is heard makes another one or does not: only then is anybody told, and the operator
 * with them, in words (ring_change.ts). Seeds without a place in it are contacts: links to them are kept, to find them again.
 */
import type { Logger } from "../core/logger.ts";
import { isContact, type NodeDescription } from "../core/ring/topology.ts";
import { addressOf } from "./place.ts";
import { describeRingChange } from "./ring_change.ts";
import { type Candidate, ringMembers } from "./ring_members.ts";

/** Told of each ring that is another one. May not throw. */
export interface RingObserver {
  onRing(self: NodeDescription, others: readonly NodeDescription[], contacts: readonly NodeDescription[]): void;
}

/** Nodes that one change of the ring names in the log. A first sight of a large cluster is not told node by node. */
const CHANGES_TOLD_MAX = 20;

export class PublishedRing {
  readonly #self: NodeDescription;
  readonly #address: string;
  readonly #logger: Logger;
  readonly #observer: RingObserver;
  /** This node first. */
  #nodes: readonly NodeDescription[];
  #contacts: readonly NodeDescription[] = [];

  constructor(self: NodeDescription, logger: Logger, observer: RingObserver) {
    this.#self = self;
    this.#address = addressOf(self);
    this.#logger = logger;
    this.#observer = observer;
    this.#nodes = [self];
  }

  /** The ring is these and nobody need be told: `seeds` that may be in it, and `all` of them. */
  begin(seeds: Iterable<NodeDescription>, all: readonly NodeDescription[]): void {
    const placed = [...seeds].filter((seed) => !isContact(seed));
    this.#nodes = [this.#self, ...placed.sort(byAddress)];
    this.#contacts = all.filter(isContact);
  }

  /** Makes the ring of who says to hold which tokens, this node among them. */
  update(candidates: readonly Candidate[], seeds: readonly NodeDescription[]): void {
    const { members, replaced } = ringMembers(candidates);
    const others = members.filter((place) => addressOf(place) !== this.#address).sort(byAddress);
    const here = members.find((place) => addressOf(place) === this.#address) ?? { ...this.#self, tokens: [] };
    const nodes = [here, ...others];
    const present = new Set(nodes.map(addressOf));
    const contacts = seeds.filter((seed) => !present.has(addressOf(seed)));
    const change = describeRingChange(this.#nodes, nodes, replaced);
    if (change.length === 0 && areSame(contacts, this.#contacts)) return;
    this.#nodes = nodes;
    this.#contacts = contacts;
    if (change.length > 0) this.#tell(change, replaced);
    this.#observer.onRing(here, others, contacts);
  }

  #tell(change: readonly string[], replaced: ReadonlyMap<string, string>): void {
    const logger = this.#logger;
    logger.notice("the ring has changed: {count} nodes", { count: this.#nodes.length });
    // Each is a text of its own: none shall silence another one.
    for (const line of change.slice(0, CHANGES_TOLD_MAX)) logger.notice(line);
    if (change.length > CHANGES_TOLD_MAX) {
      logger.notice("and {count} more nodes came, went or moved", { count: change.length - CHANGES_TOLD_MAX });
    }
    const taker = replaced.get(this.#address);
    if (taker !== undefined) {
      logger.error("{peer} was started later with tokens of this node: they are its own now; stop one of the two", {
        peer: taker,
      });
    }
  }
}

function areSame(a: readonly NodeDescription[], b: readonly NodeDescription[]): boolean {
  return a.length === b.length && a.every((node, i) => addressOf(node) === addressOf(b[i]!));
}

function byAddress(a: NodeDescription, b: NodeDescription): number {
  return addressOf(a) < addressOf(b) ? -1 : 1;
}
