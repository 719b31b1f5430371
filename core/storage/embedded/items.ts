/**
 * Memcached's items: a value with the client's flags, a cas unique that changes with every write, marks, and an expiry.
 *
 * `load` leaves what it found in fields instead of returning an object, because every command begins with it.
 */
import type { Clock } from "../../clock.ts";
import { AccessTimes } from "./access_times.ts";
import type { Database, Statement } from "./database.ts";
import { type Keyspace, KeyType } from "./keyspace.ts";

export const ItemMark = {
  /** Marked for renewal by `md` with I: it may be used, and one client is told to renew it. */
  Stale: 1,
  /** A client has been told to renew it. */
  Won: 2,
  /** Its key came in base64, and goes out so. */
  BinaryKey: 4,
} as const;

/** An expiry that has passed. */
export const EXPIRED = 1;
/** Above this many seconds an exptime is a time since 1970: 30 days. */
const RELATIVE_SECONDS_MAX = 30 * 24 * 60 * 60;
/** Cas uniques taken from the file at once: after a crash counting goes on behind them, so none is ever given twice. */
const CAS_BLOCK = 1 << 20;

const NO_BYTES = new Uint8Array(0);

export class Items {
  /** Of the item last loaded or stored: its id, 0 for none. */
  id = 0;
  /** Its bytes, fresh ones. */
  value: Uint8Array = NO_BYTES;
  flags = 0;
  cas = 0;
  marks = 0;
  /** Wall ms since 1970, 0 for never. */
  expiresAt = 0;
  readonly access: AccessTimes;

  readonly #db: Database;
  readonly #keyspace: Keyspace;
  readonly #clock: Clock;
  readonly #load: Statement<ItemRow>;
  readonly #insertKey: Statement;
  readonly #updateKey: Statement;
  readonly #put: Statement;
  readonly #readFact: Statement<[value: number]>;
  readonly #writeFact: Statement;
  #lastCas = 0;
  #casLimit = 0;
  /** Wall ms at which all items go, 0 for never. */
  #flushAt = 0;

  constructor(db: Database, keyspace: Keyspace, clock: Clock) {
    this.#db = db;
    this.#keyspace = keyspace;
    this.#clock = clock;
    this.access = new AccessTimes(clock.wall());
    this.#load = db.prepare(
      `SELECT k.id, k.type, k.value, k.expires_at, i.flags, i.cas, i.marks
       FROM keys k LEFT JOIN items i ON i.key_id = k.id WHERE k.key = ?`,
    );
    this.#insertKey = db.prepare(
      `INSERT INTO keys (id, key, type, value, expires_at) VALUES (?, ?, ${KeyType.Item}, ?, ?)`,
    );
    this.#updateKey = db.prepare("UPDATE keys SET value = ?2, expires_at = ?3 WHERE id = ?1");
    this.#put = db.prepare("INSERT OR REPLACE INTO items (key_id, flags, cas, marks) VALUES (?, ?, ?, ?)");
    this.#readFact = db.prepare("SELECT value FROM item_facts WHERE name = ?");
    this.#writeFact = db.prepare("INSERT OR REPLACE INTO item_facts (name, value) VALUES (?, ?)");
    this.#lastCas = this.#casLimit = this.#readFact.get("cas_limit")?.[0] ?? 0;
    this.reload();
  }

  /** Loads the item `key`. Returns its id, 0 when there is none. A key that holds something else is no item. */
  load(key: Uint8Array): number {
    const row = this.#load.get(key);
    if (row === undefined || row[1] !== KeyType.Item) return this.#none();
    const expiresAt = row[3];
    if (expiresAt !== null && this.#clock.wall() >= expiresAt) {
      this.remove(row[0]);
      return 0;
    }
    this.id = row[0];
    this.value = row[2]!;
    this.expiresAt = expiresAt ?? 0;
    this.flags = row[4];
    this.cas = row[5];
    this.marks = row[6];
    return row[0];
  }

  /** Writes the item just loaded anew, or makes it, with a new cas unique. */
  store(key: Uint8Array, value: Uint8Array, flags: number, expiresAt: number, marks: number): void {
    this.#db.write();
    const expiry = expiresAt === 0 ? null : expiresAt;
    if (this.id !== 0) this.#updateKey.run(this.id, value, expiry);
    else {
      // Whatever else the key holds makes room.
      this.#keyspace.delete(key);
      this.id = this.#keyspace.nextId;
      this.#insertKey.run(this.id, key, value, expiry);
      this.#keyspace.inserted();
    }
    this.cas = this.#nextCas();
    this.#put.run(this.id, flags, this.cas, marks);
    this.value = value;
    this.flags = flags;
    this.marks = marks;
    this.expiresAt = expiresAt;
    this.access.stored(this.id, this.#clock.wall());
  }

  /** Gives the item just loaded a new value of the same length and a new cas unique: the rest of it stays. */
  overwrite(value: Uint8Array): void {
    this.#db.write();
    this.#updateKey.run(this.id, value, this.expiresAt === 0 ? null : this.expiresAt);
    this.cas = this.#nextCas();
    this.#put.run(this.id, this.flags, this.cas, this.marks);
    this.value = value;
  }

  /** Sets the marks of the item just loaded; its cas unique stays unless `renew`. */
  mark(marks: number, renew = false): void {
    this.#db.write();
    if (renew) this.cas = this.#nextCas();
    this.marks = marks;
    this.#put.run(this.id, this.flags, this.cas, marks);
  }

  /** Sets when the item just loaded expires: wall ms, 0 for never. */
  expireAt(expiresAt: number): void {
    this.#keyspace.setExpiry(this.id, expiresAt);
    this.expiresAt = expiresAt;
  }

  /** Removes the item `id`. */
  remove(id: number): void {
    this.#keyspace.remove(id, KeyType.Item);
    this.access.forget(id);
    this.#none();
  }

  /** Removes everything: now, or at wall ms `at`. A later call takes the place of an earlier one. */
  flush(at = 0): void {
    this.#db.write();
    if (at === 0) {
      this.#keyspace.clear();
      this.access.clear();
    }
    this.#flushAt = at;
    this.#writeFact.run("flush_at", at);
    this.#none();
  }

  /** To be called before every command: does what was to be done by now. */
  catchUp(): void {
    if (this.#flushAt !== 0 && this.#clock.wall() >= this.#flushAt) this.flush();
  }

  /** The wall ms that an exptime of a command means: 0 for never, EXPIRED for what has passed. */
  expiryOf(exptime: number): number {
    if (exptime === 0) return 0;
    if (exptime < 0) return EXPIRED;
    const now = this.#clock.wall();
    const at = exptime > RELATIVE_SECONDS_MAX ? exptime * 1000 : now + exptime * 1000;
    return at <= now ? EXPIRED : at;
  }

  /** Reads the facts anew, after a rollback. */
  reload(): void {
    this.#flushAt = this.#readFact.get("flush_at")?.[0] ?? 0;
    this.#casLimit = this.#readFact.get("cas_limit")?.[0] ?? 0;
    this.#none();
  }

  #nextCas(): number {
    if (++this.#lastCas > this.#casLimit) {
      this.#casLimit = this.#lastCas + CAS_BLOCK;
      this.#writeFact.run("cas_limit", this.#casLimit);
    }
    return this.#lastCas;
  }

  #none(): 0 {
    this.id = 0;
    this.value = NO_BYTES;
    this.flags =
      this.cas =
      this.marks =
      this.expiresAt =
        0;
    return 0;
  }
}

type ItemRow = [
  id: number,
  type: KeyType,
  value: Uint8Array | null,
  expiresAt: number | null,
  flags: number,
  cas: number,
  marks: number,
];
