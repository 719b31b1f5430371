import { assert, assertEquals } from "@std/assert";
import { routes } from "../../../../core/admin/routes.ts";

Deno.test("routes name each path once, and who may ask without a token from elsewhere is a short list", () => {
  const paths = routes.map(({ path }) => path);
  assertEquals(new Set(paths).size, paths.length);
  for (const { path, access, changes, doc } of routes) {
    assert(path.startsWith("/") && doc.endsWith("."), path);
    // What anyone may ask must not change anything.
    if (access === "anyone") assert(!changes, path);
  }
});
