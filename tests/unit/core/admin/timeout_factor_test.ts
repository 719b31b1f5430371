import { assertEquals } from "@std/assert";
import { setTimeoutFactor, showTimeoutFactor } from "../../../../core/admin/timeout_factor.ts";

Deno.test("setTimeoutFactor() takes 1 to 10 and nothing else; showTimeoutFactor() shows it as C Dynomite does", async () => {
  const node = { timeoutFactor: 1 };
  assertEquals(await showTimeoutFactor(node).text(), "Timeout factor: 1\n");
  for (const [written, factor] of [["10", 10], ["3", 3], ["1", 1], ["07", 7]] as const) {
    const answer = setTimeoutFactor(node, written);
    assertEquals([answer.status, await answer.text(), node.timeoutFactor], [200, "OK\r\n", factor]);
  }
  for (const written of ["0", "11", "-1", "2.5", "fast", ""]) {
    const answer = setTimeoutFactor(node, written);
    assertEquals([answer.status, (await answer.text()).includes("from 1 to 10"), node.timeoutFactor], [400, true, 7]);
  }
});
