/**
 * Rings of real processes in which nodes of C Dynomite and of this program sit side by side, each in front of a Redis or
 * Memcached server of its own.
 *
 *     await using ring = await MixedRing.start([c("dc1", "rack1"), ours("dc1", "rack2")]);
 *     const client = await RespClient.connect(ring.nodes[0].port);
 */
import { freePort, Program, until } from "./program.ts";
import { originalProgram, type RealServer, startMemcached, startOnFreePort, startRedis } from "./real_servers.ts";
import { RespClient } from "./resp_client.ts";
import { showValue } from "./resp_value.ts";

export interface MixedPlace {
  readonly kind: "C" | "ours";
  readonly datacenter: string;
  readonly rack: string;
  readonly token: number;
}

export const c = (datacenter: string, rack: string, token = 0): MixedPlace => ({ kind: "C", datacenter, rack, token });
export const ours = (datacenter: string, rack: string, token = 0): MixedPlace => ({
  kind: "ours",
  datacenter,
  rack,
  token,
});

export interface MixedRingOptions {
  readonly engine?: "redis" | "memcached";
  /** Of reads and of writes, at every node. */
  readonly level?: string;
  /**
   * Which kinds gossip, every second; default: none. C nodes that gossip may hang for good (they stay JOINING): such a ring is
   * not waited for.
   */
  readonly gossip?: readonly MixedPlace["kind"][];
}

export interface MixedNode {
  readonly place: MixedPlace;
  /** Client port. */
  readonly port: number;
  /** What other nodes connect to. */
  readonly peerPort: number;
  readonly statsPort: number;
  readonly engine: RealServer;
}

/** A started process of either kind. */
interface Process {
  readonly pid: number;
  /** What a C node has logged. */
  readonly log: () => string;
  kill(): Promise<void>;
}

/** An engine holds no more than this: a fault of a test stays small. */
const ENGINE_MEGABYTES = 256;
/** A peer that is back is found again within this: the longest pause between two tries of either program, and a little. */
export const RETURN_MS = 12_000;

export class MixedRing {
  readonly nodes: readonly MixedNode[];
  readonly #folder: string;
  readonly #files: readonly string[];
  readonly #processes: Process[] = [];
  /** What runs at each place now. */
  readonly #kinds: MixedPlace["kind"][];

  private constructor(folder: string, nodes: readonly MixedNode[], files: readonly string[]) {
    this.#folder = folder;
    this.nodes = nodes;
    this.#files = files;
    this.#kinds = nodes.map(({ place }) => place.kind);
  }

  /** Starts engines, then nodes, and returns when every node reaches all others. */
  static async start(places: readonly MixedPlace[], options: MixedRingOptions = {}): Promise<MixedRing> {
    const { engine = "redis", level = "DC_ONE", gossip = [] } = options;
    const folder = await Deno.makeTempDir({ prefix: "dynomite_mixed_" });
    const startEngine = async (index: number) => {
      if (engine === "memcached") return await startMemcached({ args: ["-m", String(ENGINE_MEGABYTES)] });
      // One that copies another one writes a file.
      const own = `${folder}/engine${index}`;
      await Deno.mkdir(own);
      return await startRedis({ folder: own, args: ["--maxmemory", `${ENGINE_MEGABYTES}mb`] });
    };
    const nodes: MixedNode[] = [];
    for (const [i, place] of places.entries()) {
      nodes.push({
        place,
        port: freePort(),
        peerPort: freePort(),
        statsPort: freePort(),
        engine: await startEngine(i),
      });
    }
    const seeds = places.map(({ rack, datacenter, token }, i) =>
      `127.0.0.1:${nodes[i]!.peerPort}:${rack}:${datacenter}:${token}`
    );
    const files = places.map(({ kind, datacenter, rack, token }, i) => {
      const file = `${folder}/${i}.yml`;
      const others = seeds.filter((_, j) => j !== i).map((seed) => `  - ${seed}`).join("\n");
      Deno.writeTextFileSync(
        file,
        `dyn_o_mite:
  datacenter: ${datacenter}
  rack: ${rack}
  tokens: '${token}'
  dyn_listen: 127.0.0.1:${nodes[i]!.peerPort}
  listen: 127.0.0.1:${nodes[i]!.port}
  stats_listen: 127.0.0.1:${nodes[i]!.statsPort}
  data_store: ${engine === "redis" ? 0 : 1}
  secure_server_option: none
  read_consistency: ${level}
  write_consistency: ${level}
  enable_gossip: ${gossip.includes(kind)}
  gos_interval: 1000
  servers:
  - 127.0.0.1:${nodes[i]!.engine.port}:1
${others === "" ? "" : `  dyn_seeds:\n${others}`}
`,
      );
      return file;
    });
    const ring = new MixedRing(folder, nodes, files);
    try {
      // C nodes last: they find ours there, and it is ours that try again, which takes less time.
      const order = [...places.keys()].sort((a, b) => places[a]!.kind > places[b]!.kind ? -1 : 1);
      for (const i of order) await ring.start(i);
      if (engine === "redis" && !gossip.includes("C")) await ring.connected();
    } catch (error) {
      await ring[Symbol.asyncDispose]();
      throw error;
    }
    return ring;
  }

  /** Starts a node, also again after `kill`. */
  async start(index: number): Promise<void> {
    const { port } = this.nodes[index]!;
    const file = this.#files[index]!;
    if (this.#kinds[index] === "ours") {
      const program = await Program.start(["-c", file], this.#folder);
      this.#processes[index] = {
        pid: program.pid,
        log: () => "",
        kill: () => program[Symbol.asyncDispose](),
      };
      return;
    }
    const program = await startOnFreePort(port, undefined, undefined, () => ({
      program: originalProgram!,
      args: ["-c", file, "-v", "5"],
      endSignal: "SIGKILL",
    }));
    this.#processes[index] = { pid: program.pid, log: program.output, kill: () => program.stop("SIGKILL") };
  }

  /** As kill -9 ends it. */
  async kill(index: number): Promise<void> {
    await this.#processes[index]!.kill();
  }

  /** Ends what runs there and starts the other kind from the same file, in front of the same engine. */
  async replace(index: number, kind: MixedPlace["kind"]): Promise<void> {
    await this.kill(index);
    this.#kinds[index] = kind;
    await this.start(index);
  }

  /** What a C node has logged so far. */
  log(index: number): string {
    return this.#processes[index]!.log();
  }

  /** Waits until what is written at any node arrives in every rack. */
  async connected(limitMs = RETURN_MS): Promise<void> {
    for (const [i, { port }] of this.nodes.entries()) {
      await until(`node ${i} reaches the others\n${this.nodes.map((_, j) => this.log(j)).join("\n")}`, async () => {
        try {
          using client = await RespClient.connect(port);
          // Enough keys for every node of every rack.
          const keys = Array.from({ length: 32 }, (_, key) => `probe:${i}:${key}`);
          const value = String(Math.random());
          for (const key of keys) if ((await client.call("SET", key, value)).text !== "OK") return false;
          return await arrived(() => this.#holdsEverywhere(keys, value));
        } catch {
          return false;
        }
      }, limitMs);
    }
  }

  /** Is every key with this value in every rack? */
  async #holdsEverywhere(keys: readonly string[], value: string): Promise<boolean> {
    const found = new Map<string, Set<string>>();
    for (const { place: { datacenter, rack }, engine } of this.nodes) {
      const inRack = found.get(`${datacenter}/${rack}`) ?? new Set();
      found.set(`${datacenter}/${rack}`, inRack);
      using client = await RespClient.connect(engine.port);
      const values = (await client.call("MGET", ...keys)).items!;
      keys.forEach((key, i) => values[i]!.text === value && inRack.add(key));
    }
    return [...found.values()].every((inRack) => inRack.size === keys.length);
  }

  /** What each rack holds: its keys in order, each with the node it is on, its type and its value. */
  async contents(): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
    const racks = new Map<string, Map<string, string>>();
    for (const [i, { place: { datacenter, rack }, engine }] of this.nodes.entries()) {
      const held = racks.get(`${datacenter}/${rack}`) ?? new Map<string, string>();
      racks.set(`${datacenter}/${rack}`, held);
      using client = await RespClient.connect(engine.port);
      const keys = (await client.call("KEYS", "*")).items!.map(({ text }) => text).sort();
      for (const key of keys) {
        if (held.has(key)) throw new Error(`${key} is on two nodes of ${datacenter}/${rack}, ${i} is one`);
        const bytes = Uint8Array.from(key, (letter) => letter.charCodeAt(0));
        const { text: type } = await client.call("TYPE", bytes);
        const reply = await client.call(type === "string" ? "GET" : "SMEMBERS", bytes);
        const value = reply.items?.map(({ text }) => text).sort().join() ?? `${reply.text.length} ${showValue(reply)}`;
        held.set(key, `${type} ${value}`);
      }
    }
    return racks;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#processes) await process?.kill();
    for (const { engine } of this.nodes) await engine.stop("SIGKILL");
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** Copies for other racks arrive after the answer: a moment is given to them. */
async function arrived(condition: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 10; tries++) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
