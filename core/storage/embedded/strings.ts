/**
 * Strings: values that live in the row of their key. Plain GET and SET are one statement each; whatever depends on the old
 * value loads the row first.
 */
import { CommandError, wrongType } from "./call.ts";
import type { Clock } from "../../clock.ts";
import type { Database, Statement } from "./database.ts";
import { type Keyspace, KeyType } from "./keyspace.ts";

/** Longest string, bytes: Redis' `proto-max-bulk-len`. */
export const STRING_BYTES_MAX = 512 * 1024 * 1024;

/** How a string came to be, kept in `count`: OBJECT ENCODING tells them apart. */
export const StringForm = {
  /** Written as a whole: a number is held as one. */
  Written: 0,
  /** Changed in place: held as bytes whatever they are. */
  Changed: 1,
  /** The result of INCRBYFLOAT: held as text even where it is a whole number. */
  Text: 2,
} as const;
export type StringForm = typeof StringForm[keyof typeof StringForm];

const NO_BYTES = new Uint8Array(0);

export class Strings {
  /** Of the key last loaded: its id, 0 for none. */
  id = 0;
  /** Its bytes, fresh ones that the caller may keep and change; empty for none. */
  value: Uint8Array = NO_BYTES;
  /** Wall ms at which it expires, 0 for never. */
  expiresAt = 0;

  readonly #db: Database;
  readonly #keyspace: Keyspace;
  readonly #clock: Clock;
  readonly #get: Statement<[value: Uint8Array | null, type: KeyType, expiresAt: number | null]>;
  readonly #load: Statement<[id: number, value: Uint8Array | null, type: KeyType, expiresAt: number | null]>;
  readonly #upsert: Statement;
  readonly #upsertKeepingExpiry: Statement;
  readonly #insert: Statement;
  readonly #update: Statement;

  constructor(db: Database, keyspace: Keyspace, clock: Clock) {
    this.#db = db;
    this.#keyspace = keyspace;
    this.#clock = clock;
    this.#get = db.prepare("SELECT value, type, expires_at FROM keys WHERE key = ?");
    this.#load = db.prepare("SELECT id, value, type, expires_at FROM keys WHERE key = ?");
    // The WHERE refuses a key of another type, whose elements have to go first: seen by `changes` being 0.
    const insert = `INSERT INTO keys (id, key, type, value, expires_at) VALUES (?1, ?2, ${KeyType.String}, ?3, ?4)`;
    const where = `WHERE type = ${KeyType.String}`;
    this.#upsert = db.prepare(
      `${insert} ON CONFLICT (key) DO UPDATE SET value = ?3, expires_at = ?4, count = 0 ${where}`,
    );
    this.#upsertKeepingExpiry = db.prepare(`${insert} ON CONFLICT (key) DO UPDATE SET value = ?3, count = 0 ${where}`);
    this.#insert = db.prepare(
      `INSERT INTO keys (id, key, type, value, count) VALUES (?1, ?2, ${KeyType.String}, ?3, ?4)`,
    );
    this.#update = db.prepare("UPDATE keys SET value = ?2, count = ?3 WHERE id = ?1");
  }

  /** The value, or undefined when there is no such key. Throws WRONGTYPE for another type. */
  get(key: Uint8Array): Uint8Array | undefined {
    const row = this.#get.get(key);
    if (row === undefined) return undefined;
    const expiresAt = row[2];
    if (expiresAt !== null && this.#clock.wall() > expiresAt) {
      this.#keyspace.find(key);
      return undefined;
    }
    if (row[1] !== KeyType.String) throw new CommandError(wrongType);
    return row[0]!;
  }

  /** Loads the key into `id`, `value` and `expiresAt`. Returns the id, 0 when there is no such key. Throws WRONGTYPE. */
  load(key: Uint8Array): number {
    const row = this.#load.get(key);
    this.id = 0;
    this.value = NO_BYTES;
    this.expiresAt = 0;
    if (row === undefined) return 0;
    const expiresAt = row[3];
    if (expiresAt !== null && this.#clock.wall() > expiresAt) {
      this.#keyspace.remove(row[0], row[2]);
      return 0;
    }
    if (row[2] !== KeyType.String) throw new CommandError(wrongType);
    this.id = row[0];
    this.value = row[1]!;
    this.expiresAt = expiresAt ?? 0;
    return row[0];
  }

  /** Sets the key, whatever it held, to expire at wall ms `expiresAt`, 0 for never. */
  set(key: Uint8Array, value: Uint8Array, expiresAt = 0): void {
    this.#put(this.#upsert, key, value, expiresAt);
  }

  /** The same, with the expiry it has. */
  setKeepingExpiry(key: Uint8Array, value: Uint8Array): void {
    // Removes an expired key, whose expiry must not pass on.
    if (this.#keyspace.find(key) !== 0 && this.#keyspace.type !== KeyType.String) {
      const { expiresAt } = this.#keyspace;
      this.#keyspace.remove(this.#keyspace.id);
      return this.set(key, value, expiresAt);
    }
    this.#put(this.#upsertKeepingExpiry, key, value, 0);
  }

  /** Gives the string `id` a new value and keeps its expiry. */
  update(id: number, value: Uint8Array, form: StringForm): void {
    this.#db.write();
    this.#update.run(id, value, form);
  }

  /** Writes the key just loaded, or makes it. */
  store(key: Uint8Array, value: Uint8Array, form: StringForm): void {
    if (this.id !== 0) this.update(this.id, value, form);
    else this.create(key, value, form);
  }

  /** Makes a key that is known not to exist. */
  create(key: Uint8Array, value: Uint8Array, form: StringForm): void {
    this.#db.write();
    this.#insert.run(this.#keyspace.nextId, key, value, form);
    this.#keyspace.inserted();
  }

  #put(upsert: Statement, key: Uint8Array, value: Uint8Array, expiresAt: number): void {
    const keyspace = this.#keyspace;
    this.#db.write();
    let result = upsert.run(keyspace.nextId, key, value, expiresAt === 0 ? null : expiresAt);
    if (result.changes === 0) {
      keyspace.delete(key);
      result = upsert.run(keyspace.nextId, key, value, expiresAt === 0 ? null : expiresAt);
    }
    // An update leaves the last inserted id as it was, and no id is used twice: see schema.ts.
    if (result.lastInsertRowid === keyspace.nextId) keyspace.inserted();
  }
}
