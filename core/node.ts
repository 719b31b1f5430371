/**
 * One node: holds its parts, starts and stops them in order. What kind of parts they are (which protocol, which engine, whose
 * network and clock) is decided by whoever makes it: mod.ts for a real node, a test or the simulator for any other.
 *
 *     start: datastore -> stats port -> client port          stop: client port (drained) -> stats port -> datastore
 */
import { AdminServer } from "./admin/admin_server.ts";
import { nodeInfo } from "./admin/node_info.ts";
import { statsInfo } from "./admin/stats_info.ts";
import type { Clock } from "./clock.ts";
import type { DataStore } from "./datastore.ts";
import { Histogram } from "./histogram.ts";
import type { Logger } from "./logger.ts";
import { ClientListener } from "./net/client_listener.ts";
import type { ClientConnection } from "./net/client_connection.ts";
import type { Pressure } from "./net/pressure.ts";
import type { Turn } from "./net/turn.ts";
import type { ClientView, InfoSection, NodeView, Setting } from "./node_view.ts";
import { Dispatcher } from "./pipeline/dispatcher.ts";
import { type Levels, Pipeline } from "./pipeline/pipeline.ts";
import type { ProcessFacts } from "./process_facts.ts";
import type { Protocol } from "./protocol.ts";
import type { Random } from "./random.ts";
import type { KeyHash } from "./ring/hash/mod.ts";
import type { Topology } from "./ring/topology.ts";
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
  /** Undefined: no stats port. */
  readonly statsListen: Address | undefined;
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
  readonly datacenter: string;
  readonly rack: string;
}

export interface NodeParts {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly turn: Turn;
  readonly pressure: Pressure;
  readonly protocol: Protocol;
  readonly dataStore: DataStore;
  readonly facts: ProcessFacts;
}

const SWEEP_MS = 250;

export class Node implements NodeView {
  readonly version: string;
  readonly stats = new Stats();
  /** Client requests from read to answer, microseconds. */
  readonly latencyUs = new Histogram();
  readonly startedAt: number;
  readonly options: NodeOptions;
  readonly parts: NodeParts;
  readonly pipeline: Pipeline;
  readonly dispatcher: Dispatcher;
  readonly levels: Levels;
  password: string | undefined;
  clientsMax: number;
  readonly #settings: Settings;
  readonly #admin: AdminServer | undefined;
  #listener: Listener | undefined;
  #clients: ClientListener | undefined;
  #stopSweep: (() => void) | undefined;

  constructor(options: NodeOptions, parts: NodeParts) {
    this.options = options;
    this.parts = parts;
    this.version = options.version;
    this.password = options.password;
    this.clientsMax = options.clientsMax;
    this.levels = { ...options.levels };
    this.startedAt = parts.clock.wall();
    this.dispatcher = new Dispatcher(options.topology, options.hash, options.hashTag, [parts.dataStore]);
    this.pipeline = new Pipeline({
      protocol: parts.protocol,
      node: this,
      dispatcher: this.dispatcher,
      levels: this.levels,
      stats: this.stats,
    });
    this.#settings = new Settings(nodeSettings(this));
    const { statsListen } = options;
    if (statsListen?.kind === "tcp") {
      this.#admin = new AdminServer(statsListen, { info: () => statsInfo(this) }, parts.logger);
    }
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
  /** What clients connect to, with the real port. */
  get address(): string {
    return formatAddress(this.#listener?.address ?? this.options.listen);
  }
  /** What the stats port is bound to, or undefined. */
  get statsAddress(): string | undefined {
    return this.#admin?.address;
  }

  /** Opens everything. Throws, with nothing left open, when a port cannot be had. */
  async start(): Promise<void> {
    const { transport, turn, pressure, protocol, clock, logger, dataStore } = this.parts;
    const { listen, backlog, clientPendingMax, maxRequestBytes } = this.options;
    try {
      this.#listener = await transport.listen(listen, { backlog });
    } catch (error) {
      throw new Error(`listen ${formatAddress(listen)}: ${reason(error)}`, { cause: error });
    }
    try {
      this.#admin?.start();
    } catch (error) {
      this.#listener.close();
      throw new Error(`stats_listen ${this.#admin!.address}: ${reason(error)}`, { cause: error });
    }
    try {
      await dataStore.start();
    } catch (error) {
      this.#listener.close();
      await this.#admin?.close();
      throw new Error(`servers ${dataStore.name}: ${reason(error)}`, { cause: error });
    }
    // The limit is read at every accept: CONFIG SET maxclients may change it.
    const limits = { clientPendingMax, maxRequestBytes, node: this };
    this.#clients = new ClientListener(
      this.#listener,
      {
        get clientsMax() {
          return limits.node.clientsMax;
        },
        pendingMax: clientPendingMax,
        maxRequestBytes,
      },
      { protocol, sink: this.pipeline, node: this, turn, pressure, stats: this.stats, latencyUs: this.latencyUs },
      clock,
      logger,
    );
    this.#clients.start();
    this.#stopSweep = clock.every(SWEEP_MS, () => {
      pressure.sweep(clock.now(), this.options.patienceMs, this.#openClients());
    });
  }

  /** Takes no new client, lets the connected have the answers they wait for, closes everything. */
  async stop(): Promise<void> {
    await this.#clients?.close(this.options.patienceMs);
    this.#stopSweep?.();
    await this.#admin?.close();
    await this.parts.dataStore.close();
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
    this.pipeline.commandCounts.fill(0);
    this.latencyUs.reset();
  }

  #openClients(): Iterable<ClientConnection> {
    return this.#clients?.clients.values() ?? [];
  }
}

function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/ \(os error \d+\)$/, "").toLowerCase();
}
