/** List commands. */
import { equalBytes } from "../../../bytes.ts";
import { countFrom } from "../bounded_numbers.ts";
import { type Call, CommandError, type Handler, notInteger, syntaxError } from "../call.ts";
import { KeyType } from "../keyspace.ts";
import { End } from "../lists.ts";
import { clampToSafe, INT64_MIN, parseInteger } from "../numbers.ts";
import { clampRange } from "../ranges.ts";
import { wrongArgumentCount } from "./strings.ts";

function push(end: End): Handler {
  return (call) => {
    const id = call.engine.keyspace.findOrCreate(call.arg(1), KeyType.List);
    pushAll(call, id, end);
  };
}

/** LPUSHX, RPUSHX: only where there is a list. */
function pushExisting(end: End): Handler {
  return (call) => {
    const id = call.engine.lists.find(call.arg(1));
    if (id === 0) call.out.integer(0);
    else pushAll(call, id, end);
  };
}

function pushAll(call: Call, id: number, end: End): void {
  const { lists, keyspace } = call.engine;
  for (let i = 2; i < call.argCount; i++) lists.push(id, call.arg(i), end);
  keyspace.setCount(id, keyspace.count + call.argCount - 2);
  call.out.integer(keyspace.count);
}

function pop(end: End, name: string): Handler {
  return (call) => {
    const { lists, keyspace } = call.engine;
    if (call.argCount > 3) throw wrongArgumentCount(name);
    const count = call.argCount === 3 ? countFrom(call, 2, 0) : undefined;
    const id = lists.find(call.arg(1));
    if (count !== undefined) {
      if (id === 0) call.out.nilArray();
      else popAndWrite(call, id, count, end);
    } else if (id === 0) call.out.nil();
    else {
      const value = lists.pop(id, end);
      keyspace.setCount(id, keyspace.count - 1);
      call.out.bulk(value);
    }
  };
}

/** Pops up to `count` elements of the list just found. */
function popAndWrite(call: Call, id: number, count: number, end: End): void {
  const { lists, keyspace } = call.engine;
  const size = keyspace.count;
  const values = lists.popMany(id, Math.min(count, size), end);
  if (values.length > 0) keyspace.setCount(id, size - values.length);
  call.out.array(values.length);
  for (const value of values) call.out.bulk(value);
}

function llen(call: Call): void {
  const { lists, keyspace } = call.engine;
  call.out.integer(lists.find(call.arg(1)) === 0 ? 0 : keyspace.count);
}

function lrange(call: Call): void {
  const { lists, keyspace } = call.engine;
  const start = call.count(2);
  const stop = call.count(3);
  const id = lists.find(call.arg(1));
  const range = clampRange(start, stop, keyspace.count);
  if (range === undefined) return call.out.array(0);
  const values = lists.range(id, keyspace.count, range[0], range[1]);
  call.out.array(values.length);
  for (const value of values) call.out.bulk(value);
}

/** An index from 0 on, or undefined where the list of `size` elements has no such element. */
function readIndex(call: Call, index: number, size: number): number | undefined {
  const given = call.count(index);
  const found = given < 0 ? given + size : given;
  return found >= 0 && found < size ? found : undefined;
}

function lindex(call: Call): void {
  const { lists, keyspace } = call.engine;
  const id = lists.find(call.arg(1));
  if (id === 0) return call.out.nil();
  const index = readIndex(call, 2, keyspace.count);
  if (index === undefined) call.out.nil();
  else call.out.bulk(lists.get(id, keyspace.count, index));
}

function lset(call: Call): void {
  const { lists, keyspace } = call.engine;
  const id = lists.find(call.arg(1));
  if (id === 0) throw new CommandError("ERR no such key");
  const index = readIndex(call, 2, keyspace.count);
  if (index === undefined) throw new CommandError("ERR index out of range");
  lists.set(id, keyspace.count, index, call.arg(3));
  call.out.status("OK");
}

function linsert(call: Call): void {
  const { lists, keyspace } = call.engine;
  const word = call.word(2);
  if (word !== "before" && word !== "after") throw new CommandError(syntaxError);
  const id = lists.find(call.arg(1));
  if (id === 0) return call.out.integer(0);
  if (!lists.insert(id, call.arg(3), word === "before", call.arg(4))) return call.out.integer(-1);
  keyspace.setCount(id, keyspace.count + 1);
  call.out.integer(keyspace.count);
}

function lrem(call: Call): void {
  const { lists, keyspace } = call.engine;
  const count = call.count(2);
  const id = lists.find(call.arg(1));
  if (id === 0) return call.out.integer(0);
  const limit = count === 0 ? keyspace.count : Math.abs(count);
  const removed = lists.remove(id, call.arg(3), limit, count < 0 ? End.Right : End.Left);
  if (removed > 0) keyspace.setCount(id, keyspace.count - removed);
  call.out.integer(removed);
}

function ltrim(call: Call): void {
  const { lists, keyspace } = call.engine;
  const start = call.count(2);
  const stop = call.count(3);
  const id = lists.find(call.arg(1));
  call.out.status("OK");
  if (id === 0) return;
  const range = clampRange(start, stop, keyspace.count);
  if (range === undefined) return keyspace.remove(id);
  const [from, to] = range;
  lists.keep(id, keyspace.count, from, to);
  keyspace.setCount(id, to - from + 1);
}

interface PositionOptions {
  rank: number;
  /** Undefined: the first match alone, as one number. */
  count: number | undefined;
  /** 0: the whole list. */
  maxLength: number;
}

function readPositionOptions(call: Call): PositionOptions {
  const options: PositionOptions = { rank: 1, count: undefined, maxLength: 0 };
  for (let i = 3; i < call.argCount; i += 2) {
    const word = call.word(i);
    if (i + 1 >= call.argCount) throw new CommandError(syntaxError);
    if (word === "rank") options.rank = readRank(call, i + 1);
    else if (word === "count") options.count = countFrom(call, i + 1, 0, "ERR COUNT can't be negative");
    else if (word === "maxlen") options.maxLength = countFrom(call, i + 1, 0, "ERR MAXLEN can't be negative");
    else throw new CommandError(syntaxError);
  }
  return options;
}

function readRank(call: Call, index: number): number {
  const rank = parseInteger(call.arg(index));
  if (rank === undefined) throw new CommandError(notInteger);
  if (rank === 0) {
    throw new CommandError(
      "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
    );
  }
  // Redis 7.0 negates it, which 64 bits cannot: what is left counts as the first match from the end.
  return rank === INT64_MIN ? -1 : clampToSafe(rank);
}

function lpos(call: Call): void {
  const { lists, keyspace } = call.engine;
  const { out } = call;
  const { rank, count, maxLength } = readPositionOptions(call);
  const id = lists.find(call.arg(1));
  const size = keyspace.count;
  const found = id === 0 ? [] : lists.indexesOf(id, size, call.arg(2), {
    end: rank < 0 ? End.Right : End.Left,
    skip: Math.abs(rank) - 1,
    limit: count === undefined ? 1 : count === 0 ? size : count,
    within: maxLength === 0 ? size : maxLength,
  });
  if (count !== undefined) {
    out.array(found.length);
    for (const index of found) out.integer(index);
  } else if (found.length === 0) out.nil();
  else out.integer(found[0]!);
}

function readEnd(call: Call, index: number): End {
  const word = call.word(index);
  if (word !== "left" && word !== "right") throw new CommandError(syntaxError);
  return word === "left" ? End.Left : End.Right;
}

function lmove(call: Call): void {
  move(call, readEnd(call, 3), readEnd(call, 4));
}

function rpoplpush(call: Call): void {
  move(call, End.Right, End.Left);
}

function move(call: Call, from: End, to: End): void {
  const { lists, keyspace } = call.engine;
  const source = call.arg(1);
  const target = call.arg(2);
  const sourceId = lists.find(source);
  if (sourceId === 0) return call.out.nil();
  const sourceCount = keyspace.count;
  if (equalBytes(source, 0, source.length, target)) {
    // The list never becomes empty in between: it keeps its expiry.
    const value = lists.pop(sourceId, from);
    lists.push(sourceId, value, to);
    return call.out.bulk(value);
  }
  const targetId = keyspace.findOrCreate(target, KeyType.List);
  const targetCount = keyspace.count;
  const value = lists.pop(sourceId, from);
  lists.push(targetId, value, to);
  keyspace.setCount(targetId, targetCount + 1);
  if (sourceCount > 1) keyspace.setCount(sourceId, sourceCount - 1);
  else keyspace.remove(sourceId, KeyType.List);
  call.out.bulk(value);
}

function lmpop(call: Call): void {
  const { lists } = call.engine;
  const keyCount = countFrom(call, 1, 1, "ERR numkeys should be greater than 0");
  const endArg = keyCount + 2;
  if (endArg >= call.argCount) throw new CommandError(syntaxError);
  const end = readEnd(call, endArg);
  const count = readPopCount(call, endArg + 1);
  for (let i = 2; i < endArg; i++) {
    const id = lists.find(call.arg(i));
    if (id === 0) continue;
    call.out.array(2);
    call.out.bulk(call.arg(i));
    return popAndWrite(call, id, count, end);
  }
  call.out.nilArray();
}

/** `COUNT n` at the end of the command; 1 where there is nothing. */
function readPopCount(call: Call, at: number): number {
  if (at === call.argCount) return 1;
  if (at + 1 === call.argCount || call.word(at) !== "count") throw new CommandError(syntaxError);
  const count = countFrom(call, at + 1, 1, "ERR count should be greater than 0");
  if (at + 2 !== call.argCount) throw new CommandError(syntaxError);
  return count;
}

export const listCommands: Record<string, Handler> = {
  lpush: push(End.Left),
  rpush: push(End.Right),
  lpushx: pushExisting(End.Left),
  rpushx: pushExisting(End.Right),
  lpop: pop(End.Left, "lpop"),
  rpop: pop(End.Right, "rpop"),
  llen,
  lrange,
  lindex,
  lset,
  linsert,
  lrem,
  ltrim,
  lpos,
  lmove,
  rpoplpush,
  lmpop,
};
