/**
 * Whole clusters in one process: real nodes as `startNode` makes them, each on the embedded engine, over a network and a clock
 * that the test owns.
 *
 *     await using cluster = await SimCluster.start(racks(3), { seed: 7 });
 *     await cluster.call(0, "SET", "key", "value");     // a client of node 0
 *     cluster.crash(1);
 *     cluster.engine(2, "GET", "key");                  // what node 2's own engine holds
 */
import { defaultConf } from "../../conf/mod.ts";
import type { Conf } from "../../conf/schema.ts";
import { evenTokens } from "../../core/ring/even_tokens.ts";
import { SeededRandom } from "../../core/random.ts";
import type { Connection } from "../../core/transport.ts";
import type { Tracer } from "../../core/tracer.ts";
import { type RunningNode, startNode } from "../../mod.ts";
import { MemoryNetwork } from "./memory_transport.ts";
import { RecordingLogger } from "./recording_logger.ts";
import { type Args, encodeCommand, joined } from "./resp_client.ts";
import { parseReply, type RespReply } from "./resp_value.ts";
import { redisRequest } from "./redis_request.ts";
import { settled } from "./settled.ts";
import { SimClock } from "./sim_clock.ts";
import { SimHost } from "./sim_host.ts";

export { evenTokens };

/** Where a node stands. */
export interface Place {
  readonly datacenter: string;
  readonly rack: string;
  readonly tokens: readonly number[];
}

/** The places of `count` racks with `nodes` nodes each, in one datacenter. */
export function racks(count: number, nodes = 1, datacenter = "dc1"): Place[] {
  return Array.from(
    { length: count },
    (_, i) => evenTokens(nodes).map((token) => ({ datacenter, rack: `rack${i + 1}`, tokens: [token] })),
  ).flat();
}

export interface SimClusterOptions {
  readonly seed?: number;
  readonly conf?: Partial<Conf>;
  /** Ms until written bytes arrive, and up to so many more, by chance. */
  readonly delayMs?: number;
  readonly jitterMs?: number;
  /** Where the traces of all nodes go. */
  readonly tracer?: Tracer;
  /** Whom node `index` knows at the start, by their indexes; everybody unless told otherwise. */
  readonly seedsOf?: (index: number) => readonly number[];
}

interface SimNode {
  readonly host: SimHost;
  readonly running: RunningNode;
  readonly conf: Conf;
}

export class SimCluster {
  readonly clock = new SimClock();
  readonly network: MemoryNetwork;
  readonly logger = new RecordingLogger();
  readonly nodes: SimNode[] = [];
  /** Every node there was, crashed ones too. */
  readonly started: RunningNode[] = [];
  readonly #seed: number;
  readonly #conf: Partial<Conf>;
  readonly #tracer: Tracer | undefined;

  private constructor(options: SimClusterOptions) {
    this.#seed = options.seed ?? 1;
    this.#conf = options.conf ?? {};
    this.#tracer = options.tracer;
    this.network = new MemoryNetwork({
      clock: this.clock,
      random: new SeededRandom(this.#seed),
      ...(options.delayMs === undefined ? {} : { delayMs: options.delayMs }),
      ...(options.jitterMs === undefined ? {} : { jitterMs: options.jitterMs }),
    });
  }

  /** Starts a node for each place, all with each other as seeds. */
  static async start(places: readonly Place[], options: SimClusterOptions = {}): Promise<SimCluster> {
    const cluster = new SimCluster(options);
    const seedsOf = options.seedsOf ?? (() => places.map((_, i) => i));
    const confs = places.map((place, i) => confOf(i, place, seedsOf(i), places, options.conf));
    await Promise.all(confs.map((conf, i) => cluster.#start(i, conf)));
    await cluster.clock.until(() => cluster.nodes.every(({ running }) => running.node.peers.list().every((p) => p.up)));
    return cluster;
  }

  async #start(index: number, conf: Conf): Promise<void> {
    const host = new SimHost(hostOf(index), this.network);
    const starting = startNode(conf, {
      transport: host,
      clock: this.clock,
      random: new SeededRandom(this.#seed + index),
      logger: this.logger,
      servesStats: false,
      ...(this.#tracer === undefined ? {} : { tracer: this.#tracer }),
    });
    let running: RunningNode | undefined;
    starting.then((node) => running = node);
    await this.clock.until(() => running !== undefined);
    this.nodes[index] = { host, running: running!, conf };
    this.started.push(running!);
  }

  /** One more node, which knows the given ones. It has the next index. */
  async add(place: Place, seeds: readonly number[], conf: Partial<Conf> = {}): Promise<void> {
    const index = this.nodes.length;
    const places = this.nodes.map((node) => node.conf);
    await this.#start(index, confOf(index, place, seeds, places, { ...this.#conf, ...conf }));
  }

  /** As kill -9 ends it. Its memory is lost. */
  async crash(index: number): Promise<void> {
    const { host, running } = this.nodes[index]!;
    host.crash();
    await this.#stop(running);
  }
  /** Starts it again after a crash, empty. */
  async restart(index: number): Promise<void> {
    await this.#start(index, this.nodes[index]!.conf);
  }

  /** Parts two nodes: nothing arrives, connections cannot be made. */
  cut(a: number, b: number): void {
    this.nodes[a]!.host.cut(hostOf(b));
    this.nodes[b]!.host.cut(hostOf(a));
  }
  heal(a: number, b: number): void {
    this.nodes[a]!.host.heal(hostOf(b));
    this.nodes[b]!.host.heal(hostOf(a));
  }

  /** A client of one node. */
  async connect(index: number): Promise<SimClient> {
    const connection = await this.network.connect({ kind: "tcp", host: hostOf(index), port: 8102 }, 1000);
    return new SimClient(connection, this.clock);
  }
  /** One command through one node, by a client of its own. */
  async call(index: number, ...args: Args): Promise<string> {
    const client = await this.connect(index);
    const [reply] = await client.pipeline([args]);
    client.close();
    return show(reply!);
  }
  /** One command at a node's own engine, past the node. */
  async engine(index: number, ...args: string[]): Promise<string> {
    let answer: string | undefined;
    this.nodes[index]!.running.node.parts.dataStore.send(redisRequest(...args), {
      onReply: (_, { bytes, start, end }) => {
        answer = show(parseReply(bytes.slice(start, end), 0, end - start)!);
        return true;
      },
      onFailure: (_, failure) => answer = String(failure),
    }, 0);
    await this.clock.until(() => answer !== undefined);
    return answer!;
  }
  /** The same at every node's engine. */
  async engines(...args: string[]): Promise<string[]> {
    const answers: string[] = [];
    for (const index of this.nodes.keys()) answers.push(await this.engine(index, ...args));
    return answers;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { running } of this.nodes) await this.#stop(running);
    await settled();
  }

  async #stop(running: RunningNode): Promise<void> {
    let stopped = false;
    running.stop().then(() => stopped = true);
    await this.clock.until(() => stopped, 120_000);
  }
}

function confOf(
  index: number,
  place: Place,
  seeds: readonly number[],
  places: readonly Place[],
  conf: Partial<Conf> | undefined,
): Conf {
  const host = hostOf(index);
  return {
    ...defaultConf(),
    listen: { kind: "tcp", host, port: 8102 },
    dynListen: { kind: "tcp", host, port: 8101 },
    ...place,
    dynSeeds: seeds.map((i) => {
      const { datacenter, rack, tokens } = places[i]!;
      return { datacenter, rack, tokens, name: hostOf(i), host: hostOf(i), port: 8101 };
    }),
    ...conf,
  };
}

function hostOf(index: number): string {
  return `10.0.0.${index + 1}`;
}

/** A reply in short: text as it is, nil, arrays in brackets, errors with their dash. */
export function show(
  reply: { readonly type: string; readonly text: string; readonly items?: readonly unknown[] },
): string {
  if (reply.items !== undefined) return `[${(reply.items as (typeof reply)[]).map(show).join(" ")}]`;
  if (reply.type === "-") return `-${reply.text}`;
  return reply.type === "_" || reply.type.endsWith("-1") ? "nil" : reply.text;
}

/** A Redis client on the simulated network. */
export class SimClient {
  readonly #connection: Connection;
  readonly #clock: SimClock;
  #received = new Uint8Array(0);
  #ended = false;
  #sending = Promise.resolve();
  /** Replies that came, not taken yet. */
  readonly arrived: RespReply[] = [];
  /** When each of them came, ms. */
  readonly arrivedAt: number[] = [];

  constructor(connection: Connection, clock: SimClock) {
    this.#connection = connection;
    this.#clock = clock;
    this.#read();
  }

  /** Sends without waiting, behind what was sent before. */
  send(commands: readonly Args[]): void {
    const bytes = joined(commands.flatMap(encodeCommand));
    this.#sending = this.#sending.then(() => this.#write(bytes));
  }
  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
    } catch {
      this.#ended = true;
    }
  }
  /** Sends all and returns their replies. Time goes on meanwhile. */
  async pipeline(commands: readonly Args[], limitMs = 60_000): Promise<RespReply[]> {
    this.send(commands);
    await this.#clock.until(() => this.#ended || this.arrived.length >= commands.length, limitMs);
    if (this.arrived.length < commands.length) throw new Error(`the connection ended after ${this.arrived.length}`);
    this.arrivedAt.splice(0, commands.length);
    return this.arrived.splice(0, commands.length);
  }
  async call(...args: Args): Promise<string> {
    return show((await this.pipeline([args]))[0]!);
  }
  close(): void {
    this.#connection.close();
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (;;) {
        const count = await this.#connection.read(buffer);
        if (count === null) break;
        const bytes = new Uint8Array(this.#received.length + count);
        bytes.set(this.#received);
        bytes.set(buffer.subarray(0, count), this.#received.length);
        let at = 0;
        for (;;) {
          const reply = parseReply(bytes, at, bytes.length);
          if (reply === undefined) break;
          at += reply.raw.length;
          this.arrived.push(reply);
          this.arrivedAt.push(this.#clock.now());
        }
        this.#received = bytes.slice(at);
      }
    } catch {
      // The node is gone.
    }
    this.#ended = true;
  }
}
