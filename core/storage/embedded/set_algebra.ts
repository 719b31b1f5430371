/**
 * Intersection, union and difference of sets, each one statement: SQLite walks the first set in the order of its slots and
 * looks every member up in the others. Which sets these are comes in as a JSON list of ids, so that one prepared statement
 * serves any number of them.
 */
import type { Database, SqlValue, Statement } from "./database.ts";
import type { MemberRow } from "./sets.ts";

/** A set that takes part. Id 0 and size 0: there is no such key. */
export interface Operand {
  readonly id: number;
  readonly size: number;
}

/** Which members of which sets: the parameters of a statement of `SetAlgebra`. */
export interface Selection {
  readonly operation: "intersection" | "union" | "difference";
  /** The set that is walked; 0 for a union. */
  readonly first: number;
  /** Ids of the others, of all for a union, as JSON. */
  readonly others: string;
}

const OTHERS = "WITH others AS MATERIALIZED (SELECT value AS id FROM json_each(?2))";
const SAME = "b.slot = a.slot AND b.member = a.member";

/** Statements by operation; ?1 is the first set, ?2 the others. Whatever is selected is a slot and a member. */
const selections: Readonly<Record<Selection["operation"], string>> = {
  // No other set lacks it.
  intersection: `${OTHERS} SELECT a.slot, a.member FROM set_members a WHERE a.key_id = ?1 AND NOT EXISTS (
    SELECT 1 FROM others WHERE NOT EXISTS (SELECT 1 FROM set_members b WHERE b.key_id = others.id AND ${SAME}))`,
  union: `${OTHERS} SELECT DISTINCT slot, member FROM others CROSS JOIN set_members ON key_id = others.id`,
  difference: `${OTHERS} SELECT a.slot, a.member FROM set_members a WHERE a.key_id = ?1 AND NOT EXISTS (
    SELECT 1 FROM others CROSS JOIN set_members b ON b.key_id = others.id AND ${SAME})`,
};

type Statements<Row extends readonly SqlValue[]> = Readonly<Record<Selection["operation"], Statement<Row>>>;

/** The members that all have, or undefined where one of the sets is empty and there can be none. */
export function intersectionOf(operands: readonly Operand[]): Selection | undefined {
  if (operands.some(({ id }) => id === 0)) return undefined;
  // The smallest is walked; those most likely to lack a member are asked first.
  const [first, ...others] = operands.toSorted((a, b) => a.size - b.size);
  return { operation: "intersection", first: first!.id, others: idsOf(others) };
}

/** The members that any has. */
export function unionOf(operands: readonly Operand[]): Selection {
  return { operation: "union", first: 0, others: idsOf(operands) };
}

/** The members that only the first has. */
export function differenceOf([first, ...others]: readonly Operand[]): Selection | undefined {
  if (first!.id === 0) return undefined;
  return { operation: "difference", first: first!.id, others: idsOf(others.toSorted((a, b) => b.size - a.size)) };
}

function idsOf(operands: readonly Operand[]): string {
  return JSON.stringify(operands.filter(({ id }) => id !== 0).map(({ id }) => id));
}

export class SetAlgebra {
  readonly #db: Database;
  readonly #select: Statements<MemberRow>;
  readonly #count: Statements<[number]>;
  readonly #store: Statements<[]>;

  constructor(db: Database) {
    this.#db = db;
    const prepareAll = <Row extends readonly SqlValue[]>(sql: (selection: string) => string): Statements<Row> => ({
      intersection: db.prepare(sql(selections.intersection)),
      union: db.prepare(sql(selections.union)),
      difference: db.prepare(sql(selections.difference)),
    });
    this.#select = prepareAll((selection) => selection);
    this.#count = prepareAll((selection) => `SELECT count(*) FROM (${selection} LIMIT ?3)`);
    this.#store = prepareAll((selection) =>
      `INSERT INTO set_members (key_id, slot, member) SELECT ?3, * FROM (${selection})`
    );
  }

  /** The members, in no particular order. */
  members(selection: Selection): MemberRow[] {
    return this.#select[selection.operation].all(selection.first, selection.others);
  }

  /** How many they are, counted up to `limit`. */
  count(selection: Selection, limit: number): number {
    return this.#count[selection.operation].get(selection.first, selection.others, limit)![0];
  }

  /** Writes them as the members of the key `id`, which has none yet. Returns how many they are. */
  store(selection: Selection, id: number): number {
    this.#db.write();
    return this.#store[selection.operation].run(selection.first, selection.others, id).changes;
  }
}
