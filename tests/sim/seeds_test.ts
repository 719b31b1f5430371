/** Nodes with a seeds provider, on a clock and a network that the test owns. */
import { assertEquals } from "@std/assert";
import { defaultConf } from "../../conf/mod.ts";
import { SeededRandom } from "../../core/random.ts";
import type { NodeDescription } from "../../core/ring/topology.ts";
import { type RunningNode, type SeedsProvider, startNode } from "../../mod.ts";
import { MemoryNetwork } from "../support/memory_transport.ts";
import { RecordingLogger } from "../support/recording_logger.ts";
import { node } from "../support/seed_records.ts";
import { settled } from "../support/settled.ts";
import { SimClock } from "../support/sim_clock.ts";
import { SimClient } from "../support/sim_cluster.ts";
import { SimHost } from "../support/sim_host.ts";

/** The records by host; every node is a rack of its own. */
const recordOf = (host: string) => `${host}:8101:rack${host.at(-1)}:dc1:0`;

class Cluster {
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
      return await Promise.resolve(hosts!.map(recordOf).map(node));
    },
  };

  starting(host: string, dynSeeds: readonly string[] = []): Promise<RunningNode> {
    const conf = {
      ...defaultConf(),
      listen: { kind: "tcp", host, port: 8102 },
      dynListen: { kind: "tcp", host, port: 8101 },
      datacenter: "dc1",
      rack: `rack${host.at(-1)}`,
      tokens: [0],
      gossipIntervalMs: 1000,
      dynSeeds: dynSeeds.map((seed) => ({ ...node(recordOf(seed)) })),
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
    this.starting(host, dynSeeds).then((started) => running = started);
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

const peersOf = ({ node }: RunningNode) => node.peers.list().map(({ name }) => name).sort();

Deno.test("startNode() asks its seeds provider before clients are let in, and follows the list while it runs", async () => {
  await using cluster = new Cluster();
  const [a, b, c] = ["10.0.0.1", "10.0.0.2", "10.0.0.3"] as const;
  cluster.hosts = [a, b];
  const one = await cluster.start(a);
  assertEquals([peersOf(one), one.node.topology.version], [["10.0.0.2:8101"], 2]);
  const two = await cluster.start(b);
  const three = await cluster.start(c);
  assertEquals(peersOf(two), ["10.0.0.1:8101"]);
  // A list without this node itself is as good.
  assertEquals(peersOf(three), ["10.0.0.1:8101", "10.0.0.2:8101"]);
  cluster.hosts = [a, b, c];
  await cluster.clock.until(() => one.node.peers.list().length === 2 && one.node.peers.list().every(({ up }) => up));
  const client = await cluster.client(a);
  await client.call("CONFIG", "SET", "write_consistency", "dc_each_safe_quorum");
  assertEquals(await client.call("SET", "k", "v"), "OK");
  const there = await cluster.client(c);
  await cluster.clock.run(100);
  assertEquals(await there.call("GET", "k"), "v");
  cluster.hosts = [a, c];
  await cluster.clock.run(10_000);
  assertEquals([peersOf(one), peersOf(three)], [["10.0.0.3:8101"], ["10.0.0.1:8101"]]);
  assertEquals(one.node.topology.version, 4);
  assertEquals(await client.call("SET", "k", "w"), "OK");
  client.close();
  there.close();
});

Deno.test("startNode() waits for its seeds provider no longer than the time limit, and keeps dyn_seeds whatever it says", async () => {
  await using cluster = new Cluster();
  const before = cluster.clock.now();
  const one = await cluster.start("10.0.0.1", ["10.0.0.9"]);
  assertEquals(cluster.clock.now() - before, 5000);
  assertEquals(peersOf(one), ["10.0.0.9:8101"]);
  cluster.hosts = ["10.0.0.2"];
  await cluster.clock.run(5_000);
  assertEquals(peersOf(one), ["10.0.0.2:8101", "10.0.0.9:8101"]);
  const { version } = one.node.topology;
  for (const hosts of [new Error("gone"), ["10.0.0.2", "10.0.0.22"], undefined]) {
    cluster.hosts = hosts;
    await cluster.clock.run(10_000);
    assertEquals([peersOf(one), one.node.topology.version], [["10.0.0.2:8101", "10.0.0.9:8101"], version]);
  }
  assertEquals(
    cluster.logger.lines.filter((line) => line.includes("list: ")).length,
    6,
    cluster.logger.lines.join("\n"),
  );
});
