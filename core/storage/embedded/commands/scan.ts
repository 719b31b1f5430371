/**
 * KEYS and SCAN. A cursor is the id of the last key looked at: ids only grow and a key that stays keeps its own, so every
 * key that is there from the first call to the last is returned exactly once, whatever else comes and goes.
 */
import type { Call, Handler } from "../call.ts";
import { Glob } from "../glob.ts";
import { readCursor, readScanOptions } from "../scan_options.ts";
import { typeNames } from "../schema.ts";

function keys(call: Call): void {
  const glob = new Glob(call.arg(1));
  const { keyspace } = call.engine;
  if (glob.literal) {
    const found = keyspace.find(call.arg(1)) !== 0;
    call.out.array(found ? 1 : 0);
    if (found) call.out.bulk(call.arg(1));
    return;
  }
  const found: Uint8Array[] = [];
  for (const key of keyspace.keysWithPrefix(glob.prefix)) {
    if (glob.matchesAll || glob.matches(key)) found.push(key);
  }
  writeKeys(call, found);
}

function scan(call: Call): void {
  const { keyspace } = call.engine;
  const cursor = readCursor(call, 1);
  const { glob, count, type } = readScanOptions(call, 2, true);
  const found: Uint8Array[] = [];
  const next = keyspace.scan(cursor, count, (key, keyType) => {
    if (type !== undefined && typeNames[keyType] !== type) return;
    if (glob === undefined || glob.matches(key)) found.push(key);
  });
  call.out.array(2);
  call.out.bulkText(String(next));
  writeKeys(call, found);
}

function writeKeys(call: Call, found: readonly Uint8Array[]): void {
  call.out.array(found.length);
  for (const key of found) call.out.bulk(key);
}

export const scanCommands: Record<string, Handler> = { keys, scan };
