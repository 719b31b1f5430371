/**
 * Who is in the cluster, as one immutable snapshot: datacenters, their racks, each rack's ring. A request reads the current
 * snapshot once and sees it to its end; a change makes a new one with the next version.
 *
 * Nodes have dense indexes; this node is 0. Its own datacenter comes first, its own rack before all (snitch.ts).
 */
import { type Placement, PlacementTable } from "./placement.ts";
import { Ring } from "./ring.ts";
import { localOrder, remoteOrder } from "./snitch.ts";

/** One node as configuration, seeds or gossip describe it. */
export interface NodeDescription {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly rack: string;
  readonly datacenter: string;
  /** Unsigned 32 bit each. */
  readonly tokens: readonly number[];
}

export interface TopologyNode extends NodeDescription {
  readonly index: number;
}

export interface Rack {
  readonly name: string;
  readonly datacenter: string;
  readonly ring: Ring;
  readonly nodes: readonly TopologyNode[];
}

export interface Datacenter {
  readonly name: string;
  /** Sorted by name; in the local datacenter too. */
  readonly racks: readonly Rack[];
}

export class Topology {
  readonly version: number;
  /** Node 0 is this node. */
  readonly nodes: readonly TopologyNode[];
  readonly local: TopologyNode;
  /** The local datacenter first, the others by name. */
  readonly datacenters: readonly Datacenter[];
  /** Racks of the local datacenter, nearest first: this node's own, then those behind it in the circle of names. */
  readonly localRacks: readonly Rack[];
  /** Racks of each other datacenter, the preferred one first. */
  readonly remoteRacks: readonly (readonly Rack[])[];
  readonly #placements: PlacementTable;

  constructor(version: number, nodes: readonly TopologyNode[], datacenters: readonly Datacenter[]) {
    this.version = version;
    this.nodes = nodes;
    this.local = nodes[0]!;
    this.datacenters = datacenters;
    const [here, ...others] = datacenters;
    const { rack } = this.local;
    this.localRacks = localOrder(here!.racks, rack);
    this.remoteRacks = others.map(({ racks }) => remoteOrder(racks, here!.racks, rack));
    this.#placements = new PlacementTable(this.localRacks, this.remoteRacks);
  }

  /** Where keys with this token live. */
  placementOf(token: number): Placement {
    return this.#placements.at(token);
  }
}

/**
 * Builds a snapshot. A seed that is this node itself (same rack, datacenter and tokens) and repeated seeds count once.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const node = (host: string, rack: string): NodeDescription => ({
 *   name: host,
 *   host,
 *   port: 8101,
 *   rack,
 *   datacenter: "dc1",
 *   tokens: [0],
 * });
 * const topology = buildTopology(1, node("10.0.0.1", "rack1"), [node("10.0.0.2", "rack2")]);
 * assertEquals(topology.localRacks.map(({ name }) => name), ["rack1", "rack2"]);
 * assertEquals(topology.nodes.map(({ host }) => host), ["10.0.0.1", "10.0.0.2"]);
 * ```
 */
export function buildTopology(version: number, self: NodeDescription, seeds: readonly NodeDescription[]): Topology {
  const nodes: TopologyNode[] = [{ ...self, index: 0 }];
  for (const seed of seeds) {
    if (!nodes.some((node) => isSamePlace(node, seed))) nodes.push({ ...seed, index: nodes.length });
  }
  const names = [...new Set(nodes.map((node) => node.datacenter))].sort();
  names.splice(names.indexOf(self.datacenter), 1);
  const datacenters = [self.datacenter, ...names].map((name) => {
    const members = nodes.filter((node) => node.datacenter === name);
    const racks = [...new Set(members.map((node) => node.rack))].sort();
    return { name, racks: racks.map((rack) => buildRack(name, rack, members.filter((node) => node.rack === rack))) };
  });
  return new Topology(version, nodes, datacenters);
}

function buildRack(datacenter: string, name: string, nodes: readonly TopologyNode[]): Rack {
  const entries = nodes.flatMap((node) => node.tokens.map((token) => ({ token, node: node.index })));
  return { name, datacenter, nodes, ring: new Ring(entries) };
}

/** Only reached there: where it stands in the ring is not known yet, gossip may tell. */
export function isContact({ tokens }: NodeDescription): boolean {
  return tokens.length === 0;
}

/** Same rack, datacenter and tokens: one node, whatever its address. */
export function isSamePlace(a: NodeDescription, b: NodeDescription): boolean {
  if (a.datacenter !== b.datacenter || a.rack !== b.rack) return false;
  return a.tokens.length === b.tokens.length && a.tokens.every((token) => b.tokens.includes(token));
}
