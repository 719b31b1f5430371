/**
 * Union, intersection and difference of sorted sets and sets, whose members count as scored 1. The result grows in a table of
 * its own, `combined_scores`, source by source and each with one statement; then it is read in order, counted, or stored.
 *
 * The sources come in the order of their sizes, smallest first, and scores are combined one by one: sums of doubles depend on
 * the order, and SQLite's own sum() is more exact than what Redis answers.
 */
import type { Database, Statement } from "./database.ts";
import { KeyType } from "./keyspace.ts";
import type { ScoreRow } from "./sorted_sets.ts";

/** A sorted set or a set that takes part. Id 0 and size 0: there is no such key. */
export interface Source {
  readonly id: number;
  readonly type: KeyType | 0;
  readonly size: number;
  /** Scores count so many times. */
  weight: number;
}

/** How the scores of a member in several sources become one. */
export type Aggregate = "sum" | "min" | "max";

/** `score` is the one so far. NaN (NULL in SQLite) counts as 0 in a sum and is passed over otherwise. */
const aggregates: Readonly<Record<Aggregate, (other: string) => string>> = {
  sum: (other) => `coalesce(score + ${other}, 0.0)`,
  min: (other) => `coalesce(min(${other}, score), score)`,
  max: (other) => `coalesce(max(score, ${other}), score)`,
};

/** Statements on the sources of one type. */
interface SourceStatements {
  /** Adds its members: key, weight. */
  readonly add: Readonly<Record<Aggregate, Statement>>;
  /** Combines its scores into those of members it has: key, weight. */
  readonly combine: Readonly<Record<Aggregate, Statement>>;
  /** Removes what it does not have, or what it has. */
  readonly keep: Statement;
  readonly remove: Statement;
}

export class SortedSetAlgebra {
  readonly #db: Database;
  readonly #sets: SourceStatements;
  readonly #sortedSetSources: SourceStatements;
  readonly #clear: Statement;
  readonly #count: Statement<[number]>;
  readonly #inOrder: Statement<ScoreRow>;
  readonly #store: Statement;

  constructor(db: Database) {
    this.#db = db;
    this.#sets = sourceStatements(db, "set_members", "1.0");
    this.#sortedSetSources = sourceStatements(db, "sorted_set_members", "source.score");
    this.#clear = db.prepare("DELETE FROM combined_scores");
    this.#count = db.prepare("SELECT count(*) FROM combined_scores");
    this.#inOrder = db.prepare("SELECT member, score FROM combined_scores ORDER BY score, member");
    this.#store = db.prepare(
      "INSERT INTO sorted_set_members (key_id, slot, member, score) SELECT ?, slot, member, score FROM combined_scores",
    );
  }

  /** Begins a result: whatever any source has. End it with `rows`, `count` or `store`. */
  union(sources: readonly Source[], aggregate: Aggregate): void {
    this.#clear.run();
    for (const source of smallestFirst(sources)) {
      if (source.id !== 0) this.#of(source).add[aggregate].run(source.id, source.weight);
    }
  }

  /** Begins a result: what all sources have. */
  intersection(sources: readonly Source[], aggregate: Aggregate): void {
    this.#clear.run();
    const [first, ...others] = smallestFirst(sources);
    if (first!.id === 0) return;
    this.#of(first!).add.sum.run(first!.id, first!.weight);
    for (const other of others) this.#of(other).keep.run(other.id);
    for (const other of others) this.#of(other).combine[aggregate].run(other.id, other.weight);
  }

  /** Begins a result: what only the first source has. */
  difference([first, ...others]: readonly Source[]): void {
    this.#clear.run();
    if (first!.id === 0) return;
    this.#of(first!).add.sum.run(first!.id, 1);
    for (const other of others) if (other.id !== 0) this.#of(other).remove.run(other.id);
  }

  /** The result, in the order of a sorted set. */
  rows(): ScoreRow[] {
    const rows = this.#inOrder.all();
    this.#clear.run();
    return rows;
  }

  /** How many members the result has. */
  count(): number {
    const [count] = this.#count.get()!;
    this.#clear.run();
    return count;
  }

  /** Writes the result as the members of the key `id`, which has none yet. Returns how many they are. */
  store(id: number): number {
    this.#db.write();
    const { changes } = this.#store.run(id);
    this.#clear.run();
    return changes;
  }

  #of(source: Source): SourceStatements {
    return source.type === KeyType.Set ? this.#sets : this.#sortedSetSources;
  }
}

function smallestFirst(sources: readonly Source[]): readonly Source[] {
  return sources.toSorted((a, b) => a.size - b.size);
}

function sourceStatements(db: Database, table: string, score: string): SourceStatements {
  const same = "source.key_id = ?1 AND source.slot = combined_scores.slot AND source.member = combined_scores.member";
  const exists = `EXISTS (SELECT 1 FROM ${table} source WHERE ${same})`;
  const forEach = (sql: (aggregate: (other: string) => string) => string) => ({
    sum: db.prepare(sql(aggregates.sum)),
    min: db.prepare(sql(aggregates.min)),
    max: db.prepare(sql(aggregates.max)),
  });
  return {
    add: forEach((aggregate) =>
      `INSERT INTO combined_scores (slot, member, score)
       SELECT slot, member, coalesce(?2 * ${score}, 0.0) FROM ${table} source WHERE key_id = ?1
       ON CONFLICT (slot, member) DO UPDATE SET score = ${aggregate("excluded.score")}`
    ),
    combine: forEach((aggregate) =>
      `UPDATE combined_scores SET score = ${aggregate(`(SELECT ?2 * ${score} FROM ${table} source WHERE ${same})`)}`
    ),
    keep: db.prepare(`DELETE FROM combined_scores WHERE NOT ${exists}`),
    remove: db.prepare(`DELETE FROM combined_scores WHERE ${exists}`),
  };
}
