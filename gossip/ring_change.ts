/**
 * What a change of the ring means, in sentences for the operator. Nothing moves the data of a range whose owner changed, so
 * each line says which data is now looked for where it is not, and what to do about it.
 */
import type { NodeDescription } from "../core/ring/topology.ts";
import { addressOf } from "./place.ts";

/** A line for each node that came, went or moved; none when the rings are the same. `replaced` says who lost tokens to whom. */
export function describeRingChange(
  before: readonly NodeDescription[],
  after: readonly NodeDescription[],
  replaced: ReadonlyMap<string, string>,
): string[] {
  const known = new Map(before.map((node) => [addressOf(node), node]));
  const present = new Set(after.map(addressOf));
  const takers = new Set(replaced.values());
  const lines: string[] = [];
  for (const node of after) {
    const address = addressOf(node);
    const old = known.get(address);
    if (old === undefined) {
      lines.push(takers.has(address) ? tookOver(node, replaced) : `${describe(node)} joins. ${copyInto(node)}`);
    } else if (describe(old) !== describe(node)) {
      lines.push(`${describe(old)} moves to ${placeText(node)}. ${copyInto(node)}`);
    }
  }
  for (const node of before) {
    const address = addressOf(node);
    if (present.has(address) || replaced.has(address)) continue;
    lines.push(
      `${
        describe(node)
      } is out of the ring. Its range belongs to the next nodes of its rack from now on, which do not ` +
        `hold its data: copy it to them from another rack, or let clients write it anew`,
    );
  }
  return lines;
}

function tookOver(node: NodeDescription, replaced: ReadonlyMap<string, string>): string {
  const address = addressOf(node);
  const losers = [...replaced].filter(([, taker]) => taker === address).map(([loser]) => loser);
  return `${describe(node)} takes the place of ${losers.join(", ")}. ${copyInto(node)}`;
}

function copyInto({ rack }: NodeDescription): string {
  return `Data is not moved: what was written before for its range is not found in ${rack} until it is copied there ` +
    `from another rack, or written anew`;
}

function describe(node: NodeDescription): string {
  return `${addressOf(node)} (${placeText(node)})`;
}

/** Many tokens are told by their first. */
function placeText({ datacenter, rack, tokens }: NodeDescription): string {
  const [first] = tokens;
  const text = tokens.length === 0
    ? "no tokens"
    : tokens.length === 1
    ? `token ${first}`
    : `${tokens.length} tokens from ${first}`;
  return `${datacenter}/${rack}, ${text}`;
}
