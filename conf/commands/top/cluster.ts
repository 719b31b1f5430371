/**
 * Looks at a cluster through the node that was named: the ring and the peers from that one, the counters from every node whose
 * stats port can be reached.
 *
 * Nothing tells where the others' stats ports are. They are assumed as far from their peer ports as at the node asked: that is
 * the same port everywhere where the peer ports are the same, and right too where nodes share a host and count their ports up.
 */
import { formatAddress } from "../../../core/transport.ts";
import { AdminError, type InfoSource } from "../admin_client.ts";
import type { TcpAddress } from "../arguments.ts";
import {
  type InfoBody,
  infoBody,
  type PeersBody,
  peersBody,
  type RingNode,
  type TopologyBody,
  topologyBody,
} from "../bodies.ts";
import { type Counters, type Rates, ratesBetween, readCounters } from "./counters.ts";

/** One node in one look. */
export interface NodeLook {
  readonly node: RingNode;
  readonly datacenter: string;
  readonly rack: string;
  /** Undefined where its stats port cannot be reached. */
  readonly counters: Counters | undefined;
  /** Since the look before; undefined at the first. */
  readonly rates: Rates | undefined;
}

/** What one peer did since the look before. */
export interface PeerLook {
  readonly peer: PeersBody[number];
  readonly requestsPerSecond: number | undefined;
  readonly timeoutsPerSecond: number | undefined;
}

export interface ClusterLook {
  /** The stats port that was asked. */
  readonly asked: string;
  readonly version: string;
  readonly nodes: readonly NodeLook[];
  readonly peers: readonly PeerLook[];
  /** Why the rest is not there, where the node lets itself be asked only in part. */
  readonly note: string | undefined;
}

export interface WatchOptions {
  /** The port of the others' stats, where it is not as assumed. */
  readonly statsPort: number | undefined;
  /** Monotonic ms. */
  readonly now: () => number;
}

/** Other nodes that are asked, all at once; those beyond stand without numbers. */
const ASKED_MAX = 256;
/**
 * How long one of them may take, and how long one that took too long is left alone: a firewall that drops everything must not
 * hold up every look.
 */
const OTHERS_TIMEOUT_MS = 1_000;
const LEFT_ALONE_MS = 15_000;

export class ClusterWatch {
  readonly #client: InfoSource;
  readonly #options: WatchOptions;
  #counters = new Map<string, Counters>();
  /** Stats ports that did not answer in time, and until when they are not asked. */
  readonly #leftAlone = new Map<string, number>();
  #peers = new Map<string, { readonly at: number; readonly requests: number; readonly timeouts: number }>();

  constructor(client: InfoSource, options: WatchOptions) {
    this.#client = client;
    this.#options = options;
  }

  /** One look; the difference to the one before gives the rates. Throws an AdminError when the node asked does not answer. */
  async look(): Promise<ClusterLook> {
    const info = await this.#client.object("/info", infoBody);
    const own = readCounters(info, this.#options.now());
    let ring: TopologyBody | undefined;
    let peers: PeersBody = [];
    let note: string | undefined;
    try {
      [ring, peers] = await Promise.all([
        this.#client.object("/topology", topologyBody),
        this.#client.object("/peers", peersBody),
      ]);
    } catch (error) {
      if (!(error instanceof AdminError)) throw error;
      note = error.message;
    }
    const places = ring === undefined ? [] : placesOf(ring);
    const self = places.find(({ node }) => node.self);
    const others = places.filter((place) => place !== self);
    const seen = await Promise.all(others.slice(0, ASKED_MAX).map((place) => this.#countersOf(place, self?.node)));
    const looks = new Map(others.map((place, i) => [place, seen[i]]));
    const before = this.#counters;
    this.#counters = new Map();
    const look = (place: Place, counters: Counters | undefined): NodeLook => {
      const name = `${place.node.host}:${place.node.port}`;
      const last = before.get(name);
      if (counters !== undefined) this.#counters.set(name, counters);
      return { ...place, counters, rates: last && counters && ratesBetween(last, counters) };
    };
    const all = self === undefined ? [alone(info, this.#client.address), ...places] : places;
    return {
      asked: this.#client.name,
      version: String(info.version ?? ""),
      nodes: all.map((place) => look(place, place.node.self ? own : looks.get(place))),
      peers: this.#lookAtPeers(peers),
      note,
    };
  }

  /** What a node of the ring counts; undefined when it cannot be asked, or when somebody else answers there. */
  async #countersOf({ node, datacenter, rack }: Place, self: RingNode | undefined): Promise<Counters | undefined> {
    const { address } = this.#client;
    const port = this.#options.statsPort ?? address.port + node.port - (self?.port ?? node.port);
    const asked = { kind: "tcp", host: node.host, port } as const;
    const name = formatAddress(asked);
    const { now } = this.#options;
    if (port < 1 || port > 65535 || now() < (this.#leftAlone.get(name) ?? -Infinity)) return undefined;
    const since = now();
    try {
      const info = await this.#client.at(asked, OTHERS_TIMEOUT_MS).object("/info", infoBody);
      this.#leftAlone.delete(name);
      return info.dc === datacenter && info.rack === rack ? readCounters(info, now()) : undefined;
    } catch (error) {
      if (!(error instanceof AdminError)) throw error;
      if (now() - since >= OTHERS_TIMEOUT_MS / 2) this.#leftAlone.set(name, now() + LEFT_ALONE_MS);
      return undefined;
    }
  }

  #lookAtPeers(peers: PeersBody): PeerLook[] {
    const at = this.#options.now();
    const before = this.#peers;
    this.#peers = new Map();
    return peers.map((peer) => {
      const name = `${peer.host}:${peer.port}`;
      const last = before.get(name);
      this.#peers.set(name, { at, requests: peer.requests, timeouts: peer.timeouts });
      const perSecond = (field: "requests" | "timeouts") =>
        last === undefined || at <= last.at || peer[field] < last[field]
          ? undefined
          : 1000 * (peer[field] - last[field]) / (at - last.at);
      return { peer, requestsPerSecond: perSecond("requests"), timeoutsPerSecond: perSecond("timeouts") };
    });
  }
}

interface Place {
  readonly node: RingNode;
  readonly datacenter: string;
  readonly rack: string;
}

function placesOf(ring: TopologyBody): Place[] {
  return ring.datacenters.flatMap(({ name: datacenter, racks }) =>
    racks.flatMap(({ name: rack, nodes }) => nodes.map((node) => ({ node, datacenter, rack })))
  );
}

/** The node asked, where it does not tell the ring, or is not in it. */
function alone(info: InfoBody, { host, port }: TcpAddress): Place {
  const node = {
    name: host,
    host,
    port,
    tokens: [],
    ownership_percent: 0,
    state: String(info.state ?? "?"),
    self: true,
  };
  return { node, datacenter: String(info.dc ?? ""), rack: String(info.rack ?? "") };
}
