/** A node's place in the ring as its state tells it. What comes over the wire is read as strictly as a seeds line. */
import type { NodeDescription } from "../core/ring/topology.ts";
import { formatAddress } from "../core/transport.ts";
import { type EndpointState, StateKey, Status, valueOf, type VersionedValue } from "./endpoint_state.ts";
import { VALUE_BYTES_MAX } from "./messages.ts";

const TOKEN_MAX = 4294967295;
// deno-lint-ignore no-control-regex -- control characters are exactly what is looked for
const NAME = /^[^\s:,|$\u0000-\u001f\u007f]{1,255}$/;
const ADDRESS = /^(?:\[([0-9a-fA-F:.%]{2,64})\]|([^\s:/[\]]{1,240})):([1-9][0-9]{0,4})$/;

/** `host:port` of the port where other nodes connect: the name of a node in gossip. */
export function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return formatAddress({ kind: "tcp", host, port });
}

/**
 * The parts of an address, or undefined when it is none.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readAddress("[::1]:8101"), { host: "::1", port: 8101 });
 * assertEquals(readAddress("10.0.0.1"), undefined);
 * ```
 */
export function readAddress(text: string): { readonly host: string; readonly port: number } | undefined {
  const match = ADDRESS.exec(text);
  const port = Number(match?.[3]);
  return match === null || port > 65535 ? undefined : { host: (match[1] ?? match[2])!, port };
}

/** Where a node stands, or undefined when its state does not say so in words we accept. */
export function placeOf(address: string, state: EndpointState): NodeDescription | undefined {
  const at = readAddress(address);
  const datacenter = valueOf(state, StateKey.Datacenter) ?? "";
  const rack = valueOf(state, StateKey.Rack) ?? "";
  const tokens = readTokens(valueOf(state, StateKey.Tokens) ?? "");
  if (at === undefined || tokens === undefined || !NAME.test(datacenter) || !NAME.test(rack)) return undefined;
  return { name: at.host, host: at.host, port: at.port, datacenter, rack, tokens };
}

/** What a node says of its own place. Throws when it cannot be said. */
export function ownValues(self: NodeDescription, version: string): Map<number, VersionedValue> {
  const tokens = self.tokens.join(",");
  if (tokens.length > VALUE_BYTES_MAX) throw new Error(`tokens: ${self.tokens.length} are more than gossip can carry`);
  const texts: [number, string][] = [
    [StateKey.Status, Status.Normal],
    [StateKey.Datacenter, self.datacenter],
    [StateKey.Rack, self.rack],
    [StateKey.Tokens, tokens],
    [StateKey.Version, version],
  ];
  return new Map(texts.map(([key, value], index) => [key, { version: index + 1, value }]));
}

function readTokens(text: string): number[] | undefined {
  if (!/^[0-9]{1,10}(?:,[0-9]{1,10})*$/.test(text)) return undefined;
  const tokens = text.split(",").map(Number);
  return tokens.some((token) => token > TOKEN_MAX) || new Set(tokens).size < tokens.length ? undefined : tokens;
}
