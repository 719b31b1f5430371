/**
 * The tables of the embedded engine, as data.
 *
 * A key is one row of `keys`, whatever its type. A string lives in that row, so that GET and SET are one statement each; the
 * elements of a collection live in a table of their type, bound to the row by `key_id`. Ids are never used twice, so a scan
 * that walks them in order meets every key that stays.
 *
 * Every other table is WITHOUT ROWID: `Strings.set` tells an insert from an update by the last inserted rowid, which such
 * tables leave alone.
 *
 * There are no foreign keys: checking them would cost every insert, and only `Keyspace` ever removes a key.
 */
import { collectionTables } from "./schema_collections.ts";
import { itemTables } from "./schema_items.ts";

/** What a key holds. The numbers stand in the database file: never renumber them. */
export const KeyType = { String: 1, List: 2, Set: 3, SortedSet: 4, Hash: 5, Item: 6 } as const;
export type KeyType = typeof KeyType[keyof typeof KeyType];

/** Names as TYPE answers them, by KeyType. */
export const typeNames = ["none", "string", "list", "set", "zset", "hash", "item"] as const;

/** Where the elements of a collection (of a Memcached item: its marks) live, by KeyType; a string has no table. */
export const elementTables: readonly (string | undefined)[] = [
  undefined,
  undefined,
  "list_items",
  "set_members",
  "sorted_set_members",
  "hash_fields",
  "items",
];

/** Marks a database file as ours (`PRAGMA application_id`): "DynD". */
export const applicationId = 0x44796e44;
/** Version of the tables below (`PRAGMA user_version`). A file of another version is refused, not guessed at. */
export const schemaVersion = 1;

const keyTables: readonly string[] = [
  // expires_at: wall ms since 1970, NULL for never. count: elements of a collection; of a string its StringForm
  // (strings.ts). value: the bytes of a string or an item, else NULL.
  `CREATE TABLE IF NOT EXISTS keys (
     id INTEGER PRIMARY KEY,
     key BLOB NOT NULL UNIQUE,
     type INTEGER NOT NULL,
     expires_at INTEGER,
     count INTEGER NOT NULL DEFAULT 0,
     value BLOB
   )`,
  // Partial: a key that never expires costs the index nothing.
  `CREATE INDEX IF NOT EXISTS keys_by_expiry ON keys (expires_at) WHERE expires_at IS NOT NULL`,
];

/** Every statement that makes the database whole, safe to run again. */
export const schema: readonly string[] = [...keyTables, ...collectionTables, ...itemTables];
