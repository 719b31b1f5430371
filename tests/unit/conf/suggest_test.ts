import { assertEquals } from "@std/assert";
import { suggest } from "../../../conf/suggest.ts";

const known = ["listen", "dyn_listen", "timeout", "servers", "requirepass", "hash"];

Deno.test("suggest() finds the nearest name", () => {
  for (
    const [written, meant] of [
      ["lisen", "listen"],
      ["dyn-listen", "dyn_listen"],
      ["TimeOut", "timeout"],
      ["server", "servers"],
      ["hsah", "hash"],
      ["redis_requirepass", "requirepass"],
    ]
  ) {
    assertEquals(suggest(written!, known), meant);
  }
});

Deno.test("suggest() is silent where nothing is near", () => {
  for (const written of ["", "x", "colour", "__proto__", "a".repeat(10000)]) {
    assertEquals(suggest(written, known), undefined);
  }
});
