/**
 * Nearness, as this node sees it: its own rack before the other racks of its datacenter, those before other datacenters.
 *
 * Racks of one datacenter stand in a circle, sorted by name, and are taken from our own place on. So the racks that step in
 * for a lost one are not the same for everybody, and each rack has a partner in every other datacenter: the one at its own
 * place there, counted round. That partner is sent the one copy a datacenter gets of a write (C Dynomite's preselected rack).
 */
import type { Rack } from "./topology.ts";

/** Racks of the local datacenter, ours first. `racks` are sorted by name. */
export function localOrder(racks: readonly Rack[], ownRack: string): readonly Rack[] {
  return from(racks, racks.findIndex((rack) => rack.name === ownRack));
}

/** Racks of another datacenter, our partner first. Both are sorted by name. */
export function remoteOrder(racks: readonly Rack[], localRacks: readonly Rack[], ownRack: string): readonly Rack[] {
  return from(racks, localRacks.findIndex((rack) => rack.name === ownRack) % racks.length);
}

function from(racks: readonly Rack[], first: number): readonly Rack[] {
  return [...racks.slice(first), ...racks.slice(0, first)];
}
