/**
 * Who needs what of whom. A digest says how far one node's knowledge of an endpoint goes; compared with what the other knows,
 * it yields what to send and what to ask for:
 *
 *     A --- syn:  digests -----------------------------> B
 *     A <-- ack:  what A lacks, digests of what B lacks - B
 *     A --- ack2: what B lacks ------------------------> B
 */
import { changesSince, type EndpointState, type EndpointStates, merge, versionOf } from "./endpoint_state.ts";

/** How far knowledge of one endpoint goes. Generation 0: nothing is known. */
export interface Digest {
  readonly address: string;
  readonly generation: number;
  readonly version: number;
}

/** All that happened to an endpoint above the version `since` of its generation; all there is when that is 0. */
export interface Delta {
  readonly address: string;
  readonly since: number;
  readonly state: EndpointState;
}

export function digestOf(address: string, state: EndpointState): Digest {
  return { address, generation: state.generation, version: versionOf(state) };
}

/** What a node with `states` answers to `digests`: what it wants, and what the other lacks. */
export function reconcile(
  states: EndpointStates,
  digests: readonly Digest[],
): { readonly wanted: Digest[]; readonly deltas: Delta[] } {
  const wanted: Digest[] = [];
  const deltas: Delta[] = [];
  for (const { address, generation, version } of digests) {
    const state = states.get(address);
    if (state === undefined) {
      if (generation > 0) wanted.push({ address, generation: 0, version: 0 });
      continue;
    }
    const ours = versionOf(state);
    if (state.generation > generation) deltas.push({ address, since: 0, state });
    else if (state.generation < generation) wanted.push({ address, generation: 0, version: 0 });
    else if (ours > version) deltas.push({ address, since: version, state: changesSince(state, version) });
    else if (ours < version) wanted.push({ address, generation, version: ours });
  }
  return { wanted, deltas };
}

/**
 * The state after `delta`, or undefined when it leaves a gap: it begins above what is known, because the answer came late and
 * its endpoint was forgotten meanwhile.
 */
export function apply(known: EndpointState | undefined, { since, state }: Delta): EndpointState | undefined {
  if (known === undefined) return since === 0 ? state : undefined;
  if (known.generation > state.generation) return known;
  if (known.generation < state.generation) return since === 0 ? state : undefined;
  return since <= versionOf(known) ? merge(known, state) : undefined;
}
