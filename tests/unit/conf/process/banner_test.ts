import { assertEquals } from "@std/assert";
import { parseConf } from "../../../../conf/parse.ts";
import { describeStart } from "../../../../conf/process/banner.ts";

function bannerOf(listen: string, ...more: string[]): string[] {
  const text = `p:\n  listen: ${listen}\n  servers: ${more[0] ?? "embedded"}\n${
    more.slice(1).map((line) => `  ${line}\n`).join("")
  }`;
  const { conf } = parseConf(text, "test.yml");
  return describeStart("1.2.3", "test.yml", conf, { listen, dynListen: undefined, stats: "127.0.0.1:22222" }).split(
    "\n",
  );
}

Deno.test("describeStart() says where the node listens and how to connect", () => {
  assertEquals(bannerOf("127.0.0.1:8102"), [
    "dynomite 1.2.3 is ready, configured by test.yml",
    "  clients  127.0.0.1:8102    try: redis-cli -p 8102",
    "  stats    http://127.0.0.1:22222/info",
    "  data     embedded engine, in memory",
    "",
  ]);
});

Deno.test("describeStart() shows a command that works from here", () => {
  const command = (listen: string, ...more: string[]) => bannerOf(listen, ...more)[1]!.split("try: ")[1];
  assertEquals(command("0.0.0.0:8102"), "redis-cli -p 8102");
  assertEquals(command("10.0.0.7:8102"), "redis-cli -h 10.0.0.7 -p 8102");
  assertEquals(command("'[::]:8102'"), "redis-cli -h ::1 -p 8102");
  assertEquals(command("/run/d.sock"), "redis-cli -s /run/d.sock");
  assertEquals(command("127.0.0.1:1", "a:11211:1", "data_store: 1"), "nc 127.0.0.1 1");
});
