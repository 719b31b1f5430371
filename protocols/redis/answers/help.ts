/** HELP of every container: what this node does with each of its subcommands, from the command table. */
import { Routing } from "../../../core/request.ts";
import type { Answer, Ask } from "../answer.ts";
import { commandFacts, type RedisCommand } from "../command_table.ts";

function help({ args, table, out }: Ask): void {
  const container = args[0]!.toLowerCase();
  const lines = [`${container.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  for (const row of table.rows) {
    if (row.name.startsWith(`${container}|`)) lines.push(usage(row), `    ${summaryOf(row)}`);
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

/** How a command is treated here, in a sentence. */
export function summaryOf(row: RedisCommand): string {
  switch (row.routing) {
    case Routing.Local:
      return "Answered by this node.";
    case Routing.Owner:
      return "Sent to the owners of its key.";
    case Routing.SameOwner:
      return "Sent to the owners of its keys, which must be the same.";
    case Routing.Split:
      return "Cut into one request for each owner of its keys; the replies are joined.";
    case Routing.AllNodes:
      return "Sent to every node; the replies are joined.";
    default:
      return `Not offered: ${row.refusal}.`;
  }
}

export const helpAnswers: Readonly<Record<string, Answer>> = Object.fromEntries(
  Object.entries(commandFacts)
    .filter(([, facts]) => facts.subcommands?.["help"] !== undefined)
    .map(([name]) => [`${name}|help`, help]),
);
