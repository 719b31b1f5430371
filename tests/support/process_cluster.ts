/**
 * A cluster as operators have it: a process for each node, on loopback addresses, each started from a file that differs from
 * the others only in what is the node's own. Every file lists all nodes as seeds, the node itself too.
 *
 *     await using cluster = await ProcessCluster.start([{ rack: "r1", tokens: [0] }, { rack: "r2", tokens: [0] }]);
 *     using client = await cluster.connect(1);
 */
import { freePort, Program, until } from "./program.ts";
import { RespClient } from "./resp_client.ts";

export interface ProcessPlace {
  readonly datacenter?: string;
  readonly rack: string;
  readonly tokens: readonly number[];
  /** Port of the Redis server it stands before. Default: the embedded engine. */
  readonly redisPort?: number;
  /** What its `dyn_listen` says in place of its own address. */
  readonly dynListenHost?: string;
}

interface ProcessNode {
  readonly host: string;
  readonly port: number;
  readonly statsPort: number;
  readonly confPath: string;
  program: Program;
}

export class ProcessCluster implements AsyncDisposable {
  readonly nodes: ProcessNode[] = [];
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts a node for each place, on 127.0.0.1 and those behind it, all linked. `lines` stand in every file. */
  static async start(places: readonly ProcessPlace[], lines: readonly string[] = []): Promise<ProcessCluster> {
    const cluster = new ProcessCluster(await Deno.makeTempDir({ prefix: "dynomite_cluster_" }));
    const hosts = places.map((_, i) => `127.0.0.${i + 1}`);
    const peerPorts = places.map(() => freePort());
    const seeds = places.map(({ datacenter = "dc1", rack, tokens }, i) =>
      `${hosts[i]}:${peerPorts[i]}:${rack}:${datacenter}:${tokens.join(",")}`
    );
    try {
      const nodes = await Promise.all(places.map(async (place, i): Promise<ProcessNode> => {
        const host = hosts[i]!;
        const port = freePort();
        const statsPort = freePort();
        const confPath = `${cluster.#folder}/node${i + 1}.yml`;
        const text = [
          "dyn_o_mite:",
          `  listen: ${host}:${port}`,
          `  dyn_listen: ${place.dynListenHost ?? host}:${peerPorts[i]}`,
          `  stats_listen: ${host}:${statsPort}`,
          `  servers: [${place.redisPort === undefined ? "embedded" : `127.0.0.1:${place.redisPort}:1`}]`,
          `  datacenter: ${place.datacenter ?? "dc1"}`,
          `  rack: ${place.rack}`,
          `  tokens: "${place.tokens.join(",")}"`,
          "  dyn_seeds:",
          ...seeds.map((seed) => `    - "${seed}"`),
          ...lines.map((line) => `  ${line}`),
          "",
        ].join("\n");
        await Deno.writeTextFile(confPath, text);
        return { host, port, statsPort, confPath, program: await Program.start(["-c", confPath], cluster.#folder) };
      }));
      cluster.nodes.push(...nodes);
      for (const [i, { host }] of nodes.entries()) {
        const isLinked = async () => (await cluster.stats(i)).peer_connections === nodes.length - 1;
        await until(`${host} is linked to all others`, isLinked);
      }
    } catch (error) {
      await cluster[Symbol.asyncDispose]();
      throw error;
    }
    return cluster;
  }

  connect(index: number): Promise<RespClient> {
    const { host, port } = this.nodes[index]!;
    return RespClient.connect(port, 2, host);
  }

  /** Asks a path of a node's stats port. */
  async ask(index: number, path: string, method = "GET"): Promise<{ readonly status: number; readonly body: string }> {
    const { host, statsPort } = this.nodes[index]!;
    const response = await fetch(`http://${host}:${statsPort}${path}`, { method });
    return { status: response.status, body: await response.text() };
  }
  /** What a node counts, from its stats port. */
  async stats(index: number): Promise<Readonly<Record<string, number>>> {
    return JSON.parse((await this.ask(index, "/info")).body).dyn_o_mite;
  }

  /** kill -9, and its end. */
  async crash(index: number): Promise<void> {
    await this.nodes[index]!.program[Symbol.asyncDispose]();
  }
  /** Starts it again after a crash, from the same file. */
  async restart(index: number): Promise<void> {
    const node = this.nodes[index]!;
    node.program = await Program.start(["-c", node.confPath], this.#folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map(({ program }) => program[Symbol.asyncDispose]()));
    await Deno.remove(this.#folder, { recursive: true });
  }
}
