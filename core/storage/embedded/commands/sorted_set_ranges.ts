/** Ranges of a sorted set, by position, score or member: reading, counting, storing, removing. */
import { type Call, CommandError, type Handler, syntaxError } from "../call.ts";
import { KeyType } from "../keyspace.ts";
import { clampRange, type LexRange, parseLexRange, parseScoreRange, type ScoreRange } from "../ranges.ts";
import { type Span, spanOfScores, wholeSpan } from "../spans.ts";
import { writeScored } from "./sorted_sets.ts";

type RangeKind = "rank" | "score" | "lex";

/** What a command's name says; undefined leaves it to its options. */
interface Form {
  readonly kind?: RangeKind;
  readonly descending?: boolean;
  readonly stores?: boolean;
}

interface RangeOptions {
  kind: RangeKind | undefined;
  descending: boolean | undefined;
  withScores: boolean;
  offset: number;
  limit: number;
}

/** The options from argument `first` on. */
function readRangeOptions(call: Call, first: number, form: Form): RangeOptions {
  const options: RangeOptions = {
    kind: form.kind,
    descending: form.descending,
    withScores: false,
    offset: 0,
    limit: -1,
  };
  for (let i = first; i < call.argCount; i++) {
    const word = call.word(i);
    if (form.stores !== true && word === "withscores") options.withScores = true;
    else if (word === "limit" && i + 2 < call.argCount) {
      options.offset = call.count(i + 1);
      options.limit = call.count(i + 2);
      i += 2;
    } else if (options.descending === undefined && word === "rev") options.descending = true;
    else if (options.kind === undefined && word === "bylex") options.kind = "lex";
    else if (options.kind === undefined && word === "byscore") options.kind = "score";
    else throw new CommandError(syntaxError);
  }
  options.kind ??= "rank";
  if (options.limit !== -1 && options.kind === "rank") {
    throw new CommandError(
      "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX",
    );
  }
  if (options.withScores && options.kind === "lex") {
    throw new CommandError("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
  }
  return options;
}

/** The bounds at argument `at` and the next, as they were written. */
type Bounds =
  | { readonly kind: "rank"; readonly start: number; readonly stop: number }
  | { readonly kind: "score"; readonly scores: ScoreRange }
  | { readonly kind: "lex"; readonly members: LexRange };

/** `descending` ranges of scores and members name their greater end first. */
function readBounds(call: Call, at: number, kind: RangeKind, descending: boolean): Bounds {
  if (kind === "rank") return { kind, start: call.count(at), stop: call.count(at + 1) };
  const least = call.arg(descending ? at + 1 : at);
  const most = call.arg(descending ? at : at + 1);
  if (kind === "score") return { kind, scores: parseScoreRange(least, most) };
  return { kind, members: parseLexRange(least, most) };
}

function range(form: Form): Handler {
  return (call) => {
    const { sortedSets, keyspace } = call.engine;
    const source = form.stores === true ? 2 : 1;
    const { kind, descending = false, withScores, offset, limit } = readRangeOptions(call, source + 3, form);
    const bounds = readBounds(call, source + 1, kind!, descending);
    const id = sortedSets.find(call.arg(source));
    if (form.stores === true) return storeRange(call, id, bounds, descending, offset, limit);
    if (id === 0) return call.out.array(0);
    if (bounds.kind === "rank") {
      const positions = clampRange(bounds.start, bounds.stop, keyspace.count);
      const rows = positions === undefined ? [] : sortedSets.positions(id, keyspace.count, ...positions, descending);
      return writeScored(call, rows, withScores);
    }
    // Redis counts a negative offset down for ever: there is nothing behind it.
    const rows = offset < 0
      ? []
      : sortedSets.range(id, spanOf(call, id, bounds, descending), descending, offset, limit);
    writeScored(call, rows, withScores);
  };
}

function storeRange(call: Call, id: number, bounds: Bounds, descending: boolean, offset: number, limit: number): void {
  const { sortedSets, keyspace } = call.engine;
  const target = keyspace.nextId;
  let count = 0;
  if (id !== 0 && bounds.kind === "rank") {
    const positions = clampRange(bounds.start, bounds.stop, keyspace.count);
    if (positions !== undefined) {
      const [from, to] = positions;
      count = sortedSets.storeRange(id, wholeSpan, descending, from, to - from + 1, target);
    }
  } else if (id !== 0 && bounds.kind !== "rank" && offset >= 0) {
    count = sortedSets.storeRange(id, spanOf(call, id, bounds, descending), descending, offset, limit, target);
  }
  keyspace.replace(call.arg(1), KeyType.SortedSet, count);
  call.out.integer(count);
}

function spanOf(call: Call, id: number, bounds: Exclude<Bounds, { kind: "rank" }>, descending: boolean): Span {
  if (bounds.kind === "score") return spanOfScores(bounds.scores);
  return call.engine.sortedSets.spanOfMembers(id, bounds.members, descending);
}

/** ZCOUNT and ZLEXCOUNT. */
function count(kind: "score" | "lex"): Handler {
  return (call) => {
    const { sortedSets } = call.engine;
    const bounds = readBounds(call, 2, kind, false);
    const id = sortedSets.find(call.arg(1));
    if (id === 0 || bounds.kind === "rank") return call.out.integer(0);
    call.out.integer(sortedSets.count(id, spanOf(call, id, bounds, false)));
  };
}

/** ZREMRANGEBYRANK, ZREMRANGEBYSCORE and ZREMRANGEBYLEX. */
function remove(kind: RangeKind): Handler {
  return (call) => {
    const { sortedSets, keyspace } = call.engine;
    const bounds = readBounds(call, 2, kind, false);
    const id = sortedSets.find(call.arg(1));
    if (id === 0) return call.out.integer(0);
    const size = keyspace.count;
    let removed = 0;
    if (bounds.kind === "rank") {
      const positions = clampRange(bounds.start, bounds.stop, size);
      if (positions !== undefined) removed = sortedSets.deletePositions(id, size, ...positions);
    } else removed = sortedSets.deleteSpan(id, spanOf(call, id, bounds, false));
    if (removed > 0) keyspace.setCount(id, size - removed);
    call.out.integer(removed);
  };
}

export const sortedSetRangeCommands: Record<string, Handler> = {
  zrange: range({}),
  zrevrange: range({ kind: "rank", descending: true }),
  zrangebyscore: range({ kind: "score", descending: false }),
  zrevrangebyscore: range({ kind: "score", descending: true }),
  zrangebylex: range({ kind: "lex", descending: false }),
  zrevrangebylex: range({ kind: "lex", descending: true }),
  zrangestore: range({ stores: true }),
  zcount: count("score"),
  zlexcount: count("lex"),
  zremrangebyrank: remove("rank"),
  zremrangebyscore: remove("score"),
  zremrangebylex: remove("lex"),
};
