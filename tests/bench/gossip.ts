/**
 * `deno task bench gossip`: how gossip grows with the cluster, by simulation (gossip_case.ts, tests/support/sim_gossip.ts): virtual
 * time, rounds of one second, 5 % of messages lost, everything from one seed. The table of the README is its output. Sizes are
 * simulated side by side; all of it takes some six minutes on two cores, and 1.5 GB.
 *
 * What is counted: rounds until every node knows of one that joined through one seed, and until that one knows all others; until
 * the first and the last node take one that fell silent for down, and until all know that it is back; how often a node that ran
 * was taken for down; bytes that nodes send while nothing happens, and the largest message of all.
 */
interface Case {
  readonly nodes: number;
  /** Rounds of quiet in which false positives and bytes are counted. */
  readonly rounds: number;
}

/** A whole hour where that takes minutes at most. */
const cases: readonly Case[] = [
  { nodes: 3, rounds: 3600 },
  { nodes: 30, rounds: 3600 },
  { nodes: 300, rounds: 3600 },
  { nodes: 1000, rounds: 300 },
];
const quickCases: readonly Case[] = [{ nodes: 3, rounds: 60 }, { nodes: 30, rounds: 30 }];

/** The line of one size, or why there is none. */
async function lineOf({ nodes, rounds }: Case, stop: AbortSignal): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", `${import.meta.dirname}/gossip_case.ts`, String(nodes), String(rounds)],
    stdin: "null",
    stderr: "inherit",
    signal: stop,
  });
  const { success, stdout } = await command.output();
  if (!success) return `| ${nodes} | ${stop.aborted ? "interrupted" : "failed"} |`;
  const cells: unknown[] = JSON.parse(new TextDecoder().decode(stdout));
  const line = `| ${cells.join(" | ")} |`;
  console.log(line);
  return line;
}

export async function benchGossip({ quick }: { readonly quick: boolean }, stop: AbortSignal): Promise<string> {
  const lines = await Promise.all((quick ? quickCases : cases).map((one) => lineOf(one, stop)));
  return ["## gossip", "", `| ${headings.join(" | ")} |`, `|${" ---: |".repeat(headings.length)}`, ...lines, ""]
    .join("\n");
}

const headings = [
  "nodes",
  "join known to all, rounds",
  "joiner knows all, rounds",
  "death known to first and last, rounds",
  "return known to all, rounds",
  "false positives",
  "bytes/s per node",
  "busiest node, bytes/s",
  "largest message, bytes",
];
