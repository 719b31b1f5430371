/**
 * SQLite as the engine uses it: one connection that nobody else shares, statements prepared once, and one transaction for
 * all writes of an event-loop turn.
 *
 *     write() ... write() ... commit()        the first write of a turn begins the transaction, the end of the turn commits
 *
 * What `synchronous` promises for a database file (it is in WAL mode; in memory nothing outlives the process):
 *
 * | setting | the process is killed (kill -9) | the machine loses power |
 * |---|---|---|
 * | `full` (default) | nothing acknowledged is lost | nothing acknowledged is lost: each commit waits for the disk |
 * | `normal` | nothing acknowledged is lost | the last commits may be gone, the file is sound |
 * | `off` | nothing acknowledged is lost | the last commits may be gone and the file may be damaged |
 *
 * An answer leaves only after its commit, so "acknowledged" means committed. The file is locked for this process alone
 * (`locking_mode=EXCLUSIVE`): two nodes on one file would each overlook the other's keys, so the second one is refused. It
 * also spares the shared-memory index and a lock per transaction.
 */
import { DatabaseSync } from "node:sqlite";
import { applicationId, schema, schemaVersion } from "./schema.ts";

/** What SQLite stores and returns. Blobs come back as fresh bytes of their own; a view that is bound is copied. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** A prepared statement. Rows are arrays in the order of the columns: cheaper than objects. */
export interface Statement<Row extends readonly SqlValue[] = SqlValue[]> {
  get(...parameters: SqlValue[]): Row | undefined;
  all(...parameters: SqlValue[]): Row[];
  /** Walks the rows one by one. The statement cannot run again while it is walked. */
  iterate(...parameters: SqlValue[]): IterableIterator<Row>;
  run(...parameters: SqlValue[]): { changes: number; lastInsertRowid: number };
}

/** What node:sqlite's statements have and the types Deno ships for them lack. */
interface StatementModes {
  setReturnArrays(enabled: boolean): void;
  setReadBigInts(enabled: boolean): void;
}

/** How much a commit waits for the disk; see the table above. */
export const synchronousLevels = ["full", "normal", "off"] as const;
export type Synchronous = typeof synchronousLevels[number];

export interface DatabaseOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  /** Default `full`. */
  readonly synchronous?: Synchronous;
}

/** Pages of a database file kept in memory. */
const FILE_CACHE_KB = 64 * 1024;

export class Database {
  readonly path: string;
  /** Is a turn's transaction open, with changes that are not committed? */
  inTransaction = false;
  /** Has the running command asked for a point to return to? */
  inSavepoint = false;
  readonly #connection: DatabaseSync;
  readonly #begin: Statement;
  readonly #commit: Statement;
  readonly #rollback: Statement;
  readonly #savepoint: Statement;
  readonly #release: Statement;
  readonly #undo: Statement;

  /** Opens the database and makes its tables. Throws when the file cannot be opened, is in use, or is not ours. */
  constructor(options: DatabaseOptions) {
    this.path = options.path;
    try {
      this.#connection = new DatabaseSync(options.path, { enableForeignKeyConstraints: false });
    } catch (error) {
      throw new Error(`cannot open the database file ${options.path}: ${message(error)}`, { cause: error });
    }
    try {
      this.#configure(options);
    } catch (error) {
      this.#connection.close();
      const reason = /locked|busy/i.test(message(error)) ? "it is in use by another process" : message(error);
      throw new Error(`cannot use the database file ${options.path}: ${reason}`, { cause: error });
    }
    this.#begin = this.prepare("BEGIN IMMEDIATE");
    this.#commit = this.prepare("COMMIT");
    this.#rollback = this.prepare("ROLLBACK");
    this.#savepoint = this.prepare("SAVEPOINT command");
    this.#release = this.prepare("RELEASE command");
    this.#undo = this.prepare("ROLLBACK TO command");
  }

  /**
   * A statement to keep in a field: prepared once, run often.
   *
   *     readonly #find = db.prepare<[id: number]>("SELECT id FROM keys WHERE key = ?");
   *
   * `bigints` makes its whole numbers bigints, for columns that may pass 2^53 (else reading such a value throws).
   */
  prepare<Row extends readonly SqlValue[] = SqlValue[]>(
    sql: string,
    options: { readonly bigints?: boolean } = {},
  ): Statement<Row> {
    const statement = this.#connection.prepare(sql) as unknown as Statement<Row> & StatementModes;
    statement.setReturnArrays(true);
    if (options.bigints === true) statement.setReadBigInts(true);
    return statement;
  }

  /** To be called before the first change of a command: begins the turn's transaction unless it is open. */
  write(): void {
    if (this.inTransaction) return;
    this.#begin.run();
    this.inTransaction = true;
  }

  /** Makes the turn's changes lasting. Throws when SQLite could not; then `rollback` is what is left. */
  commit(): void {
    if (!this.inTransaction) return;
    this.#commit.run();
    this.inTransaction = false;
  }

  /** Forgets the turn's changes. SQLite may have done so by itself after a full disk or an i/o error. */
  rollback(): void {
    if (!this.inTransaction) return;
    this.inTransaction = false;
    this.inSavepoint = false;
    if (this.#connection.isTransaction) this.#rollback.run();
  }

  /** Remembers this point of the turn, for a command that may fail after its first change. One level; see Engine. */
  savepoint(): void {
    this.write();
    this.#savepoint.run();
    this.inSavepoint = true;
  }

  /** Keeps what was done since `savepoint`. */
  release(): void {
    this.#release.run();
    this.inSavepoint = false;
  }

  /** Undoes what was done since `savepoint`. */
  undo(): void {
    this.#undo.run();
    this.release();
  }

  /** Closes the file. What was not committed is lost. */
  close(): void {
    this.rollback();
    this.#connection.close();
  }

  #configure(options: DatabaseOptions): void {
    const pragma = (text: string) => this.#connection.exec(`PRAGMA ${text}`);
    const read = (name: string) => this.prepare<[number]>(`PRAGMA ${name}`).get()![0];
    pragma("locking_mode = EXCLUSIVE");
    const tables = this.prepare<[number]>("SELECT count(*) FROM sqlite_schema").get()![0];
    if (tables > 0 && read("application_id") !== applicationId) throw new Error("it is not a database of this program");
    if (tables > 0 && read("user_version") !== schemaVersion) {
      throw new Error(`its version is ${read("user_version")}; this program reads version ${schemaVersion}`);
    }
    // Only now: the lines above changed nothing in a file that is somebody else's.
    if (options.path !== ":memory:") {
      pragma("journal_mode = WAL");
      pragma(`synchronous = ${(options.synchronous ?? "full").toUpperCase()}`);
      pragma(`cache_size = -${FILE_CACHE_KB}`);
    }
    pragma("temp_store = MEMORY");
    this.#connection.exec("BEGIN IMMEDIATE");
    pragma(`application_id = ${applicationId}`);
    pragma(`user_version = ${schemaVersion}`);
    for (const sql of schema) this.#connection.exec(sql);
    this.#connection.exec("COMMIT");
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
