/** Whole clusters over a simulated network: where keys live, and which replicas a command without a key, or with many, reaches. */
import { assert, assertEquals } from "@std/assert";
import { evenTokens, type Place, racks, show, SimCluster } from "../support/sim_cluster.ts";

/** dc1 with three racks of two nodes, dc2 with two racks of one. */
const places = [...racks(3, 2), ...racks(2, 1, "dc2")];

/** What is held, rack by rack. */
function byRack(held: readonly string[]): string[][] {
  const names = places.map(({ datacenter, rack }) => `${datacenter}/${rack}`);
  return [...new Set(names)].map((name) => held.filter((value, i) => names[i] === name && value !== "nil"));
}

Deno.test("A write at any node reaches the owner in every rack of every datacenter, once", async () => {
  await using cluster = await SimCluster.start(places);
  for (let i = 0; i < 40; i++) {
    assertEquals(await cluster.call(i % places.length, "INCR", `n${i}`), "1");
    assertEquals(byRack(await cluster.engines("GET", `n${i}`)), [["1"], ["1"], ["1"], ["1"], ["1"]]);
  }
  for (let node = 0; node < places.length; node++) {
    assertEquals(await cluster.call(node, "GET", "n7"), "1");
    assertEquals(await cluster.call(node, "DBSIZE"), "40");
  }
});

Deno.test("A command with several keys is cut for each set of owners, and its replies become one", async () => {
  await using cluster = await SimCluster.start(places);
  const keys = Array.from({ length: 50 }, (_, i) => `k${i}`);
  assertEquals(await cluster.call(1, "MSET", ...keys.flatMap((key, i) => [key, `v${i}`])), "OK");
  assertEquals(await cluster.call(7, "MGET", ...keys, "none"), `[${keys.map((_, i) => `v${i}`).join(" ")} nil]`);
  assertEquals(await cluster.call(2, "EXISTS", ...keys, "none", "k0"), "51");
  assertEquals(await cluster.call(6, "DEL", ...keys.slice(0, 20), "none"), "20");
  for (const [i, key] of keys.entries()) {
    assertEquals(byRack(await cluster.engines("GET", key)), new Array(5).fill(i < 20 ? [] : [`v${i}`]));
  }
});

Deno.test("Racks with tokens of their own each get the keys that are theirs", async () => {
  const unequal: Place[] = [
    { datacenter: "dc1", rack: "a", tokens: [0] },
    { datacenter: "dc1", rack: "b", tokens: [1_000_000_000] },
    { datacenter: "dc1", rack: "b", tokens: [3_000_000_000] },
    ...evenTokens(3).map((token) => ({ datacenter: "dc1", rack: "c", tokens: [token + 5, token + 77] })),
  ];
  await using cluster = await SimCluster.start(unequal);
  const keys = Array.from({ length: 60 }, (_, i) => `key${i}`);
  assertEquals(await cluster.call(0, "MSET", ...keys.flatMap((key) => [key, key])), "OK");
  for (const node of unequal.keys()) assertEquals(await cluster.call(node, "MGET", ...keys), `[${keys.join(" ")}]`);
  const sizes = (await cluster.engines("DBSIZE")).map(Number);
  assertEquals([sizes[0], sizes[1]! + sizes[2]!, sizes[3]! + sizes[4]! + sizes[5]!], [60, 60, 60]);
  assert(sizes.every((size) => size > 0), `sizes ${sizes}`);
});

Deno.test("Keys that must live together and do not are refused, in place of a wrong answer", async () => {
  await using cluster = await SimCluster.start(places, { conf: { hashTag: "{}" } });
  const answers: string[] = [];
  for (let i = 0; i < 8; i++) answers.push(await cluster.call(0, "SINTER", "a", `b${i}`));
  assert(answers.includes("-ERR Dynomite: Keys in the request cannot span multiple nodes"));
  assertEquals(await cluster.call(0, "SADD", "{t}a", "1", "2", "3"), "3");
  assertEquals(await cluster.call(5, "SADD", "{t}b", "2", "3", "4"), "3");
  assertEquals(await cluster.call(7, "SUNIONSTORE", "{t}c", "{t}a", "{t}b"), "4");
  assertEquals(byRack(await cluster.engines("SCARD", "{t}c")).map((rack) => rack.map(Number).sort()), [
    [0, 4],
    [0, 4],
    [0, 4],
    [4],
    [4],
  ]);
});

Deno.test("SORT by patterns is refused where their keys may live on other nodes, and served where every node has all", async () => {
  await using parted = await SimCluster.start(racks(2, 2));
  await using whole = await SimCluster.start(racks(2));
  for (const cluster of [parted, whole]) {
    await cluster.call(0, "RPUSH", "l", "1", "2");
    await cluster.call(0, "MSET", "w_1", "20", "w_2", "10");
    assertEquals(await cluster.call(0, "SORT", "l", "DESC"), "[2 1]");
    assertEquals(await cluster.call(0, "SORT", "l", "BY", "nosort", "GET", "#"), "[1 2]");
  }
  const refusal =
    "-ERR Dynomite: BY and GET patterns name keys that may live on other nodes; they need racks of one node";
  assertEquals(await parted.call(0, "SORT", "l", "BY", "w_*"), refusal);
  assertEquals(await parted.call(1, "SORT_RO", "l", "GET", "w_*"), refusal);
  assertEquals(await whole.call(0, "SORT", "l", "BY", "w_*"), "[2 1]");
  assertEquals(await whole.call(1, "SORT_RO", "l", "GET", "w_*"), "[20 10]");
});

Deno.test("A command without a key sees the whole rack; one that changes something reaches every node", async () => {
  await using cluster = await SimCluster.start(places);
  for (let i = 0; i < 30; i++) await cluster.call(i % 8, "SET", `k${i}`, "v");
  for (const node of places.keys()) {
    const client = await cluster.connect(node);
    const [keys, size] = await client.pipeline([["KEYS", "*"], ["DBSIZE"]]);
    client.close();
    assertEquals([new Set(keys!.items!.map(show)).size, keys!.items!.length, show(size!)], [30, 30, "30"]);
  }
  assertEquals(await cluster.call(5, "FLUSHALL"), "OK");
  assertEquals(await cluster.engines("DBSIZE"), new Array(8).fill("0"));
});

Deno.test("SCAN walks the nodes of a rack from 0 to 0 and finds every key", async () => {
  await using cluster = await SimCluster.start(racks(2, 3));
  const keys = Array.from({ length: 500 }, (_, i) => `k${i}`);
  await cluster.call(0, "MSET", ...keys.flatMap((key) => [key, "v"]));
  const client = await cluster.connect(4);
  const found = new Set<string>();
  let cursor = "0";
  let steps = 0;
  do {
    const [reply] = await client.pipeline([["SCAN", cursor, "COUNT", 20]]);
    cursor = show(reply!.items![0]!);
    for (const key of reply!.items![1]!.items!) found.add(show(key));
    assert(++steps < 200);
  } while (cursor !== "0");
  assertEquals(found.size, 500);
  assertEquals(await client.call("SCAN", "nonsense"), "-ERR invalid cursor");
  assertEquals(
    await client.call("SCAN", "4095"),
    "-ERR Dynomite: The cursor names no node of this cluster; begin again with 0",
  );
  client.close();
});

Deno.test("Replies come in the order of their requests, whichever nodes they were for", async () => {
  await using cluster = await SimCluster.start(places, { delayMs: 3 });
  const client = await cluster.connect(1);
  const commands = Array.from(
    { length: 400 },
    (_, i) => i % 2 === 0 ? ["SET", `k${i % 37}`, i] : ["GET", `k${(i - 1) % 37}`],
  );
  const replies = (await client.pipeline(commands)).map(show);
  assertEquals(replies, commands.map(([, , value], i) => value === undefined ? String(i - 1) : "OK"));
  client.close();
});

Deno.test("A client of RESP3 gets its types through another node", async () => {
  await using cluster = await SimCluster.start(racks(1, 3));
  const client = await cluster.connect(0);
  await client.pipeline([["HELLO", "3"]]);
  for (let i = 0; i < 6; i++) {
    const [, map, nothing, scores] = await client.pipeline([
      ["HSET", `h${i}`, "f", "v"],
      ["HGETALL", `h${i}`],
      ["GET", `none${i}`],
      ["ZADD", `z${i}`, "INCR", "1.5", "m"],
    ]);
    assertEquals([map!.type, nothing!.type, scores!.type, scores!.text], ["%", "_", ",", "1.5"]);
  }
  client.close();
});
