import { assertEquals, assertStringIncludes } from "@std/assert";
import { describeStats, nodeFields, poolFields, serverFields } from "../../../../core/admin/stats_table.ts";

Deno.test("describeStats() has two headings and a line per counter", () => {
  const lines = describeStats().split("\n");
  assertEquals(lines[0], "pool stats:");
  assertEquals(lines[1], '  client_eof          "# eof on client connections"');
  assertEquals(lines[poolFields.length + 1], "");
  assertEquals(lines[poolFields.length + 2], "server stats:");
  assertEquals(lines.at(-2), '  redis_req_other     "# Redis other"');
  assertEquals(lines.length, poolFields.length + serverFields.length + 4);
  assertStringIncludes(describeStats(), '  client_read_requests"# client read requests"\n');
});

Deno.test("stats tables name each field once", () => {
  for (const fields of [nodeFields, poolFields, serverFields]) {
    const names = fields.map((field) => field.name);
    assertEquals(new Set(names).size, names.length);
  }
});
