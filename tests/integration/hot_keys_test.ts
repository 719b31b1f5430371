/** Hot keys of a real node: what its clients ask for, however they ask. */
import { assertEquals } from "@std/assert";
import { startEngineNode } from "../support/engine_node.ts";
import { RespClient } from "../support/resp_client.ts";

const settings = { server: { kind: "embedded", path: undefined, name: "embedded" } } as const;

Deno.test("a node knows which keys its clients ask for most, at a rate that can be changed while it runs", async () => {
  await using node = await startEngineNode({}, settings);
  const { hotKeys } = node.running.node;
  assertEquals(hotKeys.sampleEvery, 256);
  using client = await RespClient.connect(node.port);
  assertEquals((await client.call("CONFIG", "SET", "hotkeys_sample_every", "1")).text, "OK");
  await client.pipeline(Array.from({ length: 30 }, () => ["GET", "hot"]));
  await client.pipeline(Array.from({ length: 10 }, () => ["SET", "hot", "v"]));
  await client.call("MGET", "hot", "cold");
  await client.call("PING");
  const { sampled_requests, keys } = hotKeys.list();
  assertEquals(sampled_requests, 41);
  assertEquals(
    keys.map(({ key, share_percent, read_percent }) => [key, share_percent, read_percent]),
    [["hot", 100, 75.61], ["cold", 2.44, 100]],
  );
});
