/**
 * What clients cost that are connected and say nothing: resident memory of the node before they come, with all of them idle
 * after a greeting, idle after each has had a burst of traffic, and after they have left.
 */
import { startRedis } from "../support/real_servers.ts";
import { RespClient } from "../support/resp_client.ts";
import { proxies } from "./contenders.ts";
import type { BenchFlags } from "./main.ts";
import { residentMb } from "./process_usage.ts";

const CLIENTS = 1000;
const QUICK_CLIENTS = 20;
/** One pipeline of each client: enough to fill every buffer that grows with traffic. */
const BURST_REQUESTS = 500;
/** Time for the node to notice that it is quiet, ms. */
const SETTLE_MS = 6000;
const QUICK_SETTLE_MS = 100;

export async function benchIdleClients(flags: BenchFlags, stop: AbortSignal): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const redis = stack.use(await startRedis({ args: ["--maxclients", "100"] }));
  const count = flags.quick ? QUICK_CLIENTS : CLIENTS;
  const settle = () => new Promise((resolve) => setTimeout(resolve, flags.quick ? QUICK_SETTLE_MS : SETTLE_MS));
  const lines = [`| resident MB | no client | ${count} idle | idle after a burst each | after they left |`];
  lines.push("|---|--:|--:|--:|--:|");
  for (const contender of proxies()) {
    if (stop.aborted) break;
    if (flags.contenders.length > 0 && !flags.contenders.some((part) => contender.name.includes(part))) continue;
    await using node = await contender.start([redis.port], folder);
    const sizes: number[] = [];
    const measure = async () => {
      await settle();
      sizes.push(residentMb(node.pids[0]!));
    };
    await measure();
    const clients: RespClient[] = [];
    while (clients.length < count) {
      const client = await RespClient.connect(node.port);
      await client.call("SET", `idle${clients.length}`, "x");
      clients.push(client);
    }
    await measure();
    for (const [i, client] of clients.entries()) {
      const value = "v".repeat(500);
      await client.pipeline(Array.from({ length: BURST_REQUESTS }, () => ["SET", `idle${i}`, value]));
      await client.pipeline(Array.from({ length: BURST_REQUESTS }, () => ["GET", `idle${i}`]));
    }
    await measure();
    for (const client of clients) client.close();
    await measure();
    const line = `| ${contender.name} | ${sizes.map((size) => size.toFixed(0)).join(" | ")} |`;
    console.error(line);
    lines.push(line);
  }
  return `${lines.join("\n")}\n`;
}
