/**
 * What OBJECT ENCODING and MEMORY USAGE say of a key. The engine stores rows, so an encoding here is the one that Redis 7.0
 * with its default limits would have chosen for this content; clients use it to tell small from large, and int from text.
 */
import type { Database, Statement } from "./database.ts";
import { KeyType } from "./keyspace.ts";
import { parseInteger } from "./numbers.ts";
import { StringForm } from "./strings.ts";

/** Redis 7.0's defaults: set-max-intset-entries, hash-max-listpack-*, zset-max-listpack-*. */
const INTSET_ENTRIES_MAX = 512;
const HASH_LISTPACK_ENTRIES_MAX = 512;
const SORTED_SET_LISTPACK_ENTRIES_MAX = 128;
const LISTPACK_VALUE_BYTES_MAX = 64;
/** A string of up to this many bytes lives inside its object. */
const EMBEDDED_STRING_BYTES_MAX = 44;
const INTEGER_BYTES_MAX = 20;

/** Bytes of a row besides its content: record header, ids, its place in the page and in the index on the name. */
const KEY_ROW_BYTES = 48;
const ELEMENT_ROW_BYTES = 16;

export class Encodings {
  readonly #value: Statement<[Uint8Array]>;
  readonly #members: Statement<[Uint8Array]>;
  readonly #longestHashPart: Statement<[number]>;
  readonly #longestMember: Statement<[number]>;
  readonly #keyBytes: Statement<[number]>;
  /** Mean size of the first n elements, by KeyType. */
  readonly #elementBytes: readonly (Statement<[number | null]> | undefined)[];

  constructor(db: Database) {
    this.#value = db.prepare("SELECT value FROM keys WHERE id = ?");
    this.#members = db.prepare("SELECT member FROM set_members WHERE key_id = ?");
    this.#longestHashPart = db.prepare(
      "SELECT max(max(length(field), length(value))) FROM hash_fields WHERE key_id = ?",
    );
    this.#longestMember = db.prepare("SELECT max(length(member)) FROM sorted_set_members WHERE key_id = ?");
    this.#keyBytes = db.prepare("SELECT 2 * length(key) + coalesce(length(value), 0) FROM keys WHERE id = ?");
    const mean = (size: string, table: string) =>
      db.prepare<[number | null]>(
        `SELECT avg(size) FROM (SELECT ${size} AS size FROM ${table} WHERE key_id = ? LIMIT ?)`,
      );
    this.#elementBytes = [
      undefined,
      undefined,
      mean("length(value)", "list_items"),
      mean("length(member)", "set_members"),
      // A member of a sorted set stands in the index by score as well.
      mean("2 * length(member) + 16", "sorted_set_members"),
      mean("length(field) + length(value)", "hash_fields"),
    ];
  }

  /** The encoding of the key `id`. `count` is its number of elements, or the StringForm of a string. */
  nameOf(id: number, type: KeyType, count: number): string {
    switch (type) {
      case KeyType.String:
        return this.#stringEncoding(id, count);
      case KeyType.List:
        return "quicklist";
      case KeyType.Set:
        return this.#isIntegerSet(id, count) ? "intset" : "hashtable";
      case KeyType.SortedSet:
        return fits(count, SORTED_SET_LISTPACK_ENTRIES_MAX, id, this.#longestMember) ? "listpack" : "skiplist";
      case KeyType.Hash:
        return fits(count, HASH_LISTPACK_ENTRIES_MAX, id, this.#longestHashPart) ? "listpack" : "hashtable";
      case KeyType.Item:
        return "raw";
    }
  }

  /** The value of a string if Redis would hold it as an integer. */
  integerOf(id: number, count: number): number | bigint | undefined {
    const value = this.#value.get(id)![0];
    return count === StringForm.Written && value.length <= INTEGER_BYTES_MAX ? parseInteger(value) : undefined;
  }

  /** About how many bytes the key takes in the database: its elements by the mean of the first `samples` (0 for all). */
  bytesOf(id: number, type: KeyType, count: number, samples: number): number {
    const bytes = KEY_ROW_BYTES + this.#keyBytes.get(id)![0];
    const statement = this.#elementBytes[type];
    if (statement === undefined) return bytes;
    const mean = statement.get(id, samples === 0 ? -1 : samples)![0] ?? 0;
    return Math.round(bytes + count * (mean + ELEMENT_ROW_BYTES));
  }

  #stringEncoding(id: number, form: number): string {
    if (form === StringForm.Changed) return "raw";
    if (this.integerOf(id, form) !== undefined) return "int";
    return this.#value.get(id)![0].length <= EMBEDDED_STRING_BYTES_MAX ? "embstr" : "raw";
  }

  #isIntegerSet(id: number, count: number): boolean {
    if (count > INTSET_ENTRIES_MAX) return false;
    return this.#members.all(id).every(([member]) => parseInteger(member) !== undefined);
  }
}

function fits(count: number, countMax: number, id: number, longest: Statement<[number]>): boolean {
  return count <= countMax && longest.get(id)![0] <= LISTPACK_VALUE_BYTES_MAX;
}
