/**
 * BITFIELD: a string as an array of integers of any width up to 64 bits. All operations are read and checked before the
 * first runs; then they run in order, each seeing what those before it wrote.
 */
import { type Call, CommandError, type Handler, notInteger, syntaxError } from "../call.ts";
import { grown, readBitOffset } from "./bits.ts";
import { asciiText, parseInteger } from "../numbers.ts";
import { STRING_BYTES_MAX, StringForm } from "../strings.ts";

const badOffset = "ERR bit offset is not an integer or out of range";
const badType = "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.";

type Overflow = "wrap" | "sat" | "fail";

interface Operation {
  readonly kind: "get" | "set" | "incrby";
  readonly signed: boolean;
  readonly width: number;
  /** In bits. */
  readonly offset: number;
  readonly operand: bigint;
  readonly overflow: Overflow;
}

function bitfield(call: Call): void {
  run(call, false);
}

function bitfieldReadOnly(call: Call): void {
  run(call, true);
}

function run(call: Call, readOnly: boolean): void {
  const { strings } = call.engine;
  const operations = readOperations(call, readOnly);
  strings.load(call.arg(1));
  let value = strings.value;
  let bytesNeeded = 0;
  for (const { kind, offset, width } of operations) {
    if (kind !== "get") bytesNeeded = Math.max(bytesNeeded, Math.ceil((offset + width) / 8));
  }
  value = grown(value, bytesNeeded);
  const { out } = call;
  out.array(operations.length);
  for (const operation of operations) {
    const old = readField(value, operation);
    if (operation.kind === "get") {
      out.integer(old);
      continue;
    }
    const wanted = operation.kind === "set" ? givenValue(operation) : old + operation.operand;
    const fitted = fit(wanted, operation);
    if (fitted === undefined) {
      out.nil();
      continue;
    }
    writeField(value, operation, fitted);
    out.integer(operation.kind === "set" ? old : fitted);
  }
  if (bytesNeeded > 0) strings.store(call.arg(1), value, StringForm.Changed);
}

function readOperations(call: Call, readOnly: boolean): Operation[] {
  const operations: Operation[] = [];
  let overflow: Overflow = "wrap";
  for (let i = 2; i < call.argCount; i++) {
    const left = call.argCount - i - 1;
    const word = call.word(i);
    if (word === "overflow" && left >= 1) {
      const mode = call.word(++i);
      if (mode !== "wrap" && mode !== "sat" && mode !== "fail") {
        throw new CommandError("ERR Invalid OVERFLOW type specified");
      }
      overflow = mode;
      continue;
    }
    const known = word === "get" && left >= 2 || (word === "set" || word === "incrby") && left >= 3;
    if (!known) throw new CommandError(syntaxError);
    const { signed, width } = readType(call.arg(i + 1));
    const offset = readFieldOffset(call.arg(i + 2), width);
    i += 2;
    let operand = 0n;
    if (word !== "get") {
      const number = parseInteger(call.arg(++i));
      if (number === undefined) throw new CommandError(notInteger);
      operand = BigInt(number);
    }
    operations.push({ kind: word as Operation["kind"], signed, width, offset, operand, overflow });
  }
  if (readOnly && operations.some(({ kind }) => kind !== "get")) {
    throw new CommandError("ERR BITFIELD_RO only supports the GET subcommand");
  }
  return operations;
}

/** `i5`, `u63`. */
function readType(bytes: Uint8Array): { signed: boolean; width: number } {
  const text = asciiText(bytes);
  const signed = text.startsWith("i");
  const width = parseInteger(bytes.subarray(1));
  const valid = (signed || text.startsWith("u")) && typeof width === "number" && width >= 1 &&
    width <= (signed ? 64 : 63);
  if (!valid) throw new CommandError(badType);
  return { signed, width };
}

/** A bit offset, or `#3` for the place of the fourth field of this width. */
function readFieldOffset(bytes: Uint8Array, width: number): number {
  if (bytes[0] !== 35) return readBitOffset(bytes);
  const index = parseInteger(bytes.subarray(1));
  if (typeof index !== "number" || index < 0 || index * width >= STRING_BYTES_MAX * 8) {
    throw new CommandError(badOffset);
  }
  return index * width;
}

/** What SET is to write: for an unsigned field Redis takes a negative number as the large one of the same 64 bits. */
function givenValue({ signed, operand }: Operation): bigint {
  return signed ? operand : BigInt.asUintN(64, operand);
}

function readField(bytes: Uint8Array, { offset, width, signed }: Operation): bigint {
  let value = 0n;
  const last = Math.floor((offset + width - 1) / 8);
  for (let i = Math.floor(offset / 8); i <= last; i++) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  value >>= BigInt((last + 1) * 8 - offset - width);
  return signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
}

function writeField(bytes: Uint8Array, { offset, width }: Operation, value: bigint): void {
  const last = Math.floor((offset + width - 1) / 8);
  const shift = BigInt((last + 1) * 8 - offset - width);
  let bits = BigInt.asUintN(width, value) << shift;
  let mask = ((1n << BigInt(width)) - 1n) << shift;
  for (let i = last; i >= Math.floor(offset / 8); i--) {
    bytes[i] = (bytes[i]! & ~Number(mask & 255n)) | Number(bits & 255n);
    bits >>= 8n;
    mask >>= 8n;
  }
}

/** `value` in the field's range by its overflow rule; undefined where the rule is to fail. */
function fit(value: bigint, { kind, signed, width, overflow }: Operation): bigint | undefined {
  const wrapped = signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
  if (wrapped === value || overflow === "wrap") return wrapped;
  if (overflow === "fail") return undefined;
  const bits = BigInt(width);
  const greatest = (1n << (bits - 1n)) - 1n;
  // Redis measures in 64 bits how far a number is from the greatest: the smallest of all wrap around and count as too great.
  if (signed && kind === "set" && BigInt.asIntN(64, greatest - value) < 0n) return greatest;
  if (value < 0n) return signed ? -(1n << (bits - 1n)) : 0n;
  return signed ? greatest : (1n << bits) - 1n;
}

export const bitfieldCommands: Record<string, Handler> = { bitfield, bitfield_ro: bitfieldReadOnly };
