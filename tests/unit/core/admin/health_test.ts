import { assertEquals, assertStringIncludes } from "@std/assert";
import { showReadiness } from "../../../../core/admin/health.ts";

Deno.test("showReadiness() is 503 with the reason until the node takes every request", async () => {
  const engine = { name: "127.0.0.1:6379", up: true };
  const ready = { serving: true, state: "NORMAL", engine };
  const answer = async (readiness: typeof ready) => {
    const response = showReadiness(readiness);
    return [response.status, await response.text()] as const;
  };
  assertEquals(await answer(ready), [200, "OK\r\n"]);
  for (
    const [readiness, reason] of [
      [{ ...ready, serving: false }, "client port is not open"],
      [{ ...ready, state: "STANDBY" }, "STANDBY"],
      [{ ...ready, engine: { ...engine, up: false } }, "127.0.0.1:6379 is not up"],
    ] as const
  ) {
    const [status, text] = await answer(readiness);
    assertEquals(status, 503);
    assertStringIncludes(text, reason);
  }
});
