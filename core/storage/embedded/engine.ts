/**
 * The embedded engine: one SQLite database and the stores of each type over it. It knows nothing of wire protocols: the
 * executors (redis_executor.ts and Memcached's) turn requests into calls on it.
 */
import type { Clock } from "../../clock.ts";
import type { Random } from "../../random.ts";
import { Database, type DatabaseOptions } from "./database.ts";
import { Encodings } from "./encodings.ts";
import { Hashes } from "./hashes.ts";
import { Items } from "./items.ts";
import { Keyspace } from "./keyspace.ts";
import { Lists } from "./lists.ts";
import { SetAlgebra } from "./set_algebra.ts";
import { Sets } from "./sets.ts";
import { SortedSetAlgebra } from "./sorted_set_algebra.ts";
import { SortedSets } from "./sorted_sets.ts";
import { Strings } from "./strings.ts";

export interface EngineOptions extends DatabaseOptions {
  readonly clock: Clock;
  readonly random: Random;
}

export class Engine {
  readonly db: Database;
  readonly keyspace: Keyspace;
  readonly strings: Strings;
  readonly hashes: Hashes;
  readonly lists: Lists;
  readonly sets: Sets;
  readonly setAlgebra: SetAlgebra;
  readonly sortedSets: SortedSets;
  readonly sortedSetAlgebra: SortedSetAlgebra;
  readonly items: Items;
  readonly encodings: Encodings;
  readonly clock: Clock;
  readonly random: Random;

  constructor(options: EngineOptions) {
    this.clock = options.clock;
    this.random = options.random;
    this.db = new Database(options);
    this.keyspace = new Keyspace(this.db, options.clock, options.random);
    this.encodings = new Encodings(this.db);
    this.strings = new Strings(this.db, this.keyspace, options.clock);
    this.hashes = new Hashes(this.db, this.keyspace, options.clock);
    this.lists = new Lists(this.db, this.keyspace);
    this.sets = new Sets(this.db, this.keyspace);
    this.setAlgebra = new SetAlgebra(this.db);
    this.sortedSets = new SortedSets(this.db, this.keyspace);
    this.sortedSetAlgebra = new SortedSetAlgebra(this.db);
    this.items = new Items(this.db, this.keyspace, options.clock);
  }

  /**
   * For a command that may still fail after its first change: the executor undoes it when it throws, and keeps it when it
   * does not. Costs a microsecond, so commands that check first do without.
   */
  savepoint(): void {
    if (this.db.inSavepoint) return;
    this.db.savepoint();
    this.keyspace.mark();
  }

  /** Keeps what the command did. */
  release(): void {
    if (this.db.inSavepoint) this.db.release();
  }

  /** Undoes what the command did since `savepoint`. */
  undo(): void {
    if (!this.db.inSavepoint) return;
    this.db.undo();
    this.keyspace.undo();
  }

  /** Forgets all changes of this turn. */
  rollback(): void {
    this.db.rollback();
    this.keyspace.reload();
    this.items.reload();
  }

  close(): void {
    this.db.close();
  }
}

/**
 * Opens the engine. Throws an error that names the file when it cannot be used.
 *
 *     const engine = openEngine({ path: ":memory:", clock: new SystemClock(), random: systemRandom() });
 */
export function openEngine(options: EngineOptions): Engine {
  return new Engine(options);
}
