import { assert, assertEquals } from "@std/assert";
import process from "node:process";
import { denoProcess } from "../../../core/deno_process.ts";

Deno.test("denoProcess() knows a peak of its memory, also where the runtime does not tell one", () => {
  const own = Object.getOwnPropertyDescriptor(process, "resourceUsage");
  for (const resourceUsage of [process.resourceUsage, undefined]) {
    Object.defineProperty(process, "resourceUsage", { value: resourceUsage, configurable: true, writable: true });
    try {
      const facts = denoProcess();
      const first = facts.memory();
      assert(first.rssBytes > 0 && first.peakRssBytes >= first.rssBytes);
      const then = facts.memory();
      assert(then.peakRssBytes >= first.peakRssBytes);
    } finally {
      if (own) Object.defineProperty(process, "resourceUsage", own);
      else Reflect.deleteProperty(process, "resourceUsage");
    }
  }
  assertEquals(typeof process.resourceUsage, "function");
});
