/** What Deno says of this process. A fact the permissions keep from us is answered by a neutral value: statistics must never stop a node. */
import process from "node:process";
import { getHeapStatistics } from "node:v8";
import type { ProcessFacts } from "./process_facts.ts";

/** The facts of the running process. */
export function denoProcess(): ProcessFacts {
  return {
    pid: Deno.pid,
    platform: `${Deno.build.os} ${Deno.build.arch}`,
    hostname: allowed(() => Deno.hostname(), "localhost"),
    runtime: `deno ${Deno.version.deno}`,
    heapLimitBytes: getHeapStatistics().heap_size_limit,
    memory() {
      const { rss, heapUsed, external } = Deno.memoryUsage();
      const peakKb = allowed(() => process.resourceUsage().maxRSS, 0);
      return {
        rssBytes: rss,
        peakRssBytes: Math.max(rss, peakKb * 1024),
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
