/** What Deno says of this process. A fact the permissions keep from us is answered by a neutral value: statistics must never stop a node. */
import process from "node:process";
import { getHeapStatistics } from "node:v8";
import type { ProcessFacts } from "./process_facts.ts";

/** The facts of the running process. */
export function denoProcess(): ProcessFacts {
  // What was seen so far: all there is where the runtime, before Deno 2.9, does not tell of its peak.
  let peakRssBytes = 0;
  return {
    pid: Deno.pid,
    platform: `${Deno.build.os} ${Deno.build.arch}`,
    hostname: allowed(() => Deno.hostname(), "localhost"),
    runtime: `deno ${Deno.version.deno}`,
    heapLimitBytes: getHeapStatistics().heap_size_limit,
    memory() {
      const { rss, heapUsed, external } = Deno.memoryUsage();
      const peakKb = typeof process.resourceUsage === "function" ? allowed(() => process.resourceUsage().maxRSS, 0) : 0;
      peakRssBytes = Math.max(peakRssBytes, rss, peakKb * 1024);
      return {
        rssBytes: rss,
        peakRssBytes,
        heapBytes: heapUsed,
        externalBytes: external,
      };
    },
    cpu() {
      const { user, system } = allowed(() => process.cpuUsage(), { user: 0, system: 0 });
      return { userSeconds: user / 1e6, systemSeconds: system / 1e6 };
    },
  };
}

function allowed<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return otherwise;
    throw error;
  }
}
