/** Commands that combine several sorted sets, or sets. */
import { countFrom } from "../bounded_numbers.ts";
import { type Call, CommandError, type Handler, syntaxError, wrongType } from "../call.ts";
import { KeyType } from "../keyspace.ts";
import { parseDouble } from "../numbers.ts";
import type { Aggregate, Source } from "../sorted_set_algebra.ts";
import { writeScored } from "./sorted_sets.ts";

type Operation = "union" | "intersection" | "difference";
/** What becomes of the result. */
type Purpose = "show" | "store" | "count";

interface Combination {
  readonly sources: Source[];
  aggregate: Aggregate;
  withScores: boolean;
  /** Of ZINTERCARD; 0 for none. */
  limit: number;
}

/** `command` is named in an error. Argument `at` says how many keys follow. */
function read(call: Call, command: string, operation: Operation, purpose: Purpose, at: number): Combination {
  const keys = call.count(at);
  if (keys < 1) throw new CommandError(`ERR at least 1 input key is needed for '${command}' command`);
  if (keys > call.argCount - at - 1) throw new CommandError(syntaxError);
  const combination: Combination = {
    sources: readSources(call, at + 1, at + 1 + keys),
    aggregate: "sum",
    withScores: false,
    limit: 0,
  };
  readOptions(call, at + 1 + keys, combination, operation !== "difference" && purpose !== "count", purpose);
  return combination;
}

function readSources(call: Call, first: number, end: number): Source[] {
  const { keyspace } = call.engine;
  const sources: Source[] = [];
  for (let i = first; i < end; i++) {
    const id = keyspace.find(call.arg(i));
    const { type } = keyspace;
    if (id !== 0 && type !== KeyType.SortedSet && type !== KeyType.Set) throw new CommandError(wrongType);
    sources.push({ id, type, size: keyspace.count, weight: 1 });
  }
  return sources;
}

/** The options from argument `i` on. `combines`: scores are combined, and so may be weighted. */
function readOptions(call: Call, i: number, combination: Combination, combines: boolean, purpose: Purpose): void {
  const { sources } = combination;
  while (i < call.argCount) {
    const word = call.word(i);
    const left = call.argCount - i - 1;
    if (combines && word === "weights" && left >= sources.length) {
      for (const source of sources) source.weight = readWeight(call, ++i);
    } else if (combines && word === "aggregate" && left >= 1) combination.aggregate = readAggregate(call, ++i);
    else if (purpose === "show" && word === "withscores") combination.withScores = true;
    else if (purpose === "count" && word === "limit" && left >= 1) {
      combination.limit = countFrom(call, ++i, 0, "ERR LIMIT can't be negative");
    } else throw new CommandError(syntaxError);
    i++;
  }
}

function readWeight(call: Call, index: number): number {
  const weight = parseDouble(call.arg(index));
  if (weight === undefined) throw new CommandError("ERR weight value is not a float");
  return weight;
}

function readAggregate(call: Call, index: number): Aggregate {
  const word = call.word(index);
  if (word !== "sum" && word !== "min" && word !== "max") throw new CommandError(syntaxError);
  return word;
}

/** Leaves the result in the algebra. */
function combine(call: Call, operation: Operation, { sources, aggregate }: Combination): void {
  const { sortedSetAlgebra } = call.engine;
  if (operation === "difference") sortedSetAlgebra.difference(sources);
  else sortedSetAlgebra[operation](sources, aggregate);
}

function show(command: string, operation: Operation): Handler {
  return (call) => {
    const combination = read(call, command, operation, "show", 1);
    combine(call, operation, combination);
    writeScored(call, call.engine.sortedSetAlgebra.rows(), combination.withScores);
  };
}

function store(command: string, operation: Operation): Handler {
  return (call) => {
    const { sortedSetAlgebra, keyspace } = call.engine;
    combine(call, operation, read(call, command, operation, "store", 2));
    const count = sortedSetAlgebra.store(keyspace.nextId);
    keyspace.replace(call.arg(1), KeyType.SortedSet, count);
    call.out.integer(count);
  };
}

function zintercard(call: Call): void {
  const combination = read(call, "zintercard", "intersection", "count", 1);
  combine(call, "intersection", combination);
  const count = call.engine.sortedSetAlgebra.count();
  call.out.integer(combination.limit === 0 ? count : Math.min(count, combination.limit));
}

export const sortedSetAlgebraCommands: Record<string, Handler> = {
  zunion: show("zunion", "union"),
  zinter: show("zinter", "intersection"),
  zdiff: show("zdiff", "difference"),
  zunionstore: store("zunionstore", "union"),
  zinterstore: store("zinterstore", "intersection"),
  zdiffstore: store("zdiffstore", "difference"),
  zintercard,
};
