/** A ring as the bodies of the stats port see it: nodes in the form of dyn_seeds, the first of them this one. */
import type { RingView } from "../../core/admin/ring_view.ts";
import type { NodeState } from "../../core/node_state.ts";
import { buildTopology, type NodeDescription } from "../../core/ring/topology.ts";

export function describedNode(record: string): NodeDescription {
  const [host, port, rack, datacenter, tokens] = record.split(":") as [string, string, string, string, string];
  return { name: host, host, port: Number(port), rack, datacenter, tokens: tokens.split(",").map(Number) };
}

/** `states` by name; the others are NORMAL. */
export function ringView(records: readonly string[], states: Readonly<Record<string, NodeState>> = {}): RingView {
  const [self, ...others] = records.map(describedNode);
  return { topology: buildTopology(7, self!, others), stateOf: ({ name }) => states[name] ?? "NORMAL" };
}
