/** Crashes, freezes and cut links of a simulated cluster, by chance; at most those nodes fail that may. */
import type { Random } from "../../core/random.ts";
import type { SimCluster } from "./sim_cluster.ts";

/** What befalls the nodes that may fail. */
export class Faults {
  readonly #cluster: SimCluster;
  readonly #nodes: readonly number[];
  readonly #random: Random;
  readonly state = new Map<number, "crashed" | "frozen">();
  readonly #cuts: [number, number][] = [];

  constructor(cluster: SimCluster, nodes: readonly number[], random: Random) {
    this.#cluster = cluster;
    this.#nodes = nodes;
    this.#random = random;
  }

  async strike(): Promise<void> {
    const cluster = this.#cluster;
    const node = this.#nodes[this.#random.below(this.#nodes.length)]!;
    const state = this.state.get(node);
    if (state === "crashed") await this.#restart(node);
    else if (state === "frozen") this.#thaw(node);
    else {
      switch (this.#random.below(4)) {
        case 0:
          // A machine that is off is cut from nobody.
          this.#healAll((cut) => cut.includes(node));
          this.state.set(node, "crashed");
          await cluster.crash(node);
          break;
        case 1:
          this.state.set(node, "frozen");
          cluster.nodes[node]!.host.freeze();
          break;
        case 2: {
          const other = this.#random.below(cluster.nodes.length);
          if (other === node || this.state.get(other) === "crashed") return;
          cluster.cut(node, other);
          this.#cuts.push([node, other]);
          break;
        }
        default:
          this.#healAll(() => true);
      }
    }
  }

  /** All is well again. */
  async end(): Promise<void> {
    this.#healAll(() => true);
    for (const [node, state] of [...this.state]) {
      if (state === "crashed") await this.#restart(node);
      else this.#thaw(node);
    }
  }

  #healAll(which: (cut: readonly number[]) => boolean): void {
    for (let i = this.#cuts.length - 1; i >= 0; i--) {
      if (!which(this.#cuts[i]!)) continue;
      const [[a, b]] = this.#cuts.splice(i, 1) as [[number, number]];
      this.#cluster.heal(a, b);
    }
  }
  async #restart(node: number): Promise<void> {
    this.state.delete(node);
    await this.#cluster.restart(node);
  }
  #thaw(node: number): void {
    this.state.delete(node);
    this.#cluster.nodes[node]!.host.thaw();
  }
}
