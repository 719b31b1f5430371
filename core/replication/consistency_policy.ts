/**
 * What each consistency level asks: how many of a datacenter's replicas must answer, in which datacenters, and whether those
 * answers must agree. Rules only; replica_plan.ts applies them to one key.
 *
 *     level                 who must answer                    answers that differ
 *     dc_one                the nearest replica                -
 *     dc_quorum             a majority of the local racks      the first one is the answer
 *     dc_safe_quorum        a majority of the local racks      an error
 *     dc_each_safe_quorum   a majority of every datacenter     an error
 *
 * A datacenter has as many replicas of a key as it has racks. A majority of n is floor(n/2) + 1, so any two majorities share a
 * replica: what a quorum write was acknowledged by, a quorum read asks (Gifford, "Weighted voting for replicated data", 1979).
 */
import { Consistency } from "../consistency.ts";

export interface ConsistencyPolicy {
  /** One replica is enough; else a majority is needed. */
  readonly one: boolean;
  /** Other datacenters have a vote each. */
  readonly everyDatacenter: boolean;
  /** Those who make up the majority must say the same. */
  readonly mustAgree: boolean;
}

/** By level. */
export const policies: Readonly<Record<Consistency, ConsistencyPolicy>> = {
  [Consistency.One]: { one: true, everyDatacenter: false, mustAgree: false },
  [Consistency.Quorum]: { one: false, everyDatacenter: false, mustAgree: false },
  [Consistency.SafeQuorum]: { one: false, everyDatacenter: false, mustAgree: true },
  [Consistency.EachSafeQuorum]: { one: false, everyDatacenter: true, mustAgree: true },
};

/**
 * Least number of `replicas` that no other such group can do without.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([1, 2, 3, 4, 5].map(majority), [1, 2, 2, 3, 3]);
 * ```
 */
export function majority(replicas: number): number {
  return (replicas >> 1) + 1;
}
