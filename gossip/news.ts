/**
 * What changed a short while ago, and for how many rounds more it is told before everything else. With a node that tells it to
 * some others each round, and these to others again, all have heard it after O(log n) rounds with next to certainty; whoever has
 * not hears it in its turn.
 */

/** Rounds for the first and the last few nodes; those between double each round. */
const ROUNDS_LEAST = 4;
const ROUNDS_PER_DOUBLING = 2;

export class News {
  /** The latest last. */
  readonly #roundsLeft = new Map<string, number>();

  get size(): number {
    return this.#roundsLeft.size;
  }

  /** There is something new about this node, one of `nodes`. */
  add(address: string, nodes: number): void {
    this.#roundsLeft.delete(address);
    this.#roundsLeft.set(address, ROUNDS_LEAST + ROUNDS_PER_DOUBLING * Math.ceil(Math.log2(nodes)));
  }

  delete(address: string): void {
    this.#roundsLeft.delete(address);
  }

  /** A round has passed. */
  age(): void {
    for (const [address, left] of this.#roundsLeft) {
      if (left > 1) this.#roundsLeft.set(address, left - 1);
      else this.#roundsLeft.delete(address);
    }
  }

  /** About whom, the latest first: what is older was told more often already. */
  latest(): string[] {
    return [...this.#roundsLeft.keys()].reverse();
  }
}
