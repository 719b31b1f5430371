/**
 * What is known of one node, in the form gossip carries it (Cassandra's: a generation, a heartbeat, application states).
 *
 * Only the node itself writes its state; everybody else copies. The generation is the time of its start, so a later life
 * outdoes an earlier one whole. Within a life one counter numbers everything it says: each round it gives the heartbeat the
 * next number, each change an application state. So of two copies the newer one is always known, and merging them is
 * commutative, associative and idempotent: however often and in whatever order copies meet, all end up with the same.
 */

import type { NodeState } from "../core/node_state.ts";

/** Application states by number on the wire. Append only; those a node does not know it keeps and passes on. */
export const StateKey = { Status: 1, Datacenter: 2, Rack: 3, Tokens: 4, Version: 5 } as const;

/** What a node says of itself, by its names (core/node_state.ts). DOWN is never said, only concluded. */
export const Status = { Normal: "NORMAL", Leaving: "LEAVING" } as const satisfies Readonly<Record<string, NodeState>>;

export interface VersionedValue {
  readonly version: number;
  readonly value: string;
}

/** Immutable: a change makes a new one. */
export interface EndpointState {
  /** Wall ms of the node's start. */
  readonly generation: number;
  /** Version of the last heartbeat. */
  readonly heartbeat: number;
  /** By StateKey. */
  readonly values: ReadonlyMap<number, VersionedValue>;
}

/** All nodes by address, `host:port` of their peer port. */
export type EndpointStates = ReadonlyMap<string, EndpointState>;

/** Highest version in it: what a digest says. */
export function versionOf({ heartbeat, values }: EndpointState): number {
  let version = heartbeat;
  for (const value of values.values()) if (value.version > version) version = value.version;
  return version;
}

/**
 * The newer of each part; `a` itself when `b` adds nothing.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const older: EndpointState = { generation: 1, heartbeat: 5, values: new Map([[0, { version: 2, value: "NORMAL" }]]) };
 * const newer: EndpointState = { ...older, heartbeat: 9 };
 * assertEquals(merge(older, newer), merge(newer, older));
 * ```
 */
export function merge(a: EndpointState, b: EndpointState): EndpointState {
  if (a.generation !== b.generation) return a.generation > b.generation ? a : b;
  let values: Map<number, VersionedValue> | undefined;
  for (const [key, value] of b.values) {
    const known = a.values.get(key);
    if (known !== undefined && !isNewer(value, known)) continue;
    values ??= new Map(a.values);
    values.set(key, value);
  }
  if (values === undefined && b.heartbeat <= a.heartbeat) return a;
  return {
    generation: a.generation,
    heartbeat: Math.max(a.heartbeat, b.heartbeat),
    values: values ?? a.values,
  };
}

/** One writer never gives a version twice; two that pretend to be one still have to end up the same everywhere. */
function isNewer(a: VersionedValue, b: VersionedValue): boolean {
  return a.version === b.version ? a.value > b.value : a.version > b.version;
}

/** Of a state, what is above `since`. */
export function changesSince(state: EndpointState, since: number): EndpointState {
  if (since === 0) return state;
  const { generation, heartbeat } = state;
  let values: Map<number, VersionedValue> | undefined;
  for (const [key, value] of state.values) {
    if (value.version > since) (values ??= new Map()).set(key, value);
  }
  return { generation, heartbeat, values: values ?? NOTHING };
}

/** Mostly only the heartbeat is new. */
const NOTHING: ReadonlyMap<number, VersionedValue> = new Map();

/** The text of one application state. */
export function valueOf(state: EndpointState, key: number): string | undefined {
  return state.values.get(key)?.value;
}
