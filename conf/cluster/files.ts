/** The configuration files of a planned cluster, as texts by file name. */
import { describeSample, type Sample } from "../describe.ts";
import { parseConf } from "../parse.ts";
import { seedAddress } from "../value_kinds.ts";
import type { PlannedNode } from "./plan.ts";

export interface ClusterFile {
  readonly name: string;
  readonly node: PlannedNode;
  readonly text: string;
}

/** `dc1-rack2-node1.yml` */
export function fileNameOf({ datacenter, rack, number }: PlannedNode): string {
  return `${datacenter}-${rack}-node${number}.yml`;
}

/** The lines of `dyn_seeds`, the same for every node. */
function seedsOf(nodes: readonly PlannedNode[]): readonly string[] {
  return nodes.map(({ host, peerPort, rack, datacenter, tokens }) =>
    seedAddress.format({ host, port: peerPort, rack, datacenter, tokens, name: host })
  );
}

/** One node's file before it is text. */
export function describeNode(
  node: PlannedNode,
  nodes: readonly PlannedNode[],
  purpose = purposeOf(node, nodes),
): Sample {
  const { datacenter, rack, tokens, values } = node;
  return { purpose, values: { ...values, datacenter, rack, tokens: tokens.join(","), dyn_seeds: seedsOf(nodes) } };
}

function purposeOf(node: PlannedNode, nodes: readonly PlannedNode[]): string {
  const { datacenter, rack, number, host, tokens } = node;
  const mates = nodes.filter((other) => other.datacenter === datacenter && other.rack === rack).length;
  const severalTokens = tokens.length > 1 ? " C Dynomite cannot be in this ring: it knows one token per node." : "";
  return `Node ${number} of ${mates} in ${rack} of ${datacenter}, on ${host}; the cluster has ${nodes.length} nodes, each ` +
    `with a file like this one. Start it there with: dynomite -c ${
      fileNameOf(node)
    }. The files of a cluster differ in ` +
    "their addresses, datacenter, rack and tokens; dyn_seeds is the same list of all nodes in each, and a node leaves " +
    `itself out. hash, hash_tag and data_store must be alike on all nodes.${severalTokens}`;
}

/**
 * The files one by one, so that a large cluster is never in memory as a whole.
 *
 * @throws {ConfError} when a file would be refused at the start of its node.
 */
export function* clusterFiles(nodes: readonly PlannedNode[]): Generator<ClusterFile> {
  for (const node of nodes) {
    const name = fileNameOf(node);
    const text = describeSample(describeNode(node, nodes));
    parseConf(text, name);
    yield { name, node, text };
  }
}
