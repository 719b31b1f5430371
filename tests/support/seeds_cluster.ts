/** Nodes with a seeds provider whose answers the test gives, on a clock and a network that it owns. */
import { assertEquals } from "@std/assert";
import { type Conf, defaultConf } from "../../conf/mod.ts";
import { SeededRandom } from "../../core/random.ts";
import type { NodeDescription } from "../../core/ring/topology.ts";
import { type RunningNode, type SeedsProvider, startNode } from "../../mod.ts";
import { MemoryNetwork } from "./memory_transport.ts";
import { RecordingLogger } from "./recording_logger.ts";
import { node } from "./seed_records.ts";
import { settled } from "./settled.ts";
import { SimClock } from "./sim_clock.ts";
import { SimClient } from "./sim_cluster.ts";
import { SimHost } from "./sim_host.ts";

/** The records by host; every node is a rack of its own. */
const recordOf = (host: string) => `${host}:8101:rack${host.at(-1)}:dc1:0`;

export class SeedsCluster {
  readonly clock = new SimClock();
  readonly network = new MemoryNetwork({ clock: this.clock, random: new SeededRandom(7) });
  readonly logger = new RecordingLogger();
  /** What the provider answers; undefined for nothing at all. */
  hosts: readonly string[] | Error | undefined;
  readonly #running: RunningNode[] = [];
  readonly #provider: SeedsProvider = {
    name: "list",
    ask: async (signal): Promise<readonly NodeDescription[]> => {
      const { hosts } = this;
      if (hosts === undefined) await new Promise((_, reject) => signal.addEventListener("abort", reject));
      if (hosts instanceof Error) throw hosts;
      return await Promise.resolve(hosts!.map((host) => this.#listed(host)));
    },
  };
  readonly #conf: Partial<Conf>;
  readonly #listed: (host: string) => NodeDescription;

  /** `listed` makes what the provider says of a host. */
  constructor(conf: Partial<Conf> = {}, listed = (host: string) => node(recordOf(host))) {
    this.#conf = conf;
    this.#listed = listed;
  }

  #starting(host: string, dynSeeds: readonly string[]): Promise<RunningNode> {
    const conf = {
      ...defaultConf(),
      listen: { kind: "tcp", host, port: 8102 },
      dynListen: { kind: "tcp", host, port: 8101 },
      datacenter: "dc1",
      rack: `rack${host.at(-1)}`,
      tokens: [0],
      gossipIntervalMs: 1000,
      dynSeeds: dynSeeds.map((seed) => ({ ...node(recordOf(seed)) })),
      ...this.#conf,
    } as const;
    return startNode(conf, {
      transport: new SimHost(host, this.network),
      clock: this.clock,
      random: new SeededRandom(1),
      logger: this.logger,
      servesStats: false,
      seeds: this.#provider,
    });
  }
  async start(host: string, dynSeeds: readonly string[] = []): Promise<RunningNode> {
    let running: RunningNode | undefined;
    this.#starting(host, dynSeeds).then((started) => running = started);
    await this.clock.until(() => running !== undefined);
    this.#running.push(running!);
    return running!;
  }
  async client(host: string): Promise<SimClient> {
    return new SimClient(await this.network.connect({ kind: "tcp", host, port: 8102 }, 1000), this.clock);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.#running) {
      let stopped = false;
      running.stop().then(() => stopped = true);
      await this.clock.until(() => stopped);
    }
    await settled();
    assertEquals(this.clock.timerCount, 0);
  }
}

/** Addresses of its peers, contacts among them. */
export function peersOf({ node }: RunningNode): string[] {
  return node.peers.list().map(({ name }) => name).sort();
}
