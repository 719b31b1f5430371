/**
 * `deno run tests/bench/gossip_case.ts NODES ROUNDS`: one line of the table of gossip.ts, as cells in JSON. A program of its own, so that
 * several sizes are simulated at once.
 */
import { placeAt, SimGossip } from "../support/sim_gossip.ts";

const SEED = 7;
const LOSS = 0.05;
/** Rounds before anything is counted: heartbeats get their rhythm, and that all nodes began is no news any more. */
const WARM_UP_ROUNDS = 60;

/** The cells for this many nodes; false positives and bytes are counted over `rounds` of quiet. */
function measure(nodes: number, rounds: number): (string | number)[] {
  const world = SimGossip.grown(nodes, { seed: SEED, loss: LOSS, throughBytes: nodes <= 100 });
  world.rounds(WARM_UP_ROUNDS);
  for (const node of world.nodes) Object.assign(node, { sentBytes: 0, falsePositives: 0 });
  world.rounds(rounds);
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

if (import.meta.main) console.log(JSON.stringify(measure(Number(Deno.args[0]), Number(Deno.args[1]))));
