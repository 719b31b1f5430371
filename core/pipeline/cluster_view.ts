/**
 * The cluster as a request sees it from beginning to end: who there is, and how each is reached. A change of the topology
 * makes a new view; requests in flight finish with the one they began with.
 */
import type { Protocol } from "../protocol.ts";
import type { Replica } from "../replica.ts";
import type { Placement } from "../ring/placement.ts";
import type { Rack, Topology } from "../ring/topology.ts";
import { RackReplica } from "./rack_replica.ts";

export interface ClusterView {
  readonly topology: Topology;
  /** By node index; 0 is the local data store. */
  readonly replicas: readonly Replica[];
  /** Whole racks as replicas of everything, for commands without a key. */
  readonly racks: readonly Replica[];
  /** Nodes of each of `racks`, by their places on its ring. */
  readonly rackNodes: readonly (readonly number[])[];
  /** The keys of some rack are parted among its nodes. */
  readonly parted: boolean;
  /** Where such commands go: numbers are places in `racks`. */
  readonly everywhere: Placement;
}

/** Makes a view. `replicas` are by node index. */
export function viewOf(topology: Topology, replicas: readonly Replica[], protocol: Protocol): ClusterView {
  const ordered: Rack[] = [];
  const number = (racks: readonly Rack[]) => racks.map((rack) => ordered.push(rack) - 1);
  const local = number(topology.localRacks);
  const remote = topology.remoteRacks.map(number);
  return {
    topology,
    replicas,
    racks: ordered.map(({ name, datacenter, nodes }) =>
      new RackReplica(`${datacenter}/${name}`, nodes.map((node) => replicas[node.index]!), protocol)
    ),
    rackNodes: ordered.map(({ nodes }) =>
      [...nodes].sort((a, b) => Math.min(...a.tokens) - Math.min(...b.tokens)).map((node) => node.index)
    ),
    parted: ordered.some(({ nodes }) => nodes.length > 1),
    everywhere: { id: 0, local, remote, nearest: [...local, ...remote.flat()] },
  };
}
