/** What is different between two lists of nodes, as an operator must know it: who joined and left, and what of the data is where it was. */
import { isContact, isSamePlace, type NodeDescription } from "../../core/ring/topology.ts";
import { addressOf, describePlace } from "./node_list.ts";

/** Longer enumerations are cut: a line is read by people. */
const NAMED_MAX = 20;

/** Who joined, left and moved, in one sentence; undefined when nobody did. */
export function describeMoves(
  before: readonly NodeDescription[],
  after: readonly NodeDescription[],
): string | undefined {
  const old = new Map(before.map((node) => [addressOf(node), node]));
  const now = new Set(after.map(addressOf));
  const named = (verb: string, texts: readonly string[]) => {
    if (texts.length === 0) return [];
    const more = texts.length > NAMED_MAX ? ` and ${texts.length - NAMED_MAX} more` : "";
    return [`${verb} ${texts.slice(0, NAMED_MAX).join(", ")}${more}`];
  };
  const at = (node: NodeDescription) => `${addressOf(node)} (${describePlace(node)})`;
  const parts = [
    ...named("joined:", after.filter((node) => !old.has(addressOf(node))).map(at)),
    ...named("left:", before.filter((node) => !now.has(addressOf(node))).map(at)),
    ...named(
      "moved:",
      after.flatMap((node) => {
        const from = old.get(addressOf(node));
        return from === undefined || isSamePlace(from, node) ? [] : [`${at(node)} from ${describePlace(from)}`];
      }),
    ),
  ];
  return parts.length === 0 ? undefined : parts.join("; ");
}

/** For each rack whose ring is another one: what became of its data, and what to do about it. `self` is in both lists. */
export function describeData(
  self: NodeDescription,
  before: readonly NodeDescription[],
  after: readonly NodeDescription[],
): readonly string[] {
  const old = ringsOf([self, ...before]);
  const now = ringsOf([self, ...after]);
  const lines: string[] = [];
  for (const [rack, ring] of now) {
    const earlier = old.get(rack);
    if (earlier === ring) continue;
    lines.push(
      earlier === undefined
        ? `${rack} is new, and nothing is copied to it: it has what is written from now on. Copy the older data from ` +
          `another rack to its nodes; until then reads that ask it alone miss that`
        : `in ${rack} keys have other owners now, and nothing is moved: reads there miss what the new owners do not hold. ` +
          `Copy the data of these ranges from the old owners or from another rack, or have it written again`,
    );
  }
  for (const rack of old.keys()) {
    if (!now.has(rack)) lines.push(`${rack} is gone: there is one copy of the data fewer`);
  }
  return lines;
}

/** By rack, its tokens and who has them, as a text that is the same when they are. */
function ringsOf(nodes: readonly NodeDescription[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string[]>();
  for (const node of nodes) {
    if (isContact(node)) continue;
    const rack = `${node.rack} of ${node.datacenter}`;
    const entries = owners.get(rack) ?? [];
    owners.set(rack, entries);
    for (const token of node.tokens) entries.push(`${token} ${addressOf(node)}`);
  }
  return new Map([...owners].map(([rack, entries]) => [rack, entries.sort().join("\n")]));
}
