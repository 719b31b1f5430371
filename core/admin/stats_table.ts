/**
 * Every field of the statistics: names, order and meaning of C Dynomite's, whose dashboards read them, then, at the end of each
 * object, what this program adds. `/info` (stats_info.ts), `-D` and `/metrics` (metrics.ts) walk over these tables.
 */
import { nodeFields } from "./node_fields.ts";
import { poolFields } from "./pool_fields.ts";
import { serverFields } from "./server_fields.ts";
import type { StatField } from "./stats_field.ts";

export { nodeFields, poolFields, serverFields };

/** What `-D` prints: headings, then a line per field, in the form that scripts for C Dynomite read. Its two come first. */
export function describeStats(): string {
  const section = (heading: string, fields: readonly StatField[]) =>
    `${heading}:\n${fields.map(({ name, doc }) => `  ${name.padEnd(20)}"${doc}"\n`).join("")}`;
  return [
    section("pool stats", poolFields),
    section("server stats", serverFields),
    section("node stats", nodeFields),
  ].join("\n");
}
