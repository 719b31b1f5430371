import { assert, assertEquals } from "@std/assert";
import { tokenVariable } from "../../../../conf/commands/target.ts";
import { startFlags } from "../../../../conf/process/permissions.ts";
import readme from "../../../../README.md" with { type: "text" };
import { seedVariables } from "../../../../gossip/seeds/variables.ts";

Deno.test("seedVariables and the token of operators are what deno task start may read, and the README explains each", () => {
  const allowed = startFlags.find((flag) => flag.startsWith("--allow-env="));
  const variables = [...seedVariables, tokenVariable];
  assertEquals(allowed, `--allow-env=${variables.join(",")}`);
  for (const variable of variables) assert(readme.includes(`\`${variable}\``), variable);
});
