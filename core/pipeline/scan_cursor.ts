/**
 * The cursor of a SCAN that walks a whole rack. An engine's cursor means nothing to another engine, so the node and the rack
 * it belongs to travel in it:
 *
 *     engine's cursor << 18  |  rack << 12  |  node          rack: its place in nearness, node: its place on the rack's ring
 *
 * The walk stays in the rack it began in, because only one rack's nodes together hold each key once: the nearest whose nodes
 * are all up. There are places for 64 racks and for 4,096 nodes of a rack. 0 begins a walk, and is the answer of the last node's last step; no other step can be 0.
 */
import { Kinds } from "../node_state.ts";
import type { Replica } from "../replica.ts";
import { firstUp } from "../replication/replica_plan.ts";

const NODE_BITS = 12n;
const RACK_BITS = 6n;
const NODE_MASK = (1n << NODE_BITS) - 1n;
const RACK_MASK = (1n << RACK_BITS) - 1n;
const RACKS_MAX = 1 << Number(RACK_BITS);

export interface ScanStep {
  /** Index of the node that is asked, in its topology. */
  readonly node: number;
  /** That node's own cursor. */
  readonly cursor: bigint;
  readonly rack: number;
  /** Place of the node among its rack's. */
  readonly place: number;
  /** How many nodes the rack has. */
  readonly places: number;
}

/** Whom to ask for `cursor`; undefined when it names nobody. `rackNodes` are the nodes of each rack by their place. */
export function scanStep(
  cursor: bigint,
  racks: readonly Replica[],
  rackNodes: readonly (readonly number[])[],
): ScanStep | undefined {
  const rack = cursor === 0n ? firstUp([...racks.keys()].slice(0, RACKS_MAX), racks, Kinds.Reads) : rackOf(cursor);
  const nodes = rackNodes[rack];
  const place = Number(cursor & NODE_MASK);
  if (nodes === undefined || place >= nodes.length) return undefined;
  return { node: nodes[place]!, cursor: cursor >> (NODE_BITS + RACK_BITS), rack, place, places: nodes.length };
}

function rackOf(cursor: bigint): number {
  return Number((cursor >> NODE_BITS) & RACK_MASK);
}

/** The walk's cursor after a step that the node answered with `cursor`. */
export function cursorAfter(step: ScanStep, cursor: bigint): bigint {
  let place = step.place;
  if (cursor === 0n && ++place === step.places) return 0n;
  return (cursor << (NODE_BITS + RACK_BITS)) | (BigInt(step.rack) << NODE_BITS) | BigInt(place);
}
