import { assertEquals } from "@std/assert";
import { automaticBudget } from "../../../../core/net/automatic_budget.ts";

const MB = 1024 ** 2;

Deno.test("automaticBudget() is half the heap's limit, never more than 256 MB nor less than one request", () => {
  assertEquals(automaticBudget(4096 * MB, 64 * MB), 256 * MB);
  assertEquals(automaticBudget(512 * MB, 64 * MB), 256 * MB);
  assertEquals(automaticBudget(262 * MB, 64 * MB), 131 * MB);
  assertEquals(automaticBudget(100 * MB, 64 * MB), 64 * MB);
  assertEquals(automaticBudget(4096 * MB, 512 * MB), 512 * MB);
});
