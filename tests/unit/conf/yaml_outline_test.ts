import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { outlineYaml } from "../../../conf/yaml_outline.ts";

const show = (text: string) => outlineYaml(text).map((key) => [key.line, key.path.join("/"), ...key.items].join(" "));

Deno.test("outlineYaml() finds keys and items in block style", () => {
  const text = `%YAML 1.1
--- # c
# x: y
"dyn_o_mite": # pool
  listen: 127.0.0.1:8102 # c: d
  'servers':
  - a:1:1
  -   b
  text: |
    foo: bar

    baz: 1
  dyn_seeds:
    - "x
      y: z"
    - y
  k: >-
    zz: 1
  last: &x 1
  z: *x
`;
  assertEquals(show(text), [
    "4 dyn_o_mite",
    "5 dyn_o_mite/listen",
    "6 dyn_o_mite/servers 7 8",
    "9 dyn_o_mite/text",
    "13 dyn_o_mite/dyn_seeds 14 16",
    "17 dyn_o_mite/k",
    "19 dyn_o_mite/last",
    "20 dyn_o_mite/z",
  ]);
});

Deno.test("outlineYaml() finds keys and items in flow style", () => {
  const text = `{"a": {"b":1, 'it''s': ["x", # one, [two
    "y"]},
    z: {d: e:f}}`;
  assertEquals(show(text), ["1 a", "1 a/b", "1 a/it's 1 2", "3 z", "3 z/d"]);
});

Deno.test("outlineYaml() gives each repetition of a key an entry", () => {
  assertEquals(show("p:\n  a: 1\n  b: 2\n  a: 3\np: {a: 4}\n"), ["1 p", "2 p/a", "3 p/b", "4 p/a", "5 p", "5 p/a"]);
});

Deno.test("outlineYaml() finds generated keys in their lines, in any style", () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,6}$/);
  const style = fc.constantFrom("plain", "quoted", "list", "deeper list", "flow", "literal", "folded quote");
  const entries = fc.array(fc.record({ key: word, value: word, style, comment: fc.boolean() }), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(fc.property(entries, fc.constantFrom("\n", "\r\n"), fc.boolean(), (written, lineBreak, marker) => {
    const lines = [...(marker ? ["---"] : []), "pool:"];
    const expected = [`${lines.length} pool`];
    for (const { key, value, style, comment } of written) {
      if (comment) lines.push("    # key: value", "");
      const line = lines.length + 1;
      const items: number[] = [];
      if (style === "plain") lines.push(`  ${key}: ${value}:1#x`);
      else if (style === "quoted") lines.push(`  "${key}": 'it''s: # ${value}'`);
      else if (style === "list") {
        lines.push(`  ${key}:`, `  - ${value}`, `  - "${value}: x"`), items.push(line + 1, line + 2);
      } else if (style === "deeper list") lines.push(`  ${key}: # c`, "", `      - ${value}`), items.push(line + 2);
      else if (style === "flow") lines.push(`  ${key}: [${value}, # ]`, `    '${value}']`), items.push(line, line + 1);
      else if (style === "literal") lines.push(`  ${key}: |-`, `    ${value}: x`, "", `   - ${value}`);
      else lines.push(`  ${key}: "${value}`, `    ${value}: \\" x"`);
      expected.push([line, `pool/${key}`, ...items].join(" "));
    }
    assertEquals(show(lines.join(lineBreak)), expected);
  }));
});

Deno.test("outlineYaml() ends, whatever the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."ab:-?[]{},\"'|>#&*!% \n\t\\"), maxLength: 80 }), (text) => {
      const lines = text.split("\n").length;
      for (const key of outlineYaml(text)) assertEquals(key.line >= 1 && key.line <= lines, true);
    }),
    { numRuns: 5000 },
  );
});
