/**
 * Memcached's meta commands (doc/protocol.txt of memcached 1.6). The flags of a request are gone through in the order they
 * stand in, and so are those of the reply: `T30 t` tells the new time to live, `t T30` the old one.
 */
import { addDelta, nonNumeric, numberOf, writeNumber } from "../item_arithmetic.ts";
import type { ItemCall, ItemHandler } from "../item_call.ts";
import { ItemMark } from "../items.ts";
import { Stored, storedCodes, storeItem, StoreMode } from "../store_item.ts";

const NO_BYTES = new Uint8Array(0);

/** The flags of one request. */
class Flags {
  readonly #call: ItemCall;
  readonly #first: number;
  readonly #end: number;

  constructor(call: ItemCall, first: number, end: number) {
    this.#call = call;
    this.#first = first;
    this.#end = end;
  }

  /** Argument index of the flag, 0 when it is not there. */
  find(letter: string): number {
    for (let arg = this.#first; arg < this.#end; arg++) if (this.letter(arg) === letter) return arg;
    return 0;
  }
  has(letter: string): boolean {
    return this.find(letter) > 0;
  }
  letter(arg: number): string {
    const { request } = this.#call;
    return String.fromCharCode(request.bytes[request.argStart(arg)]!);
  }
  /** The number behind the letter, or `absent`. */
  number(letter: string, absent: number): number {
    const arg = this.find(letter);
    return arg > 0 ? this.#call.number(arg, 1) : absent;
  }
  unsigned(letter: string, absent: bigint): bigint {
    const arg = this.find(letter);
    return arg > 0 ? this.#call.unsigned(arg, 1) : absent;
  }
  mode(): string {
    const arg = this.find("M");
    return arg > 0 ? String.fromCharCode(this.#call.arg(arg)[1]!) : "";
  }
  each(visit: (letter: string, arg: number) => void): void {
    for (let arg = this.#first; arg < this.#end; arg++) visit(this.letter(arg), arg);
  }

  /** Writes back what a reply holds whatever came of the request: opaque and key. */
  echo(letter: string, arg: number, binaryKey: boolean): void {
    const { out } = this.#call;
    if (letter === "O") out.echo(this.#call.arg(arg));
    else if (letter === "k") out.key(this.#call.arg(1), binaryKey);
  }
  /** A reply that has nothing else. */
  answer(code: string): void {
    const { out } = this.#call;
    out.meta(code);
    const binary = this.has("b");
    this.each((letter, arg) => this.echo(letter, arg, binary));
    out.metaEnd();
  }
}

/** Seconds until the item expires, -1 for never. */
function timeToLive({ items, now }: ItemCall): number {
  if (items.expiresAt === 0) return -1;
  return Math.max(0, Math.ceil((items.expiresAt - now) / 1000));
}

function metaGet(call: ItemCall): void {
  const { items, out, now, arg, number } = call;
  const flags = new Flags(call, 2, call.request.argCount);
  const key = arg(1);
  const created = items.load(key) === 0 && flags.has("N");
  if (created) items.store(key, NO_BYTES, 0, 0, flags.has("b") ? ItemMark.BinaryKey : 0);
  if (items.id === 0) return flags.answer("EN");
  const withValue = flags.has("v");
  out.meta(withValue ? `VA ${items.value.length}` : "HD");
  let won = created;
  flags.each((letter, index) => {
    switch (letter) {
      case "T":
        return items.expireAt(items.expiryOf(number(index, 1)));
      case "N":
        return created ? items.expireAt(items.expiryOf(number(index, 1))) : undefined;
      case "R":
        won ||= (items.marks & ItemMark.Won) === 0 && items.expiresAt !== 0 &&
          items.expiresAt < items.expiryOf(number(index, 1));
        return;
      case "s":
        return out.flag("s", items.value.length);
      case "t":
        return out.flag("t", timeToLive(call));
      case "c":
        return out.flag("c", items.cas);
      case "f":
        return out.flag("f", items.flags);
      case "l":
        return out.flag("l", Math.max(0, Math.floor((now - items.access.accessedAt(items.id)) / 1000)));
      case "h":
        return out.flag("h", items.access.wasFetched(items.id) ? 1 : 0);
      default:
        return flags.echo(letter, index, (items.marks & ItemMark.BinaryKey) !== 0);
    }
  });
  const alreadyWon = (items.marks & ItemMark.Won) !== 0;
  if (alreadyWon) out.flag("Z");
  if ((items.marks & ItemMark.Stale) !== 0) {
    out.flag("X");
    won ||= !alreadyWon;
  }
  if (won) {
    out.flag("W");
    if (!alreadyWon) items.mark(items.marks | ItemMark.Won);
  }
  out.metaEnd(withValue ? items.value : undefined);
  if (!flags.has("u")) items.access.fetched(items.id, now);
}

const storeModes: Readonly<Record<string, StoreMode>> = {
  "": StoreMode.Set,
  S: StoreMode.Set,
  E: StoreMode.Add,
  A: StoreMode.Append,
  P: StoreMode.Prepend,
  R: StoreMode.Replace,
};

function metaSet(call: ItemCall): void {
  const { items, out, request, arg } = call;
  const flags = new Flags(call, 3, request.argCount - 1);
  let mode = storeModes[flags.mode()]!;
  if (flags.has("C") && (mode === StoreMode.Set || mode === StoreMode.Replace)) mode = StoreMode.Cas;
  const stored = storeItem(call, mode, {
    key: arg(1),
    value: arg(request.argCount - 1),
    flags: flags.number("F", 0),
    expiresAt: items.expiryOf(flags.number("T", 0)),
    cas: flags.number("C", 0),
    binaryKey: flags.has("b"),
    mayBeStale: flags.has("I"),
  });
  if (stored === Stored.TooLarge) return out.line(storedCodes[stored]);
  out.meta(storedCodes[stored]);
  flags.each((letter, index) => {
    if (letter === "c") out.flag("c", stored === Stored.Yes ? items.cas : 0);
    else flags.echo(letter, index, flags.has("b"));
  });
  out.metaEnd();
}

function metaDelete(call: ItemCall): void {
  const { items, arg } = call;
  const flags = new Flags(call, 2, call.request.argCount);
  const id = items.load(arg(1));
  if (id === 0) return flags.answer("NF");
  if (flags.has("C") && flags.number("C", 0) !== items.cas) return flags.answer("EX");
  const marks = flags.has("I") ? items.marks & ~ItemMark.Won | ItemMark.Stale : items.marks;
  if (flags.has("I") && flags.has("T")) items.expireAt(items.expiryOf(flags.number("T", 0)));
  if (flags.has("x")) items.store(arg(1), NO_BYTES, 0, items.expiresAt, marks);
  else if (flags.has("I")) items.mark(marks, true);
  else items.remove(id);
  flags.answer("HD");
}

function metaArithmetic(call: ItemCall): void {
  const { items, out, arg, number } = call;
  const flags = new Flags(call, 2, call.request.argCount);
  const key = arg(1);
  const binary = flags.has("b") ? ItemMark.BinaryKey : 0;
  let result: bigint;
  const created = items.load(key) === 0;
  if (created) {
    if (!flags.has("N")) return flags.answer("NF");
    result = flags.unsigned("J", 0n);
    items.store(key, Uint8Array.from(result.toString(), (digit) => digit.charCodeAt(0)), 0, 0, binary);
  } else {
    const cas = flags.number("C", 0);
    const value = numberOf(items.value);
    if (value === undefined && (items.value.length === 0 || cas === 0 || cas === items.cas)) {
      return out.line(nonNumeric);
    }
    if (cas !== 0 && cas !== items.cas) return flags.answer("EX");
    const mode = flags.mode();
    result = addDelta(value!, flags.unsigned("D", 1n), mode !== "D" && mode !== "-");
    writeNumber(items, key, result, ItemMark.BinaryKey);
  }
  const text = result.toString();
  const withValue = flags.has("v");
  out.meta(withValue ? `VA ${text.length}` : "HD");
  flags.each((letter, index) => {
    if (letter === "c") out.flag("c", items.cas);
    else if (letter === "t") out.flag("t", timeToLive(call));
    else if (letter === "T" || (letter === "N" && created)) items.expireAt(items.expiryOf(number(index, 1)));
    else flags.echo(letter, index, binary !== 0);
  });
  out.metaEnd(withValue ? Uint8Array.from(text, (digit) => digit.charCodeAt(0)) : undefined);
}

function metaDebug(call: ItemCall): void {
  const { items, out, arg, now } = call;
  const key = arg(1);
  if (items.load(key) === 0) return out.line("EN");
  out.debug(key, (items.marks & ItemMark.BinaryKey) !== 0, [
    ["exp", timeToLive(call)],
    ["la", Math.max(0, Math.floor((now - items.access.accessedAt(items.id)) / 1000))],
    ["cas", items.cas],
    ["fetch", items.access.wasFetched(items.id) ? "yes" : "no"],
    ["cls", 0],
    ["size", key.length + items.value.length],
  ]);
}

/** A cas unique of the client's own choice would have to be kept apart from those given here. */
const unsupported = "CLIENT_ERROR the embedded engine does not support flag E";

function unlessUnsupported(handler: ItemHandler, first: number, dataArgs: number): ItemHandler {
  return (call) => {
    const flags = new Flags(call, first, call.request.argCount - dataArgs);
    if (flags.has("E")) return call.out.line(unsupported);
    handler(call);
  };
}

/** Handlers by command name. */
export const metaCommands: Readonly<Record<string, ItemHandler>> = {
  mg: unlessUnsupported(metaGet, 2, 0),
  ms: unlessUnsupported(metaSet, 3, 1),
  md: unlessUnsupported(metaDelete, 2, 0),
  ma: unlessUnsupported(metaArithmetic, 2, 0),
  me: metaDebug,
};
