import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { encode } from "../../../../../core/bytes.ts";
import { Glob } from "../../../../../core/storage/embedded/glob.ts";

/** Patterns as parts, so that the plain matcher below needs no parser: what one part takes, and how it is written. */
type Part =
  | { readonly kind: "star" }
  | { readonly kind: "any" }
  | { readonly kind: "letter"; readonly letter: string }
  | { readonly kind: "escaped"; readonly letter: string }
  | { readonly kind: "class"; readonly letters: string; readonly negated: boolean };

const letters = "abc";
const part: fc.Arbitrary<Part> = fc.oneof(
  fc.constant<Part>({ kind: "star" }),
  fc.constant<Part>({ kind: "any" }),
  fc.record({ kind: fc.constant("letter" as const), letter: fc.constantFrom(...letters) }),
  fc.record({ kind: fc.constant("escaped" as const), letter: fc.constantFrom(...letters, "*", "[", "?") }),
  fc.record({
    kind: fc.constant("class" as const),
    letters: fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 3 }),
    negated: fc.boolean(),
  }),
);

function written(parts: readonly Part[]): string {
  return parts.map((part) => {
    switch (part.kind) {
      case "star":
        return "*";
      case "any":
        return "?";
      case "letter":
        return part.letter;
      case "escaped":
        return `\\${part.letter}`;
      case "class":
        return `[${part.negated ? "^" : ""}${part.letters}]`;
    }
  }).join("");
}

/** The definition itself: a star takes every number of letters in turn. */
function matches(parts: readonly Part[], text: string): boolean {
  const [first, ...rest] = parts;
  if (first === undefined) return text === "";
  if (first.kind === "star") {
    for (let taken = 0; taken <= text.length; taken++) if (matches(rest, text.slice(taken))) return true;
    return false;
  }
  if (text === "") return false;
  const letter = text[0]!;
  const fits = first.kind === "any" ||
    (first.kind === "class" ? first.letters.includes(letter) !== first.negated : first.letter === letter);
  return fits && matches(rest, text.slice(1));
}

Deno.test("Glob.matches() agrees with a matcher that tries everything", () => {
  const text = fc.string({ unit: fc.constantFrom(...letters, "*", "["), minLength: 1, maxLength: 8 });
  fc.assert(fc.property(fc.array(part, { maxLength: 7 }), text, (parts, text) => {
    const glob = new Glob(encode(written(parts)));
    assertEquals(glob.matches(encode(text)), matches(parts, text), `${written(parts)} on ${text}`);
  }));
});

Deno.test("Glob.prefix begins everything the pattern matches", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 6 }), fc.uint8Array({ maxLength: 6 }), (pattern, text) => {
    const glob = new Glob(pattern);
    if (!glob.matches(text)) return;
    assertEquals(text.subarray(0, glob.prefix.length), glob.prefix);
    if (glob.literal) assertEquals(text, glob.prefix);
  }));
});

Deno.test("Glob.matches() takes any bytes without an end in sight", () => {
  const hostile = encode(`${"*a".repeat(2000)}b`);
  assert(!new Glob(hostile).matches(encode("a".repeat(4000))));
});
