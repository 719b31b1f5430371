import { assert, assertEquals } from "@std/assert";
import { permissionFlags } from "../../../../conf/process/permissions.ts";
import readme from "../../../../README.md" with { type: "text" };
import { seedVariables } from "../../../../gossip/seeds/variables.ts";

Deno.test("seedVariables are what deno task start may read, and the README explains each", () => {
  const allowed = permissionFlags.find((flag) => flag.startsWith("--allow-env="));
  assertEquals(allowed, `--allow-env=${seedVariables.join(",")}`);
  for (const variable of seedVariables) assert(readme.includes(`\`${variable}\``), variable);
});
