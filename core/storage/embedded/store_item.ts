/** The storage commands' one rule: what becomes of an item that is there or not, whose cas unique matches or not. */
import { type ItemCall, tooLarge } from "./item_call.ts";
import { ItemMark } from "./items.ts";

export const StoreMode = { Set: 0, Add: 1, Replace: 2, Append: 3, Prepend: 4, Cas: 5 } as const;
export type StoreMode = typeof StoreMode[keyof typeof StoreMode];

export const Stored = { Yes: 0, No: 1, Exists: 2, NotFound: 3, TooLarge: 4 } as const;
export type Stored = typeof Stored[keyof typeof Stored];

export interface Write {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly flags: number;
  /** Wall ms, 0 for never. */
  readonly expiresAt: number;
  /** The unique the item must have; 0 where none was given. */
  readonly cas: number;
  readonly binaryKey: boolean;
  /** A unique that is too old writes the value all the same, and marks it stale. */
  readonly mayBeStale: boolean;
}

/** Runs one storage command. Behind it `items` holds the item that was written. */
export function storeItem({ items, valueBytesMax, now }: ItemCall, mode: StoreMode, write: Write): Stored {
  const binary = write.binaryKey ? ItemMark.BinaryKey : 0;
  const { key, value, cas } = write;
  if (items.load(key) === 0) {
    if (mode === StoreMode.Cas) return Stored.NotFound;
    if (mode !== StoreMode.Set && mode !== StoreMode.Add) return Stored.No;
    items.store(key, value, write.flags, write.expiresAt, binary);
    return Stored.Yes;
  }
  const matches = cas === items.cas;
  switch (mode) {
    case StoreMode.Add:
      items.access.touched(items.id, now);
      return Stored.No;
    case StoreMode.Append:
    case StoreMode.Prepend: {
      if (cas !== 0 && !matches) return Stored.Exists;
      if (value.length + items.value.length > valueBytesMax) return Stored.TooLarge;
      const joined = mode === StoreMode.Append ? concatenate(items.value, value) : concatenate(value, items.value);
      items.store(key, joined, items.flags, items.expiresAt, items.marks & ItemMark.BinaryKey);
      return Stored.Yes;
    }
    case StoreMode.Cas:
      if (cas === 0) return Stored.Exists;
      if (matches) break;
      if (!write.mayBeStale || cas > items.cas) return Stored.Exists;
      items.store(key, value, write.flags, items.expiresAt, ItemMark.Stale | (items.marks & ItemMark.Won) | binary);
      return Stored.Yes;
  }
  items.store(key, value, write.flags, write.expiresAt, binary);
  return Stored.Yes;
}

/** The line of a reply that a storage command's outcome has. */
export const storedLines = ["STORED", "NOT_STORED", "EXISTS", "NOT_FOUND", tooLarge] as const;
/** The same for `ms`. */
export const storedCodes = ["HD", "NS", "EX", "NF", tooLarge] as const;

function concatenate(first: Uint8Array, second: Uint8Array): Uint8Array {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}
