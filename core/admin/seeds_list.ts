/**
 * `/REST/v1/admin/get_seeds`: this node and all it knows, as florida_provider reads them: `host:port:rack:datacenter:tokens`
 * records joined by `|`, so that one node can be asked by others who there is.
 */
import type { Topology } from "../ring/topology.ts";
import { text } from "./responses.ts";
import { addressOf, isEveryInterface } from "./ring_view.ts";

/** The list as an answer, unless this node itself could not be found by it. */
export function showSeeds(topology: Topology): Response {
  if (isEveryInterface(topology.local.host)) {
    const reason = "dyn_listen is every interface, which tells others no address of this node; name one there";
    return text(`${reason}\n`, 409);
  }
  return text(seedsList(topology));
}

/** The list, without a line break: C Dynomite reads the last token up to the end. Nodes without a token are not in the ring. */
export function seedsList({ nodes }: Topology): string {
  return nodes.filter(({ tokens }) => tokens.length > 0)
    .map((node) => `${addressOf(node)}:${node.rack}:${node.datacenter}:${node.tokens.join(",")}`)
    .join("|");
}
