/**
 * SORT and SORT_RO: the elements of a list, a set or a sorted set by number or by bytes, by themselves or by what another key
 * has for them, with what other keys have for them instead of themselves, into the reply or into a list.
 *
 * Elements that compare equal are ordered by their bytes (Redis: by number only; else as they come), so that replicas agree.
 */
import { type Call, CommandError, type Handler, syntaxError, wrongType } from "../call.ts";
import type { Engine } from "../engine.ts";
import { KeyType } from "../keyspace.ts";
import { End } from "../lists.ts";
import { asciiText, parseDouble } from "../numbers.ts";
import { SortPattern } from "../sort_patterns.ts";
import { compareBytes } from "../spans.ts";

interface SortOptions {
  /** BY; undefined: by the elements themselves. One without a star asks for no sorting at all. */
  by: SortPattern | undefined;
  readonly get: SortPattern[];
  descending: boolean;
  /** By bytes, not by number. */
  alpha: boolean;
  offset: number;
  /** Negative for all. */
  limit: number;
  /** Argument with the key that takes the result; 0 for none. */
  storeArg: number;
}

function readOptions(call: Call, mayStore: boolean): SortOptions {
  const options: SortOptions = {
    by: undefined,
    get: [],
    descending: false,
    alpha: false,
    offset: 0,
    limit: -1,
    storeArg: 0,
  };
  for (let i = 2; i < call.argCount; i++) {
    const word = call.word(i);
    const left = call.argCount - i - 1;
    if (word === "asc") options.descending = false;
    else if (word === "desc") options.descending = true;
    else if (word === "alpha") options.alpha = true;
    else if (word === "limit" && left >= 2) {
      options.offset = Math.max(0, call.count(i + 1));
      options.limit = call.count(i + 2);
      i += 2;
    } else if (word === "store" && left >= 1 && mayStore) options.storeArg = ++i;
    else if (word === "by" && left >= 1) options.by = new SortPattern(call.arg(++i));
    else if (word === "get" && left >= 1) options.get.push(new SortPattern(call.arg(++i)));
    else throw new CommandError(syntaxError);
  }
  return options;
}

function sort(call: Call): void {
  run(call, true);
}

function sortReadOnly(call: Call): void {
  run(call, false);
}

function run(call: Call, mayStore: boolean): void {
  const { engine } = call;
  const options = readOptions(call, mayStore);
  const { id, type, count } = find(call);
  const elements = id === 0 ? [] : elementsOf(engine, id, type, count);
  // A set has no order of its own, so that a stored one is sorted nonetheless: every replica must store the same list.
  const forced = type === KeyType.Set && options.storeArg !== 0 && options.by?.named === false;
  const order = forced ? { ...options, alpha: true, by: undefined } : options;
  const sorted = order.by?.named === false ? unsorted(elements, type, order) : sortedBy(elements, order, engine);
  const end = options.limit < 0 ? sorted.length : options.offset + options.limit;
  const page = sorted.slice(options.offset, end);
  if (options.storeArg !== 0) store(call, page, options);
  else write(call, page, options);
}

function find(call: Call): { readonly id: number; readonly type: KeyType | 0; readonly count: number } {
  const { keyspace } = call.engine;
  const id = keyspace.find(call.arg(1));
  if (keyspace.type === KeyType.String || keyspace.type === KeyType.Hash) throw new CommandError(wrongType);
  return { id, type: keyspace.type, count: keyspace.count };
}

/** In the order of the list, or of the scores. */
function elementsOf({ lists, sets, sortedSets }: Engine, id: number, type: KeyType | 0, count: number): Uint8Array[] {
  switch (type) {
    case KeyType.List:
      return lists.all(id);
    case KeyType.Set:
      return sets.rows.all(id, count).map(([, member]) => member);
    default:
      return sortedSets.positions(id, count, 0, count - 1, false).map(([member]) => member);
  }
}

function unsorted(elements: Uint8Array[], type: KeyType | 0, { descending }: SortOptions): Uint8Array[] {
  return descending && type !== KeyType.Set ? elements.reverse() : elements;
}

function sortedBy(elements: readonly Uint8Array[], options: SortOptions, engine: Engine): Uint8Array[] {
  const { by, alpha, descending } = options;
  const sign = descending ? -1 : 1;
  const values = elements.map((element) => by === undefined ? element : by.valueFor(element, engine));
  const items = elements.map((element, i) => ({ element, value: values[i], score: alpha ? 0 : scoreOf(values[i]) }));
  items.sort((a, b) =>
    sign * (a.score - b.score || (alpha ? compareValues(a.value, b.value) : 0) || compareBytes(a.element, b.element))
  );
  return items.map(({ element }) => element);
}

/** As C's strtod reads it: up to a zero byte, blanks before it skipped, and nothing at all is 0. So is what is not there. */
function scoreOf(value: Uint8Array | undefined): number {
  if (value === undefined) return 0;
  const zeroAt = value.indexOf(0);
  const text = zeroAt < 0 ? value : value.subarray(0, zeroAt);
  const blanks = /^[ \t\n\v\f\r]*/.exec(asciiText(text))![0].length;
  const score = blanks === text.length ? 0 : parseDouble(text.subarray(blanks));
  if (score === undefined) throw new CommandError("ERR One or more scores can't be converted into double");
  return score;
}

/** What is not there comes first. */
function compareValues(a: Uint8Array | undefined, b: Uint8Array | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return compareBytes(a, b);
}

function write(call: Call, elements: readonly Uint8Array[], { get }: SortOptions): void {
  const { out, engine } = call;
  out.array(elements.length * Math.max(1, get.length));
  for (const element of elements) {
    if (get.length === 0) out.bulk(element);
    for (const pattern of get) {
      const value = pattern.valueFor(element, engine);
      if (value === undefined) out.nil();
      else out.bulk(value);
    }
  }
}

/** What is not there is stored as the empty string. An empty result leaves no key. */
function store(call: Call, elements: readonly Uint8Array[], { get, storeArg }: SortOptions): void {
  const { engine } = call;
  const { keyspace, lists } = engine;
  const values = get.length === 0
    ? elements
    : elements.flatMap((element) => get.map((pattern) => pattern.valueFor(element, engine) ?? NO_BYTES));
  const target = call.arg(storeArg);
  keyspace.delete(target);
  if (values.length > 0) {
    const id = keyspace.create(target, KeyType.List);
    for (const value of values) lists.push(id, value, End.Right);
    keyspace.setCount(id, values.length);
  }
  call.out.integer(values.length);
}

const NO_BYTES = new Uint8Array(0);

export const sortCommands: Record<string, Handler> = { sort, sort_ro: sortReadOnly };
