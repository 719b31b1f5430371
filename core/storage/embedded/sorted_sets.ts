/**
 * Sorted sets: one row for each member with its score, found by slot (slots.ts), and an index by score and member in which
 * ranges are spans (spans.ts) and ranks are counted.
 */
import type { Database, SqlValue, Statement } from "./database.ts";
import { type Keyspace, KeyType } from "./keyspace.ts";
import type { LexRange } from "./ranges.ts";
import { slotOf } from "./slots.ts";
import { SlottedRows } from "./slotted_rows.ts";
import {
  BEHIND_ALL,
  compareBytes,
  emptySpan,
  nextMember,
  type Span,
  spanBefore,
  stretchOf,
  wholeSpan,
} from "./spans.ts";

/** As SlottedRows reads them. */
export type SlottedScore = [slot: number, member: Uint8Array, score: number];
/** As a range yields them. */
export type ScoreRow = [member: Uint8Array, score: number];

const ASCENDING = "ORDER BY score, member";
const DESCENDING = "ORDER BY score DESC, member DESC";
const IN_SPAN = "key_id = ?1 AND (score, member) >= (?2, ?3) AND (score, member) < (?4, ?5)";

export class SortedSets {
  /** All members of a sorted set, by score while it is small. */
  readonly rows: SlottedRows<SlottedScore>;
  readonly #db: Database;
  readonly #keyspace: Keyspace;
  readonly #score: Statement<[number]>;
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #delete: Statement;
  readonly #count: Statement<[number]>;
  readonly #ascending: Statement<ScoreRow>;
  readonly #descending: Statement<ScoreRow>;
  readonly #deleteSpan: Statement;
  readonly #deleteAscending: Statement;
  readonly #deleteDescending: Statement;
  readonly #storeAscending: Statement;
  readonly #storeDescending: Statement;
  readonly #firstFrom: Statement<ScoreRow>;
  readonly #lastBelow: Statement<ScoreRow>;

  constructor(db: Database, keyspace: Keyspace) {
    this.#db = db;
    this.#keyspace = keyspace;
    const table = "sorted_set_members";
    this.rows = new SlottedRows<SlottedScore>(db, table, "member", ["score"], "score, member");
    const one = "WHERE key_id = ?1 AND slot = ?2 AND member = ?3";
    this.#score = db.prepare(`SELECT score FROM ${table} ${one}`);
    this.#insert = db.prepare(`INSERT INTO ${table} (key_id, slot, member, score) VALUES (?, ?, ?, ?)`);
    this.#update = db.prepare(`UPDATE ${table} SET score = ?4 ${one}`);
    this.#delete = db.prepare(`DELETE FROM ${table} ${one}`);
    this.#count = db.prepare(`SELECT count(*) FROM ${table} WHERE ${IN_SPAN}`);
    const select = `SELECT member, score FROM ${table} WHERE ${IN_SPAN}`;
    this.#ascending = db.prepare(`${select} ${ASCENDING} LIMIT ?6 OFFSET ?7`);
    this.#descending = db.prepare(`${select} ${DESCENDING} LIMIT ?6 OFFSET ?7`);
    this.#deleteSpan = db.prepare(`DELETE FROM ${table} WHERE ${IN_SPAN}`);
    const deletePositions = (order: string) =>
      db.prepare(
        `DELETE FROM ${table} WHERE key_id = ?1 AND (slot, member) IN (
           SELECT slot, member FROM ${table} WHERE key_id = ?1 ${order} LIMIT ?2 OFFSET ?3)`,
      );
    this.#deleteAscending = deletePositions(ASCENDING);
    this.#deleteDescending = deletePositions(DESCENDING);
    const store = `INSERT INTO ${table} (key_id, slot, member, score)
      SELECT ?8, slot, member, score FROM ${table} WHERE ${IN_SPAN}`;
    this.#storeAscending = db.prepare(`${store} ${ASCENDING} LIMIT ?6 OFFSET ?7`);
    this.#storeDescending = db.prepare(`${store} ${DESCENDING} LIMIT ?6 OFFSET ?7`);
    this.#firstFrom = db.prepare(`${select} AND member >= ?6 ${ASCENDING} LIMIT 1`);
    this.#lastBelow = db.prepare(`${select} AND member < ?6 ${DESCENDING} LIMIT 1`);
  }

  /** Finds the sorted set at `key`: its id, 0 for none; the keyspace then knows its size. Throws WRONGTYPE. */
  find(key: Uint8Array): number {
    return this.#keyspace.find(key, KeyType.SortedSet);
  }

  /** The score of a member of the sorted set `id`, or undefined. There is nothing in the sorted set 0. */
  score(id: number, member: Uint8Array): number | undefined {
    return id === 0 ? undefined : this.#score.get(id, slotOf(member), member)?.[0];
  }

  /** Adds a member that is not there; the caller counts. */
  add(id: number, member: Uint8Array, score: number): void {
    this.#db.write();
    this.#insert.run(id, slotOf(member), member, score);
  }

  /** Gives a member that is there another score. */
  update(id: number, member: Uint8Array, score: number): void {
    this.#db.write();
    this.#update.run(id, slotOf(member), member, score);
  }

  /** Removes a member. Returns whether it was there; the caller counts. */
  delete(id: number, member: Uint8Array): boolean {
    this.#db.write();
    return this.#delete.run(id, slotOf(member), member).changes > 0;
  }

  /** How many members the span holds. */
  count(id: number, span: Span): number {
    return this.#count.get(id, span.low, span.lowMember, span.high, span.highMember)![0];
  }

  /** Up to `limit` members of the span (-1 for all) behind `offset` others, from its low end or, descending, from its high end. */
  range(id: number, span: Span, descending: boolean, offset: number, limit: number): ScoreRow[] {
    const statement = descending ? this.#descending : this.#ascending;
    return statement.all(id, span.low, span.lowMember, span.high, span.highMember, limit, offset);
  }

  /** The members at positions [from, to] of `size`. Walks from the nearer end. */
  positions(id: number, size: number, from: number, to: number, descending: boolean): ScoreRow[] {
    const behind = size - 1 - to;
    if (from <= behind) return this.range(id, wholeSpan, descending, from, to - from + 1);
    return this.range(id, wholeSpan, !descending, behind, to - from + 1).reverse();
  }

  /** Writes what `range` would return as the members of the key `target`, which has none yet. Returns how many they are. */
  storeRange(id: number, span: Span, descending: boolean, offset: number, limit: number, target: number): number {
    this.#db.write();
    const statement = descending ? this.#storeDescending : this.#storeAscending;
    const { low, lowMember, high, highMember } = span;
    return statement.run(id, low, lowMember, high, highMember, limit, offset, target).changes;
  }

  /** Removes the members of the span. Returns how many; the caller counts. */
  deleteSpan(id: number, span: Span): number {
    this.#db.write();
    return this.#deleteSpan.run(id, span.low, span.lowMember, span.high, span.highMember).changes;
  }

  /** Removes the members at positions [from, to] of `size`. Returns how many; the caller counts. Walks from the nearer end. */
  deletePositions(id: number, size: number, from: number, to: number): number {
    this.#db.write();
    const behind = size - 1 - to;
    if (from <= behind) return this.#deleteAscending.run(id, to - from + 1, from).changes;
    return this.#deleteDescending.run(id, to - from + 1, behind).changes;
  }

  /** The span of the members in `range`, read from its least or, descending, from its greatest. */
  spanOfMembers(id: number, range: LexRange, descending: boolean): Span {
    const stretch = stretchOf(range);
    if (stretch === undefined || id === 0) return emptySpan;
    const { from, below } = stretch;
    const [[first, least], [last, most]] = [this.#end(id, false), this.#end(id, true)];
    if (least === most) {
      if (below === undefined) return { low: least, lowMember: from, high: BEHIND_ALL, highMember: from };
      return { low: least, lowMember: from, high: least, highMember: below };
    }
    // Ranges of members are defined for equal scores alone. With others Redis looks for the first member within by going through
    // all of them in order, and ends before the first one that is not; and so does this.
    const isBelow = (member: Uint8Array) => below === undefined || compareBytes(member, below) < 0;
    if (compareBytes(last, from) < 0 || !isBelow(first)) return emptySpan;
    return descending ? this.#spanDown(id, from, below) : this.#spanUp(id, from, below);
  }

  #end(id: number, descending: boolean): ScoreRow {
    return this.range(id, wholeSpan, descending, 0, 1)[0]!;
  }

  #spanUp(id: number, from: Uint8Array, below: Uint8Array | undefined): Span {
    const start = this.#firstFrom.get(id, ...ends(wholeSpan), from);
    if (start === undefined || (below !== undefined && compareBytes(start[0], below) >= 0)) return emptySpan;
    const rest: Span = { ...wholeSpan, low: start[1], lowMember: start[0] };
    const stop = below === undefined ? undefined : this.#firstFrom.get(id, ...ends(rest), below);
    return stop === undefined ? rest : { ...rest, high: stop[1], highMember: stop[0] };
  }

  #spanDown(id: number, from: Uint8Array, below: Uint8Array | undefined): Span {
    const start = below === undefined ? this.#end(id, true) : this.#lastBelow.get(id, ...ends(wholeSpan), below);
    if (start === undefined || compareBytes(start[0], from) < 0) return emptySpan;
    const rest = spanBefore(start[1], nextMember(start[0]));
    const stop = this.#lastBelow.get(id, ...ends(rest), from);
    return stop === undefined ? rest : { ...rest, low: stop[1], lowMember: nextMember(stop[0]) };
  }
}

function ends(span: Span): SqlValue[] {
  return [span.low, span.lowMember, span.high, span.highMember];
}
