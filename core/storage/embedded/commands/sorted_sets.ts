/** Commands on the members of one sorted set. Ranges are in sorted_set_ranges.ts, combinations in sorted_set_algebra.ts. */
import { formatDouble } from "../../../format_double.ts";
import { randomCount } from "../bounded_numbers.ts";
import { type Call, CommandError, type Handler, syntaxError } from "../call.ts";
import { scanElements } from "../element_scan.ts";
import { KeyType } from "../keyspace.ts";
import { pickRow, pickRows } from "../random_picks.ts";
import type { ScoreRow } from "../sorted_sets.ts";
import { spanBefore } from "../spans.ts";

/** Which members ZADD touches, and what it answers. */
interface AddOptions {
  onlyNew: boolean;
  onlyExisting: boolean;
  onlyGreater: boolean;
  onlyLess: boolean;
  countChanged: boolean;
  increment: boolean;
  /** Index of the first score. */
  first: number;
}

function readAddOptions(call: Call, increment: boolean): AddOptions {
  const options: AddOptions = {
    onlyNew: false,
    onlyExisting: false,
    onlyGreater: false,
    onlyLess: false,
    countChanged: false,
    increment,
    first: 2,
  };
  for (; options.first < call.argCount; options.first++) {
    const word = call.word(options.first);
    if (word === "nx") options.onlyNew = true;
    else if (word === "xx") options.onlyExisting = true;
    else if (word === "gt") options.onlyGreater = true;
    else if (word === "lt") options.onlyLess = true;
    else if (word === "ch") options.countChanged = true;
    else if (word === "incr") options.increment = true;
    else break;
  }
  checkAddOptions(options, call.argCount - options.first);
  return options;
}

function checkAddOptions(options: AddOptions, argCount: number): void {
  const { onlyNew, onlyExisting, onlyGreater, onlyLess, increment } = options;
  if (argCount % 2 !== 0 || argCount === 0) throw new CommandError(syntaxError);
  if (onlyNew && onlyExisting) {
    throw new CommandError("ERR XX and NX options at the same time are not compatible");
  }
  if ((onlyGreater && onlyNew) || (onlyLess && onlyNew) || (onlyGreater && onlyLess)) {
    throw new CommandError("ERR GT, LT, and/or NX options at the same time are not compatible");
  }
  if (increment && argCount > 2) {
    throw new CommandError("ERR INCR option supports a single increment-element pair");
  }
}

function zadd(call: Call): void {
  addMembers(call, readAddOptions(call, false));
}

function zincrby(call: Call): void {
  addMembers(call, readAddOptions(call, true));
}

function addMembers(call: Call, options: AddOptions): void {
  const { sortedSets, keyspace } = call.engine;
  for (let i = options.first; i < call.argCount; i += 2) call.float(i);
  const found = sortedSets.find(call.arg(1));
  if (found === 0 && options.onlyExisting) {
    if (options.increment) call.out.nil();
    else call.out.integer(0);
    return;
  }
  const id = found !== 0 ? found : keyspace.create(call.arg(1), KeyType.SortedSet);
  let added = 0;
  let changed = 0;
  /** The score of the last member that was not passed over. */
  let reached: number | undefined;
  for (let i = options.first; i < call.argCount; i += 2) {
    const member = call.arg(i + 1);
    const old = sortedSets.score(id, member);
    const score = newScore(options, old, call.float(i));
    if (score === undefined) continue;
    reached = score;
    if (old === undefined) {
      sortedSets.add(id, member, score);
      added++;
    } else if (score !== old) {
      sortedSets.update(id, member, score);
      changed++;
    }
  }
  if (added > 0) keyspace.setCount(id, keyspace.count + added);
  if (!options.increment) call.out.integer(options.countChanged ? added + changed : added);
  else if (reached === undefined) call.out.nil();
  else call.out.double(reached);
}

/** The score a member gets, or undefined where the options pass it over. Throws where it would be NaN. */
function newScore(options: AddOptions, old: number | undefined, given: number): number | undefined {
  if (old === undefined) return options.onlyExisting ? undefined : given;
  if (options.onlyNew) return undefined;
  const score = options.increment ? old + given : given;
  if (Number.isNaN(score)) throw new CommandError("ERR resulting score is not a number (NaN)");
  if ((options.onlyLess && score >= old) || (options.onlyGreater && score <= old)) return undefined;
  return score;
}

function zrem(call: Call): void {
  const { sortedSets, keyspace } = call.engine;
  const id = sortedSets.find(call.arg(1));
  let removed = 0;
  if (id !== 0) { for (let i = 2; i < call.argCount; i++) if (sortedSets.delete(id, call.arg(i))) removed++; }
  if (removed > 0) keyspace.setCount(id, keyspace.count - removed);
  call.out.integer(removed);
}

function zscore(call: Call): void {
  const { sortedSets } = call.engine;
  writeScore(call, sortedSets.score(sortedSets.find(call.arg(1)), call.arg(2)));
}

function zmscore(call: Call): void {
  const { sortedSets } = call.engine;
  const id = sortedSets.find(call.arg(1));
  call.out.array(call.argCount - 2);
  for (let i = 2; i < call.argCount; i++) writeScore(call, sortedSets.score(id, call.arg(i)));
}

function writeScore(call: Call, score: number | undefined): void {
  if (score === undefined) call.out.nil();
  else call.out.double(score);
}

function zcard(call: Call): void {
  call.engine.sortedSets.find(call.arg(1));
  call.out.integer(call.engine.keyspace.count);
}

function rank(fromEnd: boolean): Handler {
  return (call) => {
    const { sortedSets, keyspace } = call.engine;
    const member = call.arg(2);
    const id = sortedSets.find(call.arg(1));
    const score = sortedSets.score(id, member);
    if (score === undefined) return call.out.nil();
    const before = sortedSets.count(id, spanBefore(score, member));
    call.out.integer(fromEnd ? keyspace.count - 1 - before : before);
  };
}

function zrandmember(call: Call): void {
  const { sortedSets, keyspace, random } = call.engine;
  if (call.argCount === 2) {
    const id = sortedSets.find(call.arg(1));
    if (id === 0) call.out.nil();
    else call.out.bulk(pickRow(sortedSets.rows, id, keyspace.count, random)[1]);
    return;
  }
  const count = randomCount(call, 2);
  const withScores = call.argCount > 3;
  if (call.argCount > 4 || (withScores && call.word(3) !== "withscores")) throw new CommandError(syntaxError);
  if (withScores) checkDoubled(call.integer(2));
  const id = sortedSets.find(call.arg(1));
  const rows = id === 0 || count === 0 ? [] : pickRows(sortedSets.rows, id, keyspace.count, count, random);
  writeScored(call, rows.map(([, member, score]) => [member, score]), withScores);
}

const HALF_LONG = 4611686018427387903n;

/** A reply of twice as many values must still be countable. */
function checkDoubled(count: bigint): void {
  if (count > HALF_LONG || count < -HALF_LONG) throw new CommandError("ERR value is out of range");
}

/** Members, with scores nested in RESP3 and flat in RESP2. */
export function writeScored({ out }: Call, rows: readonly ScoreRow[], withScores: boolean): void {
  const nested = withScores && out.dialect === 1;
  out.array(withScores && !nested ? rows.length * 2 : rows.length);
  for (const [member, score] of rows) {
    if (nested) out.array(2);
    out.bulk(member);
    if (withScores) out.double(score);
  }
}

function zscan(call: Call): void {
  scanElements(call, KeyType.SortedSet, call.engine.sortedSets.rows, 2, ([, member, score]) => {
    call.out.bulk(member);
    // Text in RESP3 too.
    call.out.bulkText(scanText(call, score));
  });
}

/** Whole numbers of this size are where `%.17g` goes over to an exponent, and where Redis no longer packs them as integers. */
const EXPONENT_FROM = 1e17;
const PACKED_MAX = 2 ** 62;

/** A score as ZSCAN gives it: from a listpack as it is packed there, whole numbers with all their digits. */
function scanText({ engine: { encodings, keyspace } }: Call, score: number): string {
  const size = Math.abs(score);
  if (size < EXPONENT_FROM || size > PACKED_MAX) return formatDouble(score);
  const packed = encodings.nameOf(keyspace.id, KeyType.SortedSet, keyspace.count) === "listpack";
  return packed ? BigInt(score).toString() : formatDouble(score);
}

export const sortedSetCommands: Record<string, Handler> = {
  zadd,
  zincrby,
  zrem,
  zscore,
  zmscore,
  zcard,
  zrank: rank(false),
  zrevrank: rank(true),
  zrandmember,
  zscan,
};
