/** HELP of every container command: its subcommands with their arguments, as the command table has them. */
import type { Ask } from "../answer.ts";
import type { RedisCommand } from "../command_table.ts";

export function help({ args, table, out }: Ask): void {
  const container = args[0]!.toLowerCase();
  const lines = [`${container.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  for (const row of table.rows) {
    if (!row.name.startsWith(`${container}|`)) continue;
    lines.push(usage(row));
    if (row.refusal !== undefined) lines.push(`    Refused: ${row.refusal}`);
  }
  out.array(lines.length);
  for (const line of lines) out.status(line);
}

/** `USAGE <key> [<arg> ...]` for `memory|usage`. */
function usage({ name, facts, firstKey }: RedisCommand): string {
  const words = [name.split("|")[1]!.toUpperCase()];
  for (let i = 2; i < Math.abs(facts.arity); i++) words.push(i === firstKey ? "<key>" : "<arg>");
  if (facts.arity < 0) words.push("[<arg> ...]");
  return words.join(" ");
}
