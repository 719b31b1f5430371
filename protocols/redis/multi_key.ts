/**
 * Requests with several keys: where the keys are, how a request is cut into parts, how the parts' replies become one.
 *
 * Finding keys follows Redis' key specifications (https://redis.io/docs/latest/develop/reference/key-specs/): begin at an index or a
 * keyword, then take a range, or as many as an argument says.
 */
import { type ByteWriter, decode, equalBytes, equalsIgnoreCase } from "../../core/bytes.ts";
import { type Reply, ReplyKind } from "../../core/reply.ts";
import { Join, type KeyList, type Request } from "../../core/request.ts";
import type { KeySpec, RedisCommand } from "./command_table.ts";

const STAR = 42;

/** Adds the keys of `request` to `keys`, as argument indexes in order. Arguments that make no sense add none: the engine answers. */
export function findKeys(request: Request, keys: KeyList): void {
  const { facts } = request.command as RedisCommand;
  for (const spec of facts.key_specs ?? []) findKeysOf(spec, request, keys);
  if (keys.count === 0 && facts.keys.first > 0) {
    const last = facts.keys.last < 0 ? request.argCount + facts.keys.last : facts.keys.last;
    for (let arg = facts.keys.first; arg <= last && arg < request.argCount; arg += facts.keys.step) keys.add(arg);
  }
}

/** The same for one of the command's specifications. */
export function findKeysOf(spec: KeySpec, request: Request, keys: KeyList): void {
  const { begin_search: begin, find_keys: find } = spec;
  // Redis calls the place of its keys unknown for SORT alone: BY and GET name keys by a pattern, STORE may be anywhere.
  if (begin.type === "unknown" && spec.flags.includes("OW")) return findSortStore(request, keys);
  let first = -1;
  if (begin.type === "index") first = begin.spec.index;
  else if (begin.type === "keyword") {
    first = findKeyword(request, begin.spec.keyword.toLowerCase(), begin.spec.startfrom);
  }
  if (first < 1 || first >= request.argCount) return;
  if (find.type === "range") {
    const { lastkey, keystep, limit } = find.spec;
    let last = lastkey >= 0 ? first + lastkey : request.argCount + lastkey;
    // A limit of 2 means the first half: XREAD's keys, before as many ids.
    if (limit > 1) last = first + Math.floor((request.argCount - first) / limit) - 1;
    for (let arg = first; arg <= last && arg < request.argCount; arg += keystep) keys.add(arg);
  } else if (find.type === "keynum") {
    const { keynumidx, firstkey, keystep } = find.spec;
    const countArg = first + keynumidx;
    if (countArg >= request.argCount) return;
    const text = decode(request.arg(countArg));
    if (!/^\d{1,7}$/.test(text)) return;
    for (let left = Number(text), arg = first + firstkey; left > 0 && arg < request.argCount; left--, arg += keystep) {
      keys.add(arg);
    }
  }
}

/** Does it read keys that it names by a pattern only: SORT with BY or GET? (`BY nosort` and `GET #` read none.) */
export function readsUnnamedKeys(request: Request): boolean {
  const { name } = request.command;
  if (name !== "sort" && name !== "sort_ro") return false;
  for (let arg = 2; arg + 1 < request.argCount; arg++) {
    const [start, end] = [request.argStart(arg), request.argEnd(arg)];
    if (equalsIgnoreCase(request.bytes, start, end, "limit")) arg += 2;
    else if (equalsIgnoreCase(request.bytes, start, end, "store")) arg++;
    else if (equalsIgnoreCase(request.bytes, start, end, "by") || equalsIgnoreCase(request.bytes, start, end, "get")) {
      if (request.arg(++arg).includes(STAR)) return true;
    }
  }
  return false;
}

/** Argument behind the keyword, searched forward from `from`, or backward when negative; -1 when it is not there. */
function findKeyword(request: Request, keyword: string, from: number): number {
  const step = from < 0 ? -1 : 1;
  for (let arg = from < 0 ? request.argCount + from : from; arg > 0 && arg < request.argCount; arg += step) {
    if (equalsIgnoreCase(request.bytes, request.argStart(arg), request.argEnd(arg), keyword)) return arg + 1;
  }
  return -1;
}

/** SORT's STORE may stand anywhere behind the key; the last one counts. */
function findSortStore(request: Request, keys: KeyList): void {
  let store = 0;
  for (let arg = 2; arg + 1 < request.argCount; arg++) {
    const [start, end] = [request.argStart(arg), request.argEnd(arg)];
    if (equalsIgnoreCase(request.bytes, start, end, "limit")) arg += 2;
    else if (equalsIgnoreCase(request.bytes, start, end, "by") || equalsIgnoreCase(request.bytes, start, end, "get")) {
      arg++;
    } else if (equalsIgnoreCase(request.bytes, start, end, "store")) store = ++arg;
  }
  if (store > 0) keys.add(store);
}

/** Writes the part with the keys whose `partOf` is `part`, each with what belongs to it (MSET's value). */
export function writePart(
  request: Request,
  keys: KeyList,
  partOf: Int32Array,
  part: number,
  target: Request,
  out: ByteWriter,
): void {
  const perKey = (request.command as RedisCommand).facts.keys.step;
  let count = 0;
  for (let i = 0; i < keys.count; i++) if (partOf[i] === part) count++;
  out.byte(42);
  out.decimal(1 + count * perKey);
  out.ascii("\r\n");
  let index = 0;
  const copyArg = (arg: number) => {
    const start = request.argStart(arg);
    const end = request.argEnd(arg);
    out.byte(36);
    out.decimal(end - start);
    out.ascii("\r\n");
    target.setArg(index++, out.length, out.length + end - start);
    out.copy(request.bytes, start, end);
    out.ascii("\r\n");
  };
  copyArg(0);
  for (let i = 0; i < keys.count; i++) {
    if (partOf[i] !== part) continue;
    for (let offset = 0; offset < perKey; offset++) copyArg(keys.args[i]! + offset);
  }
  target.command = request.command;
  target.start = 0;
  target.end = out.length;
  target.argCount = index;
  target.keyArg = 1;
  target.cutStart = target.cutEnd = 0;
  target.quiet = 0;
}

/** One reply from those of the parts. */
export function joinParts(
  join: Join,
  parts: readonly Reply[],
  partOf: Int32Array,
  keyCount: number,
  out: ByteWriter,
): void {
  const failed = parts.find((part) => part.kind === ReplyKind.Error);
  const succeeded = parts.find((part) => part.kind !== ReplyKind.Error);
  if (join === Join.AnySucceeded ? succeeded === undefined : failed !== undefined) return copyReply(failed!, out);
  switch (join) {
    case Join.Sum:
      return writeInteger(parts.reduce((sum, part) => sum + integerOf(part), 0), out);
    case Join.Min:
      return writeInteger(Math.min(...parts.map(integerOf)), out);
    case Join.KeyOrder:
      return joinInKeyOrder(parts, partOf, keyCount, out);
    case Join.Concat:
      return concatenate(parts, out);
    case Join.And:
      return joinAnd(parts, out);
    case Join.AnyValue:
      return copyReply(parts.find((part) => !isNil(part)) ?? parts[0]!, out);
    case Join.AnySucceeded:
      return copyReply(succeeded!, out);
    default:
      return copyReply(parts[0]!, out);
  }
}

function copyReply(reply: Reply, out: ByteWriter): void {
  out.copy(reply.bytes, reply.start, reply.end);
}

function writeInteger(value: number, out: ByteWriter): void {
  out.byte(58);
  out.decimal(value);
  out.ascii("\r\n");
}

/** The number on a reply's first line, behind its type byte. */
function integerOf(reply: Reply): number {
  return parseInt(decode(reply.bytes, reply.start + 1, lineEnd(reply.bytes, reply.start)), 10);
}

function isNil({ bytes, start }: Reply): boolean {
  return bytes[start] === 95 || (bytes[start + 1] === 45 && bytes[start + 2] === 49);
}

/** Offset of the CR that ends the line at `at`. */
function lineEnd(bytes: Uint8Array, at: number): number {
  while (at < bytes.length && bytes[at] !== 13) at++;
  return at;
}

/** Offset behind the value at `at`, aggregates with all their elements. */
function valueEnd(bytes: Uint8Array, at: number): number {
  let left = 1;
  while (left > 0) {
    const type = bytes[at]!;
    const end = lineEnd(bytes, at);
    const count = type === 36 || type === 33 || type === 61 || type === 42 || type === 126 || type === 37
      ? parseInt(decode(bytes, at + 1, end), 10)
      : 0;
    at = end + 2;
    left--;
    if (type === 36 || type === 33 || type === 61) {
      if (count >= 0) at += count + 2;
    } else if (count > 0) {
      left += type === 37 ? count * 2 : count;
    }
  }
  return at;
}

/** Elements of an aggregate reply as offsets: the first's start, then each one's end. */
function elementsOf({ bytes, start }: Reply): number[] {
  const end = lineEnd(bytes, start);
  let count = parseInt(decode(bytes, start + 1, end), 10);
  if (bytes[start] === 37) count *= 2;
  const offsets = [end + 2];
  for (let i = 0; i < count; i++) offsets.push(valueEnd(bytes, offsets[i]!));
  return offsets;
}

function joinInKeyOrder(parts: readonly Reply[], partOf: Int32Array, keyCount: number, out: ByteWriter): void {
  const elements = parts.map(elementsOf);
  const next = parts.map(() => 0);
  out.byte(42);
  out.decimal(keyCount);
  out.ascii("\r\n");
  for (let i = 0; i < keyCount; i++) {
    const part = partOf[i]!;
    const at = next[part]!++;
    out.copy(parts[part]!.bytes, elements[part]![at]!, elements[part]![at + 1]!);
  }
}

function concatenate(parts: readonly Reply[], out: ByteWriter): void {
  const elements = parts.map(elementsOf);
  const type = parts[0]!.bytes[parts[0]!.start]!;
  const values = elements.reduce((sum, offsets) => sum + offsets.length - 1, 0);
  out.byte(type);
  out.decimal(type === 37 ? values / 2 : values);
  out.ascii("\r\n");
  parts.forEach((part, index) => {
    const offsets = elements[index]!;
    out.copy(part.bytes, offsets[0]!, offsets[offsets.length - 1]!);
  });
}

/** Arrays of 0 and 1: 1 where all have 1. */
function joinAnd(parts: readonly Reply[], out: ByteWriter): void {
  const elements = parts.map(elementsOf);
  const count = elements[0]!.length - 1;
  out.byte(42);
  out.decimal(count);
  out.ascii("\r\n");
  for (let i = 0; i < count; i++) {
    const all = parts.every((part, index) => part.bytes[elements[index]![i]! + 1] === 49);
    writeInteger(all ? 1 : 0, out);
  }
}

/** Do two aggregates of one length hold the same elements, in whatever order? Maps compare by pairs. */
export function equalUnordered(a: Reply, b: Reply, pairs: boolean): boolean {
  const [first, second] = [elementsOf(a), elementsOf(b)];
  if (first.length !== second.length) return false;
  const step = pairs || a.bytes[a.start] === 37 ? 2 : 1;
  const used = new Set<number>();
  for (let i = 0; i + step < first.length; i += step) {
    let match = -1;
    for (let j = 0; j + step < second.length && match < 0; j += step) {
      if (used.has(j)) continue;
      if (equalBytes(a.bytes, first[i]!, first[i + step]!, b.bytes, second[j]!, second[j + step]!)) match = j;
    }
    if (match < 0) return false;
    used.add(match);
  }
  return true;
}
