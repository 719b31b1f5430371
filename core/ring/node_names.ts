/** Nodes by what an operator calls them. */
import type { NodeDescription } from "./topology.ts";

/** Those that are called `name`: the one at the address `host:port`, else all with this name or this host. */
export function nodesNamed<T extends NodeDescription>(nodes: readonly T[], name: string): readonly T[] {
  const exact = nodes.filter(({ host, port }) => `${host}:${port}` === name || `[${host}]:${port}` === name);
  return exact.length > 0 ? exact : nodes.filter((node) => node.name === name || node.host === name);
}
