import { assertEquals } from "@std/assert";
import { readSummary } from "../../support/test_summary.ts";

Deno.test("readSummary() reads the closing line, whatever stands before it", () => {
  const output =
    "27 passed and 3 failed, says a test's name ... ok (1ms)\n\nFAILED | 105 passed (4 steps) | 4 failed (1 step) | 2 ignored (3s)\n\n";
  assertEquals(readSummary(output, false), { passed: 105, failed: 4, skipped: 2 });
  assertEquals(readSummary("\nok | 1 passed | 0 failed (48ms)\n", true), { passed: 1, failed: 0, skipped: 0 });
});

Deno.test("readSummary() counts a run that ended badly as a failure", () => {
  assertEquals(readSummary("", false), { passed: 0, failed: 1, skipped: 0 });
  assertEquals(readSummary("ok | 9 passed | 0 failed (1s)\n", false), { passed: 9, failed: 1, skipped: 0 });
});
