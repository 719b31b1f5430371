/**
 * Which items of a stream come often, in a table of fixed size: Misra and Gries, "Finding repeated elements" (1982).
 *
 *     an item in the table    -> its count grows
 *     a new one, and room     -> it enters
 *     a new one, and no room  -> every count shrinks by one, and who has none left goes
 *
 * Invariant: an item came between `count` and `count + total / (capacity + 1)` times. So whatever makes up more than
 * 1 / (capacity + 1) of the stream is in the table, in whatever order it came, and nothing is ever said to come more often than
 * it did. Shrinking is a walk over the table, which as many additions have paid for.
 */

interface Item {
  /** Times it came, at least. */
  count: number;
  /** Times it came since it entered, and how many of them had the mark. */
  seen: number;
  marked: number;
}

/** What is known of an item. */
export type Frequency = Readonly<Item>;

export class FrequentItems {
  readonly #capacity: number;
  readonly #items = new Map<string, Item>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Counts an item once, with a mark or without. */
  add(name: string, isMarked: boolean): void {
    const marked = isMarked ? 1 : 0;
    const item = this.#items.get(name);
    if (item !== undefined) {
      item.count++;
      item.seen++;
      item.marked += marked;
    } else if (this.#items.size < this.#capacity) this.#items.set(name, { count: 1, seen: 1, marked });
    else for (const [name, item] of this.#items) if (--item.count === 0) this.#items.delete(name);
  }

  /** The table, by name. */
  get items(): ReadonlyMap<string, Frequency> {
    return this.#items;
  }
}
