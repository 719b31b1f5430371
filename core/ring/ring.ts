/**
 * One rack's ring: sorted tokens, each belonging to a node. The owner of a key is the node with the first token at or after
 * the key's, and past the greatest token the ring begins again (consistent hashing, Karger et al. 1997; the rule is C
 * Dynomite's). A node may hold several tokens.
 *
 *     0 ----- 100 (A) ----- 2000 (B) ----- 4294967295        owner(50) = A   owner(100) = A   owner(101) = B   owner(3000) = A
 */

/** A place on the ring. `node` is the node's index in its topology. */
export interface RingEntry {
  readonly token: number;
  readonly node: number;
}

/**
 * The sorted tokens of one rack.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const ring = new Ring([{ token: 100, node: 0 }, { token: 2000, node: 1 }]);
 * assertEquals([ring.owner(50), ring.owner(101), ring.owner(3000)], [0, 1, 0]);
 * ```
 */
export class Ring {
  readonly #tokens: Uint32Array;
  readonly #nodes: Int32Array;

  /** Throws if two entries share a token: then nobody could say who owns it. */
  constructor(entries: readonly RingEntry[]) {
    const sorted = [...entries].sort((a, b) => a.token - b.token);
    for (let i = 1; i < sorted.length; i++) {
      if (sorted[i]!.token === sorted[i - 1]!.token) throw new RangeError(`two nodes hold token ${sorted[i]!.token}`);
    }
    this.#tokens = Uint32Array.from(sorted, (entry) => entry.token);
    this.#nodes = Int32Array.from(sorted, (entry) => entry.node);
  }

  /** All tokens, ascending. */
  get tokens(): Iterable<number> {
    return this.#tokens;
  }
  /** Number of tokens. */
  get size(): number {
    return this.#tokens.length;
  }

  /** Index of the node that owns `token`; -1 on an empty ring. */
  owner(token: number): number {
    const tokens = this.#tokens;
    const size = tokens.length;
    if (size <= 1) return size === 0 ? -1 : this.#nodes[0]!;
    let low = 0;
    let high = size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (tokens[middle]! < token) low = middle + 1;
      else high = middle;
    }
    return this.#nodes[low === size ? 0 : low]!;
  }

  /** Share of all tokens that `node` owns, 0 to 1. */
  ownership(node: number): number {
    const size = this.#tokens.length;
    if (size === 0) return 0;
    let owned = 0;
    for (let i = 0; i < size; i++) {
      if (this.#nodes[i] !== node) continue;
      const before = i === 0 ? this.#tokens[size - 1]! - 2 ** 32 : this.#tokens[i - 1]!;
      owned += size === 1 ? 2 ** 32 : this.#tokens[i]! - before;
    }
    return owned / 2 ** 32;
  }
}
