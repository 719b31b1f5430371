/**
 * Removes keys that have expired and that nobody asks for: a bounded piece of work every `SWEEP_PERIOD_MS`, oldest first,
 * so that expired keys neither fill the disk nor ever hold up the event loop for long.
 */
import type { Statement } from "./database.ts";
import type { Engine } from "./engine.ts";
import type { KeyType } from "./schema.ts";

export const SWEEP_PERIOD_MS = 100;
/** Keys per round, rounds per sweep, and the time after which no further round begins. */
const ROUND_KEYS = 100;
const ROUNDS_MAX = 50;
const SWEEP_MS_MAX = 5;

export class ExpirySweep {
  readonly #engine: Engine;
  readonly #expired: Statement<[id: number, type: KeyType]>;
  /** Keys removed so far. */
  removed = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#expired = engine.db.prepare(
      `SELECT id, type FROM keys WHERE expires_at < ? ORDER BY expires_at LIMIT ${ROUND_KEYS}`,
    );
  }

  /** One sweep, in a transaction of its own. Throws when the database could not keep it: the turn is then rolled back. */
  run(): void {
    const { clock, keyspace, db } = this.#engine;
    const began = clock.now();
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const rows = this.#expired.all(clock.wall());
      for (const [id, type] of rows) keyspace.remove(id, type);
      this.removed += rows.length;
      if (rows.length < ROUND_KEYS || clock.now() - began > SWEEP_MS_MAX) break;
    }
    db.commit();
  }
}
