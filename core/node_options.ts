/** What a node is made of: what it is told, and the parts it is given. */
import type { Clock } from "./clock.ts";
import type { DataStore } from "./datastore.ts";
import type { GossipPort } from "./gossip_port.ts";
import type { HotKeysOptions } from "./hot_keys.ts";
import type { Logger, LogLevelControl } from "./logger.ts";
import type { Pressure } from "./net/pressure.ts";
import type { Turn } from "./net/turn.ts";
import type { NodeState } from "./node_state.ts";
import type { Setting } from "./node_view.ts";
import type { PeerCodec } from "./peer_codec.ts";
import type { Levels } from "./pipeline/pipeline.ts";
import type { ProcessFacts } from "./process_facts.ts";
import type { Protocol } from "./protocol.ts";
import type { Random } from "./random.ts";
import type { KeyHash } from "./ring/hash/mod.ts";
import type { Topology } from "./ring/topology.ts";
import type { SlowLogOptions } from "./slow_log.ts";
import type { HeldLimits } from "./storage/held_writes.ts";
import type { Tracer } from "./tracer.ts";
import type { Address, Transport } from "./transport.ts";

/** What a node is told; from conf, or from a test. */
export interface NodeOptions {
  readonly version: string;
  /** The pool's name: the key of the stats object. */
  readonly poolName: string;
  readonly listen: Address;
  /** Undefined: other nodes cannot connect. */
  readonly dynListen: Address | undefined;
  /** Undefined: no stats port. */
  readonly statsListen: Address | undefined;
  /** What operators must show on the stats port, or undefined: then only callers on this machine may do all. */
  readonly adminToken?: string | undefined;
  readonly backlog: number;
  /** 0 for no limit. */
  readonly clientsMax: number;
  readonly clientPendingMax: number;
  readonly maxRequestBytes: number;
  /** Patience with a client that holds memory, and with one that does not take its last answers at the stop. */
  readonly patienceMs: number;
  readonly password: string | undefined;
  readonly levels: Levels;
  readonly slowLog: SlowLogOptions;
  readonly hotKeys: HotKeysOptions;
  /** One client request in so many is traced; 0: none. */
  readonly traceSampleEvery: number;
  readonly hash: KeyHash;
  /** Two characters, or undefined. */
  readonly hashTag: string | undefined;
  readonly topology: Topology;
  readonly peers: PeerRules;
  readonly datacenter: string;
  readonly rack: string;
  /** The state it begins in; NORMAL unless told otherwise. */
  readonly startState?: NodeState;
  /** Bounds of the writes that wait for this node to resume. */
  readonly heldWrites: HeldLimits;
  /** The configuration in force, for CONFIG GET; without passwords. */
  readonly configuration?: readonly Setting[];
}

/** How links to other nodes are. */
export interface PeerRules {
  /** Links to each peer of this datacenter, and of another one. */
  readonly localConnections: number;
  readonly remoteConnections: number;
  /** How long a request may take at a peer of this datacenter, and of another one; 0 waits without end. */
  readonly localTimeoutMs: number;
  readonly remoteTimeoutMs: number;
  /** Longest pause between two tries to connect. */
  readonly retryMsMax: number;
  /** Requests without an answer on one link, from either side. */
  readonly pendingMax: number;
  /** Requests per second on one link to another datacenter; 0 for no limit. */
  readonly remoteRatePerSecond: number;
  readonly autoEject: boolean;
  readonly failureMax: number;
  /** Bounds one reply. */
  readonly replyBytesMax: number;
}

export interface NodeParts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly turn: Turn;
  readonly pressure: Pressure;
  readonly protocol: Protocol;
  readonly peerCodec: PeerCodec;
  readonly dataStore: DataStore;
  readonly facts: ProcessFacts;
  /** Undefined where the log is not this process's to change. */
  readonly logLevel?: LogLevelControl | undefined;
  readonly tracer: Tracer;
  /** Undefined: the nodes are those of the topology it is given. */
  readonly gossip?: GossipPort | undefined;
}
