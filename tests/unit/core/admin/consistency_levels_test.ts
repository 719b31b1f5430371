import { assertEquals } from "@std/assert";
import { setLevel, showLevels } from "../../../../core/admin/consistency_levels.ts";
import { Consistency } from "../../../../core/consistency.ts";
import type { Levels } from "../../../../core/pipeline/pipeline.ts";

Deno.test("setLevel() takes all four levels in any case by their whole names; showLevels() shows C Dynomite's words", async () => {
  const levels: Levels = { read: Consistency.One, write: Consistency.One };
  assertEquals(await showLevels(levels).text(), "Read Consistency: DC_ONE\r\nWrite Consistency: DC_ONE\r\n");
  const names = ["dc_quorum", "DC_SAFE_QUORUM", "Dc_Each_Safe_Quorum", "dc_one"] as const;
  for (const [index, name] of names.entries()) {
    const answer = setLevel(levels, "read", name);
    assertEquals([answer.status, await answer.text()], [200, "OK\r\n"]);
    assertEquals(levels, { read: (index + 1) % 4 as Consistency, write: Consistency.One });
  }
  assertEquals(setLevel(levels, "write", "dc_safe_quorum").status, 200);
  assertEquals(await showLevels(levels).text(), "Read Consistency: DC_ONE\r\nWrite Consistency: DC_SAFE_QUORUM\r\n");
});

Deno.test("setLevel() refuses what it does not know and changes nothing", async () => {
  const levels: Levels = { read: Consistency.Quorum, write: Consistency.One };
  for (const [side, name] of [["read", "dc_quorumx"], ["write", "dc_"], ["write", ""], ["both", "dc_one"]] as const) {
    const answer = setLevel(levels, side, name);
    assertEquals([answer.status, (await answer.text()).includes("accepted is")], [400, true]);
  }
  assertEquals(levels, { read: Consistency.Quorum, write: Consistency.One });
});
