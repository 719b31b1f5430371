/** Commands on keys of any type: removing, naming, copying, and what is known about them. */
import { type Call, CommandError, type Handler, syntaxError } from "../call.ts";
import { KeyType } from "../keyspace.ts";
import { typeNames } from "../schema.ts";

const noSuchKey = "ERR no such key";
/** Integers below this are shared objects in Redis, whose reference count is this constant. */
const SHARED_INTEGERS = 10000;
const SHARED_REFERENCES = 2147483647;

function del(call: Call): void {
  let removed = 0;
  for (let i = 1; i < call.argCount; i++) if (call.engine.keyspace.delete(call.arg(i))) removed++;
  call.out.integer(removed);
}

/** EXISTS and TOUCH: a key that is named twice counts twice. */
function countExisting(call: Call): void {
  let found = 0;
  for (let i = 1; i < call.argCount; i++) if (call.engine.keyspace.find(call.arg(i)) !== 0) found++;
  call.out.integer(found);
}

function type(call: Call): void {
  const { keyspace } = call.engine;
  keyspace.find(call.arg(1));
  call.out.status(typeNames[keyspace.type]);
}

function rename(call: Call): void {
  const { keyspace } = call.engine;
  const id = keyspace.find(call.arg(1));
  if (id === 0) throw new CommandError(noSuchKey);
  keyspace.rename(id, keyspace.type as KeyType, call.arg(2));
  call.out.status("OK");
}

function renamenx(call: Call): void {
  const { keyspace } = call.engine;
  const id = keyspace.find(call.arg(1));
  if (id === 0) throw new CommandError(noSuchKey);
  const keyType = keyspace.type as KeyType;
  if (keyspace.find(call.arg(2)) !== 0) return call.out.integer(0);
  keyspace.rename(id, keyType, call.arg(2));
  call.out.integer(1);
}

function copy(call: Call): void {
  const { keyspace } = call.engine;
  let replace = false;
  for (let i = 3; i < call.argCount; i++) {
    const word = call.word(i);
    if (word === "replace") replace = true;
    else if (word === "db" && i + 1 < call.argCount) {
      checkDatabase(call.integer(++i));
    } else throw new CommandError(syntaxError);
  }
  if (sameBytes(call.arg(1), call.arg(2))) {
    throw new CommandError("ERR source and destination objects are the same");
  }
  if (keyspace.find(call.arg(1)) === 0) return call.out.integer(0);
  if (keyspace.find(call.arg(2)) !== 0) {
    if (!replace) return call.out.integer(0);
    keyspace.remove(keyspace.id);
  }
  const id = keyspace.find(call.arg(1));
  keyspace.copy(id, keyspace.type as KeyType, call.arg(2));
  call.out.integer(1);
}

/** There is one database, number 0. */
function checkDatabase(number: bigint): void {
  if (BigInt.asIntN(32, number) !== number) {
    throw new CommandError("ERR value is out of range, value must between -2147483648 and 2147483647");
  }
  if (number !== 0n) throw new CommandError("ERR DB index is out of range");
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function randomkey(call: Call): void {
  const key = call.engine.keyspace.randomKey();
  if (key === undefined) call.out.nil();
  else call.out.bulk(key);
}

function dbsize(call: Call): void {
  call.out.integer(call.engine.keyspace.size());
}

function flush(call: Call): void {
  const word = call.argCount === 2 ? call.word(1) : "sync";
  if (call.argCount > 2 || (word !== "sync" && word !== "async")) throw new CommandError(syntaxError);
  call.engine.keyspace.clear();
  call.out.status("OK");
}

/** OBJECT: answers null where there is no key, else what `answer` writes about the key that `keyspace` has found. */
function ofKey(answer: (call: Call, id: number, type: KeyType) => void): Handler {
  return (call) => {
    const { keyspace } = call.engine;
    if (keyspace.find(call.arg(2)) === 0) call.out.nil();
    else answer(call, keyspace.id, keyspace.type as KeyType);
  };
}

const objectEncoding = ofKey((call, id, keyType) => {
  call.out.bulkText(call.engine.encodings.nameOf(id, keyType, call.engine.keyspace.count));
});

const objectRefcount = ofKey((call, id, keyType) => {
  const { encodings, keyspace } = call.engine;
  const value = keyType === KeyType.String ? encodings.integerOf(id, keyspace.count) : undefined;
  const shared = value !== undefined && value >= 0 && value < SHARED_INTEGERS;
  call.out.integer(shared ? SHARED_REFERENCES : 1);
});

const objectIdletime = ofKey(() => {
  throw new CommandError("ERR the embedded engine does not track how long a key was idle");
});

const objectFreq = ofKey(() => {
  throw new CommandError(
    "ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.",
  );
});

function memoryUsage(call: Call): void {
  const { keyspace, encodings } = call.engine;
  let samples = 5;
  for (let i = 3; i < call.argCount; i++) {
    if (call.word(i) !== "samples" || i + 1 >= call.argCount) throw new CommandError(syntaxError);
    samples = call.count(++i);
    if (samples < 0) throw new CommandError(syntaxError);
  }
  const id = keyspace.find(call.arg(2));
  if (id === 0) call.out.nil();
  else call.out.integer(encodings.bytesOf(id, keyspace.type as KeyType, keyspace.count, samples));
}

export const keyCommands: Record<string, Handler> = {
  del,
  unlink: del,
  exists: countExisting,
  touch: countExisting,
  type,
  rename,
  renamenx,
  copy,
  randomkey,
  dbsize,
  flushall: flush,
  flushdb: flush,
  "object|encoding": objectEncoding,
  "object|refcount": objectRefcount,
  "object|idletime": objectIdletime,
  "object|freq": objectFreq,
  "memory|usage": memoryUsage,
};
