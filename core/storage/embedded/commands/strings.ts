/** String commands. */
import { copyBytes, encode } from "../../../bytes.ts";
import { type Call, CommandError, type Handler, notFloat, notInteger, syntaxError } from "../call.ts";
import { readExpireTime, type TimeForm, timeForms } from "../expire_time.ts";
import { KeyType } from "../keyspace.ts";
import { lcsCommand } from "./lcs.ts";
import { LongDouble } from "../long_double.ts";
import { INT64_MAX, INT64_MIN, parseInteger } from "../numbers.ts";
import { STRING_BYTES_MAX, StringForm } from "../strings.ts";

const EX: TimeForm = { seconds: true, relative: true };
const PX: TimeForm = { seconds: false, relative: true };
const NO_BYTES = new Uint8Array(0);

/** Throws the error of a string that would pass 512 MB. */
export function checkLength(length: number): void {
  if (length > STRING_BYTES_MAX) {
    throw new CommandError("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
  }
}

/** The error of a wrong number of arguments that the command table cannot see. */
export function wrongArgumentCount(command: string): CommandError {
  return new CommandError(`ERR wrong number of arguments for '${command}' command`);
}

function get(call: Call): void {
  const value = call.engine.strings.get(call.arg(1));
  if (value === undefined) call.out.nil();
  else call.out.bulk(value);
}

function set(call: Call): void {
  const { strings } = call.engine;
  if (call.argCount === 3) {
    strings.set(call.arg(1), call.arg(2));
    call.out.status("OK");
  } else setWithOptions(call);
}

interface SetOptions {
  onlyNew: boolean;
  onlyExisting: boolean;
  get: boolean;
  keepExpiry: boolean;
  persist: boolean;
  form: TimeForm | undefined;
  formWord: string;
  timeArg: number;
}

/** The options of SET and GETEX from argument `first` on; throws the syntax error for those that exclude each other. */
function readOptions(call: Call, first: number, isSet: boolean): SetOptions {
  const options: SetOptions = {
    onlyNew: false,
    onlyExisting: false,
    get: false,
    keepExpiry: false,
    persist: false,
    form: undefined,
    formWord: "",
    timeArg: 0,
  };
  for (let i = first; i < call.argCount; i++) {
    const word = call.word(i);
    const form = Object.hasOwn(timeForms, word) ? timeForms[word] : undefined;
    const timed = options.form !== undefined;
    if (isSet && word === "nx" && !options.onlyExisting) options.onlyNew = true;
    else if (isSet && word === "xx" && !options.onlyNew) options.onlyExisting = true;
    else if (isSet && word === "get") options.get = true;
    else if (isSet && word === "keepttl" && !timed) options.keepExpiry = true;
    else if (!isSet && word === "persist" && !timed) options.persist = true;
    else if (
      form !== undefined && i + 1 < call.argCount && !options.keepExpiry && !options.persist &&
      (!timed || options.formWord === word)
    ) {
      options.form = form;
      options.formWord = word;
      options.timeArg = ++i;
    } else throw new CommandError(syntaxError);
  }
  return options;
}

function setWithOptions(call: Call): void {
  const { strings, keyspace } = call.engine;
  const key = call.arg(1);
  const options = readOptions(call, 3, true);
  const expiresAt = options.form === undefined ? 0 : readExpireTime(call, options.timeArg, options.form, "set");
  const old = options.get ? strings.get(key) : undefined;
  let refused = false;
  if (options.onlyNew || options.onlyExisting) refused = (keyspace.find(key) !== 0) === options.onlyNew;
  if (!refused) {
    if (options.keepExpiry) strings.setKeepingExpiry(key, call.arg(2));
    else strings.set(key, call.arg(2), expiresAt);
  }
  if (options.get ? old === undefined : refused) call.out.nil();
  else if (options.get) call.out.bulk(old!);
  else call.out.status("OK");
}

function setWithExpiry(form: TimeForm, command: string): Handler {
  return (call) => {
    call.engine.strings.set(call.arg(1), call.arg(3), readExpireTime(call, 2, form, command));
    call.out.status("OK");
  };
}

function setnx(call: Call): void {
  const { strings, keyspace } = call.engine;
  const isNew = keyspace.find(call.arg(1)) === 0;
  if (isNew) strings.set(call.arg(1), call.arg(2));
  call.out.integer(isNew ? 1 : 0);
}

function getex(call: Call): void {
  const { strings, keyspace, clock } = call.engine;
  const options = readOptions(call, 2, false);
  const id = strings.load(call.arg(1));
  if (id === 0) return call.out.nil();
  const { value, expiresAt: before } = strings;
  if (options.form !== undefined) {
    const expiresAt = readExpireTime(call, options.timeArg, options.form, "getex");
    if (!options.form.relative && expiresAt <= clock.wall()) keyspace.remove(id, KeyType.String);
    else keyspace.setExpiry(id, expiresAt);
  } else if (options.persist && before !== 0) keyspace.setExpiry(id, 0);
  call.out.bulk(value);
}

function getdel(call: Call): void {
  const { strings, keyspace } = call.engine;
  const id = strings.load(call.arg(1));
  if (id === 0) return call.out.nil();
  keyspace.remove(id, KeyType.String);
  call.out.bulk(strings.value);
}

function getset(call: Call): void {
  const { strings } = call.engine;
  const old = strings.get(call.arg(1));
  strings.set(call.arg(1), call.arg(2));
  if (old === undefined) call.out.nil();
  else call.out.bulk(old);
}

function mget(call: Call): void {
  const { strings, keyspace } = call.engine;
  call.out.array(call.argCount - 1);
  for (let i = 1; i < call.argCount; i++) {
    const key = call.arg(i);
    if (keyspace.find(key) === 0 || keyspace.type !== KeyType.String) call.out.nil();
    else call.out.bulk(strings.get(key)!);
  }
}

function mset(call: Call): void {
  if (call.argCount % 2 === 0) throw wrongArgumentCount("mset");
  setAll(call);
  call.out.status("OK");
}

function msetnx(call: Call): void {
  if (call.argCount % 2 === 0) throw wrongArgumentCount("msetnx");
  for (let i = 1; i < call.argCount; i += 2) {
    if (call.engine.keyspace.find(call.arg(i)) !== 0) return call.out.integer(0);
  }
  setAll(call);
  call.out.integer(1);
}

function setAll(call: Call): void {
  for (let i = 1; i < call.argCount; i += 2) call.engine.strings.set(call.arg(i), call.arg(i + 1));
}

function append(call: Call): void {
  const { strings } = call.engine;
  const key = call.arg(1);
  const tail = call.arg(2);
  const isNew = strings.load(key) === 0;
  const old = strings.value;
  const length = old.length + tail.length;
  checkLength(length);
  if (isNew) strings.set(key, tail);
  else {
    const value = new Uint8Array(length);
    value.set(old);
    copyBytes(tail, 0, tail.length, value, old.length);
    strings.update(strings.id, value, StringForm.Changed);
  }
  call.out.integer(length);
}

function strlen(call: Call): void {
  call.out.integer(call.engine.strings.get(call.arg(1))?.length ?? 0);
}

function getrange(call: Call): void {
  let start = call.count(2);
  let end = call.count(3);
  const value = call.engine.strings.get(call.arg(1)) ?? NO_BYTES;
  const { length } = value;
  if (start < 0 && end < 0 && start > end) return call.out.bulk(NO_BYTES);
  start = Math.max(0, start < 0 ? start + length : start);
  end = Math.min(length - 1, Math.max(0, end < 0 ? end + length : end));
  call.out.bulk(start > end ? NO_BYTES : value.subarray(start, end + 1));
}

function setrange(call: Call): void {
  const { strings } = call.engine;
  const offset = call.count(2);
  const patch = call.arg(3);
  if (offset < 0) throw new CommandError("ERR offset is out of range");
  strings.load(call.arg(1));
  const old = strings.value;
  if (patch.length === 0) return call.out.integer(old.length);
  checkLength(offset + patch.length);
  let value = old;
  if (offset + patch.length > old.length) {
    value = new Uint8Array(offset + patch.length);
    value.set(old);
  }
  value.set(patch, offset);
  strings.store(call.arg(1), value, StringForm.Changed);
  call.out.integer(value.length);
}

function add(call: Call, increment: number | bigint): void {
  const { strings } = call.engine;
  const isNew = strings.load(call.arg(1)) === 0;
  const old = isNew ? 0 : parseInteger(strings.value);
  if (old === undefined) throw new CommandError(notInteger);
  let sum: number | bigint;
  if (typeof old === "number" && typeof increment === "number" && Number.isSafeInteger(old + increment)) {
    sum = old + increment;
  } else {
    sum = BigInt(old) + BigInt(increment);
    if (sum > INT64_MAX || sum < INT64_MIN) throw new CommandError("ERR increment or decrement would overflow");
  }
  strings.store(call.arg(1), encode(String(sum)), StringForm.Written);
  call.out.integer(sum);
}

function readIncrement(call: Call): number | bigint {
  const value = parseInteger(call.arg(2));
  if (value === undefined) throw new CommandError(notInteger);
  return value;
}

function decrby(call: Call): void {
  const value = readIncrement(call);
  if (value === INT64_MIN) throw new CommandError("ERR decrement would overflow");
  add(call, -value);
}

function incrbyfloat(call: Call): void {
  const { strings } = call.engine;
  const isNew = strings.load(call.arg(1)) === 0;
  const old = LongDouble.parse(isNew ? ZERO : strings.value);
  const increment = LongDouble.parse(call.arg(2));
  if (old === undefined || increment === undefined) throw new CommandError(notFloat);
  const sum = old.plus(increment);
  if (sum === undefined) throw new CommandError("ERR increment would produce NaN or Infinity");
  const text = encode(sum.toString());
  strings.store(call.arg(1), text, StringForm.Text);
  call.out.bulk(text);
}

const ZERO = encode("0");

export const stringCommands: Record<string, Handler> = {
  get,
  set,
  setex: setWithExpiry(EX, "setex"),
  psetex: setWithExpiry(PX, "psetex"),
  setnx,
  getex,
  getdel,
  getset,
  mget,
  mset,
  msetnx,
  append,
  strlen,
  getrange,
  substr: getrange,
  setrange,
  incr: (call) => add(call, 1),
  decr: (call) => add(call, -1),
  incrby: (call) => add(call, readIncrement(call)),
  decrby,
  incrbyfloat,
  lcs: lcsCommand,
};
