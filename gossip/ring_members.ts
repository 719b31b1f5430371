/**
 * Who holds which token, where several say they do: the newest of them. A node that was replaced at its place by one with
 * another address goes out this way, as does a line of the configuration that a living node contradicts. Every node that
 * knows the same comes to the same result.
 */
import type { NodeDescription } from "../core/ring/topology.ts";
import { addressOf } from "./place.ts";

export interface Candidate {
  readonly place: NodeDescription;
  /** 0 for one that is only known from a list. */
  readonly generation: number;
}

export interface RingMembers {
  /** Each with the tokens it holds; those that hold none are not there. */
  readonly members: readonly NodeDescription[];
  /** Who lost tokens to whom, by address. */
  readonly replaced: ReadonlyMap<string, string>;
}

export function ringMembers(candidates: readonly Candidate[]): RingMembers {
  const holders = new Map<string, Candidate>();
  for (const candidate of candidates) {
    for (const key of tokenKeys(candidate.place)) {
      const holder = holders.get(key);
      if (holder === undefined || isNewer(candidate, holder)) holders.set(key, candidate);
    }
  }
  const replaced = new Map<string, string>();
  const members: NodeDescription[] = [];
  for (const candidate of candidates) {
    const { place } = candidate;
    const keys = tokenKeys(place);
    const tokens = place.tokens.filter((_, i) => holders.get(keys[i]!) === candidate);
    if (tokens.length > 0) members.push(tokens.length === place.tokens.length ? place : { ...place, tokens });
    const lost = keys.find((key) => holders.get(key) !== candidate);
    if (lost !== undefined) replaced.set(addressOf(place), addressOf(holders.get(lost)!.place));
  }
  return { members, replaced };
}

function tokenKeys({ datacenter, rack, tokens }: NodeDescription): string[] {
  return tokens.map((token) => `${datacenter}:${rack}:${token}`);
}

function isNewer(a: Candidate, b: Candidate): boolean {
  if (a.generation !== b.generation) return a.generation > b.generation;
  return addressOf(a.place) > addressOf(b.place);
}
