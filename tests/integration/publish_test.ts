/** The package as a registry would take it: every file it names is there and its public types are whole. */
import { assertEquals, assertStringIncludes } from "@std/assert";

Deno.test("deno publish --dry-run finds nothing wrong, and leaves tests out", async () => {
  // Conf's type comes from the table of options: it cannot be written beside it once more.
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["publish", "--dry-run", "--allow-dirty", "--allow-slow-types"],
    cwd: new URL("../..", import.meta.url).pathname,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const printed = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assertEquals(code, 0, printed);
  assertStringIncludes(printed, "/mod.ts ");
  assertEquals(printed.includes("/tests/"), false);
});
