/** Tables of the Memcached commands. An item's bytes are in its row of `keys`. */
export const itemTables: readonly string[] = [
  // flags: the client's 32 bits. marks: a sum of ItemMark (items.ts).
  `CREATE TABLE IF NOT EXISTS items (
     key_id INTEGER PRIMARY KEY, cas INTEGER NOT NULL, flags INTEGER NOT NULL, marks INTEGER NOT NULL
   ) WITHOUT ROWID`,
  // cas_limit: no cas unique above it was given. flush_at: wall ms at which all items go.
  `CREATE TABLE IF NOT EXISTS item_facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID`,
];
