/**
 * The keys themselves: finding, making and removing them, whatever they hold. A key that has expired is removed by whoever
 * meets it first (or by the sweep, expiry.ts), so that no command ever sees one.
 *
 * `find` leaves what it learned in fields instead of returning an object, because every command begins with it.
 */
import type { Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";
import { CommandError, wrongType } from "./call.ts";
import type { Database, Statement } from "./database.ts";
import { elementTables, type KeyType } from "./schema.ts";

export { KeyType } from "./schema.ts";

type KeyRow = [id: number, type: KeyType, expiresAt: number | null, count: number];

export class Keyspace {
  /** Of the key last found or created: its id, 0 for none. */
  id = 0;
  /** Its KeyType; 0 for none. */
  type: KeyType | 0 = 0;
  /** Wall ms since 1970 at which it expires; 0 for never. */
  expiresAt = 0;
  /** Its number of elements (for a string: its StringForm). */
  count = 0;

  readonly #db: Database;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #find: Statement<KeyRow>;
  readonly #typeOf: Statement<[KeyType]>;
  readonly #insert: Statement;
  readonly #delete: Statement;
  readonly #setCount: Statement;
  readonly #setExpiry: Statement;
  readonly #rename: Statement;
  readonly #copyKey: Statement;
  readonly #atOrAfter: Statement<[id: number, key: Uint8Array, expiresAt: number | null]>;
  readonly #withPrefix: Statement<[key: Uint8Array, expiresAt: number | null]>;
  readonly #from: Statement<[key: Uint8Array, expiresAt: number | null]>;
  readonly #after: Statement<[id: number, key: Uint8Array, type: KeyType, expiresAt: number | null]>;
  readonly #clear: Statement[];
  /** Element tables by KeyType: drop, move to another key, copy to another key. */
  readonly #elements: ({ drop: Statement; move: Statement; copy: Statement } | undefined)[];
  #size = 0;
  #nextId = 1;
  #markedSize = 0;

  constructor(db: Database, clock: Clock, random: Random) {
    this.#db = db;
    this.#clock = clock;
    this.#random = random;
    this.#find = db.prepare("SELECT id, type, expires_at, count FROM keys WHERE key = ?");
    this.#typeOf = db.prepare("SELECT type FROM keys WHERE id = ?");
    this.#insert = db.prepare("INSERT INTO keys (id, key, type, expires_at) VALUES (?, ?, ?, ?)");
    this.#delete = db.prepare("DELETE FROM keys WHERE id = ?");
    this.#setCount = db.prepare("UPDATE keys SET count = ?2 WHERE id = ?1");
    this.#setExpiry = db.prepare("UPDATE keys SET expires_at = ?2 WHERE id = ?1");
    this.#rename = db.prepare("UPDATE keys SET id = ?2, key = ?3 WHERE id = ?1");
    this.#copyKey = db.prepare(
      "INSERT INTO keys (id, key, type, expires_at, count, value) SELECT ?2, ?3, type, expires_at, count, value FROM keys WHERE id = ?1",
    );
    this.#atOrAfter = db.prepare("SELECT id, key, expires_at FROM keys WHERE id >= ? ORDER BY id LIMIT 1");
    this.#withPrefix = db.prepare("SELECT key, expires_at FROM keys WHERE key >= ? AND key < ?");
    this.#from = db.prepare("SELECT key, expires_at FROM keys WHERE key >= ?");
    this.#after = db.prepare("SELECT id, key, type, expires_at FROM keys WHERE id > ? ORDER BY id LIMIT ?");
    this.#elements = elementTables.map((table) => table === undefined ? undefined : elementStatements(db, table));
    this.#clear = ["keys", ...elementTables.filter((table) => table !== undefined)].map((table) =>
      db.prepare(`DELETE FROM ${table}`)
    );
    this.reload();
  }

  /**
   * The id of `key`, or 0 when there is no such key. With `type` given, a key of another type throws the WRONGTYPE error.
   * Fills `id`, `type`, `expiresAt` and `count`.
   */
  find(key: Uint8Array, type: KeyType | 0 = 0): number {
    const row = this.#find.get(key);
    if (row === undefined) return this.#none();
    const expiresAt = row[2];
    if (expiresAt !== null && this.#clock.wall() > expiresAt) {
      this.remove(row[0], row[1]);
      return this.#none();
    }
    if (type !== 0 && row[1] !== type) throw new CommandError(wrongType);
    this.id = row[0];
    this.type = row[1];
    this.expiresAt = expiresAt ?? 0;
    this.count = row[3];
    return row[0];
  }

  /** Makes a key that is known not to exist. A collection gets its elements, and `setCount`, before its command ends. */
  create(key: Uint8Array, type: KeyType, expiresAt = 0): number {
    this.#db.write();
    const id = this.#nextId++;
    this.#insert.run(id, key, type, expiresAt === 0 ? null : expiresAt);
    this.#size++;
    this.id = id;
    this.type = type;
    this.expiresAt = expiresAt;
    this.count = 0;
    return id;
  }

  /** The id of `key`, made with this type if there was none; a key of another type throws the WRONGTYPE error. */
  findOrCreate(key: Uint8Array, type: KeyType): number {
    const id = this.find(key, type);
    return id !== 0 ? id : this.create(key, type);
  }

  /** Drops the key and whatever its type stores. Give the type where it is known. */
  remove(id: number, type: KeyType | 0 = this.id === id ? this.type : 0): void {
    this.#db.write();
    if (type === 0) type = this.#typeOf.get(id)?.[0] ?? 0;
    this.#elements[type]?.drop.run(id);
    if (this.#delete.run(id).changes > 0) this.#size--;
    if (this.id === id) this.#none();
  }

  /** Removes `key`. Returns whether it was there. */
  delete(key: Uint8Array): boolean {
    const id = this.find(key);
    if (id === 0) return false;
    this.remove(id);
    return true;
  }

  /** Notes how many elements a collection has; one that has none left is removed. */
  setCount(id: number, count: number): void {
    if (count <= 0) return this.remove(id);
    this.#db.write();
    this.#setCount.run(id, count);
    if (this.id === id) this.count = count;
  }

  /** Sets when the key expires, wall ms since 1970; 0 for never. */
  setExpiry(id: number, expiresAt: number): void {
    this.#db.write();
    this.#setExpiry.run(id, expiresAt === 0 ? null : expiresAt);
    if (this.id === id) this.expiresAt = expiresAt;
  }

  /**
   * Gives the key `id` of this type a new name, dropping the key that had it. The survivor keeps the greater id of the two,
   * so that a scan under way still meets the name.
   */
  rename(id: number, type: KeyType, newName: Uint8Array): void {
    this.#db.write();
    const replaced = this.find(newName);
    if (replaced === id) return;
    if (replaced !== 0) this.remove(replaced);
    const newId = Math.max(id, replaced);
    this.#rename.run(id, newId, newName);
    if (newId !== id) this.#elements[type]?.move.run(id, newId);
    this.#none();
  }

  /** Copies the key `id` of this type, with its expiry, to a name that is not in use. */
  copy(id: number, type: KeyType, name: Uint8Array): void {
    this.#db.write();
    const newId = this.#nextId++;
    this.#copyKey.run(id, newId, name);
    this.#elements[type]?.copy.run(id, newId);
    this.#size++;
    this.#none();
  }

  /** How many keys there are, those included that have expired and nobody has met since. */
  size(): number {
    return this.#size;
  }

  /** Some key that has not expired, or undefined when there is none. Cheap, and therefore not quite uniform over gaps. */
  randomKey(): Uint8Array | undefined {
    while (this.#size > 0) {
      const from = this.#random.below(this.#nextId);
      const row = this.#atOrAfter.get(from) ?? this.#atOrAfter.get(0);
      if (row === undefined) return undefined;
      if (row[2] === null || this.#clock.wall() <= row[2]) return row[1];
      this.remove(row[0]);
    }
    return undefined;
  }

  /** The keys that begin with `prefix` and have not expired. Nothing may change until the last is taken. */
  *keysWithPrefix(prefix: Uint8Array): Generator<Uint8Array> {
    const now = this.#clock.wall();
    const end = behindPrefix(prefix);
    const rows = end === undefined ? this.#from.iterate(prefix) : this.#withPrefix.iterate(prefix, end);
    for (const [key, expiresAt] of rows) if (expiresAt === null || now <= expiresAt) yield key;
  }

  /** Shows `visit` up to `count` keys with an id above `cursor`, expired ones left out. Returns the next cursor, 0 at the end. */
  scan(cursor: number, count: number, visit: (key: Uint8Array, type: KeyType) => void): number {
    const now = this.#clock.wall();
    const rows = this.#after.all(cursor, count);
    for (const [, key, type, expiresAt] of rows) if (expiresAt === null || now <= expiresAt) visit(key, type);
    return rows.length < count ? 0 : rows[rows.length - 1]![0];
  }

  /**
   * Gives `key` the `count` elements that were written under `nextId`, in place of whatever it held; with none of them the key
   * is gone. Elements come first and the key second, because what it held may be what they are made of.
   */
  replace(key: Uint8Array, type: KeyType, count: number): void {
    this.delete(key);
    if (count > 0) this.setCount(this.create(key, type), count);
  }

  /** Drops every key. */
  clear(): void {
    this.#db.write();
    for (const statement of this.#clear) statement.run();
    this.#size = 0;
    this.#none();
  }

  /** The id of the next key: for a statement that inserts one by itself (tell `inserted` when it did), and for `replace`. */
  get nextId(): number {
    return this.#nextId;
  }
  /** The row with `nextId` is there now. */
  inserted(): void {
    this.#nextId++;
    this.#size++;
  }

  /** Counts anew, after a rollback. */
  reload(): void {
    const [size, last] = this.#db.prepare<[number, number | null]>("SELECT count(*), max(id) FROM keys").get()!;
    this.#size = size;
    this.#nextId = Math.max(this.#nextId, last ?? 0) + 1;
    this.#none();
  }
  /** With a savepoint: remembers the size, and returns to it. */
  mark(): void {
    this.#markedSize = this.#size;
  }
  undo(): void {
    this.#size = this.#markedSize;
    this.#none();
  }

  #none(): 0 {
    this.id = 0;
    this.type = 0;
    this.expiresAt = 0;
    this.count = 0;
    return 0;
  }
}

/** The columns are asked of SQLite, so that a table's layout is written down once, where the table is made. */
function elementStatements(db: Database, table: string) {
  const columns = db.prepare<[name: string]>("SELECT name FROM pragma_table_info(?)").all(table)
    .map(([name]) => name).filter((name) => name !== "key_id").join(", ");
  return {
    drop: db.prepare(`DELETE FROM ${table} WHERE key_id = ?`),
    move: db.prepare(`UPDATE ${table} SET key_id = ?2 WHERE key_id = ?1`),
    copy: db.prepare(`INSERT INTO ${table} (key_id, ${columns}) SELECT ?2, ${columns} FROM ${table} WHERE key_id = ?1`),
  };
}

/** The least byte string that is greater than all that begin with `prefix`; undefined where there is none. */
function behindPrefix(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 255) length--;
  if (length === 0) return undefined;
  const end = prefix.slice(0, length);
  end[length - 1]!++;
  return end;
}
