import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { ByteWriter, copyBytes, decode, encode, equalBytes, equalsIgnoreCase } from "../../../core/bytes.ts";

Deno.test("ByteWriter.decimal() writes what String() does", () => {
  const number = fc.oneof(
    fc.integer(),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.nat(31).map((bits) => 2 ** bits),
    fc.nat(15).chain((digits) => fc.constantFrom(10 ** digits, 10 ** digits - 1, -(10 ** digits))),
  );
  fc.assert(fc.property(number, (value) => {
    const out = new ByteWriter();
    out.decimal(value);
    assertEquals(decode(out.take()), String(value));
  }));
});

Deno.test("ByteWriter.decimal() at the edges of its fast way", () => {
  for (const value of [0, -0, 9, 10, -1, -10, 2147483647, 2147483648, -2147483648, -2147483649]) {
    const out = new ByteWriter();
    out.decimal(value);
    assertEquals(decode(out.take()), String(value));
  }
});

Deno.test("ByteWriter.text() writes UTF-8 behind what is there, whatever the text's length and letters", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 100 }),
    fc.string({ unit: "binary-ascii", maxLength: 100 }),
  );
  fc.assert(fc.property(text, (value) => {
    const out = new ByteWriter();
    out.byte(43);
    out.text(value);
    assertEquals(out.take(), encode(`+${value}`));
  }));
});

Deno.test("ByteWriter holds what was written in order, however it grew", () => {
  const piece = fc.oneof(
    fc.record({ kind: fc.constant("byte" as const), value: fc.nat(127) }),
    fc.record({ kind: fc.constant("ascii" as const), value: fc.stringMatching(/^[ -~]{0,100}$/) }),
    fc.record({ kind: fc.constant("text" as const), value: fc.string({ unit: "binary" }) }),
    fc.record({ kind: fc.constant("copy" as const), value: fc.string({ maxLength: 300 }) }),
    fc.record({ kind: fc.constant("decimal" as const), value: fc.integer() }),
  );
  fc.assert(fc.property(fc.array(piece), fc.nat(64), (pieces, capacity) => {
    const out = new ByteWriter(capacity);
    let expected = "";
    for (const { kind, value } of pieces) {
      if (kind === "byte") out.byte(value);
      else if (kind === "ascii") out.ascii(value);
      else if (kind === "text") out.text(value);
      else if (kind === "decimal") out.decimal(value);
      else {
        const bytes = encode(`<${value}>`);
        out.copy(bytes, 1, bytes.length - 1);
      }
      expected += kind === "byte" ? String.fromCharCode(value) : String(value);
    }
    assertEquals(out.take(), encode(expected));
  }));
});

Deno.test("ByteWriter.clear() keeps its memory", () => {
  const out = new ByteWriter();
  out.ascii("x".repeat(1000));
  const { bytes } = out;
  out.clear();
  out.ascii("again");
  assertEquals(out.bytes === bytes, true);
  assertEquals(decode(out.take()), "again");
});

Deno.test("ByteWriter.take() is a copy", () => {
  const out = new ByteWriter();
  out.ascii("kept");
  const taken = out.take();
  out.clear();
  out.ascii("lost");
  assertEquals(decode(taken), "kept");
});

Deno.test("copyBytes() copies short and long runs alike", () => {
  for (const length of [0, 1, 63, 64, 65, 1000]) {
    const source = Uint8Array.from({ length: length + 2 }, (_, i) => i & 255);
    const target = new Uint8Array(length + 3);
    assertEquals(copyBytes(source, 1, 1 + length, target, 2), 2 + length);
    assertEquals(target.subarray(2, 2 + length), source.subarray(1, 1 + length));
    assertEquals([target[0], target[1], target[length + 2]], [0, 0, 0]);
  }
});

Deno.test("equalBytes() compares ranges", () => {
  const bytes = encode("abcabc");
  assertEquals(equalBytes(bytes, 0, 3, bytes, 3, 6), true);
  assertEquals(equalBytes(bytes, 0, 3, bytes, 2, 5), false);
  assertEquals(equalBytes(bytes, 0, 2, bytes, 3, 6), false);
  assertEquals(equalBytes(bytes, 0, 3, encode("abc")), true);
  assertEquals(equalBytes(bytes, 0, 0, bytes, 6, 6), true);
});

Deno.test("equalsIgnoreCase() folds letters and nothing else", () => {
  const check = (text: string, word: string) => equalsIgnoreCase(encode(`-${text}-`), 1, 1 + encode(text).length, word);
  assertEquals(check("GeT", "get"), true);
  assertEquals(check("get", "get"), true);
  assertEquals(check("ge", "get"), false);
  assertEquals(check("gett", "get"), false);
  assertEquals(check("\x00", " "), false);
  assertEquals(check("[", "{"), false);
  assertEquals(check("@", "`"), false);
});

Deno.test("decode() shows bytes that are no UTF-8", () => {
  assertEquals(decode(new Uint8Array([97, 255, 98])), "a\ufffdb");
  assertNotEquals(decode(encode("grüße")), "gr");
});
