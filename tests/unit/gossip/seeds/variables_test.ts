import { assert, assertEquals } from "@std/assert";
import denoJson from "../../../../deno.json" with { type: "json" };
import readme from "../../../../README.md" with { type: "text" };
import { seedVariables } from "../../../../gossip/seeds/variables.ts";

Deno.test("seedVariables are what deno task start may read, and the README explains each", () => {
  const allowed = denoJson.tasks.start.command.split(" ").find((word) => word.startsWith("--allow-env="));
  assertEquals(allowed, `--allow-env=${seedVariables.join(",")}`);
  for (const variable of seedVariables) assert(readme.includes(`\`${variable}\``), variable);
});
