/**
 * The addresses of all known nodes in the order of their text, as a circle: after the last comes the first. A stretch of it is
 * told by two addresses, whoever else knows more or fewer nodes in between.
 */

/** All addresses after `after` up to and with `upTo`, round the circle; everybody when the two are the same. */
export interface Stretch {
  readonly after: string;
  readonly upTo: string;
}

export class AddressCircle {
  readonly #sorted: string[] = [];

  get size(): number {
    return this.#sorted.length;
  }

  add(address: string): void {
    const at = this.#firstAfter(address);
    if (this.#sorted[at - 1] !== address) this.#sorted.splice(at, 0, address);
  }

  delete(address: string): void {
    const at = this.#firstAfter(address) - 1;
    if (this.#sorted[at] === address) this.#sorted.splice(at, 1);
  }

  /** All once, beginning behind `after`. */
  *following(after: string): Generator<string> {
    const start = this.#firstAfter(after);
    for (let i = start; i < this.#sorted.length; i++) yield this.#sorted[i]!;
    for (let i = 0; i < start; i++) yield this.#sorted[i]!;
  }

  /** Those of a stretch, in its order. */
  within({ after, upTo }: Stretch): string[] {
    const [start, end] = [this.#firstAfter(after), this.#firstAfter(upTo)];
    if (after < upTo) return this.#sorted.slice(start, end);
    return [...this.#sorted.slice(start), ...this.#sorted.slice(0, end)];
  }

  #firstAfter(address: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sorted[middle]! > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
