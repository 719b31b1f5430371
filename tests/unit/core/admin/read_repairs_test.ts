import { assertEquals } from "@std/assert";
import { showReadRepairs, switchReadRepairs } from "../../../../core/admin/read_repairs.ts";

Deno.test("switchReadRepairs() claims nothing that is not so", async () => {
  const said = async (answer: Response) => [answer.status, await answer.text()] as const;
  assertEquals(await said(showReadRepairs()), [200, "Read Repairs: DISABLED\r\n"]);
  assertEquals(await said(switchReadRepairs("disable")), [200, "Read Repairs: DISABLED\r\n"]);
  const [status, reason] = await said(switchReadRepairs("enable"));
  assertEquals([status, reason.includes("not there yet")], [501, true]);
  assertEquals(switchReadRepairs("on").status, 400);
});
