/** The bodies of the stats port that the page reads, as their makers in core/admin write them. */

/** `/info`: C Dynomite's flat fields, and the pool's object under the pool's own name. Times are microseconds. */
export type Info = Readonly<Record<string, unknown>>;

export interface TopologyNode {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Decimal, unsigned 32 bit each. */
  readonly tokens: readonly string[];
  /** 0..100, within its rack. */
  readonly ownership_percent: number;
  readonly state: string;
  /** Is it the node that answers? */
  readonly self: boolean;
}

export interface TopologyRack {
  readonly name: string;
  readonly nodes: readonly TopologyNode[];
}

export interface TopologyDatacenter {
  readonly name: string;
  readonly racks: readonly TopologyRack[];
}

/** `/topology`. */
export interface Topology {
  readonly version: number;
  readonly hash: string;
  readonly hash_tag: string | null;
  readonly datacenters: readonly TopologyDatacenter[];
}

export interface Owner {
  readonly datacenter: string;
  readonly rack: string;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly token: string | number;
  readonly state: string;
  readonly self: boolean;
  /** From 1: when a read asks it; null: it is not asked. */
  readonly read_order: number | null;
}

/** `/owner?key=`. */
export interface Ownership {
  readonly key: string;
  /** What is hashed in the key's place, where it has a hash tag. */
  readonly hashed?: string | null;
  readonly token: string | number;
  readonly owners: readonly Owner[];
  /** Names in the order in which a read tries them. */
  readonly reads: readonly string[];
  readonly why: string;
}

export interface PeerLink {
  readonly connected: boolean;
  /** Requests to be sent, and sent without an answer yet; then their bytes. What a link does not tell apart is left out. */
  readonly in_queue?: number;
  readonly out_queue?: number;
  readonly in_queue_bytes?: number;
  readonly out_queue_bytes?: number;
}

/** One of `/peers`. */
export interface Peer {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly datacenter: string;
  readonly rack: string;
  readonly state: string;
  readonly phi: number | null;
  readonly software_version: string | null;
  readonly last_error: string | null;
  readonly last_heard_ms_ago: number | null;
  readonly links: readonly PeerLink[];
  readonly requests: number;
  readonly responses: number;
  readonly timeouts: number;
  readonly failures: number;
}

/** One of `/slowlog`, newest first. */
export interface SlowCommand {
  readonly id: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly duration_us: number;
  readonly command: readonly string[];
  readonly client: string;
  readonly client_name: string;
}

export interface HotKey {
  readonly key: string;
  readonly share_percent: number;
  readonly per_second: number;
  readonly read_percent: number;
}

/** `/hotkeys`, hottest first. */
export interface HotKeys {
  readonly sampled_requests: number;
  readonly window_seconds: number;
  readonly keys: readonly HotKey[];
}
