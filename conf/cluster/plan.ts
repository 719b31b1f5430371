/**
 * A short description -> the nodes of a cluster, each with its place, host, addresses and settings. Decides everything and
 * touches nothing; files.ts makes the texts.
 *
 *     dc1:2x2, hosts 10.0.0.{n}     rack1  node1 10.0.0.1 token 0    node2 10.0.0.2 token 2147483648
 *                                   rack2  node1 10.0.0.3 token 0    node2 10.0.0.4 token 2147483648
 *
 * Racks are cut alike, and a node with several tokens takes every n-th, so that all own the same share.
 */
import { evenTokens } from "../../core/ring/even_tokens.ts";
import type { Address } from "../../core/transport.ts";
import { findOption, optionRows } from "../schema.ts";
import { suggest } from "../suggest.ts";
import { dataStoreAddress, Problem } from "../value_kinds.ts";
import type { DatacenterSize } from "./description.ts";
import { assignHosts, isAddress } from "./hosts.ts";
import { fill } from "./placeholders.ts";

/** A cluster that cannot be made. The message is one line and names what is accepted. */
export class ClusterError extends Error {
  override name = "ClusterError";
}

/** One configuration key for every node; the value may have placeholders. */
export interface ClusterSetting {
  readonly key: string;
  readonly value: string;
}

export interface ClusterRequest {
  readonly datacenters: readonly DatacenterSize[];
  /** A pattern, one host, or a list; hosts.ts. */
  readonly hosts?: string | undefined;
  readonly tokensPerNode?: number | undefined;
  readonly settings?: readonly ClusterSetting[] | undefined;
}

/** One node of the plan. */
export interface PlannedNode {
  readonly datacenter: string;
  readonly rack: string;
  /** Its number in the rack, from 1. */
  readonly number: number;
  readonly tokens: readonly number[];
  readonly host: string;
  /** Port of its `dyn_listen`. */
  readonly peerPort: number;
  /** What its file sets beside its place and its seeds, by key. */
  readonly values: Readonly<Record<string, string>>;
}

/** Nodes that would share an address get ports this far apart. */
const PORT_STEP = 10;
/** Tokens of the whole cluster: every file lists them all, and a file has a bound. */
const TOKENS_MAX = 16_384;

/** Decided by the place of each node. */
const placeKeys = ["datacenter", "rack", "tokens", "dyn_seeds"];
const addressKeys = ["listen", "dyn_listen", "stats_listen"] as const;

/**
 * Plans the cluster.
 *
 * @throws {ClusterError} when hosts, tokens or settings do not fit.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const nodes = planCluster({ datacenters: [{ name: "dc1", racks: 2, nodes: 1 }], hosts: "10.0.0.{n}" });
 * assertEquals(nodes.map(({ rack, host }) => `${rack} ${host}`), ["rack1 10.0.0.1", "rack2 10.0.0.2"]);
 * ```
 */
export function planCluster(request: ClusterRequest): readonly PlannedNode[] {
  const { datacenters, hosts = "127.0.0.1", tokensPerNode = 1, settings = [] } = request;
  for (const { key } of settings) checkKey(key);
  const places = datacenters.flatMap(placesOf).map((place, index) => ({ ...place, n: index + 1 }));
  if (places.length * tokensPerNode > TOKENS_MAX) {
    const most = Math.floor(TOKENS_MAX / places.length);
    throw new ClusterError(`${tokensPerNode} tokens per node are too many here; accepted are at most ${most}`);
  }
  const assigned = assignHosts(hosts, places.map(substitutesOf));
  if (assigned instanceof Problem) throw new ClusterError(`--hosts: "${hosts}" ${assigned.text}`);
  const ports = new PortSteps();
  const nodes = places.map((place, index) => {
    const host = assigned[index]!;
    const values = fillSettings(settings, { ...substitutesOf(place), host }, host);
    const addresses = addressKeys.map((key) => [key, ports.place(host, key, values[key]!)] as const);
    const share = evenTokens(place.nodes * tokensPerNode).filter((_, i) => i % place.nodes === place.node - 1);
    const [, [, peers]] = addresses as [unknown, readonly [string, Address]];
    return {
      datacenter: place.datacenter,
      rack: place.rack,
      number: place.node,
      tokens: share,
      host,
      peerPort: peers.kind === "tcp" ? peers.port : 0,
      values: {
        ...values,
        ...Object.fromEntries(addresses.map(([key, address]) => [key, findOption(key)![1].kind.format(address)])),
      },
    };
  });
  checkStores(nodes);
  return nodes;
}

interface Place {
  readonly datacenter: string;
  readonly dc: number;
  readonly rack: string;
  readonly rackNumber: number;
  readonly node: number;
  readonly nodes: number;
}

function placesOf({ name, racks, nodes }: DatacenterSize, index: number): Place[] {
  // C Dynomite sorts rack names by their length first, so they have one.
  const digits = String(racks).length;
  return Array.from({ length: racks * nodes }, (_, i) => {
    const rackNumber = Math.floor(i / nodes) + 1;
    const rack = `rack${String(rackNumber).padStart(digits, "0")}`;
    return { datacenter: name, dc: index + 1, rack, rackNumber, node: i % nodes + 1, nodes };
  });
}

function substitutesOf({ datacenter, dc, rackNumber, node, n }: Place & { n: number }) {
  return { n, datacenter, dc, rack: rackNumber, node };
}

function checkKey(key: string): void {
  const option = findOption(key)?.[1];
  if (option === undefined) {
    const near = suggest(key, optionRows.map(([, row]) => row.key));
    const help = near === undefined ? "the keys of the configuration are accepted" : `did you mean ${near}?`;
    throw new ClusterError(`--set: ${key} is not a known key; ${help}`);
  }
  if (option.notice !== undefined) throw new ClusterError(`--set: ${key} has no effect: ${option.notice}`);
  if (placeKeys.includes(key)) {
    throw new ClusterError(`--set: ${key} follows from the description of the cluster; accepted are the other keys`);
  }
}

/** The values of one node by key, each checked by the kind of its option. */
function fillSettings(
  settings: readonly ClusterSetting[],
  substitutes: Parameters<typeof fill>[1],
  host: string,
): Record<string, string> {
  // A name may mean another interface than the one others reach it by.
  const own = isAddress(host) ? (host.includes(":") ? `[${host}]` : host) : "0.0.0.0";
  const values: Record<string, string> = {
    listen: `${own}:8102`,
    dyn_listen: `${own}:8101`,
    stats_listen: `${own}:22222`,
    data_store: "redis",
    servers: "embedded",
  };
  for (const { key, value } of settings) {
    const filled = fill(value, substitutes);
    const problem = filled instanceof Problem ? filled : findOption(key)![1].kind.parse(filled);
    if (problem instanceof Problem) throw new ClusterError(`--set: ${key}: "${value}" ${problem.text}`);
    values[key] = filled as string;
  }
  return values;
}

/** Moves nodes that would share an address apart, and sees to it that no port of a host is taken twice. */
class PortSteps {
  readonly #repeats = new Map<string, number>();
  readonly #taken = new Map<string, string>();

  place(host: string, key: string, written: string): Address {
    const address = findOption(key)![1].kind.parse(written) as Address;
    if (address.kind !== "tcp") return address;
    const same = `${host} ${key} ${written}`;
    const repeats = this.#repeats.get(same) ?? 0;
    this.#repeats.set(same, repeats + 1);
    const port = address.port + repeats * PORT_STEP;
    if (port > 65535) {
      throw new ClusterError(`${key}: the ports on ${host} end at 65535; accepted is a lower port or more hosts`);
    }
    const socket = `${host}:${port}`;
    const other = this.#taken.get(socket);
    if (other !== undefined) {
      throw new ClusterError(
        `${key}: port ${port} on ${host} is the ${other} of another node or of the same; accepted is a port of its own`,
      );
    }
    this.#taken.set(socket, key);
    return { ...address, port };
  }
}

/** Two nodes with one store would each take the other's data for their own. */
function checkStores(nodes: readonly PlannedNode[]): void {
  const taken = new Set<string>();
  for (const { host, values } of nodes) {
    const server = dataStoreAddress.parse(values.servers!);
    if (server instanceof Problem || (server.kind === "embedded" && server.path === undefined)) continue;
    const isFar = server.kind === "tcp" && !/^(?:127\.[0-9.]+|localhost|::1)$/.test(server.host);
    const store = server.kind === "tcp" ? `${server.host}:${server.port}` : server.path;
    const key = isFar ? store! : `${host} ${store}`;
    if (taken.has(key)) {
      throw new ClusterError(
        `--set: servers: ${values.servers} would be the store of several nodes; accepted is one of its own for each, ` +
          "with a placeholder, such as embedded:/var/lib/dynomite/{n}.db or 127.0.0.1:700{n}:1",
      );
    }
    taken.add(key);
  }
}
