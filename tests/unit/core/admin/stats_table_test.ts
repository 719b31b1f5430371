import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describeStats, nodeFields, poolFields, serverFields } from "../../../../core/admin/stats_table.ts";
import cFields from "../../../fixtures/c_info_fields.json" with { type: "json" };

const tables = { node: nodeFields, pool: poolFields, server: serverFields };

Deno.test("stats tables have every field of C Dynomite, in its order and of its type, and what is added behind them", () => {
  for (const name of ["node", "pool", "server"] as const) {
    const fields = tables[name];
    const own = fields.filter((field) => !field.added);
    assertEquals(own.map((field) => field.name), Object.keys(cFields[name]));
    const types: Record<string, string> = cFields[name];
    for (const field of own) assertEquals(field.kind === "text" ? "string" : "integer", types[field.name], field.name);
    assertEquals(fields.slice(0, own.length), own, "what is added comes last");
  }
});

Deno.test("stats tables name each field once, and each says its unit", () => {
  const words = { count: /./, usec: /usec/, msec: /msec/, seconds: /seconds/, bytes: /bytes/, KB: /KB/ };
  for (const fields of Object.values(tables)) {
    const names = fields.map((field) => field.name);
    assertEquals(new Set(names).size, names.length);
    for (const { name, unit, doc } of fields) {
      assertMatch(doc, words[unit], name);
      if (unit === "bytes") assertMatch(name, /bytes|payload/);
      // One line of -D, in quotes.
      assert(!/["\n\\]/.test(doc), name);
    }
  }
});

Deno.test("describeStats() has C Dynomite's two headings first, and a line for every field", () => {
  const text = describeStats();
  const lines = text.split("\n");
  assertEquals(lines[0], "pool stats:");
  assertEquals(lines[1], '  client_eof          "# eof on client connections"');
  assertEquals(lines[poolFields.length + 1], "");
  assertEquals(lines[poolFields.length + 2], "server stats:");
  assertEquals(lines[poolFields.length + serverFields.length + 4], "node stats:");
  assertEquals(lines.length, poolFields.length + serverFields.length + nodeFields.length + 6);
  assertStringIncludes(text, '  client_read_requests"# client read requests, fragments each"\n');
  for (const { name } of [...poolFields, ...serverFields, ...nodeFields]) {
    assert(lines.some((line) => line.startsWith(`  ${name}`)), name);
  }
});
