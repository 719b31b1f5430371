import { assertEquals } from "@std/assert";
import { type Column, cut, layOut, plain } from "../../../../conf/commands/text_table.ts";

interface Row {
  readonly name: string;
  readonly size: number;
  readonly note: string;
}

const columns: readonly Column<Row>[] = [
  { title: "NAME", cell: ({ name }) => name, rank: 0 },
  { title: "SIZE", cell: ({ size }) => String(size), right: true, rank: 0 },
  { title: "A", cell: () => "a", rank: 1 },
  { title: "B", cell: () => "b", rank: 2 },
  { title: "NOTE", cell: ({ note }) => note, rank: 0 },
];
const rows: readonly Row[] = [{ name: "one", size: 7, note: "" }, { name: "日本", size: 12345, note: "wide letters" }];

Deno.test("layOut() aligns columns, by the width that letters have in a terminal", () => {
  assertEquals(layOut(columns, rows), [
    "NAME   SIZE  A  B  NOTE",
    "one       7  a  b",
    "日本  12345  a  b  wide letters",
  ]);
});

Deno.test("layOut() leaves out columns of the highest rank until the rest fits, then cuts", () => {
  assertEquals(layOut(columns, rows, 29)[2], "日本  12345  a  wide letters");
  assertEquals(layOut(columns, rows, 25)[2], "日本  12345  wide letters");
  assertEquals(layOut(columns, rows, 20)[2], "日本  12345  wide l…");
  assertEquals(layOut(columns, [], 80), ["NAME  SIZE  A  B  NOTE"]);
});

Deno.test("cut() never splits a wide letter", () => {
  assertEquals(["abc", "日本語", "日本語", ""].map((text, i) => cut(text, [3, 5, 4, 0][i]!)), [
    "abc",
    "日本…",
    "日…",
    "",
  ]);
  assertEquals(cut("abc", 0), "");
});

Deno.test("plain() lets nothing steer the terminal", () => {
  assertEquals(plain("a\x1b[2Jb\n\u202ec\x9b"), "a?[2Jb??c?");
});
