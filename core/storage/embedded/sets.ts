/** Sets: one row for each member, ordered by slot (slots.ts). */
import type { Database, Statement } from "./database.ts";
import { type Keyspace, KeyType } from "./keyspace.ts";
import { slotOf } from "./slots.ts";
import { SlottedRows } from "./slotted_rows.ts";

export type MemberRow = [slot: number, member: Uint8Array];

export class Sets {
  /** All members of a set. */
  readonly rows: SlottedRows<MemberRow>;
  readonly #db: Database;
  readonly #keyspace: Keyspace;
  readonly #has: Statement<[number]>;
  readonly #insert: Statement;
  readonly #delete: Statement;

  constructor(db: Database, keyspace: Keyspace) {
    this.#db = db;
    this.#keyspace = keyspace;
    this.rows = new SlottedRows<MemberRow>(db, "set_members", "member");
    const one = "WHERE key_id = ?1 AND slot = ?2 AND member = ?3";
    this.#has = db.prepare(`SELECT 1 FROM set_members ${one}`);
    this.#insert = db.prepare("INSERT OR IGNORE INTO set_members (key_id, slot, member) VALUES (?, ?, ?)");
    this.#delete = db.prepare(`DELETE FROM set_members ${one}`);
  }

  /** Finds the set at `key`: its id, 0 for none; the keyspace then knows its size. Throws WRONGTYPE. */
  find(key: Uint8Array): number {
    return this.#keyspace.find(key, KeyType.Set);
  }

  /** Is it a member of the set `id`? There is nothing in the set 0. */
  has(id: number, member: Uint8Array): boolean {
    return id !== 0 && this.#has.get(id, slotOf(member), member) !== undefined;
  }

  /** Adds a member unless it is there. Returns whether it did; the caller counts. */
  add(id: number, member: Uint8Array): boolean {
    this.#db.write();
    return this.#insert.run(id, slotOf(member), member).changes > 0;
  }

  /** Removes a member. Returns whether it was there; the caller counts. */
  delete(id: number, member: Uint8Array): boolean {
    this.#db.write();
    return this.#delete.run(id, slotOf(member), member).changes > 0;
  }
}
