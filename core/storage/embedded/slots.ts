/**
 * Slots: where an element of a hash, a set or a sorted set stands among its neighbours. The tables of these types are
 * ordered by (key_id, slot, element), and a slot is 31 bits of a hash of the element, so the order is as good as random and
 * still the same on every node and after every restart. That makes two things cheap that byte order would not:
 *
 * - a cursor of HSCAN, SSCAN or ZSCAN is the next slot to look at, and nothing has to be remembered between calls;
 * - a random element is the one behind a random slot: one step into the index, however many elements there are.
 *
 * Whoever looks for an element by name gives its slot as well: `WHERE key_id = ? AND slot = ? AND member = ?`.
 */

/** Slots are below this. 31 bits, because SQLite stores those in four bytes. */
export const SLOT_LIMIT = 2 ** 31;

/** The slot of an element: FNV-1a, then the last mix of MurmurHash3. Stands in the database file: it may never change. */
export function slotOf(element: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < element.length; i++) hash = Math.imul(hash ^ element[i]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 1;
}
