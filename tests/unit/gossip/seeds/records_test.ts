import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseRecords } from "../../../../gossip/seeds/records.ts";
import { parseSeed, recordsOf } from "../../../support/seed_records.ts";

const read = (text: string) => recordsOf(parseRecords(text, parseSeed));
const [one, two] = ["10.0.0.1:8101:rack1:dc1:0", "node2.example:8101:rack2:dc1:1,2147483648"] as const;

Deno.test("parseRecords() reads C Dynomite's form, and one record per line with comments", () => {
  assertEquals(read(`${one}|${two}`), [one, two]);
  assertEquals(read(`${one}|${two}|\r\n`), [one, two]);
  assertEquals(read(`# the ring\n\n${one}   # first\r\n  ${two} | \n`), [one, two]);
  assertEquals(read("[fd00::1]:8101:r:d:7"), ["[fd00::1]:8101:r:d:7"]);
});

Deno.test("parseRecords() refuses a list without a node", () => {
  for (const text of ["", "\n", "|", "# nothing"]) assertThrows(() => read(text), Error, "the answer names no node");
});

Deno.test("parseRecords() refuses the whole list for one record that cannot be read, and shows it in short", () => {
  const bad = [
    "10.0.0.2:8101:rack2",
    "10.0.0.2:0:r:d:0",
    "10.0.0.2:8101:r:d:x",
    "10.0.0.2:8101:r:d:-1",
    "<html>",
    "a:1::d:0",
  ];
  for (const record of bad) assertThrows(() => read(`${one}|${record}|${two}`), Error, `the record "${record}" has `);
  assertThrows(() => read(`h:1:${"r".repeat(9000)}:d:0`), Error, '..." is longer than 8192 characters');
  assertThrows(() => read("x".repeat(5000)), Error, `${"x".repeat(120)}..." has too few fields`);
});

Deno.test("parseRecords() returns nodes or throws a sentence, whatever the text", () => {
  const part = fc.oneof(fc.constantFrom(one, two, "|", "\n", ":", "#", ","), fc.string());
  fc.assert(fc.property(fc.array(part), (parts) => {
    try {
      const nodes = parseRecords(parts.join(""), parseSeed);
      return nodes.length > 0 && nodes.every(({ tokens }) => tokens.length > 0);
    } catch (error) {
      return error instanceof Error && /^the (answer|record) /.test(error.message);
    }
  }));
});
