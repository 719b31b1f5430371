/** Memcached's classic commands (doc/protocol.txt of memcached 1.6). */
import type { ItemCall, ItemHandler } from "../item_call.ts";
import { addDelta, nonNumeric, numberOf, writeNumber } from "../item_arithmetic.ts";
import { ItemMark } from "../items.ts";
import { storedLines, storeItem, StoreMode } from "../store_item.ts";

function get({ items, out, request, now, arg }: ItemCall, withCas: boolean): void {
  for (let i = request.keyArg; i < request.argCount; i++) {
    const key = arg(i);
    if (items.load(key) === 0) continue;
    items.access.fetched(items.id, now);
    out.value(key, items.flags, items.value, withCas ? items.cas : undefined);
  }
  out.end();
}

/** The value goes out even where the new expiry has passed already. */
function getAndTouch({ items, out, request, now, arg, number }: ItemCall, withCas: boolean): void {
  const expiresAt = items.expiryOf(number(1));
  for (let i = request.keyArg; i < request.argCount; i++) {
    const key = arg(i);
    if (items.load(key) === 0) continue;
    items.access.fetched(items.id, now);
    items.expireAt(expiresAt);
    out.value(key, items.flags, items.value, withCas ? items.cas : undefined);
  }
  out.end();
}

function store(mode: StoreMode): ItemHandler {
  return (call) => {
    const { items, out, request, arg, number } = call;
    const stored = storeItem(call, mode, {
      key: arg(1),
      value: arg(request.argCount - 1),
      flags: number(2),
      expiresAt: items.expiryOf(number(3)),
      cas: mode === StoreMode.Cas ? number(5) : 0,
      binaryKey: false,
      mayBeStale: false,
    });
    out.line(storedLines[stored]);
  };
}

function arithmetic(increments: boolean): ItemHandler {
  return ({ items, out, arg, unsigned }) => {
    const key = arg(1);
    if (items.load(key) === 0) return out.line("NOT_FOUND");
    const value = numberOf(items.value);
    if (value === undefined) return out.line(nonNumeric);
    const number = addDelta(value, unsigned(2), increments);
    writeNumber(items, key, number, ItemMark.BinaryKey);
    out.line(number.toString());
  };
}

/** Handlers by command name. */
export const itemCommands: Readonly<Record<string, ItemHandler>> = {
  get: (call) => get(call, false),
  bget: (call) => get(call, false),
  gets: (call) => get(call, true),
  gat: (call) => getAndTouch(call, false),
  gats: (call) => getAndTouch(call, true),
  set: store(StoreMode.Set),
  add: store(StoreMode.Add),
  replace: store(StoreMode.Replace),
  append: store(StoreMode.Append),
  prepend: store(StoreMode.Prepend),
  cas: store(StoreMode.Cas),
  incr: arithmetic(true),
  decr: arithmetic(false),
  touch({ items, out, now, arg, number }) {
    if (items.load(arg(1)) === 0) return out.line("NOT_FOUND");
    items.access.fetched(items.id, now);
    items.expireAt(items.expiryOf(number(2)));
    out.line("TOUCHED");
  },
  delete({ items, out, arg }) {
    const id = items.load(arg(1));
    if (id === 0) return out.line("NOT_FOUND");
    items.remove(id);
    out.line("DELETED");
  },
  flush_all({ items, out, request, now, number }) {
    const at = request.argCount > 1 ? items.expiryOf(number(1)) : 0;
    items.flush(at > now ? at : 0);
    out.line("OK");
  },
  // The engine has no log of its own.
  verbosity: ({ out }) => out.line("OK"),
};
