/**
 * A provider's list -> the other nodes of the cluster. A list that would part the ring in two is refused as a whole: the nodes
 * known before are better than half of the new ones.
 */
import { isContact, isSamePlace, type NodeDescription } from "../../core/ring/topology.ts";
import { formatAddress } from "../../core/transport.ts";
import type { IsOwnAddress } from "./own_address.ts";

export interface Neighbourhood {
  readonly self: NodeDescription;
  readonly isOwn: IsOwnAddress;
  /** `dyn_seeds`: they stay whatever a list says. */
  readonly fixed: readonly NodeDescription[];
}

/** Each has links and a place in every table; a longer list is a mistake. */
const NODES_MAX = 4096;

/**
 * The other nodes: those of `dyn_seeds`, then those of the list by their places; without this node itself, each once. Throws, saying
 * why, when the list puts a node in two places, this one elsewhere, or two nodes of a rack at one token.
 */
export function otherNodes(listed: readonly NodeDescription[], around: Neighbourhood): readonly NodeDescription[] {
  const { self, isOwn, fixed } = around;
  const byAddress = new Map(fixed.map((node) => [addressOf(node), node]));
  for (const node of listed) {
    // As in C Dynomite: who has our place is us, by a name of ours that we do not know.
    if (isSamePlace(node, self)) continue;
    if (isOwn(node.host, node.port)) {
      if (isContact(node)) continue;
      throw new Error(
        `the list has this node at ${describePlace(node)}, and its configuration at ${describePlace(self)}`,
      );
    }
    const known = byAddress.get(addressOf(node));
    if (known === undefined) byAddress.set(addressOf(node), node);
    else if (!isContact(node) && !isSamePlace(known, node)) {
      const where = fixed.includes(known) ? "dyn_seeds at" : "also at";
      throw new Error(
        `the list has ${addressOf(node)} at ${describePlace(node)}, and ${where} ${describePlace(known)}`,
      );
    }
  }
  if (byAddress.size > NODES_MAX) throw new Error(`the list has more than ${NODES_MAX} nodes`);
  const nodes = [...byAddress.values()];
  refuseSharedTokens(self, nodes, fixed);
  return [...nodes.slice(0, fixed.length), ...nodes.slice(fixed.length).sort(byPlace)];
}

function refuseSharedTokens(
  self: NodeDescription,
  nodes: readonly NodeDescription[],
  fixed: readonly NodeDescription[],
): void {
  const owners = new Map<string, NodeDescription>();
  const called = (node: NodeDescription) =>
    node === self ? "this node" : `${addressOf(node)}${fixed.includes(node) ? " of dyn_seeds" : ""}`;
  for (const node of [self, ...nodes]) {
    for (const token of node.tokens) {
      const place = `${node.datacenter}:${node.rack}:${token}`;
      const other = owners.get(place);
      if (other !== undefined) {
        throw new Error(
          `the list would give token ${token} in ${node.rack} of ${node.datacenter} to both ${called(other)} and ${
            called(node)
          }`,
        );
      }
      owners.set(place, node);
    }
  }
}

/** Where it is reached: what tells nodes apart. */
export function addressOf({ host, port }: NodeDescription): string {
  return formatAddress({ kind: "tcp", host: host.toLowerCase(), port });
}

/** Of many tokens the first ones tell which node is meant. */
const TOKENS_SHOWN = 4;

/** `rack1 of dc1, token 0`. */
export function describePlace(node: NodeDescription): string {
  const { rack, datacenter, tokens } = node;
  if (isContact(node)) return "a contact";
  const more = tokens.length > TOKENS_SHOWN ? ` and ${tokens.length - TOKENS_SHOWN} more` : "";
  const shown = tokens.slice(0, TOKENS_SHOWN).join(",");
  return `${rack} of ${datacenter}, ${tokens.length === 1 ? "token" : "tokens"} ${shown}${more}`;
}

function byPlace(a: NodeDescription, b: NodeDescription): number {
  return compare(a.datacenter, b.datacenter) || compare(a.rack, b.rack) || (a.tokens[0] ?? 0) - (b.tokens[0] ?? 0) ||
    compare(addressOf(a), addressOf(b));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
