import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { InlineWords } from "../../../../protocols/redis/inline.ts";
import { fromLatin1, latin1, quote } from "../../../support/resp_value.ts";

/** One for all lines, as a connection has it. */
const reused = new InlineWords();

function wordsOf(bytes: Uint8Array, start: number, end: number): string[] | undefined {
  if (!reused.split(bytes, start, end)) return undefined;
  const { text, count } = reused;
  return Array.from({ length: count }, (_, i) => latin1(text.bytes.slice(reused.startOf(i), reused.startOf(i + 1))));
}

function words(line: string): string[] | undefined {
  const bytes = fromLatin1(`..${line}..`);
  return wordsOf(bytes, 2, bytes.length - 2);
}

Deno.test("InlineWords.split() splits at blanks of every kind", () => {
  assertEquals(words("  a  b\tc\r d \x0be"), ["a", "b", "c", "d", "e"]);
  assertEquals(words(" \t "), []);
});

Deno.test("InlineWords.split() knows the escapes of double quotes, and in single quotes only the quote", () => {
  assertEquals(words(`"\\n\\r\\t\\b\\a\\x00\\xfF\\"\\\\\\q"`), ['\n\r\t\b\x07\0\xff"\\q']);
  assertEquals(words(`'\\n\\'"'`), [`\\n'"`]);
  assertEquals(words(`"\\x4" "\\xg1" "\\x"`), ["x4", "xg1", "x"]);
});

Deno.test("InlineWords.split() refuses quotes that do not end, or end within a word", () => {
  for (const line of ['"', "'", '"a', "'a", '"a\\"', `"a"b`, `'a'"b"`, `a "b`]) {
    assertEquals(words(line), undefined, line);
  }
});

Deno.test("InlineWords.split() gets back what was quoted as redis-cli shows it", () => {
  const word = fc.uint8Array({ maxLength: 60 }).map(latin1);
  fc.assert(fc.property(fc.array(word, { maxLength: 5 }), (expected) => {
    assertEquals(words(expected.map(quote).join(" ")), expected);
  }));
});

Deno.test("InlineWords.split() takes any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
    const found = wordsOf(bytes, 0, bytes.length);
    if (found === undefined) return;
    const total = found.reduce((sum, word) => sum + word.length, 0);
    if (total > bytes.length) throw new Error(`${total} bytes out of ${bytes.length}`);
  }));
});

Deno.test("InlineWords.split() takes any number of words, and gives their room back", () => {
  const many = Array.from({ length: 5000 }, (_, i) => String(i));
  assertEquals(words(many.join(" ")), many);
  reused.relax();
  assertEquals(words("a b"), ["a", "b"]);
});
