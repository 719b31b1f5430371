import { assertEquals } from "@std/assert";
import { respond } from "../../../../core/admin/routes.ts";

Deno.test("respond() to /state/leaving says whether there was anybody to tell", async () => {
  let told = 0;
  const view = (gossips: boolean) => ({ info: () => ({}), leave: () => gossips && ++told > 0 });
  const answer = respond("GET", "/state/leaving", view(true));
  assertEquals([answer.status, await answer.text(), told], [200, "OK\r\n", 1]);
  const alone = respond("GET", "/state/leaving", view(false));
  assertEquals([alone.status, await alone.text()], [409, "enable_gossip is false: there is nobody to tell\n"]);
  assertEquals(respond("POST", "/state/leaving", view(true)).status, 405);
  assertEquals(told, 1);
});
