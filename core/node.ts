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
import { CommandStats } from "./command_stats.ts";
import { HotKeys } from "./hot_keys.ts";
import { type Logger, withFacts } from "./logger.ts";
import { measureLag } from "./loop_lag.ts";
import { Measures, type VisitorMeasures } from "./measures.ts";
import { ClientListener, type ClientListenerOptions } from "./net/client_listener.ts";
import type { ClientConnection } from "./net/client_connection.ts";
import { Peer } from "./net/peer.ts";
import { Peers } from "./net/peers.ts";
import type { NodeOptions, NodeParts, PeerRules } from "./node_options.ts";
import { clientVisitor, peerVisitor, type Visitor } from "./net/visitor.ts";
import type { ClientView, InfoSection, NodeView, Setting } from "./node_view.ts";
import { type NodeEvent, NodeEvents, type NodeSnapshot } from "./node_events.ts";
import type { NodeState } from "./node_state.ts";
import { viewOf } from "./pipeline/cluster_view.ts";
import { Dispatcher } from "./pipeline/dispatcher.ts";
import { Tracing } from "./pipeline/tracing.ts";
import { type Levels, Pipeline } from "./pipeline/pipeline.ts";
import type { Random } from "./random.ts";
import { MissedWrites } from "./replication/missed_writes.ts";
import type { RequestSink } from "./request_sink.ts";
import type { NodeDescription, Topology } from "./ring/topology.ts";
import { nodesNamed } from "./ring/node_names.ts";
import { Settings } from "./settings.ts";
import { GatedDataStore } from "./storage/gated_datastore.ts";
import { nodeSettings } from "./admin/node_settings.ts";
import { SlowLog } from "./slow_log.ts";
import { Stats } from "./stats.ts";
import { type QueueGauges, sumQueues } from "./upstream_stats.ts";
import { type Address, formatAddress, type Listener } from "./transport.ts";

export type { NodeOptions, NodeParts, PeerRules };

/** What an operator may say of another node. */
export type PeerOrder = "up" | "down" | "reset";

const SWEEP_MS = 250;
/** For so long `/info` tells of latencies and queues; then a new window begins. C Dynomite's. */
const WINDOW_MS = 5 * 60 * 1000;
/** The client port opens when every peer was tried once, or after this. */
const PEERS_AWAITED_MS = 1_000;

export class Node implements NodeView {
  readonly version: string;
  readonly stats: Stats = new Stats();
  /** The same for what other nodes ask of this one. */
  readonly peerStats: Stats = new Stats();
  readonly measures: Measures;
  /** What clients asked, by command, and what of it took long. */
  readonly commandStats: CommandStats;
  readonly slowLog: SlowLog;
  /** Which keys they ask for most. */
  readonly hotKeys: HotKeys;
  readonly startedAt: number;
  readonly options: NodeOptions;
  readonly parts: NodeParts;
  readonly pipeline: Pipeline;
  readonly tracing: Tracing;
  readonly dispatcher: Dispatcher;
  readonly peers: Peers;
  readonly levels: Levels;
  password: string | undefined;
  clientsMax: number;
  readonly #settings: Settings;
  readonly #admin: AdminServer | undefined;
  readonly #missed: MissedWrites;
  readonly #gate: GatedDataStore;
  /** The state that was told last. */
  #toldState: NodeState = "NORMAL";
  #listener: Listener | undefined;
  #peerListener: Listener | undefined;
  #visitingPeers: ClientListener | undefined;
  #clients: ClientListener | undefined;
  readonly #events: NodeEvents;
  /** Each stops one. */
  readonly #timers: (() => void)[] = [];
  #stopping = false;
  #timeoutFactor = 1;

  constructor(options: NodeOptions, parts: NodeParts) {
    this.options = options;
    this.parts = parts;
    this.version = options.version;
    this.password = options.password;
    this.clientsMax = options.clientsMax;
    this.levels = { ...options.levels };
    this.startedAt = parts.clock.wall();
    this.commandStats = new CommandStats(parts.protocol.commands);
    this.slowLog = new SlowLog(parts.protocol, parts.clock, options.slowLog);
    this.hotKeys = new HotKeys(parts.protocol, parts.clock, parts.random, options.hotKeys);
    const { topology } = options;
    this.#gate = new GatedDataStore(parts.dataStore, options.heldWrites, {
      clock: parts.clock,
      logger: parts.logger,
      command: parts.protocol.commands[0]!,
      onMissedWrite: (failure) => this.#missed.add(parts.dataStore, failure),
      onState: () => this.#onState(),
    });
    this.measures = new Measures(parts.dataStore.hop);
    this.peers = new Peers(parts.dataStore, (node) => this.#makePeer(node));
    const view = viewOf(topology, this.peers.of(topology), parts.protocol);
    this.dispatcher = new Dispatcher(view, options.hash, options.hashTag, this.stats, parts.protocol);
    const { clock, logger } = parts;
    this.#missed = new MissedWrites(this.stats, clock, withFacts(logger, { category: "peers" }));
    this.#events = new NodeEvents(logger);
    this.pipeline = new Pipeline({
      protocol: parts.protocol,
      node: this,
      dispatcher: this.dispatcher,
      levels: this.levels,
      stats: this.stats,
      onMissedWrite: (replica, failure) => this.#missed.add(replica, failure),
    });
    const { pipeline, dispatcher } = this;
    const { protocol, tracer, random } = parts;
    this.tracing = new Tracing({ pipeline, dispatcher, protocol, tracer, random }, logger);
    this.tracing.sampleEvery = options.traceSampleEvery;
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
    this.#gate.enter(this.options.startState ?? "NORMAL");
    if (this.#peerListener !== undefined) this.#visitingPeers = this.#receivePeers(this.#peerListener);
    const found = await findNodes();
    if (found !== undefined) this.#show(found);
    await this.#meetPeers();
    await this.#join();
    this.#clients = this.#receiveClients(this.#listener);
    this.#timers.push(
      clock.every(SWEEP_MS, () => this.#sweep()),
      clock.every(WINDOW_MS, () => this.resetHistograms()),
      measureLag(clock, this.measures.loopLagUs),
    );
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
    const { commandStats, slowLog, hotKeys } = this;
    const accounts = { protocol, commandStats, slowLog, hotKeys };
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
      () => this.tracing.entrance,
      () => clientVisitor(accounts, this, { maxRequestBytes }),
      this.stats,
      this.measures.clients,
    );
  }
  #receivePeers(listener: Listener): ClientListener {
    const { protocol, peerCodec } = this.parts;
    const { peers, maxRequestBytes } = this.options;
    return this.#receive(
      listener,
      { clientsMax: 0, pendingMax: peers.pendingMax },
      () => this.pipeline,
      () => peerVisitor(protocol, peerCodec, this, { maxRequestBytes }, this.parts.gossip),
      this.peerStats,
      this.measures.visitingPeers,
    );
  }
  #receive(
    listener: Listener,
    options: ClientListenerOptions,
    sink: () => RequestSink,
    visit: () => Visitor,
    stats: Stats,
    measures: VisitorMeasures,
  ): ClientListener {
    const { protocol, turn, pressure, clock, logger } = this.parts;
    const parts = {
      protocol,
      visit,
      get sink() {
        return sink();
      },
      node: this,
      turn,
      pressure,
      stats,
      replies: { protocol, measures, time: turn, early: this.pipeline.early, retries: this.dispatcher.reads },
    };
    const receiver = new ClientListener(listener, options, parts, clock, logger);
    receiver.start();
    return receiver;
  }

  async #join(): Promise<void> {
    const { gossip } = this.parts;
    if (gossip?.joins && this.state === "NORMAL") this.#gate.enter("JOINING");
    await gossip?.start();
    // An operator may have said otherwise meanwhile.
    if (this.state === "JOINING") this.#gate.enter("NORMAL");
  }

  /** By how much the time limits of replies are stretched, 1 to 10. */
  get timeoutFactor(): number {
    return this.#timeoutFactor;
  }
  set timeoutFactor(factor: number) {
    this.#timeoutFactor = factor;
    this.parts.dataStore.stretchTimeout?.(factor);
    for (const peer of this.peers.list()) peer.pool.stretchTimeout(factor);
  }

  #makePeer({ host, port, rack, datacenter }: NodeDescription): Peer {
    const { protocol, peerCodec } = this.parts;
    const rules = this.options.peers;
    const sameDatacenter = datacenter === this.options.datacenter;
    const peer = new Peer(
      {
        host,
        port,
        sameDatacenter,
        replyBytesMax: rules.replyBytesMax,
        hop: sameDatacenter ? this.measures.peers : this.measures.remotePeers,
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
    peer.pool.stretchTimeout(this.#timeoutFactor);
    return peer;
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

  /** Its own state (node_state.ts). */
  get state(): NodeState {
    return this.#gate.state;
  }
  /** The state of the node at `host:port`, this one or another, as far as it is known here. */
  stateOf(address: string): NodeState {
    if (address === this.peerAddress) return this.state;
    return this.peers.at(address)?.state ?? "DOWN";
  }
  /** Writes that wait for this node to resume, and their bytes. */
  get heldWrites(): { readonly count: number; readonly bytes: number } {
    return this.#gate.queue;
  }

  /**
   * Puts this node in a state: NORMAL, STANDBY, WRITES_ONLY, RESUMING, or LEAVING, which takes it out of the rings of all others
   * while it serves until it is stopped. NORMAL is reached when the writes that were held are done. Returns why not, or undefined.
   */
  setState(state: NodeState): string | undefined {
    if (state === "JOINING" || state === "DOWN") return `${state} is not for an operator to set`;
    if (state === "LEAVING" && this.parts.gossip === undefined) {
      return "enable_gossip is false: there is nobody to tell";
    }
    this.#gate.enter(state);
    return undefined;
  }
  #onState(): void {
    const { gossip, logger, dataStore } = this.parts;
    this.peers.local = this.#gate.open ? dataStore : this.#gate;
    this.#show(this.topology);
    const { state } = this;
    if (state === this.#toldState) return;
    logger.notice("the state of this node is {state}, it was {before}", { state, before: this.#toldState });
    this.#toldState = state;
    gossip?.say(state);
  }

  /**
   * What an operator says of another node, for this one alone. `down`: nothing is sent to it; `up`: no longer so; `reset`: up, and
   * its links are made anew. `name` is its address, its host or its name; `all` means every one. Returns why not, or undefined.
   */
  setPeer(name: string, order: PeerOrder): string | undefined {
    const chosen = this.#peersNamed(name);
    if (typeof chosen === "string") return chosen;
    for (const peer of chosen) {
      this.peers.holdBack(peer.name, order === "down");
      if (order === "reset") peer.reset();
      this.parts.logger.notice("peer {peer}: {order}, an operator says", { peer: peer.name, order });
    }
    return undefined;
  }
  #peersNamed(name: string): readonly Peer[] | string {
    if (name === "all") return this.peers.list();
    const one = this.peers.at(name);
    if (one !== undefined) return [one];
    const nodes = nodesNamed(this.topology.nodes, name);
    const addresses = nodes.map(({ host, port }) => formatAddress({ kind: "tcp", host, port }));
    if (nodes.length === 0) return `no peer is called ${name}`;
    if (nodes.length > 1) return `${name} may be any of ${addresses.join(", ")}: give the address`;
    const peer = this.peers.at(addresses[0]!);
    return peer === undefined ? `${name} is this node itself: see /state` : [peer];
  }

  #sweep(): void {
    const { pressure, clock } = this.parts;
    this.peers.sweep(clock.now());
    pressure.sweep(clock.now(), this.options.patienceMs, this.#holders());
    for (const peer of this.#visitingPeers?.clients ?? []) peer.sweep(clock.now());
    this.#missed.report();
    this.#events.look(() => this.#snapshot());
  }

  /** Calls `listener` for what happens to this node and its cluster from now on. Returns a function that ends it. */
  subscribe(listener: (event: NodeEvent) => void): () => void {
    return this.#events.subscribe(listener, this.#snapshot());
  }
  #snapshot(): NodeSnapshot {
    const { topology } = this;
    const states = new Map<string, NodeState>();
    for (const node of topology.nodes) {
      const address = formatAddress({ kind: "tcp", host: node.host, port: node.port });
      if (node === topology.local) states.set(this.peerAddress ?? address, this.state);
      else states.set(address, this.stateOf(address));
    }
    return { version: topology.version, states, missedWrites: this.stats.missed_writes };
  }

  /** Takes no new client, lets the connected have the answers they wait for, closes everything. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.parts.gossip?.stop();
    this.#gate.stop();
    await this.#clients?.close(this.options.patienceMs);
    await this.#visitingPeers?.close(this.options.patienceMs);
    for (const stopTimer of this.#timers) stopTimer();
    await this.peers.close();
    this.#missed.close();
    await this.#admin?.close();
    await this.#gate.close();
  }

  /** Requests of other nodes: read and not taken up yet, taken up and not answered yet. */
  visitingQueues(): QueueGauges {
    return sumQueues((this.#visitingPeers?.clients ?? []).map((peer) => peer.queues()));
  }
  /** What waits on the way to the engine, and before it while this node is not to write (node_state.ts). */
  engineQueues(): QueueGauges {
    return this.#gate.queues();
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
    this.commandStats.reset();
    this.measures.clear();
    this.parts.dataStore.stats.clear();
    this.peers.clearStats();
  }
  /** What `/info` tells of latencies and queues begins anew; the totals of monitoring systems go on. */
  resetHistograms(): void {
    this.measures.resetWindows();
  }

  #openClients(): Iterable<ClientConnection> {
    return this.#clients?.clients ?? [];
  }
  #holders(): Iterable<ClientConnection> {
    return [...this.#openClients(), ...this.#visitingPeers?.clients ?? []];
  }
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/ \(os error \d+\)$/, "").toLowerCase();
}
