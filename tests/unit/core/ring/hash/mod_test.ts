import { assertEquals } from "@std/assert";
import { encode } from "../../../../../core/bytes.ts";
import { hashByName, type HashName } from "../../../../../core/ring/hash/mod.ts";
import { hashNames } from "../../../../../conf/schema.ts";
import vectors from "../../../../fixtures/hash_vectors.json" with { type: "json" };

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** The key inside a larger buffer: a hash that looked at its neighbours would give another token. */
function tokenOf(name: HashName, key: Uint8Array): number {
  const buffer = new Uint8Array(key.length + 7).fill(0xa5);
  buffer.set(key, 3);
  return hashByName[name](buffer, 3, 3 + key.length);
}

Deno.test("hashByName has every name of the configuration", () => {
  assertEquals(Object.keys(hashByName).sort(), [...hashNames].sort());
});

for (const [column, name] of vectors.names.entries()) {
  // C accepts murmur3 and computes nothing.
  if (name === "murmur3") continue;
  Deno.test(`${name}() gives the tokens of C Dynomite`, () => {
    let checked = 0;
    for (const [hex, tokens] of vectors.rows as [string, (number | null)[]][]) {
      const expected = tokens[column];
      // hsieh and jenkins leave the empty key's token unset in C.
      if (expected === null || expected === undefined || hex === "" && (name === "hsieh" || name === "jenkins")) {
        continue;
      }
      assertEquals(tokenOf(name as HashName, fromHex(hex)), expected, `key ${hex}`);
      checked++;
    }
    assertEquals(checked > 100, true);
  });
}

Deno.test("murmur3() is MurmurHash3_x86_32", () => {
  // From the verification values of its author's test suite and of other implementations, seed 0.
  const known: Readonly<Record<string, number>> = {
    "": 0,
    "a": 0x3c2569b2,
    "Hello, world!": 0xc0363e43,
  };
  for (const [text, token] of Object.entries(known)) assertEquals(tokenOf("murmur3", encode(text)), token, text);
});

Deno.test("every hash gives the empty key a token", () => {
  for (const name of hashNames) assertEquals(tokenOf(name, new Uint8Array(0)) >= 0, true, name);
});
