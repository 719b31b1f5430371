/**
 * Makes the picture in the README: a ring of six processes, used for a while, one of them killed.
 *
 *     deno run -A tests/support/ui_screenshot.ts [file] [seconds of use]
 */
import { Browser } from "./browser.ts";
import { ProcessCluster } from "./process_cluster.ts";
import { until } from "./program.ts";

const [file = "core/admin/ui/screenshot.png", seconds = "90"] = Deno.args;
const KEYS = 400;
const CLIENTS = 8;
/** Commands a client sends at once, and how long it rests then. */
const BATCH = 12;
const REST_MS = 12;

await using cluster = await ProcessCluster.start(
  ["rack1", "rack2", "rack3"].flatMap((rack) => [0, 2 ** 31].map((token) => ({ rack, tokens: [token] }))),
  ["enable_gossip: true", "gos_interval: 1000", "slowlog_log_slower_than: 4000"],
);
await using browser = await Browser.start();
const { host, statsPort } = cluster.nodes[0]!;
const { page } = await browser.open(`http://${host}:${statsPort}/ui`, { width: 1440, height: 1000, scale: 0.8 });

let over = false;
const clients = await Promise.all(Array.from({ length: CLIENTS }, async (_, client) => {
  const connection = await cluster.connect(0);
  await connection.call("CLIENT", "SETNAME", `shop-${client + 1}`);
  return connection;
}));
const use = clients.map(async (client) => {
  for (let i = 0; !over; i++) {
    const commands = Array.from({ length: BATCH }, () => {
      // A few keys are asked for far more often than the others.
      const key = `product:${1000 + Math.floor(KEYS * Math.random() ** 4)}`;
      return Math.random() < 0.75 ? ["GET", key] : ["SET", key, "x".repeat(64)];
    });
    await client.pipeline(i % 40 === 0 ? [...commands, ["LRANGE", "orders", 0, -1], ["RPUSH", "orders", i]] : commands);
    await new Promise((resolve) => setTimeout(resolve, REST_MS * (1 + 0.6 * Math.sin(Date.now() / 6000))));
  }
  client.close();
});
await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 600));
await cluster.crash(3);
await until("it is shown down", async () => await page.locator(".arc.bad").count() === 1, 60_000);
await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 400));
await page.getByLabel("Find a key’s owners").fill("product:1010");
await page.keyboard.press("Enter");
await page.locator(".owners li").first().waitFor();
await page.mouse.click(5, 5);
await page.screenshot({ path: file });
if (Deno.args.length > 2) await page.screenshot({ path: Deno.args[2]!, fullPage: true });
over = true;
await Promise.all(use);
