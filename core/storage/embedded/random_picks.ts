/**
 * Picking elements of a collection at random: HRANDFIELD, SRANDMEMBER, SPOP, ZRANDMEMBER.
 *
 * Where little is picked from much, a pick looks at the elements behind a random slot and takes one of them: a few
 * microseconds, however large the collection. One element alone would be picked as often as the gap before it is wide;
 * among `WINDOW` the odds even out to about a quarter more or less, no worse than Redis' own picking from hash chains.
 * Everything else reads all elements, and is exact.
 */
import type { Random } from "../../random.ts";
import { CommandError } from "./call.ts";
import { SLOT_LIMIT } from "./slots.ts";
import type { SlottedRow, SlottedRows } from "./slotted_rows.ts";

/** Most elements one command may ask for with repetition (a negative count); it is the reply that has to be bounded. */
const REPEATED_PICKS_MAX = 1 << 20;
/** Collections up to this size are read as a whole. */
const READ_WHOLE_MAX = 128;
/** A pick by slot costs about as much as reading this many rows one after the other. */
const PICK_COST = 16;
const WINDOW = 16;

/**
 * `count` different rows of the `size` ones of the collection `id`, all when there are not enough; or `-count` independent
 * ones when it is negative. In random order, except where all are returned. Throws `ERR value is out of range`.
 */
export function pickRows<Row extends SlottedRow>(
  source: SlottedRows<Row>,
  id: number,
  size: number,
  count: number,
  random: Random,
): Row[] {
  if (count < -REPEATED_PICKS_MAX) throw new CommandError("ERR value is out of range");
  if (count >= size) return source.all(id, size);
  const wanted = Math.abs(count);
  if (size > READ_WHOLE_MAX && wanted * PICK_COST < size) {
    if (count < 0) return repeated(source, id, wanted, random);
    const picked = distinct(source, id, wanted, random);
    if (picked.length === wanted) return picked;
  }
  const all = source.all(id, size);
  return pickPositions(size, count, random).map((position) => all[position]!);
}

/** One row of a collection that is not empty. */
export function pickRow<Row extends SlottedRow>(
  source: SlottedRows<Row>,
  id: number,
  size: number,
  random: Random,
): Row {
  if (size > READ_WHOLE_MAX) return behindRandomSlot(source, id, random);
  return source.all(id, size)[random.below(size)]!;
}

function repeated<Row extends SlottedRow>(source: SlottedRows<Row>, id: number, count: number, random: Random): Row[] {
  return Array.from({ length: count }, () => behindRandomSlot(source, id, random));
}

/**
 * Up to `count` different rows. They are a small part of all, so one that was picked before is rare; yet whoever crafts elements
 * of one slot could leave too few within reach, so the tries are counted.
 */
function distinct<Row extends SlottedRow>(source: SlottedRows<Row>, id: number, count: number, random: Random): Row[] {
  const bySlot = new Map<number, Row[]>();
  const picked: Row[] = [];
  for (let tries = 4 * count + WINDOW; tries > 0 && picked.length < count; tries--) {
    const row = behindRandomSlot(source, id, random);
    const neighbours = bySlot.get(row[0]);
    if (neighbours === undefined) bySlot.set(row[0], [row]);
    else if (neighbours.some((other) => sameBytes(other[1], row[1]))) continue;
    else neighbours.push(row);
    picked.push(row);
  }
  return picked;
}

/** One of the `WINDOW` rows behind a random slot; behind the last comes the first again. */
function behindRandomSlot<Row extends SlottedRow>(source: SlottedRows<Row>, id: number, random: Random): Row {
  const slot = random.below(SLOT_LIMIT);
  const skip = random.below(WINDOW);
  const row = source.behind(id, slot, skip);
  if (row !== undefined) return row;
  const last = source.from(id, slot, WINDOW);
  return source.behind(id, 0, skip - last.length)!;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/**
 * Positions below `size`: `count` different ones in random order (fewer than `size`), or `-count` independent ones when it is
 * negative.
 */
export function pickPositions(size: number, count: number, random: Random): number[] {
  if (count < 0) return Array.from({ length: -count }, () => random.below(size));
  // Robert Floyd's sample: each subset of `count` positions is equally likely, without shuffling all.
  const chosen = new Set<number>();
  for (let limit = size - count; limit < size; limit++) {
    const pick = random.below(limit + 1);
    chosen.add(chosen.has(pick) ? limit : pick);
  }
  const picks = [...chosen];
  for (let i = picks.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [picks[i], picks[j]] = [picks[j]!, picks[i]!];
  }
  return picks;
}
