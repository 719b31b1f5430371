/**
 * A whole cluster on this machine, to be looked at and broken: one process per node, so that one can be killed and the others
 * go on. Files are in a temporary folder that goes with the demo.
 */
import type { DatacenterSize } from "../cluster/description.ts";
import { ClusterError } from "../cluster/plan.ts";
import { writeCluster } from "../cluster/write.ts";
import { demoRequest, findPort, portsOf } from "./addresses.ts";
import { DemoNode } from "./demo_node.ts";
import { isFree } from "./free_ports.ts";

/** Nodes that serve and have not met after this are shown all the same. */
const MEET_MS = 10_000;
const POLL_MS = 25;

export class Demo {
  /** In the order of the description. */
  readonly nodes: DemoNode[] = [];
  readonly #print: (line: string) => void;
  #folder: string | undefined;
  #stopping: Promise<void> | undefined;

  /** `print` gets what people are told, line by line. */
  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  /**
   * Returns when every node serves and has met the others.
   *
   * @throws {ClusterError} when no ports are free or a node does not start. `stop` is to be called then too.
   */
  async start(datacenters: readonly DatacenterSize[], wantedPort: number): Promise<void> {
    const port = findPort(datacenters, wantedPort, isFree);
    if (port === undefined) {
      throw new ClusterError(`no free ports from ${wantedPort} on; accepted is --port with another`);
    }
    if (port !== wantedPort) this.#print(`some ports from ${wantedPort} on are in use: the first node has ${port}`);
    this.#folder = await Deno.makeTempDir({ prefix: "dynomite_cluster_" });
    for (const plan of await writeCluster(demoRequest(datacenters, port), this.#folder)) {
      if (this.#stopping !== undefined) return;
      this.nodes.push(new DemoNode(plan, (node, line) => this.#told(node, line)));
    }
    const ready = await Promise.all(this.nodes.map((node) => node.ready()));
    if (this.#stopping !== undefined) return;
    const failed = this.nodes[ready.indexOf(false)];
    if (failed !== undefined) {
      throw new ClusterError([`${failed.name} did not start:`, ...failed.tell()].join("\n"));
    }
    await this.#meet();
    if (this.#stopping !== undefined) return;
    for (const node of this.nodes) {
      node.tell();
      void this.#watch(node);
    }
  }

  /** What a node logs. While all end, each would only tell of the others' end. */
  #told(node: DemoNode, line: string): void {
    if (this.#stopping === undefined) this.#print(`${node.name} | ${line}`);
  }

  /** Until every node is connected to every other, a higher consistency level would fail. */
  async #meet(): Promise<void> {
    const others = this.nodes.length - 1;
    const deadline = performance.now() + MEET_MS;
    while (this.#stopping === undefined && performance.now() < deadline) {
      const counts = await Promise.all(this.nodes.map((node) => node.peerCount()));
      if (counts.every((count) => count >= others)) return;
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  /** Tells of its end, if that was not ours. */
  async #watch(node: DemoNode): Promise<void> {
    const { code, signal } = await node.ended;
    if (this.#stopping !== undefined) return;
    this.#print(`${node.name} (process ${node.pid}) ended by ${signal ?? `itself, code ${code}`}; the others go on`);
    this.#print(`  to start it again, in another terminal: deno task start -c ${node.plan.path}`);
  }

  /** Settles when no node is left. */
  async finished(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.ended));
  }

  /** Ends every node and removes the files. Safe to call twice. */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }
  async #stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    if (this.#folder !== undefined) await Deno.remove(this.#folder, { recursive: true });
  }
}

/** One line per node: where to connect, and what to kill. */
export function describeNodes(nodes: readonly DemoNode[]): readonly string[] {
  return nodes.map((node) => `${node.name}   redis-cli -p ${portsOf(node.plan).clients}   process ${node.pid}`);
}
