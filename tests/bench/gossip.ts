/**
 * `deno task bench gossip`: how gossip grows with the cluster, by simulation (tests/support/sim_gossip.ts): virtual time, rounds
 * of one second, 5 % of messages lost, everything from one seed. The table of the README is its output.
 *
 * What is counted: rounds until every node knows of one that joined through one seed; until the first and the last node take one
 * that fell silent for down; nodes taken for down that were not; bytes that each node sends.
 */
import { placeAt, SimGossip } from "../support/sim_gossip.ts";

const SEED = 7;
const LOSS = 0.05;
/** Rounds before anything is counted: heartbeats get their rhythm. */
const WARM_UP_ROUNDS = 40;

interface Case {
  readonly nodes: number;
  /** Rounds of quiet in which false positives and bytes are counted. */
  readonly rounds: number;
}

const cases: readonly Case[] = [
  { nodes: 3, rounds: 3600 },
  { nodes: 30, rounds: 3600 },
  { nodes: 300, rounds: 300 },
  { nodes: 1000, rounds: 60 },
];
const quickCases: readonly Case[] = [{ nodes: 3, rounds: 60 }, { nodes: 30, rounds: 30 }];

function measure({ nodes, rounds }: Case): string {
  const world = SimGossip.grown(nodes, { seed: SEED, loss: LOSS, throughBytes: nodes <= 100 });
  world.rounds(WARM_UP_ROUNDS);
  for (const node of world.nodes) Object.assign(node, { sentBytes: 0, largestBytes: 0, convictions: 0 });
  world.rounds(rounds);
  const sum = (value: (node: typeof world.nodes[number]) => number) =>
    world.nodes.reduce((all, one) => all + value(one), 0);
  const falsePositives = sum(({ convictions }) => convictions);
  const bytes = sum(({ sentBytes }) => sentBytes) / nodes / rounds;
  const largest = Math.max(...world.nodes.map(({ largestBytes }) => largestBytes));
  const joiner = world.add(placeAt(nodes), [placeAt(0)]);
  const joined = world.until(() => world.nodes.every(({ gossiper }) => gossiper.states.has(joiner.address)));
  const victim = world.nodes[nodes >> 1]!;
  victim.running = false;
  const knows = ({ down }: { readonly down: ReadonlySet<string> }) => down.has(victim.address);
  const first = world.until(() => world.running.some(knows));
  const last = first + world.until(() => world.running.every(knows));
  const cells = [
    nodes,
    joined,
    `${first} to ${last}`,
    `${falsePositives} in ${rounds} s`,
    Math.round(bytes),
    largest,
  ];
  return `| ${cells.join(" | ")} |`;
}

export function benchGossip({ quick }: { readonly quick: boolean }, stop: AbortSignal): Promise<string> {
  const lines = ["## gossip", "", `| ${headings.join(" | ")} |`, `|${" ---: |".repeat(headings.length)}`];
  for (const one of quick ? quickCases : cases) {
    if (stop.aborted) break;
    lines.push(measure(one));
    console.log(lines.at(-1));
  }
  return Promise.resolve(lines.join("\n") + "\n");
}

const headings = [
  "nodes",
  "join known to all, rounds",
  "death known to first and last, rounds",
  "false positives",
  "bytes/s per node",
  "largest message, bytes",
];
