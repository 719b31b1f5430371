/**
 * Where the elements of a list stand. A row's `position` is any whole number; the order of the numbers is the order of the
 * list. Pushes go `GAP` beyond the first or last one, so both ends are one step into the index; an insertion takes the middle
 * between its neighbours, and only where they have no number left between them are some rows around it spread anew:
 *
 *     RPUSH a b c          a=0      b=256      c=512
 *     LINSERT BEFORE c x   a=0      b=256 x=384 c=512
 *
 * A list is *even* while its elements stand `GAP` apart, as pushes, pops and LTRIM leave them. Then index i is the position
 * first + i * GAP, and LINDEX is one step whatever the length. It is even when nothing is off the grid of multiples of GAP
 * and the ends are as far apart as so many elements must be: distinct multiples then leave no room for a hole. Other lists
 * are counted through, from the nearer end.
 */
import type { Database, SqlValue, Statement } from "./database.ts";
import { LIST_GAP as GAP } from "./schema_collections.ts";

/** Rows to either side that are looked at first when room is to be made, and by how much the look widens. */
const ROWS_FIRST = 16;
const ROWS_FACTOR = 4;
/** Rows are spread anew only where each gets this many numbers, so that the next insertions need no new room. */
const ROOM_MIN = 16;

export class ListPositions {
  readonly #ends: Statement<[first: number, last: number, offGrid: number]>;
  readonly #fromFirst: Statement<[position: number]>;
  readonly #fromLast: Statement<[position: number]>;
  readonly #before: Statement<[position: number, value: Uint8Array]>;
  readonly #from: Statement<[position: number, value: Uint8Array]>;
  readonly #countBetween: Statement<[count: number]>;
  readonly #deleteBetween: Statement;
  readonly #insert: Statement;

  constructor(db: Database) {
    const prepare = <Row extends readonly SqlValue[]>(what: string, rest: string) =>
      db.prepare<Row>(`${what} FROM list_items WHERE key_id = ?1 ${rest}`);
    const end = (order: string) =>
      `(SELECT position FROM list_items WHERE key_id = ?1 ORDER BY position ${order} LIMIT 1)`;
    this.#ends = db.prepare(
      `SELECT ${end("ASC")}, ${end("DESC")}, EXISTS (
         SELECT 1 FROM list_items INDEXED BY list_items_off_grid WHERE key_id = ?1 AND position % ${GAP} <> 0)`,
    );
    this.#fromFirst = prepare("SELECT position", "ORDER BY position LIMIT 1 OFFSET ?2");
    this.#fromLast = prepare("SELECT position", "ORDER BY position DESC LIMIT 1 OFFSET ?2");
    this.#before = prepare("SELECT position, value", "AND position < ?2 ORDER BY position DESC LIMIT ?3");
    this.#from = prepare("SELECT position, value", "AND position >= ?2 ORDER BY position LIMIT ?3");
    this.#countBetween = prepare("SELECT count(*)", "AND position >= ?2 AND position < ?3");
    this.#deleteBetween = prepare("DELETE", "AND position BETWEEN ?2 AND ?3");
    this.#insert = db.prepare("INSERT INTO list_items (key_id, position, value) VALUES (?, ?, ?)");
  }

  /** The position of element `index`, from 0 on, of the list `id`, which has `size` elements and such an index. */
  at(id: number, size: number, index: number): number {
    const fromEnd = size - 1 - index;
    if (index > 0 && fromEnd > 0) {
      const first = this.#firstIfEven(id, size);
      if (first !== undefined) return first + index * GAP;
    }
    return index <= fromEnd ? this.#fromFirst.get(id, index)![0] : this.#fromLast.get(id, fromEnd)![0];
  }

  /** The indexes of these positions, which are in ascending order. */
  indexesOf(id: number, size: number, positions: readonly number[]): number[] {
    const first = this.#firstIfEven(id, size);
    if (first !== undefined) return positions.map((position) => (position - first) / GAP);
    let counted = Number.MIN_SAFE_INTEGER;
    let index = 0;
    return positions.map((position) => {
      index += this.#countBetween.get(id, counted, position)![0];
      counted = position;
      return index;
    });
  }

  /** A free position right before the element at `position`. */
  before(id: number, position: number): number {
    const previous = this.#before.get(id, position, 1)?.[0];
    if (previous === undefined) return position - GAP;
    return position - previous > 1 ? middle(previous, position) : this.#makeRoom(id, position);
  }

  /** A free position right behind the element at `position`. */
  behind(id: number, position: number): number {
    const next = this.#from.get(id, position + 1, 1)?.[0];
    return next === undefined ? position + GAP : this.before(id, next);
  }

  #firstIfEven(id: number, size: number): number | undefined {
    const [first, last, offGrid] = this.#ends.get(id)!;
    return offGrid === 0 && last - first === (size - 1) * GAP ? first : undefined;
  }

  /**
   * Spreads the rows around `position` evenly over the numbers they have, looking at ever more of them until that is enough,
   * or until the rows reach an end of the list, behind which there are numbers without end. Returns a free position before
   * the row that stood at `position`.
   */
  #makeRoom(id: number, position: number): number {
    for (let count = ROWS_FIRST;; count *= ROWS_FACTOR) {
      const before = this.#before.all(id, position, count).reverse();
      const behind = this.#from.all(id, position, count);
      const rows = [...before, ...behind];
      const first = rows[0]![0];
      const last = rows[rows.length - 1]![0];
      const room = Math.floor((last - first) / (rows.length - 1));
      const atEnd = before.length < count || behind.length < count;
      if (room < ROOM_MIN && !atEnd) continue;
      const step = atEnd ? GAP : room;
      const start = before.length < count ? last - (rows.length - 1) * step : first;
      this.#deleteBetween.run(id, first, last);
      rows.forEach(([, value], i) => this.#insert.run(id, start + i * step, value));
      const moved = start + before.length * step;
      return middle(moved - step, moved);
    }
  }
}

function middle(a: number, b: number): number {
  return a + Math.floor((b - a) / 2);
}
