/** Which host each node of a cluster runs on. */
import { Problem } from "../value_kinds.ts";
import { fill, hasPlaceholder, type Substitutes } from "./placeholders.ts";

export const acceptedHosts = "a pattern such as 10.0.{dc}.{n}, one host for all nodes, or a comma list with one host " +
  "per node, racks in order";

/**
 * The host of each node, in their order. `written` is a pattern, one host, or a list of as many hosts as there are nodes;
 * `nodes` are the substitutes of each.
 */
export function assignHosts(written: string, nodes: readonly Substitutes[]): readonly string[] | Problem {
  if (hasPlaceholder(written)) {
    const hosts: string[] = [];
    for (const node of nodes) {
      const host = fill(written, node);
      if (host instanceof Problem) return host;
      hosts.push(host);
    }
    return checked(hosts);
  }
  const hosts = written.split(/[\s,]+/).filter((host) => host !== "");
  if (hosts.length === 1) return checked(nodes.map(() => hosts[0]!));
  if (hosts.length === nodes.length) return checked(hosts);
  return new Problem(`has ${hosts.length} hosts for ${nodes.length} nodes; accepted is ${acceptedHosts}`);
}

function checked(hosts: readonly string[]): readonly string[] | Problem {
  const bad = hosts.find((host) => !/^(?:[\w.-]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/.test(host) || isBadIpv4(host));
  if (bad === undefined) return hosts;
  return new Problem(`has ${JSON.stringify(bad)}, which is no host; accepted is ${acceptedHosts}`);
}

function isBadIpv4(host: string): boolean {
  return /^[0-9.]+$/.test(host) && !isIpv4(host);
}

function isIpv4(host: string): boolean {
  const parts = host.split(".");
  return parts.length === 4 && parts.every((part) => /^[0-9]{1,3}$/.test(part) && Number(part) <= 255);
}

/** Is it an address rather than a name? */
export function isAddress(host: string): boolean {
  return host.includes(":") || isIpv4(host);
}
