/** Hashes: fields and their values, one row each, ordered by slot (slots.ts). */
import type { Database, Statement } from "./database.ts";
import { type Keyspace, KeyType } from "./keyspace.ts";
import { slotOf } from "./slots.ts";
import { SlottedRows } from "./slotted_rows.ts";
import type { Clock } from "../../clock.ts";

export type FieldRow = [slot: number, field: Uint8Array, value: Uint8Array];

/** Numbers for new fields per millisecond of the clock; when there are more, they run ahead of it. */
const NUMBERS_PER_MS = 1000;

export class Hashes {
  /** All fields of a hash, in the order they were added while it is small. */
  readonly rows: SlottedRows<FieldRow>;
  readonly #db: Database;
  readonly #keyspace: Keyspace;
  readonly #clock: Clock;
  readonly #get: Statement<[value: Uint8Array]>;
  readonly #length: Statement<[bytes: number]>;
  readonly #insert: Statement;
  readonly #update: Statement;
  readonly #delete: Statement;
  #lastAdded = 0;

  constructor(db: Database, keyspace: Keyspace, clock: Clock) {
    this.#db = db;
    this.#keyspace = keyspace;
    this.#clock = clock;
    this.rows = new SlottedRows<FieldRow>(db, "hash_fields", "field", ["value"], "added");
    const one = "WHERE key_id = ?1 AND slot = ?2 AND field = ?3";
    this.#get = db.prepare(`SELECT value FROM hash_fields ${one}`);
    this.#length = db.prepare(`SELECT length(value) FROM hash_fields ${one}`);
    this.#insert = db.prepare(
      "INSERT OR IGNORE INTO hash_fields (key_id, slot, field, value, added) VALUES (?, ?, ?, ?, ?)",
    );
    this.#update = db.prepare(`UPDATE hash_fields SET value = ?4 ${one}`);
    this.#delete = db.prepare(`DELETE FROM hash_fields ${one}`);
  }

  /** Finds the hash at `key`: its id, 0 for none; the keyspace then knows its size. Throws WRONGTYPE. */
  find(key: Uint8Array): number {
    return this.#keyspace.find(key, KeyType.Hash);
  }

  /** The value of a field of the hash `id`, or undefined. There is nothing in the hash 0. */
  get(id: number, field: Uint8Array): Uint8Array | undefined {
    return id === 0 ? undefined : this.#get.get(id, slotOf(field), field)?.[0];
  }

  /** The size of a field's value in bytes, or undefined where there is no such field. */
  lengthOf(id: number, field: Uint8Array): number | undefined {
    return id === 0 ? undefined : this.#length.get(id, slotOf(field), field)?.[0];
  }

  /** Adds a field unless it is there. Returns whether it did; the caller counts. */
  insert(id: number, field: Uint8Array, value: Uint8Array): boolean {
    this.#db.write();
    return this.#insert.run(id, slotOf(field), field, value, this.#nextAdded()).changes > 0;
  }

  /** Sets a field. Returns whether it is new; the caller counts. */
  set(id: number, field: Uint8Array, value: Uint8Array): boolean {
    this.#db.write();
    if (this.#update.run(id, slotOf(field), field, value).changes > 0) return false;
    return this.insert(id, field, value);
  }

  /** Removes a field. Returns whether it was there; the caller counts. */
  delete(id: number, field: Uint8Array): boolean {
    this.#db.write();
    return this.#delete.run(id, slotOf(field), field).changes > 0;
  }

  /** Grows without end and across restarts; a wall clock that was set back only shuffles what is shown. */
  #nextAdded(): number {
    this.#lastAdded = Math.max(this.#lastAdded + 1, Math.floor(this.#clock.wall()) * NUMBERS_PER_MS);
    return this.#lastAdded;
  }
}
