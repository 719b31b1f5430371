/**
 * Dynomite as a library, and the one place where its parts are wired: `startNode` turns a configuration into a running
 * node. `overrides` replaces what a real node takes from the machine: the network, the clock, chance, the log.
 *
 * @example A node inside a program, its data in memory
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { defaultConf, startNode } from "@dynomite/dynomite";
 *
 * const anyPort = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;
 * const conf = { ...defaultConf(), listen: anyPort, dynListen: anyPort, statsListen: anyPort };
 * await using node = await startNode(conf);
 *
 * const [hostname, port] = node.addresses.listen.split(":");
 * using client = await Deno.connect({ hostname: hostname!, port: Number(port) });
 * await client.write(new TextEncoder().encode("PING\r\n"));
 * const answer = new Uint8Array(16);
 * const count = await client.read(answer);
 * assertEquals(new TextDecoder().decode(answer.subarray(0, count!)), "+PONG\r\n");
 *
 * const heard = new Promise((resolve) => node.subscribe(resolve));
 * node.node.setState("STANDBY");
 * assertEquals(await heard, { type: "state", node: node.addresses.dynListen, state: "STANDBY", before: "NORMAL" });
 * ```
 *
 * @module
 */
import { describeConf } from "./conf/describe.ts";
import type { Conf } from "./conf/schema.ts";
import { AUTOMATIC, Problem, seedAddress } from "./conf/value_kinds.ts";
import { ByteWriter } from "./core/bytes.ts";
import { type Clock, SystemClock } from "./core/clock.ts";
import type { DataStore } from "./core/datastore.ts";
import { type Logger, type LogLevelControl, silentLogger, withFacts } from "./core/logger.ts";
import { RepeatLimiter } from "./core/repeat_limiter.ts";
import { denoProcess } from "./core/deno_process.ts";
import { automaticBudget } from "./core/net/automatic_budget.ts";
import { DenoTransport } from "./core/net/deno_transport.ts";
import { Pressure } from "./core/net/pressure.ts";
import { engineLinks } from "./core/net/upstream_pool.ts";
import { Turn } from "./core/net/turn.ts";
import type { NodeEvent } from "./core/node_events.ts";
import { Node, type NodeOptions, type NodeParts } from "./core/node.ts";
import { stateByPath } from "./core/node_state.ts";
import type { ProcessFacts } from "./core/process_facts.ts";
import { type Protocol, REQUEST_HEAD_BYTES } from "./core/protocol.ts";
import { type Random, systemRandom } from "./core/random.ts";
import { hashByName } from "./core/ring/hash/mod.ts";
import { buildTopology, isContact, type NodeDescription } from "./core/ring/topology.ts";
import { EmbeddedDataStore } from "./core/storage/embedded/embedded_datastore.ts";
import { openEngine } from "./core/storage/embedded/engine.ts";
import { MemcachedExecutor } from "./core/storage/embedded/memcached_executor.ts";
import { RedisExecutor } from "./core/storage/embedded/redis_executor.ts";
import { TcpDataStore } from "./core/storage/tcp_datastore.ts";
import type { Tracer } from "./core/tracer.ts";
import { formatAddress, type Transport } from "./core/transport.ts";
import { Gossip, type GossipParts } from "./gossip/mod.ts";
import { namesFromEnvironment, openSeeds, readEnvironment, type SeedsProvider } from "./gossip/seeds/mod.ts";
import { DnodeCodec } from "./protocols/dnode/mod.ts";
import { TextWriter } from "./protocols/memcached/encode.ts";
import { isError } from "./protocols/memcached/reply_parser.ts";
import { RespWriter } from "./protocols/redis/encode.ts";
import { protocols } from "./protocols/mod.ts";
import { openTelemetry } from "./core/telemetry/mod.ts";
import denoJson from "./deno.json" with { type: "json" };

/** This program's version. */
export const version: string = denoJson.version;

/** What a real node takes from the machine, unless a test brings its own. */
export interface Overrides {
  /** Gets each line as a text with placeholders and its facts; `fillText` makes them one. Repeats are counted before. */
  readonly logger?: Logger;
  /** Its level, for the commands of the stats port that change it. */
  readonly logLevel?: LogLevelControl;
  readonly transport?: Transport;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly facts?: ProcessFacts;
  /** Where traces go in place of OpenTelemetry. */
  readonly tracer?: Tracer;
  /** False: no stats port, for a node on a network that is not the machine's. */
  readonly servesStats?: boolean;
  /** An engine of your own in place of the configured one. */
  readonly dataStore?: DataStore;
  /** A source of nodes of your own in place of the configured one. */
  readonly seeds?: SeedsProvider;
}

export type { SeedsProvider };
export { defaultConf, loadConf, parseConf, type ReadConf } from "./conf/mod.ts";
export type { Conf } from "./conf/schema.ts";
export { ConfError } from "./core/errors.ts";
export { type Clock, SystemClock } from "./core/clock.ts";
export { fillText, type LogFields, type Logger, silentLogger } from "./core/logger.ts";
export type { NodeEvent };
export type { NodeState } from "./core/node_state.ts";

/** A node that serves. */
export interface RunningNode {
  /** What it is bound to, as `host:port` or a path; a port of 0 in the configuration is the real one here. */
  readonly addresses: { readonly listen: string; readonly dynListen: string | undefined; readonly stats: string };
  /** The parts, for whoever looks inside. */
  readonly node: Node;
  /**
   * Calls `listener`, within half a second, for what happens from now on: nodes that come and go, states, missed writes. Returns
   * a function that ends it. One that throws is logged and disturbs nobody.
   */
  subscribe(listener: (event: NodeEvent) => void): () => void;
  /** Takes no new client, answers what is outstanding, closes everything. Safe to call twice. */
  stop(): Promise<void>;
  /** With gossip: takes the node out of the ring of all others for good, then stops it. Its data is not moved. */
  leave(): Promise<void>;
  /** Settles when the node has stopped. */
  readonly finished: Promise<void>;
  /** `await using`: stops. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts one node and returns when it serves. Throws, with nothing left open, when an address cannot be had or the embedded
 * engine's file cannot be opened; an engine behind TCP that is away is no error, it is tried again.
 */
export async function startNode(conf: Conf, overrides: Overrides = {}): Promise<RunningNode> {
  const clock = overrides.clock ?? new SystemClock();
  const random = overrides.random ?? systemRandom();
  const logger = new RepeatLimiter(overrides.logger ?? silentLogger, clock);
  const transport = overrides.transport ?? new DenoTransport();
  const turn = new Turn(clock);
  const self = describeSelf(conf);
  const seeds = openSeeds(
    {
      provider: conf.dynSeedProvider,
      file: conf.dynSeedFile,
      environment: conf.env,
      self,
      fixed: conf.dynSeeds,
      intervalMs: conf.gossipIntervalMs,
      parse: parseSeed,
      gossips: conf.enableGossip,
    },
    { clock, random, logger: withFacts(logger, { category: "seeds" }) },
    overrides.seeds,
  );
  // On a network that is not the machine's, the machine's names mean nothing.
  const publicHost = overrides.transport === undefined && conf.enableGossip ? ownPublicHost(conf.env) : undefined;
  const gossip = conf.enableGossip
    ? openGossip(conf, { ...self, host: publicHost ?? self.host }, {
      clock,
      random,
      logger: withFacts(logger, { category: "gossip" }),
    }, () => node)
    : undefined;
  const hasPeers = conf.dynSeeds.length > 0 || conf.enableGossip || seeds !== undefined;
  const facts = overrides.facts ?? denoProcess();
  const bufferBudgetBytes = conf.bufferBudgetBytes === AUTOMATIC
    ? automaticBudget(facts.heapLimitBytes, conf.maxRequestBytes)
    : conf.bufferBudgetBytes;
  const pressure = new Pressure(bufferBudgetBytes, hasPeers);
  const protocol = protocols[conf.dataStore]!;
  const parts = { transport, clock, random, turn, pressure, logger };
  const storeLogger = withFacts(logger, { category: "datastore" });
  const dataStore = overrides.dataStore ?? openDataStore(conf, protocol, { ...parts, logger: storeLogger });
  const node: Node = new Node(nodeOptions(conf, self, overrides.servesStats ?? true), {
    ...parts,
    protocol,
    peerCodec: new DnodeCodec(),
    dataStore,
    facts,
    logLevel: overrides.logLevel,
    tracer: overrides.tracer ?? openTelemetry({ version, rack: conf.rack, datacenter: conf.datacenter }),
    gossip,
  });
  try {
    await node.start(async () => {
      await seeds?.ask();
      if (seeds === undefined) return undefined;
      gossip?.begin(seeds.nodes);
      node.peers.keep(seeds.nodes.filter(isContact));
      return buildTopology(node.topology.version + 1, self, seeds.nodes.filter(hasPlace));
    });
  } catch (error) {
    logger.close();
    throw error;
  }
  seeds?.start((nodes) => {
    if (gossip !== undefined) gossip.follow(nodes);
    else node.changeTopology(buildTopology(node.topology.version + 1, self, nodes.filter(hasPlace)));
  });
  const stopParts = async () => {
    await seeds?.close();
    await node.stop();
    logger.close();
  };
  let stopping: Promise<void> | undefined;
  let finish: () => void;
  const finished = new Promise<void>((resolve) => finish = resolve);
  const stop = () => stopping ??= stopParts().finally(() => finish());
  return {
    addresses: { listen: node.address, dynListen: node.peerAddress, stats: node.statsAddress ?? "" },
    node,
    subscribe: (listener) => node.subscribe(listener),
    stop,
    async leave() {
      // Those who are told do not ask this node again; what they asked before is answered.
      if (node.setState("LEAVING") === undefined) await new Promise<void>((resolve) => clock.after(LEAVE_MS, resolve));
      await stop();
    },
    finished,
    [Symbol.asyncDispose]: stop,
  };
}

function hasPlace(node: NodeDescription): boolean {
  return !isContact(node);
}

/** For the news that this node leaves to arrive. */
const LEAVE_MS = 1_000;
/** What a peer's answer may take longer than an engine's: the way there and back. Then its own error comes first. */
const LOCAL_ALLOWANCE_MS = 200;
const REMOTE_ALLOWANCE_MS = 1_000;
/** A peer that is back is used again within this. C Dynomite takes as long. */
const PEER_RETRY_MS_MAX = 10_000;

/** This node as its topology has it. */
function describeSelf(conf: Conf): NodeDescription {
  const peers = conf.dynListen?.kind === "tcp" ? conf.dynListen : undefined;
  return {
    name: peers === undefined ? "local" : peers.host,
    host: peers?.host ?? "127.0.0.1",
    port: peers?.port ?? 0,
    rack: conf.rack,
    datacenter: conf.datacenter,
    tokens: conf.tokens,
  };
}

/** A record of a seeds provider is a line of dyn_seeds. */
function parseSeed(record: string): NodeDescription | string {
  const seed = seedAddress.parse(record);
  return seed instanceof Problem ? seed.text : seed;
}

/** How others reach this host, where the environment says so. */
function ownPublicHost(environment: string): string | undefined {
  return namesFromEnvironment(environment, readEnvironment)[0];
}

/** Gossip, and what it may do to its node, which exists by the time it does. Throws when it has no address to tell others. */
function openGossip(
  conf: Conf,
  self: NodeDescription,
  parts: Omit<GossipParts, "node">,
  nodeOf: () => Node,
): Gossip {
  if (self.host === "0.0.0.0" || self.host === "::") {
    throw new Error(
      `dyn_listen ${
        formatAddress({ kind: "tcp", host: self.host, port: self.port })
      } is every interface, and gossip has to ` +
        `tell others where this node is: name the address they reach it by, or set the environment variable ` +
        (conf.env === "aws" ? "EC2_PUBLIC_HOSTNAME" : "PUBLIC_HOSTNAME"),
    );
  }
  return new Gossip(
    {
      cluster: conf.poolName,
      self,
      seeds: conf.dynSeeds,
      version,
      intervalMs: conf.gossipIntervalMs,
      threshold: conf.phiThreshold,
      forgetAfterMs: conf.forgetAfterMs,
    },
    {
      ...parts,
      node: {
        send: (address, payload) => nodeOf().peers.at(address)?.sendGossip(payload) ?? false,
        heardAt: (address) => nodeOf().peers.at(address)?.pool.heardAt ?? -Infinity,
        setDown: (address, down) => nodeOf().peers.setDown(address, down),
        reachOut: (address) => nodeOf().peers.at(address)?.pool.hurry(),
        setState: (address, state) => nodeOf().peers.setState(address, state),
        changeRing: (own, others, contacts) => {
          const node = nodeOf();
          node.changeTopology(buildTopology(node.topology.version + 1, own, others), contacts);
        },
      },
    },
  );
}

/** What the node is told, from its configuration. */
function nodeOptions(conf: Conf, self: NodeDescription, servesStats: boolean): NodeOptions {
  return {
    version,
    poolName: conf.poolName,
    listen: conf.listen,
    dynListen: conf.dynListen,
    statsListen: servesStats ? conf.statsListen : undefined,
    adminToken: conf.adminToken,
    backlog: conf.backlog,
    clientsMax: conf.clientConnections,
    clientPendingMax: conf.maxClientPending,
    maxRequestBytes: conf.maxRequestBytes,
    patienceMs: Math.max(1000, conf.timeoutMs),
    password: conf.requirepass,
    levels: { read: conf.readConsistency, write: conf.writeConsistency },
    slowLog: { slowerThanUs: conf.slowlogSlowerThanUs, lengthMax: conf.slowlogLengthMax },
    hotKeys: { sampleEvery: conf.hotkeysSampleEvery },
    traceSampleEvery: conf.traceSampleEvery,
    hash: hashByName[conf.hash],
    hashTag: conf.hashTag,
    topology: buildTopology(1, self, conf.dynSeeds),
    peers: {
      localConnections: conf.localPeerConnections,
      remoteConnections: conf.remotePeerConnections,
      localTimeoutMs: conf.timeoutMs + LOCAL_ALLOWANCE_MS,
      remoteTimeoutMs: conf.timeoutMs + REMOTE_ALLOWANCE_MS,
      retryMsMax: PEER_RETRY_MS_MAX,
      pendingMax: conf.maxLinkPending,
      remoteRatePerSecond: conf.connMsgRate,
      autoEject: conf.autoEjectHosts,
      failureMax: conf.serverFailureLimit,
      replyBytesMax: Math.max(conf.maxRequestBytes, ENGINE_REPLY_BYTES_MAX),
    },
    datacenter: conf.datacenter,
    rack: conf.rack,
    startState: stateByPath[conf.startState]!,
    heldWrites: { count: conf.maxHeldWrites, bytes: conf.maxHeldBytes },
    configuration: describeConf(conf),
  };
}

/** Redis' own bound of one string. */
const ENGINE_REPLY_BYTES_MAX = 512 * 1024 * 1024 + 64;

/** The engine that `servers` names. */
function openDataStore(
  conf: Conf,
  protocol: Protocol,
  parts: Omit<NodeParts, "protocol" | "peerCodec" | "dataStore" | "facts" | "tracer">,
): DataStore {
  const { server } = conf;
  if (server.kind === "embedded") {
    const { clock, turn, random, logger } = parts;
    const commandCount = protocol.commands.length;
    const replyBytesMax = Math.max(parts.pressure.limitBytes, conf.maxRequestBytes + REQUEST_HEAD_BYTES);
    const engine = openEngine({ path: server.path ?? ":memory:", synchronous: conf.dataStoreSync, clock, random });
    const store = { engine, clock, turn, logger, commandCount, replyBytesMax };
    if (protocol.name === "memcached") {
      const writer = new TextWriter(new ByteWriter());
      const { commands } = protocol;
      const executor = new MemcachedExecutor(engine, { commands, writer, valueBytesMax: conf.maxRequestBytes });
      return new EmbeddedDataStore({ ...store, executor, isError });
    }
    const executor = new RedisExecutor(engine, protocol.commands, (out, dialect) => new RespWriter(out, dialect));
    return new EmbeddedDataStore({ ...store, executor });
  }
  const credentials = {
    ...(conf.datastoreUser === undefined ? {} : { username: conf.datastoreUser }),
    ...(conf.datastorePassword === undefined ? {} : { password: conf.datastorePassword }),
    database: conf.datastoreDatabase,
  };
  return new TcpDataStore(
    server.name,
    {
      address: server,
      kind: engineLinks(protocol, credentials, Math.max(conf.maxRequestBytes, ENGINE_REPLY_BYTES_MAX)),
      ratePerSecond: 0,
      timeoutMs: conf.timeoutMs,
      retryMsMax: conf.serverRetryTimeoutMs,
      pendingMax: conf.maxLinkPending,
      size: conf.datastoreConnections,
      preconnect: conf.preconnect,
      autoEject: conf.autoEjectHosts,
      failureMax: conf.serverFailureLimit,
      retryAfterMs: conf.serverRetryTimeoutMs,
    },
    parts,
    protocol.commands.length,
  );
}
