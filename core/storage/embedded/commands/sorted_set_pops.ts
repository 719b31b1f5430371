/** Taking members off the ends of a sorted set. */
import { countFrom } from "../bounded_numbers.ts";
import { type Call, CommandError, type Handler, syntaxError } from "../call.ts";
import type { ScoreRow } from "../sorted_sets.ts";
import { writeScored } from "./sorted_sets.ts";

/** Takes `count` members off the sorted set `id`, which the keyspace has just found. */
function take(call: Call, id: number, count: number, greatest: boolean): ScoreRow[] {
  const { sortedSets, keyspace } = call.engine;
  const size = keyspace.count;
  const taken = Math.min(count, size);
  const rows = sortedSets.positions(id, size, 0, taken - 1, greatest);
  if (taken < size) {
    const from = greatest ? size - taken : 0;
    sortedSets.deletePositions(id, size, from, from + taken - 1);
  }
  keyspace.setCount(id, size - taken);
  return rows;
}

/** ZPOPMIN and ZPOPMAX. */
function pop(greatest: boolean): Handler {
  return (call) => {
    if (call.argCount > 3) throw new CommandError(syntaxError);
    const several = call.argCount === 3;
    const count = several ? countFrom(call, 2, 0) : 1;
    const id = call.engine.sortedSets.find(call.arg(1));
    const rows = id === 0 || count === 0 ? [] : take(call, id, count, greatest);
    if (several || rows.length === 0) return writeScored(call, rows, true);
    // One by itself is never nested.
    const [member, score] = rows[0]!;
    call.out.array(2);
    call.out.bulk(member);
    call.out.double(score);
  };
}

function zmpop(call: Call): void {
  const { sortedSets } = call.engine;
  const keys = countFrom(call, 1, 1, "ERR numkeys should be greater than 0");
  const where = keys + 2;
  const end = where < call.argCount ? call.word(where) : "";
  if (end !== "min" && end !== "max") throw new CommandError(syntaxError);
  const count = readCount(call, where + 1);
  for (let i = 2; i < where; i++) {
    const id = sortedSets.find(call.arg(i));
    if (id === 0) continue;
    const rows = take(call, id, count, end === "max");
    call.out.array(2);
    call.out.bulk(call.arg(i));
    return writePairs(call, rows);
  }
  call.out.nilArray();
}

/** `COUNT count` at argument `at`, or nothing there. */
function readCount(call: Call, at: number): number {
  if (at === call.argCount) return 1;
  if (call.word(at) !== "count" || at + 1 >= call.argCount) throw new CommandError(syntaxError);
  const count = countFrom(call, at + 1, 1, "ERR count should be greater than 0");
  if (at + 2 < call.argCount) throw new CommandError(syntaxError);
  return count;
}

/** Nested in RESP2 as well. */
function writePairs({ out }: Call, rows: readonly ScoreRow[]): void {
  out.array(rows.length);
  for (const [member, score] of rows) {
    out.array(2);
    out.bulk(member);
    out.double(score);
  }
}

export const sortedSetPopCommands: Record<string, Handler> = { zpopmin: pop(false), zpopmax: pop(true), zmpop };
