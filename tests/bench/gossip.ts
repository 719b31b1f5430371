/**
 * `deno task bench gossip`: how gossip grows with the cluster, by simulation (tests/support/sim_gossip.ts): virtual time, rounds
 * of one second, 5 % of messages lost, everything from one seed. The table of the README is its output.
 *
 * What is counted: rounds until every node knows of one that joined through one seed, and until that one knows all others; until
 * the first and the last node take one that fell silent for down, and until all know that it is back; how often a node that ran
 * was taken for down; bytes that nodes send while nothing happens, and the largest message of all.
 */
import { placeAt, SimGossip } from "../support/sim_gossip.ts";

const SEED = 7;
const LOSS = 0.05;
/** Rounds before anything is counted: heartbeats get their rhythm, and that all nodes began is no news any more. */
const WARM_UP_ROUNDS = 60;

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

/** The cells of one line, or nothing when it was interrupted. */
async function measure({ nodes, rounds }: Case, stop: AbortSignal): Promise<(string | number)[] | undefined> {
  const world = SimGossip.grown(nodes, { seed: SEED, loss: LOSS, throughBytes: nodes <= 100 });
  world.rounds(WARM_UP_ROUNDS);
  for (const node of world.nodes) Object.assign(node, { sentBytes: 0, falsePositives: 0 });
  for (let i = 0; i < rounds; i++) {
    world.round();
    // Lets a signal in.
    await new Promise((resolve) => setTimeout(resolve));
    if (stop.aborted) return undefined;
  }
  const bytes = world.nodes.map(({ sentBytes }) => sentBytes / rounds);
  const joiner = world.add(placeAt(nodes), [placeAt(0)]);
  let knowsAll = 0;
  const known = world.until(() => {
    if (joiner.gossiper.states.size <= nodes) knowsAll++;
    return world.nodes.every(({ gossiper }) => gossiper.states.has(joiner.address));
  });
  knowsAll += world.until(() => joiner.gossiper.states.size > nodes);
  const victim = world.nodes[nodes >> 1]!;
  victim.running = false;
  const isDown = ({ down }: { readonly down: ReadonlySet<string> }) => down.has(victim.address);
  const first = world.until(() => world.running.some(isDown));
  const last = first + world.until(() => world.running.every(isDown));
  victim.running = true;
  const back = world.until(() => !world.running.some(isDown));
  return [
    nodes,
    known,
    knowsAll,
    `${first} to ${last}`,
    back,
    `${world.nodes.reduce((sum, { falsePositives }) => sum + falsePositives, 0)} in ${rounds} s`,
    Math.round(bytes.reduce((sum, one) => sum + one) / nodes),
    Math.round(Math.max(...bytes)),
    Math.max(...world.nodes.map(({ largestBytes }) => largestBytes)),
  ];
}

export async function benchGossip({ quick }: { readonly quick: boolean }, stop: AbortSignal): Promise<string> {
  const lines = ["## gossip", "", `| ${headings.join(" | ")} |`, `|${" ---: |".repeat(headings.length)}`];
  for (const one of quick ? quickCases : cases) {
    const cells = await measure(one, stop);
    if (cells === undefined) break;
    lines.push(`| ${cells.join(" | ")} |`);
    console.log(lines.at(-1));
  }
  return lines.join("\n") + "\n";
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
