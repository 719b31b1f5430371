/**
 * HSCAN, SSCAN and ZSCAN. A cursor is the slot that comes next (slots.ts), so an element that stays from the first call to
 * the last is returned exactly once, whatever else comes and goes, and a cursor is good on every replica. The elements of one slot are never
 * torn apart.
 */
import type { Call } from "./call.ts";
import type { KeyType } from "./keyspace.ts";
import { readCursor, readScanOptions } from "./scan_options.ts";
import { type SlottedRow, type SlottedRows, SMALL_MAX } from "./slotted_rows.ts";

/** One page: its rows, and the cursor of the next one, 0 at the end. */
export interface ScanPage<Row> {
  readonly rows: readonly Row[];
  readonly next: number;
}

/** The rows of the collection `id` with `size` elements from `cursor` on: `count` of them, or those of a slot that has more. */
export function scanPage<Row extends SlottedRow>(
  source: SlottedRows<Row>,
  id: number,
  size: number,
  cursor: number,
  count: number,
): ScanPage<Row> {
  if (size <= SMALL_MAX) return { rows: source.all(id, size), next: 0 };
  const limit = Math.min(count, size);
  const rows = source.from(id, cursor, limit + 1);
  if (rows.length <= limit) return { rows, next: 0 };
  // The slot of the row too many is for the next page, unless this one holds nothing else.
  const slot = rows[limit]![0];
  if (rows[0]![0] === slot) return { rows: source.at(id, slot), next: slot + 1 };
  let end = limit;
  while (rows[end - 1]![0] === slot) end--;
  return { rows: rows.slice(0, end), next: slot };
}

/** The whole command. `width` is the number of values that `write` writes for each row. */
export function scanElements<Row extends SlottedRow>(
  call: Call,
  type: KeyType,
  source: SlottedRows<Row>,
  width: number,
  write: (row: Row) => void,
): void {
  const { keyspace } = call.engine;
  const { out } = call;
  const cursor = readCursor(call, 2);
  const id = keyspace.find(call.arg(1), type);
  out.array(2);
  if (id === 0) {
    // Before the options are looked at, as Redis does.
    out.bulkText("0");
    return out.array(0);
  }
  const { glob, count } = readScanOptions(call, 3, false);
  const { rows, next } = scanPage(source, id, keyspace.count, cursor, count);
  const shown = glob === undefined ? rows : rows.filter((row) => glob.matches(row[1]));
  out.bulkText(String(next));
  out.array(shown.length * width);
  for (const row of shown) write(row);
}
