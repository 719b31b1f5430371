/**
 * How many replicas must answer, and must they agree. The four levels of C Dynomite by their conf names; the numbers are
 * also C's order. What each level asks of a plan stands in replication/consistency_policy.ts.
 */
export const Consistency = {
  /** The local rack's answer. */
  One: 0,
  /** A majority of the local datacenter's racks; where they differ, the first answer. */
  Quorum: 1,
  /** A majority of the local datacenter's racks that agree. */
  SafeQuorum: 2,
  /** A majority that agrees in every datacenter. */
  EachSafeQuorum: 3,
} as const;
export type Consistency = typeof Consistency[keyof typeof Consistency];

/** Conf names by level. */
export const consistencyNames = ["dc_one", "dc_quorum", "dc_safe_quorum", "dc_each_safe_quorum"] as const;

/**
 * The level of a name in any case (`DC_QUORUM`), or undefined. Only whole names count.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(parseConsistency("DC_QUORUM"), Consistency.Quorum);
 * assertEquals(parseConsistency("quorum"), undefined);
 * ```
 */
export function parseConsistency(name: string): Consistency | undefined {
  const index = (consistencyNames as readonly string[]).indexOf(name.toLowerCase());
  return index < 0 ? undefined : index as Consistency;
}
