/** Chance comes in through this interface, so that a run can be repeated from its seed. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, limit). `limit` is 1 or more. */
  below(limit: number): number;
}

/**
 * xoshiro128** by Blackman and Vigna (https://prng.di.unimi.it/), seeded with splitmix32: 32 bits of seed, good enough for tests and jitter.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const [one, other] = [new SeededRandom(7), new SeededRandom(7)];
 * assertEquals(one.next(), other.next());
 * ```
 */
export class SeededRandom implements Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  constructor(seed: number) {
    let state = seed >>> 0;
    const split = () => {
      state = (state + 0x9e3779b9) >>> 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      return (z ^ (z >>> 16)) >>> 0;
    };
    this.#a = split();
    this.#b = split();
    this.#c = split();
    this.#d = split();
  }

  #bits(): number {
    const b5 = Math.imul(this.#b, 5);
    const result = Math.imul((b5 << 7) | (b5 >>> 25), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  next(): number {
    return this.#bits() / 4294967296;
  }
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }
}

/** Seeded from the system's randomness: what a real node uses. */
export function systemRandom(): Random {
  return new SeededRandom(crypto.getRandomValues(new Uint32Array(1))[0]!);
}
