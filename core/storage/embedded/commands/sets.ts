/** Commands on one set. What combines several is in set_algebra.ts. */
import { countFrom, randomCount } from "../bounded_numbers.ts";
import { type Call, CommandError, type Handler, syntaxError } from "../call.ts";
import { scanElements } from "../element_scan.ts";
import { KeyType } from "../keyspace.ts";
import { pickRow, pickRows } from "../random_picks.ts";
import type { MemberRow } from "../sets.ts";

function sadd(call: Call): void {
  const { sets, keyspace } = call.engine;
  const id = keyspace.findOrCreate(call.arg(1), KeyType.Set);
  let added = 0;
  for (let i = 2; i < call.argCount; i++) if (sets.add(id, call.arg(i))) added++;
  if (added > 0) keyspace.setCount(id, keyspace.count + added);
  call.out.integer(added);
}

function srem(call: Call): void {
  const { sets, keyspace } = call.engine;
  const id = sets.find(call.arg(1));
  let removed = 0;
  if (id !== 0) { for (let i = 2; i < call.argCount; i++) if (sets.delete(id, call.arg(i))) removed++; }
  if (removed > 0) keyspace.setCount(id, keyspace.count - removed);
  call.out.integer(removed);
}

function scard(call: Call): void {
  const { sets, keyspace } = call.engine;
  sets.find(call.arg(1));
  call.out.integer(keyspace.count);
}

function sismember(call: Call): void {
  const { sets } = call.engine;
  call.out.integer(sets.has(sets.find(call.arg(1)), call.arg(2)) ? 1 : 0);
}

function smismember(call: Call): void {
  const { sets } = call.engine;
  const id = sets.find(call.arg(1));
  call.out.array(call.argCount - 2);
  for (let i = 2; i < call.argCount; i++) call.out.integer(sets.has(id, call.arg(i)) ? 1 : 0);
}

function smembers(call: Call): void {
  const { sets, keyspace } = call.engine;
  const id = sets.find(call.arg(1));
  const rows = id === 0 ? [] : sets.rows.all(id, keyspace.count);
  call.out.set(rows.length);
  writeMembers(call, rows);
}

export function writeMembers(call: Call, rows: readonly MemberRow[]): void {
  for (const row of rows) call.out.bulk(row[1]);
}

function smove(call: Call): void {
  const { sets, keyspace } = call.engine;
  const member = call.arg(3);
  const source = sets.find(call.arg(1));
  if (source === 0) return call.out.integer(0);
  const size = keyspace.count;
  const target = sets.find(call.arg(2));
  const targetSize = keyspace.count;
  if (source === target) return call.out.integer(sets.has(source, member) ? 1 : 0);
  if (!sets.delete(source, member)) return call.out.integer(0);
  keyspace.setCount(source, size - 1);
  const id = target !== 0 ? target : keyspace.create(call.arg(2), KeyType.Set);
  if (sets.add(id, member)) keyspace.setCount(id, targetSize + 1);
  call.out.integer(1);
}

function spop(call: Call): void {
  const { sets, keyspace, random } = call.engine;
  if (call.argCount > 3) throw new CommandError(syntaxError);
  if (call.argCount === 3) return popSeveral(call);
  const id = sets.find(call.arg(1));
  if (id === 0) return call.out.nil();
  const [, member] = pickRow(sets.rows, id, keyspace.count, random);
  sets.delete(id, member);
  keyspace.setCount(id, keyspace.count - 1);
  call.out.bulk(member);
}

function popSeveral(call: Call): void {
  const { sets, keyspace, random } = call.engine;
  const count = countFrom(call, 2, 0);
  const id = sets.find(call.arg(1));
  const size = keyspace.count;
  const rows = id === 0 || count === 0 ? [] : pickRows(sets.rows, id, size, count, random);
  if (rows.length < size) { for (const [, member] of rows) sets.delete(id, member); }
  if (rows.length > 0) keyspace.setCount(id, size - rows.length);
  call.out.set(rows.length);
  writeMembers(call, rows);
}

function srandmember(call: Call): void {
  const { sets, keyspace, random } = call.engine;
  if (call.argCount > 3) throw new CommandError(syntaxError);
  const several = call.argCount === 3;
  const count = several ? randomCount(call, 2) : 1;
  const id = sets.find(call.arg(1));
  if (several) {
    const rows = id === 0 || count === 0 ? [] : pickRows(sets.rows, id, keyspace.count, count, random);
    call.out.array(rows.length);
    writeMembers(call, rows);
  } else if (id === 0) call.out.nil();
  else call.out.bulk(pickRow(sets.rows, id, keyspace.count, random)[1]);
}

function sscan(call: Call): void {
  scanElements(call, KeyType.Set, call.engine.sets.rows, 1, (row) => call.out.bulk(row[1]));
}

export const setCommands: Record<string, Handler> = {
  sadd,
  srem,
  scard,
  sismember,
  smismember,
  smembers,
  smove,
  spop,
  srandmember,
  sscan,
};
