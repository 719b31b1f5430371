/** The object of `/info`: every field of the table (stats_table.ts), in its order. */
import type { Node } from "../node.ts";
import type { StatField } from "./stats_field.ts";
import { snapshotOf, type StatsSnapshot } from "./stats_snapshot.ts";
import { nodeFields, poolFields, serverFields } from "./stats_table.ts";

/** One snapshot; it counts itself. */
export function statsInfo(node: Node): Record<string, unknown> {
  node.stats.stats_count++;
  const from = snapshotOf(node);
  return {
    ...read(nodeFields, from),
    [node.options.poolName]: {
      ...read(poolFields, from),
      [node.parts.dataStore.name]: read(serverFields, from),
    },
  };
}

function read(fields: readonly StatField[], from: StatsSnapshot): Record<string, string | number> {
  return Object.fromEntries(fields.map((field) => [field.name, field.get(from)]));
}
