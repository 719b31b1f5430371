/** Bit commands: strings as arrays of bits, bit 0 being the highest of the first byte. */
import { type Call, CommandError, type Handler, syntaxError } from "../call.ts";
import { countBits, findBit } from "../bit_ranges.ts";
import { parseInteger } from "../numbers.ts";
import { STRING_BYTES_MAX, StringForm } from "../strings.ts";

const badOffset = "ERR bit offset is not an integer or out of range";
const badBit = "ERR bit is not an integer or out of range";
const NO_BYTES = new Uint8Array(0);

/** A bit offset that a string may reach. */
export function readBitOffset(bytes: Uint8Array): number {
  const offset = parseInteger(bytes);
  if (typeof offset !== "number" || offset < 0 || offset >= STRING_BYTES_MAX * 8) throw new CommandError(badOffset);
  return offset;
}

function setbit(call: Call): void {
  const { strings } = call.engine;
  const offset = readBitOffset(call.arg(2));
  const bit = parseInteger(call.arg(3));
  if (bit !== 0 && bit !== 1) throw new CommandError(badBit);
  strings.load(call.arg(1));
  const index = Math.floor(offset / 8);
  const value = grown(strings.value, index + 1);
  const mask = 128 >> (offset % 8);
  const old = (value[index]! & mask) !== 0;
  if (bit === 1) value[index]! |= mask;
  else value[index]! &= ~mask;
  strings.store(call.arg(1), value, StringForm.Changed);
  call.out.integer(old ? 1 : 0);
}

/** `value`, or a copy with zeros behind it so that it has at least `length` bytes. */
export function grown(value: Uint8Array, length: number): Uint8Array {
  if (value.length >= length) return value;
  const longer = new Uint8Array(length);
  longer.set(value);
  return longer;
}

function getbit(call: Call): void {
  const offset = readBitOffset(call.arg(2));
  const value = call.engine.strings.get(call.arg(1)) ?? NO_BYTES;
  const byte = value[Math.floor(offset / 8)] ?? 0;
  call.out.integer((byte >> (7 - offset % 8)) & 1);
}

/** Positions `start` and `end` (inclusive, negative ones from the end) as bits of a value; undefined for an empty range. */
function bitRange(
  start: number,
  end: number,
  inBits: boolean,
  bytes: number,
): { from: number; to: number } | undefined {
  const length = inBits ? bytes * 8 : bytes;
  const first = Math.max(0, start < 0 ? start + length : start);
  const last = Math.min(length - 1, Math.max(0, end < 0 ? end + length : end));
  if (first > last) return undefined;
  return inBits ? { from: first, to: last + 1 } : { from: first * 8, to: (last + 1) * 8 };
}

/** The word BYTE or BIT. */
function readUnit(call: Call, index: number): boolean {
  const word = call.word(index);
  if (word !== "bit" && word !== "byte") throw new CommandError(syntaxError);
  return word === "bit";
}

function bitcount(call: Call): void {
  const { argCount, out } = call;
  const value = call.engine.strings.get(call.arg(1));
  // Redis looks at the other arguments only where there is a string to count in.
  if (value === undefined) return out.integer(0);
  if (argCount === 2) return out.integer(countBits(value, 0, value.length * 8));
  if (argCount === 3 || argCount > 5) throw new CommandError(syntaxError);
  const start = call.count(2);
  const end = call.count(3);
  if (start < 0 && end < 0 && start > end) return out.integer(0);
  const range = bitRange(start, end, argCount === 5 && readUnit(call, 4), value.length);
  out.integer(range === undefined ? 0 : countBits(value, range.from, range.to));
}

function bitpos(call: Call): void {
  const { argCount, out } = call;
  const bit = call.integer(2);
  if (bit !== 0n && bit !== 1n) throw new CommandError("ERR The bit argument must be 1 or 0.");
  const value = call.engine.strings.get(call.arg(1));
  // As with BITCOUNT: without a string nobody looks at the rest.
  if (value === undefined) return out.integer(bit === 1n ? -1 : 0);
  if (argCount > 6) throw new CommandError(syntaxError);
  const start = argCount > 3 ? call.count(3) : 0;
  const inBits = argCount === 6 && readUnit(call, 5);
  const end = argCount > 4 ? call.count(4) : -1;
  const range = bitRange(start, end, inBits, value.length);
  if (range === undefined) return out.integer(-1);
  const found = findBit(value, range.from, range.to, bit === 1n);
  // Without an end the string goes on in zeros for ever.
  if (found < 0 && bit === 0n && argCount < 5) out.integer(range.to);
  else out.integer(found);
}

type Combine = (a: number, b: number) => number;
const operations: Readonly<Record<string, Combine | undefined>> = {
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  /** Has one source alone: see `combined`. */
  not: (a) => ~a,
};

function bitop(call: Call): void {
  const { strings, keyspace } = call.engine;
  const name = call.word(1);
  const combine = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (combine === undefined) throw new CommandError(syntaxError);
  if (name === "not" && call.argCount !== 4) {
    throw new CommandError("ERR BITOP NOT must be called with a single source key.");
  }
  const sources: Uint8Array[] = [];
  let length = 0;
  for (let i = 3; i < call.argCount; i++) {
    const source = strings.get(call.arg(i)) ?? NO_BYTES;
    sources.push(source);
    length = Math.max(length, source.length);
  }
  keyspace.delete(call.arg(2));
  if (length > 0) strings.create(call.arg(2), combined(sources, combine, length), StringForm.Changed);
  call.out.integer(length);
}

function combined(sources: readonly Uint8Array[], combine: Combine, length: number): Uint8Array {
  const [first = NO_BYTES, ...others] = sources;
  const result = grown(first, length);
  if (combine === operations.not) return result.map((byte) => ~byte);
  for (const other of others) {
    for (let i = 0; i < length; i++) result[i] = combine(result[i]!, other[i] ?? 0);
  }
  return result;
}

export const bitCommands: Record<string, Handler> = { setbit, getbit, bitcount, bitpos, bitop };
