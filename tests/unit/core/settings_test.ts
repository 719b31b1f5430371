import { assertEquals, assertStringIncludes } from "@std/assert";
import { Settings, wholeNumber } from "../../../core/settings.ts";

function sample() {
  let limit = 5;
  const settings = new Settings([
    { name: "port", get: () => "8102" },
    { name: "limit", get: () => String(limit), set: wholeNumber(1, 10, (value) => limit = value) },
  ]);
  return { settings, limit: () => limit };
}

Deno.test("Settings.list() reads every row anew", () => {
  const { settings } = sample();
  assertEquals(settings.list(), [{ name: "port", value: "8102" }, { name: "limit", value: "5" }]);
  settings.set("limit", "7");
  assertEquals(settings.list()[1], { name: "limit", value: "7" });
});

Deno.test("Settings.set() changes a row, its name in any case", () => {
  const { settings, limit } = sample();
  assertEquals(settings.set("LIMIT", "10"), undefined);
  assertEquals(limit(), 10);
});

Deno.test("Settings.set() refuses what is out of range, and leaves the value", () => {
  const { settings, limit } = sample();
  for (const bad of ["0", "11", "-1"]) {
    const problem = settings.set("limit", bad);
    assertStringIncludes(problem ?? `took ${JSON.stringify(bad)}`, "argument must be between 1 and 10 inclusive");
  }
  for (const bad of ["", "3.5", "ten", " 3", "1e1", "9".repeat(30)]) {
    const problem = settings.set("limit", bad);
    assertStringIncludes(problem ?? `took ${JSON.stringify(bad)}`, "argument couldn't be parsed into an integer");
  }
  assertEquals(limit(), 5);
});

Deno.test("Settings.set() says which name it does not know, and which cannot change", () => {
  const { settings } = sample();
  assertStringIncludes(settings.set("nonsense", "1")!, "'nonsense'");
  assertStringIncludes(settings.set("port", "1")!, "immutable");
});
