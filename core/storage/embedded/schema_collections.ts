/** How far apart the elements of a list stand when they are pushed: list_positions.ts. Stands in the database file. */
export const LIST_GAP = 256;

/**
 * Tables of the collection types. Each row belongs to a row of `keys` by `key_id`. Hashes, sets and sorted sets are ordered
 * by `slot`, a hash of the element: slots.ts says why.
 */
export const collectionTables: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS list_items (
     key_id INTEGER NOT NULL, position INTEGER NOT NULL, value BLOB NOT NULL, PRIMARY KEY (key_id, position)
   ) WITHOUT ROWID`,
  // Empty for a list that nobody inserted into.
  `CREATE INDEX IF NOT EXISTS list_items_off_grid ON list_items (key_id) WHERE position % ${LIST_GAP} <> 0`,
  `CREATE TABLE IF NOT EXISTS set_members (
     key_id INTEGER NOT NULL, slot INTEGER NOT NULL, member BLOB NOT NULL, PRIMARY KEY (key_id, slot, member)
   ) WITHOUT ROWID`,
  // score: a column of type REAL turns -0 into 0, as Redis does in a listpack. (Its skip lists keep the sign.)
  `CREATE TABLE IF NOT EXISTS sorted_set_members (
     key_id INTEGER NOT NULL, slot INTEGER NOT NULL, member BLOB NOT NULL, score REAL NOT NULL,
     PRIMARY KEY (key_id, slot, member)
   ) WITHOUT ROWID`,
  `CREATE INDEX IF NOT EXISTS sorted_set_members_by_score ON sorted_set_members (key_id, score, member)`,
  // added: grows with every new field, so that small hashes can be shown in the order they were made.
  `CREATE TABLE IF NOT EXISTS hash_fields (
     key_id INTEGER NOT NULL, slot INTEGER NOT NULL, field BLOB NOT NULL, value BLOB NOT NULL, added INTEGER NOT NULL,
     PRIMARY KEY (key_id, slot, field)
   ) WITHOUT ROWID`,
  // Where ZUNION and its kin combine scores (sorted_set_algebra.ts). Not part of the file; empty between commands.
  // The score has no type, for here -0 stays.
  `CREATE TEMP TABLE IF NOT EXISTS combined_scores (
     slot INTEGER NOT NULL, member BLOB NOT NULL, score NOT NULL, PRIMARY KEY (slot, member)
   ) WITHOUT ROWID`,
];
