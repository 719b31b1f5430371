/**
 * One node: holds its parts, starts and stops them in order. What kind of parts they are (which protocol, which engine, whose
 * network and clock) is decided by whoever makes it: mod.ts for a real node, a test or the simulator for any other.
 *
 *     start: ports -> datastore -> peer port -> who there is -> links to peers -> gossip -> client port
 *     stop:  gossip -> client port (drained) -> peer port (drained) -> links to peers -> stats port -> datastore
 */
import { AdminServer } from "./admin/admin_server.ts";
import { nodeInfo } from "./admin/node_info.ts";
import type { Clock } from "./clock.ts";
import type { DataStore } from "./datastore.ts";
import { Histogram } from "./histogram.ts";
import type { GossipPort } from "./gossip_port.ts";
import { type Logger, withFacts } from "./logger.ts";
import { ClientListener, type ClientListenerOptions } from "./net/client_listener.ts";
import type { ClientConnection } from "./net/client_connection.ts";
import { Peer } from "./net/peer.ts";
import { Peers } from "./net/peers.ts";
import type { Pressure } from "./net/pressure.ts";
import type { Turn } from "./net/turn.ts";
import { clientVisitor, peerVisitor, type Visitor } from "./net/visitor.ts";
import type { ClientView, InfoSection, NodeView, Setting } from "./node_view.ts";
import type { PeerCodec } from "./peer_codec.ts";
import { viewOf } from "./pipeline/cluster_view.ts";
import { Dispatcher } from "./pipeline/dispatcher.ts";
import { type Levels, Pipeline } from "./pipeline/pipeline.ts";
import type { ProcessFacts } from "./process_facts.ts";
import type { Protocol } from "./protocol.ts";
import type { Random } from "./random.ts";
import type { KeyHash } from "./ring/hash/mod.ts";
import { MissedWrites } from "./replication/missed_writes.ts";
import type { NodeDescription, Topology } from "./ring/topology.ts";
import { Settings } from "./settings.ts";
import { nodeSettings } from "./admin/node_settings.ts";
import { Stats } from "./stats.ts";
import { type Address, formatAddress, type Listener, type Transport } from "./transport.ts";

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
  readonly hash: KeyHash;
  /** Two characters, or undefined. */
  readonly hashTag: string | undefined;
  readonly topology: Topology;
  readonly peers: PeerRules;
  readonly datacenter: string;
  readonly rack: string;
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
  /** Undefined: the nodes are those of the topology it is given. */
  readonly gossip?: GossipPort | undefined;
}

const SWEEP_MS = 250;
/** The client port opens when every peer was tried once, or after this. */
const PEERS_AWAITED_MS = 1_000;

export class Node implements NodeView {
  readonly version: string;
  readonly stats = new Stats();
  /** The same for what other nodes ask of this one. */
  readonly peerStats = new Stats();
  /** Client requests from read to answer, microseconds. */
  readonly latencyUs = new Histogram();
  readonly peerLatencyUs = new Histogram();
  readonly startedAt: number;
  readonly options: NodeOptions;
  readonly parts: NodeParts;
  readonly pipeline: Pipeline;
  readonly dispatcher: Dispatcher;
  readonly peers: Peers;
  readonly levels: Levels;
  password: string | undefined;
  clientsMax: number;
  readonly #settings: Settings;
  readonly #admin: AdminServer | undefined;
  readonly #missed: MissedWrites;
  #listener: Listener | undefined;
  #peerListener: Listener | undefined;
  #visitingPeers: ClientListener | undefined;
  #clients: ClientListener | undefined;
  #stopSweep: (() => void) | undefined;
  #stopping = false;

  constructor(options: NodeOptions, parts: NodeParts) {
    this.options = options;
    this.parts = parts;
    this.version = options.version;
    this.password = options.password;
    this.clientsMax = options.clientsMax;
    this.levels = { ...options.levels };
    this.startedAt = parts.clock.wall();
    const { topology } = options;
    this.peers = new Peers(parts.dataStore, (node) => this.#makePeer(node));
    const view = viewOf(topology, this.peers.of(topology), parts.protocol);
    this.dispatcher = new Dispatcher(view, options.hash, options.hashTag, this.stats);
    const { clock, logger } = parts;
    this.#missed = new MissedWrites(this.stats, clock, withFacts(logger, { category: "peers" }));
    this.pipeline = new Pipeline({
      protocol: parts.protocol,
      node: this,
      dispatcher: this.dispatcher,
      levels: this.levels,
      stats: this.stats,
      onMissedWrite: (replica, failure) => this.#missed.add(replica, failure),
    });
    this.#settings = new Settings(nodeSettings(this));
    const { statsListen } = options;
    if (statsListen?.kind === "tcp") this.#admin = new AdminServer(statsListen, this);
  }

  get clock(): Clock {
    return this.parts.clock;
  }
  get random(): Random {
    return this.parts.random;
  }
  get logger(): Logger {
    return this.parts.logger;
  }
  /** Who is in the cluster now. */
  get topology(): Topology {
    return this.dispatcher.topology;
  }
  /** What clients connect to, with the real port. */
  get address(): string {
    return formatAddress(this.#listener?.address ?? this.options.listen);
  }
  /** Its port, or 0 on a unix socket. */
  get clientPort(): number {
    const address = this.#listener?.address ?? this.options.listen;
    return address.kind === "tcp" ? address.port : 0;
  }
  /** The client port is open, and no stop has begun. */
  get serving(): boolean {
    return this.#clients !== undefined && !this.#stopping;
  }
  /** What the stats port is bound to, or undefined. */
  get statsAddress(): string | undefined {
    return this.#admin?.address;
  }

  /** What other nodes connect to, with the real port; undefined where they cannot. */
  get peerAddress(): string | undefined {
    const address = this.#peerListener?.address ?? this.options.dynListen;
    return address && formatAddress(address);
  }

  /**
   * Opens everything. Throws, with nothing left open, when a port cannot be had. `findNodes` is asked before the client port opens:
   * the topology to begin with, or undefined for the one of the options; it never fails.
   */
  async start(findNodes: () => Promise<Topology | undefined> = () => Promise.resolve(undefined)): Promise<void> {
    const { clock, dataStore } = this.parts;
    const { listen, dynListen } = this.options;
    try {
      this.#listener = await this.#listen("listen", listen);
      if (dynListen !== undefined) this.#peerListener = await this.#listen("dyn_listen", dynListen);
      await this.#opened("stats_listen", this.#admin?.address ?? "", () => this.#admin?.start());
      await this.#opened("servers", dataStore.name, () => dataStore.start());
    } catch (error) {
      this.#listener?.close();
      this.#peerListener?.close();
      await this.#admin?.close();
      throw error;
    }
    if (this.#peerListener !== undefined) this.#visitingPeers = this.#receivePeers(this.#peerListener);
    const found = await findNodes();
    if (found !== undefined) this.#show(found);
    await this.#meetPeers();
    await this.parts.gossip?.start();
    this.#clients = this.#receiveClients(this.#listener);
    this.#stopSweep = clock.every(SWEEP_MS, () => this.#sweep());
  }

  /** Runs one step of the start; says which option it was for when it fails. */
  async #opened<T>(option: string, what: string, open: () => T | Promise<T>): Promise<T> {
    try {
      return await open();
    } catch (error) {
      throw new Error(`${option} ${what}: ${reason(error)}`, { cause: error });
    }
  }
  #listen(option: string, address: Address): Promise<Listener> {
    const { backlog } = this.options;
    return this.#opened(option, formatAddress(address), () => this.parts.transport.listen(address, { backlog }));
  }

  #receiveClients(listener: Listener): ClientListener {
    const { protocol } = this.parts;
    const { clientPendingMax, maxRequestBytes } = this.options;
    // The limit is read at every accept: CONFIG SET maxclients may change it.
    const limits = { node: this };
    return this.#receive(
      listener,
      {
        get clientsMax() {
          return limits.node.clientsMax;
        },
        pendingMax: clientPendingMax,
      },
      () => clientVisitor(protocol, this, { maxRequestBytes }),
      this.stats,
      this.latencyUs,
    );
  }
  #receivePeers(listener: Listener): ClientListener {
    const { protocol, peerCodec } = this.parts;
    const { peers, maxRequestBytes } = this.options;
    return this.#receive(
      listener,
      { clientsMax: 0, pendingMax: peers.pendingMax },
      () => peerVisitor(protocol, peerCodec, this, { maxRequestBytes }, this.parts.gossip),
      this.peerStats,
      this.peerLatencyUs,
    );
  }
  #receive(
    listener: Listener,
    options: ClientListenerOptions,
    visit: () => Visitor,
    stats: Stats,
    latencyUs: Histogram,
  ): ClientListener {
    const { protocol, turn, pressure, clock, logger } = this.parts;
    const parts = { protocol, visit, sink: this.pipeline, node: this, turn, pressure, stats, latencyUs };
    const receiver = new ClientListener(listener, options, parts, clock, logger);
    receiver.start();
    return receiver;
  }

  #makePeer({ host, port, rack, datacenter }: NodeDescription): Peer {
    const { protocol, peerCodec } = this.parts;
    const rules = this.options.peers;
    const sameDatacenter = datacenter === this.options.datacenter;
    return new Peer(
      {
        host,
        port,
        sameDatacenter,
        replyBytesMax: rules.replyBytesMax,
        size: sameDatacenter ? rules.localConnections : rules.remoteConnections,
        timeoutMs: sameDatacenter ? rules.localTimeoutMs : rules.remoteTimeoutMs,
        ratePerSecond: sameDatacenter ? 0 : rules.remoteRatePerSecond,
        retryMsMax: rules.retryMsMax,
        retryAfterMs: rules.retryMsMax,
        pendingMax: rules.pendingMax,
        autoEject: rules.autoEject,
        failureMax: rules.failureMax,
      },
      protocol,
      peerCodec,
      { ...this.parts, logger: withFacts(this.parts.logger, { category: "peers", rack, datacenter }) },
      this.parts.gossip,
    );
  }

  /** Connects to the other nodes; those that are away are tried on. */
  async #meetPeers(): Promise<void> {
    const { clock } = this.parts;
    const met = this.peers.start();
    if (this.peers.list().length === 0) return;
    await new Promise<void>((resolve) => {
      const cancel = clock.after(PEERS_AWAITED_MS, resolve);
      met.then(() => {
        cancel();
        resolve();
      });
    });
  }

  /**
   * The cluster is another one from now on: requests that come see the new topology, those in flight finish with the one they
   * began with. Nodes that stay keep their links. The data of a range that has another owner now is not moved.
   * `contacts` are nodes outside the ring to which links are held all the same.
   */
  changeTopology(topology: Topology, contacts: readonly NodeDescription[] = []): void {
    const before = new Set(this.peers.list());
    this.#show(topology);
    this.peers.keep(contacts);
    for (const peer of this.peers.list()) if (!before.has(peer)) peer.start();
    this.peers.retire([...topology.nodes, ...contacts], this.parts.clock.now() + this.options.patienceMs);
  }
  /** The next request sees it. */
  #show(topology: Topology): void {
    this.dispatcher.view = viewOf(topology, this.peers.of(topology), this.parts.protocol);
  }

  /** Takes this node out of the rings of all others; false without gossip. It serves until it is stopped. */
  leave(): boolean {
    const { gossip, logger } = this.parts;
    if (gossip === undefined) return false;
    logger.notice("this node leaves: the others take it out of their rings; it serves until it is stopped");
    gossip.leave();
    return true;
  }

  #sweep(): void {
    const { pressure, clock } = this.parts;
    this.peers.sweep(clock.now());
    pressure.sweep(clock.now(), this.options.patienceMs, this.#holders());
    for (const peer of this.#visitingPeers?.clients.values() ?? []) peer.sweep(clock.now());
    this.#missed.report();
  }

  /** Takes no new client, lets the connected have the answers they wait for, closes everything. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.parts.gossip?.stop();
    await this.#clients?.close(this.options.patienceMs);
    await this.#visitingPeers?.close(this.options.patienceMs);
    this.#stopSweep?.();
    await this.peers.close();
    this.#missed.close();
    await this.#admin?.close();
    await this.parts.dataStore.close();
  }

  /** Requests of other nodes that are not answered yet. */
  get visitingRequests(): number {
    let count = 0;
    for (const peer of this.#visitingPeers?.clients.values() ?? []) count += peer.pendingRequests;
    return count;
  }

  clients(): Iterable<ClientView> {
    return this.#openClients();
  }
  settings(): readonly Setting[] {
    return this.#settings.list();
  }
  set(name: string, value: string): string | undefined {
    return this.#settings.set(name, value);
  }
  info(): readonly InfoSection[] {
    return nodeInfo(this);
  }
  resetStats(): void {
    Object.assign(this.stats, { ...new Stats(), client_connections: this.stats.client_connections });
    Object.assign(this.peerStats, { ...new Stats(), client_connections: this.peerStats.client_connections });
    this.pipeline.commandCounts.fill(0);
    this.latencyUs.reset();
  }

  #openClients(): Iterable<ClientConnection> {
    return this.#clients?.clients.values() ?? [];
  }
  #holders(): Iterable<ClientConnection> {
    return [...this.#openClients(), ...this.#visitingPeers?.clients.values() ?? []];
  }
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/ \(os error \d+\)$/, "").toLowerCase();
}
