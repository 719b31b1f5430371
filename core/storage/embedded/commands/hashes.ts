/** Hash commands. */
import { encode } from "../../../bytes.ts";
import { randomCount } from "../bounded_numbers.ts";
import { type Call, CommandError, type Handler, notFloat, syntaxError } from "../call.ts";
import { scanElements } from "../element_scan.ts";
import type { FieldRow } from "../hashes.ts";
import { KeyType } from "../keyspace.ts";
import { LongDouble } from "../long_double.ts";
import { INT64_MAX, INT64_MIN, parseInteger } from "../numbers.ts";
import { pickRow, pickRows } from "../random_picks.ts";
import { wrongArgumentCount } from "./strings.ts";

/** Sets the pairs from argument 2 on; returns how many fields are new. */
function setPairs(call: Call): number {
  const { hashes, keyspace } = call.engine;
  const id = keyspace.findOrCreate(call.arg(1), KeyType.Hash);
  let added = 0;
  for (let i = 2; i < call.argCount; i += 2) if (hashes.set(id, call.arg(i), call.arg(i + 1))) added++;
  if (added > 0) keyspace.setCount(id, keyspace.count + added);
  return added;
}

function hset(call: Call): void {
  if (call.argCount % 2 !== 0) throw wrongArgumentCount("hset");
  call.out.integer(setPairs(call));
}

function hmset(call: Call): void {
  if (call.argCount % 2 !== 0) throw wrongArgumentCount("hmset");
  setPairs(call);
  call.out.status("OK");
}

function hsetnx(call: Call): void {
  const { hashes, keyspace } = call.engine;
  const id = keyspace.findOrCreate(call.arg(1), KeyType.Hash);
  const added = hashes.insert(id, call.arg(2), call.arg(3));
  if (added) keyspace.setCount(id, keyspace.count + 1);
  call.out.integer(added ? 1 : 0);
}

function writeValue(call: Call, value: Uint8Array | undefined): void {
  if (value === undefined) call.out.nil();
  else call.out.bulk(value);
}

function hget(call: Call): void {
  const { hashes } = call.engine;
  writeValue(call, hashes.get(hashes.find(call.arg(1)), call.arg(2)));
}

function hmget(call: Call): void {
  const { hashes } = call.engine;
  const id = hashes.find(call.arg(1));
  call.out.array(call.argCount - 2);
  for (let i = 2; i < call.argCount; i++) writeValue(call, hashes.get(id, call.arg(i)));
}

function allRows(call: Call): FieldRow[] {
  const { hashes, keyspace } = call.engine;
  const id = hashes.find(call.arg(1));
  return id === 0 ? [] : hashes.rows.all(id, keyspace.count);
}

function hgetall(call: Call): void {
  const rows = allRows(call);
  call.out.map(rows.length);
  for (const [, field, value] of rows) {
    call.out.bulk(field);
    call.out.bulk(value);
  }
}

function hkeys(call: Call): void {
  const rows = allRows(call);
  call.out.array(rows.length);
  for (const [, field] of rows) call.out.bulk(field);
}

function hvals(call: Call): void {
  const rows = allRows(call);
  call.out.array(rows.length);
  for (const [, , value] of rows) call.out.bulk(value);
}

function hdel(call: Call): void {
  const { hashes, keyspace } = call.engine;
  const id = hashes.find(call.arg(1));
  if (id === 0) return call.out.integer(0);
  let removed = 0;
  for (let i = 2; i < call.argCount; i++) if (hashes.delete(id, call.arg(i))) removed++;
  if (removed > 0) keyspace.setCount(id, keyspace.count - removed);
  call.out.integer(removed);
}

function hexists(call: Call): void {
  const { hashes } = call.engine;
  call.out.integer(hashes.lengthOf(hashes.find(call.arg(1)), call.arg(2)) === undefined ? 0 : 1);
}

function hstrlen(call: Call): void {
  const { hashes } = call.engine;
  call.out.integer(hashes.lengthOf(hashes.find(call.arg(1)), call.arg(2)) ?? 0);
}

function hlen(call: Call): void {
  const { hashes, keyspace } = call.engine;
  call.out.integer(hashes.find(call.arg(1)) === 0 ? 0 : keyspace.count);
}

/** Sets the field that a command counts in, making hash and field where they are missing. */
function store(call: Call, value: Uint8Array): void {
  const { hashes, keyspace } = call.engine;
  const id = keyspace.findOrCreate(call.arg(1), KeyType.Hash);
  if (hashes.set(id, call.arg(2), value)) keyspace.setCount(id, keyspace.count + 1);
}

function hincrby(call: Call): void {
  const { hashes } = call.engine;
  const increment = call.integer(3);
  const old = hashes.get(hashes.find(call.arg(1)), call.arg(2));
  const value = old === undefined ? 0 : parseInteger(old);
  if (value === undefined) throw new CommandError("ERR hash value is not an integer");
  const sum = BigInt(value) + increment;
  if (sum > INT64_MAX || sum < INT64_MIN) throw new CommandError("ERR increment or decrement would overflow");
  store(call, encode(sum.toString()));
  call.out.integer(sum);
}

function hincrbyfloat(call: Call): void {
  const { hashes } = call.engine;
  const increment = LongDouble.parse(call.arg(3));
  if (increment === undefined) throw new CommandError(notFloat);
  if (!increment.isFinite) throw new CommandError("ERR value is NaN or Infinity");
  const old = hashes.get(hashes.find(call.arg(1)), call.arg(2));
  const value = LongDouble.parse(old ?? ZERO);
  if (value === undefined) throw new CommandError("ERR hash value is not a float");
  const sum = value.plus(increment);
  if (sum === undefined) throw new CommandError("ERR increment would produce NaN or Infinity");
  const text = encode(sum.toString());
  store(call, text);
  call.out.bulk(text);
}

const ZERO = encode("0");

function hrandfield(call: Call): void {
  const { hashes, keyspace, random } = call.engine;
  const { out } = call;
  if (call.argCount === 2) {
    const id = hashes.find(call.arg(1));
    if (id === 0) out.nil();
    else out.bulk(pickRow(hashes.rows, id, keyspace.count, random)[1]);
    return;
  }
  const wanted = randomCount(call, 2);
  const withValues = call.argCount > 3;
  if (call.argCount > 4 || (withValues && call.word(3) !== "withvalues")) throw new CommandError(syntaxError);
  // Twice the count has to fit 64 bits.
  if (withValues && (call.integer(2) > INT64_MAX / 2n || call.integer(2) < -(INT64_MAX / 2n))) {
    throw new CommandError("ERR value is out of range");
  }
  const id = hashes.find(call.arg(1));
  if (id === 0 || wanted === 0) return out.array(0);
  const rows = pickRows(hashes.rows, id, keyspace.count, wanted, random);
  const nested = withValues && out.dialect === 1;
  out.array(withValues && !nested ? rows.length * 2 : rows.length);
  for (const [, field, value] of rows) {
    if (nested) out.array(2);
    out.bulk(field);
    if (withValues) out.bulk(value);
  }
}

function hscan(call: Call): void {
  scanElements(call, KeyType.Hash, call.engine.hashes.rows, 2, ([, field, value]) => {
    call.out.bulk(field);
    call.out.bulk(value);
  });
}

export const hashCommands: Record<string, Handler> = {
  hset,
  hmset,
  hsetnx,
  hget,
  hmget,
  hgetall,
  hkeys,
  hvals,
  hdel,
  hexists,
  hstrlen,
  hlen,
  hincrby,
  hincrbyfloat,
  hrandfield,
  hscan,
};
