/**
 * One node in front of one engine, against the engine itself and against other proxies: the table that C Dynomite's own
 * documentation opens with.
 */
import { startRedis } from "../support/real_servers.ts";
import { compare, type Loads } from "./comparison.ts";
import { proxies } from "./contenders.ts";
import type { BenchFlags } from "./main.ts";

const loads: Loads = [
  { name: "50 clients", clients: 50, depth: 1, requests: 200_000, bar: () => 1 },
  { name: "50 clients, 16 deep", clients: 50, depth: 16, requests: 500_000, bar: () => 1.5 },
  { name: "500 clients, 16 deep", clients: 500, depth: 16, requests: 500_000, bar: () => 3 },
];

export async function benchSingle(flags: BenchFlags, stop: AbortSignal): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const redis = stack.use(await startRedis());
  return await compare(loads, proxies(), [redis], folder, stack, flags, stop);
}
