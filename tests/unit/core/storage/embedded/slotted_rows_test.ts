/** Slots, and what is built on them: pages of a scan and random picks, over a table of sets. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { decode, encode } from "../../../../../core/bytes.ts";
import { SeededRandom } from "../../../../../core/random.ts";
import { Database } from "../../../../../core/storage/embedded/database.ts";
import { scanPage } from "../../../../../core/storage/embedded/element_scan.ts";
import { pickPositions, pickRow, pickRows } from "../../../../../core/storage/embedded/random_picks.ts";
import { SLOT_LIMIT, slotOf } from "../../../../../core/storage/embedded/slots.ts";
import { SlottedRows } from "../../../../../core/storage/embedded/slotted_rows.ts";

type Row = [slot: number, member: Uint8Array];
const ID = 7;

function setOf(names: readonly string[], slot: (name: string) => number = (name) => slotOf(encode(name))) {
  const db = new Database({ path: ":memory:" });
  const insert = db.prepare("INSERT INTO set_members (key_id, slot, member) VALUES (?, ?, ?)");
  const remove = db.prepare("DELETE FROM set_members WHERE key_id = ? AND member = ?");
  const add = (name: string, id = ID) => void insert.run(id, slot(name), encode(name));
  for (const name of names) {
    add(name);
    add(`not ${name}`, ID + 1);
  }
  return {
    rows: new SlottedRows<Row>(db, "set_members", "member"),
    add,
    remove: (name: string) => void remove.run(ID, encode(name)),
    [Symbol.dispose]: () => db.close(),
  };
}

const namesOf = (rows: readonly Row[]) => rows.map(([, member]) => decode(member));
const numbered = (count: number, prefix = "member") => Array.from({ length: count }, (_, i) => `${prefix}:${i}`);

Deno.test("slotOf() stays what it is: it stands in database files", () => {
  assertEquals(["", "a", "field:1", "\u00e4"].map((name) => slotOf(encode(name))), [
    1436499461,
    222320857,
    1129591716,
    259979649,
  ]);
});

Deno.test("slotOf() spreads elements evenly", () => {
  const buckets = new Uint32Array(64);
  for (const name of numbered(64_000)) buckets[Math.floor(slotOf(encode(name)) / SLOT_LIMIT * 64)]!++;
  for (const count of buckets) assert(count > 800 && count < 1200, `${count} of about 1000`);
});

Deno.test("scanPage() gives everything that stays exactly once, whatever comes and goes", () => {
  const staying = numbered(1500);
  const leaving = numbered(300, "leaving");
  using set = setOf([...staying, ...leaving]);
  const met: string[] = [];
  let cursor = 0;
  for (let page = 0;; page++) {
    const { rows, next } = scanPage(set.rows, ID, 1800, cursor, 10);
    assert(rows.length <= 10);
    met.push(...namesOf(rows));
    if (next === 0) break;
    assert(next > cursor);
    cursor = next;
    set.remove(leaving[page]!);
    set.add(`coming:${page}`);
  }
  assertEquals(met.filter((name) => name.startsWith("member")).sort(), staying.sort());
});

Deno.test("scanPage() gives a small collection at once, wherever the cursor stands", () => {
  const names = numbered(512);
  using set = setOf(names);
  for (const cursor of [0, 77, Number.MAX_SAFE_INTEGER]) {
    const { rows, next } = scanPage(set.rows, ID, 512, cursor, 10);
    assertEquals(next, 0);
    assertEquals(namesOf(rows).sort(), names.toSorted());
  }
});

Deno.test("scanPage() never tears a slot apart", () => {
  const names = numbered(600);
  using set = setOf(names, (name) => Number(name.split(":")[1]) < 550 ? 5 : SLOT_LIMIT - 1);
  const first = scanPage(set.rows, ID, 600, 0, 10);
  assertEquals([first.rows.length, first.next], [550, 6]);
  const second = scanPage(set.rows, ID, 600, first.next, 10);
  assertEquals(second.rows.length, 50);
  assertEquals(scanPage(set.rows, ID, 600, second.next, 10), { rows: [], next: 0 });
});

Deno.test("scanPage() ends a page before a slot that does not fit whole", () => {
  const names = numbered(600);
  using set = setOf(names, (name) => Math.floor(Number(name.split(":")[1]) / 4));
  const sizes: number[] = [];
  let cursor = 0;
  do {
    const { rows, next } = scanPage(set.rows, ID, 600, cursor, 10);
    sizes.push(rows.length);
    cursor = next;
  } while (cursor !== 0);
  assertEquals(sizes, Array.from({ length: 75 }, () => 8));
});

Deno.test("pickRows() picks different rows, and all when there are not enough", () => {
  for (const size of [5, 128, 129, 3000]) {
    const names = numbered(size);
    using set = setOf(names);
    const random = new SeededRandom(size);
    for (const count of [1, 4, 100, size - 1, size, size + 1]) {
      const picked = namesOf(pickRows(set.rows, ID, size, count, random));
      assertEquals(picked.length, Math.min(count, size));
      assertEquals(new Set(picked).size, picked.length);
      assert(picked.every((name) => names.includes(name)));
    }
  }
});

Deno.test("pickRows() picks independently for a negative count, within a bound", () => {
  for (const size of [3, 3000]) {
    using set = setOf(numbered(size));
    for (const count of [-1, -10, -1000]) {
      assertEquals(pickRows(set.rows, ID, size, count, new SeededRandom(1)).length, -count);
    }
    assertThrows(() => pickRows(set.rows, ID, size, -(2 ** 40), new SeededRandom(1)), Error, "value is out of range");
  }
});

Deno.test("pickRows() ends where all elements share a slot", () => {
  using set = setOf(numbered(3000), () => 9);
  const picked = namesOf(pickRows(set.rows, ID, 3000, 100, new SeededRandom(1)));
  assertEquals(new Set(picked).size, 100);
});

Deno.test("pickRow() reaches every element, none of them much more often than another", () => {
  for (const size of [100, 400]) {
    using set = setOf(numbered(size));
    const random = new SeededRandom(size);
    const times = new Map<string, number>();
    for (let i = 0; i < size * 100; i++) {
      const [name] = namesOf([pickRow(set.rows, ID, size, random)]);
      times.set(name!, (times.get(name!) ?? 0) + 1);
    }
    assertEquals(times.size, size);
    for (const count of times.values()) assert(count > 10 && count < 300, `${count} of about 100`);
  }
});

Deno.test("pickPositions() picks each position equally often", () => {
  const random = new SeededRandom(3);
  const times = new Uint32Array(10);
  for (let i = 0; i < 10_000; i++) for (const position of pickPositions(10, 3, random)) times[position]!++;
  for (const count of times) assert(count > 2700 && count < 3300, `${count} of about 3000`);
});
