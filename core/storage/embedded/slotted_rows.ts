/** Reading the rows of a collection in the order of its slots: what scanning and picking at random have in common. */
import type { Database, SqlValue, Statement } from "./database.ts";

/** The slot, the element, and what stands beside it (a hash's value, a score). */
export type SlottedRow = [slot: number, element: Uint8Array, ...rest: SqlValue[]];

/** Collections up to this size are compact in Redis, which keeps them in an order of their own and scans them in one go. */
export const SMALL_MAX = 512;

export class SlottedRows<Row extends SlottedRow> {
  readonly #small: Statement<Row>;
  readonly #all: Statement<Row>;
  readonly #from: Statement<Row>;
  readonly #at: Statement<Row>;
  readonly #behind: Statement<Row>;

  /**
   * `element` and `rest` are columns of `table`. `smallOrder` is the order of a small
   * collection; default: by slot.
   *
   *     new SlottedRows<[slot: number, member: Uint8Array, score: number]>(db, "sorted_set_members", "member", ["score"], "score, member")
   */
  constructor(db: Database, table: string, element: string, rest: readonly string[] = [], smallOrder?: string) {
    const select = `SELECT ${["slot", element, ...rest].join(", ")} FROM ${table} WHERE key_id = ?1`;
    const bySlot = `slot, ${element}`;
    this.#small = db.prepare(`${select} ORDER BY ${smallOrder ?? bySlot}`);
    this.#all = db.prepare(`${select} ORDER BY ${bySlot}`);
    this.#from = db.prepare(`${select} AND slot >= ?2 ORDER BY ${bySlot} LIMIT ?3`);
    this.#behind = db.prepare(`${select} AND slot >= ?2 ORDER BY ${bySlot} LIMIT 1 OFFSET ?3`);
    this.#at = db.prepare(`${select} AND slot = ?2`);
  }

  /** Every row of the collection `id`, which has `size` of them. */
  all(id: number, size: number): Row[] {
    return size <= SMALL_MAX ? this.#small.all(id) : this.#all.all(id);
  }
  /** Up to `limit` rows, from `slot` on. */
  from(id: number, slot: number, limit: number): Row[] {
    return this.#from.all(id, slot, limit);
  }
  /** The row after the first `skip` ones from `slot` on, undefined where there are not so many. */
  behind(id: number, slot: number, skip: number): Row | undefined {
    return this.#behind.get(id, slot, skip);
  }
  /** Those of one slot: hardly ever more than one. */
  at(id: number, slot: number): Row[] {
    return this.#at.all(id, slot);
  }
}
