/** Lists: one row per element, in the order of their positions (list_positions.ts). */
import type { Database, SqlValue, Statement } from "./database.ts";
import { type Keyspace, KeyType } from "./keyspace.ts";
import { ListPositions } from "./list_positions.ts";
import { LIST_GAP } from "./schema_collections.ts";

/** The end of a list a command works at. */
export const End = { Left: 0, Right: 1 } as const;
export type End = typeof End[keyof typeof End];

type ItemRow = [position: number, value: Uint8Array];

/** Statements for either end, by End. */
type ByEnd<Row extends readonly SqlValue[] = SqlValue[]> = readonly [left: Statement<Row>, right: Statement<Row>];

export class Lists {
  readonly #db: Database;
  readonly #keyspace: Keyspace;
  readonly #positions: ListPositions;
  readonly #push: ByEnd;
  readonly #pop: ByEnd<[value: Uint8Array]>;
  readonly #first: ByEnd<ItemRow>;
  readonly #deleteFirst: ByEnd;
  readonly #deleteMatches: ByEnd;
  /** Positions of a value on the near side of a bound. */
  readonly #matches: ByEnd<[position: number]>;
  /** Removes what is beyond a position. */
  readonly #deleteBeyond: ByEnd;
  readonly #value: Statement<[value: Uint8Array]>;
  readonly #from: Statement<[value: Uint8Array]>;
  readonly #insert: Statement;
  readonly #update: Statement;

  constructor(db: Database, keyspace: Keyspace) {
    this.#db = db;
    this.#keyspace = keyspace;
    this.#positions = new ListPositions(db);
    const where = "FROM list_items WHERE key_id = ?1";
    const byEnd = <Row extends readonly SqlValue[]>(sql: (order: string, beyond: string) => string) =>
      [db.prepare<Row>(sql("ASC", "<")), db.prepare<Row>(sql("DESC", ">"))] as const;
    const end = (order: string) => `SELECT position ${where} ORDER BY position ${order} LIMIT 1`;
    const push = (order: string, step: number) =>
      db.prepare(`INSERT INTO list_items VALUES (?1, coalesce((${end(order)}) + ${step}, 0), ?2)`);
    this.#push = [push("ASC", -LIST_GAP), push("DESC", LIST_GAP)];
    this.#pop = byEnd((order) => `DELETE ${where} AND position = (${end(order)}) RETURNING value`);
    this.#first = byEnd((order) => `SELECT position, value ${where} ORDER BY position ${order} LIMIT ?2`);
    this.#deleteFirst = byEnd((_, beyond) => `DELETE ${where} AND position ${beyond}= ?2`);
    this.#deleteBeyond = byEnd((_, beyond) => `DELETE ${where} AND position ${beyond} ?2`);
    this.#deleteMatches = byEnd((order) =>
      `DELETE ${where} AND position IN (SELECT position ${where} AND value = ?2 ORDER BY position ${order} LIMIT ?3)`
    );
    this.#matches = byEnd((order, beyond) =>
      `SELECT position ${where} AND value = ?2 AND position ${beyond}= ?3 ORDER BY position ${order} LIMIT ?4 OFFSET ?5`
    );
    this.#value = db.prepare(`SELECT value ${where} AND position = ?2`);
    this.#from = db.prepare(`SELECT value ${where} AND position >= ?2 ORDER BY position LIMIT ?3`);
    this.#insert = db.prepare("INSERT INTO list_items (key_id, position, value) VALUES (?, ?, ?)");
    this.#update = db.prepare("UPDATE list_items SET value = ?3 WHERE key_id = ?1 AND position = ?2");
  }

  /** Finds the list at `key`: its id, 0 for none; the keyspace then knows its size. Throws WRONGTYPE. */
  find(key: Uint8Array): number {
    return this.#keyspace.find(key, KeyType.List);
  }

  /** Adds an element; the caller counts. */
  push(id: number, value: Uint8Array, end: End): void {
    this.#db.write();
    this.#push[end].run(id, value);
  }

  /** Takes an element of a list that has one; the caller counts. */
  pop(id: number, end: End): Uint8Array {
    this.#db.write();
    return this.#pop[end].get(id)![0];
  }

  /** Takes up to `count` elements, the outermost first; the caller counts. */
  popMany(id: number, count: number, end: End): Uint8Array[] {
    this.#db.write();
    const rows = this.#first[end].all(id, count);
    if (rows.length > 0) this.#deleteFirst[end].run(id, rows[rows.length - 1]![0]);
    return rows.map(([, value]) => value);
  }

  /** The element at `index`, which the list of `size` elements has. */
  get(id: number, size: number, index: number): Uint8Array {
    return this.#value.get(id, this.#positions.at(id, size, index))![0];
  }

  /** Replaces the element at `index`, which the list of `size` elements has. */
  set(id: number, size: number, index: number, value: Uint8Array): void {
    this.#db.write();
    this.#update.run(id, this.#positions.at(id, size, index), value);
  }

  /** The elements [from, to], both of which the list of `size` elements has. */
  range(id: number, size: number, from: number, to: number): Uint8Array[] {
    return this.#from.all(id, this.#positions.at(id, size, from), to - from + 1).map(([value]) => value);
  }

  /** Every element. */
  all(id: number): Uint8Array[] {
    return this.#first[End.Left].all(id, -1).map(([, value]) => value);
  }

  /** Drops all but [from, to], both of which the list of `size` elements has; the caller counts. */
  keep(id: number, size: number, from: number, to: number): void {
    this.#db.write();
    const first = this.#positions.at(id, size, from);
    const last = this.#positions.at(id, size, to);
    this.#deleteBeyond[End.Left].run(id, first);
    this.#deleteBeyond[End.Right].run(id, last);
  }

  /** Inserts beside the first element that equals `pivot`. Returns false where there is none; the caller counts. */
  insert(id: number, pivot: Uint8Array, before: boolean, value: Uint8Array): boolean {
    const position = this.#matches[End.Left].get(id, pivot, Number.MAX_SAFE_INTEGER, 1, 0)?.[0];
    if (position === undefined) return false;
    this.#db.write();
    const free = before ? this.#positions.before(id, position) : this.#positions.behind(id, position);
    this.#insert.run(id, free, value);
    return true;
  }

  /** Removes up to `limit` elements that equal `value`, those nearest to `end` first. Returns how many; the caller counts. */
  remove(id: number, value: Uint8Array, limit: number, end: End): number {
    this.#db.write();
    return this.#deleteMatches[end].run(id, value, limit).changes;
  }

  /**
   * Indexes of up to `limit` elements that equal `value`, seen from `end`, the first `skip` left out. Only the `within`
   * elements nearest to that end are looked at.
   */
  indexesOf(
    id: number,
    size: number,
    value: Uint8Array,
    search: { readonly end: End; readonly skip: number; readonly limit: number; readonly within: number },
  ): number[] {
    const { end, skip, limit, within } = search;
    let bound = end === End.Left ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
    if (within < size) bound = this.#positions.at(id, size, end === End.Left ? within - 1 : size - within);
    const positions = this.#matches[end].all(id, value, bound, limit, skip).map(([position]) => position);
    if (end === End.Left) return this.#positions.indexesOf(id, size, positions);
    return this.#positions.indexesOf(id, size, positions.reverse()).reverse();
  }
}
