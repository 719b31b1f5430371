/** Memcached clients in clusters of several racks: keys on their owners, several keys in one get, noreply, flush_all, nodes away. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Consistency } from "../../core/consistency.ts";
import { LineClient } from "../support/line_client.ts";
import { type Place, racks, SimCluster, type SimClusterOptions } from "../support/sim_cluster.ts";

const places = [...racks(2, 2), ...racks(1, 1, "dc2")];

class Memcached implements AsyncDisposable {
  private constructor(readonly cluster: SimCluster) {}

  static async start(where: readonly Place[] = places, options: SimClusterOptions = {}): Promise<Memcached> {
    return new Memcached(
      await SimCluster.start(where, { ...options, conf: { dataStore: "memcached", ...options.conf } }),
    );
  }
  async connect(node: number): Promise<LineClient> {
    return new LineClient(
      await this.cluster.network.connect({ kind: "tcp", host: `10.0.0.${node + 1}`, port: 8102 }, 1000),
    );
  }
  /** Sends requests as they are and returns the lines of their replies. */
  async ask(client: LineClient, requests: string): Promise<string[]> {
    client.lines.length = 0;
    client.send(`${requests}mn\r\n`);
    await this.cluster.clock.until(() => client.lines.at(-1) === "MN\r" || client.ended);
    return client.lines.slice(0, -1).map((line) => line.trimEnd());
  }
  /** The same by a client of its own. */
  async call(node: number, requests: string): Promise<string[]> {
    const client = await this.connect(node);
    const lines = await this.ask(client, requests);
    client.connection.close();
    return lines;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster[Symbol.asyncDispose]();
  }
}

const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
const sets = keys.map((key) => `set ${key} 7 0 ${key.length}\r\n${key}\r\n`).join("");
const all = (value = (key: string) => key) =>
  keys.flatMap((key) => [`VALUE ${key} 7 ${value(key).length}`, value(key)]);

Deno.test("Memcached: what is set at one node is read at every other, with several keys in one get, in their order", async () => {
  await using memcached = await Memcached.start(places, { delayMs: 2 });
  assertEquals(await memcached.call(1, sets), keys.map(() => "STORED"));
  await memcached.cluster.clock.run(100);
  for (const node of places.keys()) {
    assertEquals(await memcached.call(node, `get ${keys.join(" ")} none\r\n`), [...all(), "END"]);
  }
  assertEquals(await memcached.call(3, "get none nowhere k1 k1\r\nget k2\r\n"), [
    ...["VALUE k1 7 2", "k1", "VALUE k1 7 2", "k1", "END"],
    ...["VALUE k2 7 2", "k2", "END"],
  ]);
});

Deno.test("Memcached: every kind of write reaches every rack, once", async () => {
  await using memcached = await Memcached.start();
  const client = await memcached.connect(0);
  assertEquals(
    await memcached.ask(
      client,
      "set n 0 0 1\r\n5\r\nincr n 3\r\nadd n 0 0 1\r\nx\r\nappend n 0 0 1\r\n0\r\ndecr n 1\r\ntouch n 100\r\n",
    ),
    ["STORED", "8", "NOT_STORED", "STORED", "79", "TOUCHED"],
  );
  assertEquals(await memcached.ask(client, "set d 0 0 1\r\nx\r\ndelete d\r\ndelete d\r\n"), [
    "STORED",
    "DELETED",
    "NOT_FOUND",
  ]);
  await memcached.cluster.clock.run(100);
  for (const node of places.keys()) {
    assertEquals(await memcached.call(node, "get n d\r\n"), ["VALUE n 0 2", "79", "END"]);
  }
  client.connection.close();
});

Deno.test("Memcached: noreply is silent, keeps its place in the order, and shifts no other reply", async () => {
  await using memcached = await Memcached.start(places, { delayMs: 1 });
  const client = await memcached.connect(2);
  const requests = keys.map((key, i) =>
    i % 3 === 0
      ? `set ${key} 0 0 1\r\n1\r\nincr ${key} 1\r\n`
      : `set ${key} 0 0 1 noreply\r\n1\r\nincr ${key} 1 noreply\r\nget ${key}\r\n`
  );
  assertEquals(
    await memcached.ask(client, requests.join("")),
    keys.flatMap((key, i) => i % 3 === 0 ? ["STORED", "2"] : [`VALUE ${key} 0 1`, "2", "END"]),
  );
  await memcached.cluster.clock.run(100);
  for (const node of places.keys()) {
    assertEquals((await memcached.call(node, `get ${keys.join(" ")}\r\n`)).filter((line) => line === "2").length, 30);
  }
  client.connection.close();
});

Deno.test("Memcached: flush_all reaches every node of every datacenter", async () => {
  await using memcached = await Memcached.start();
  await memcached.call(1, sets);
  assertEquals(await memcached.call(4, "flush_all\r\n"), ["OK"]);
  await memcached.cluster.clock.run(100);
  for (const node of places.keys()) assertEquals(await memcached.call(node, `get ${keys.join(" ")}\r\n`), ["END"]);
  assertEquals(await memcached.call(0, sets + "flush_all noreply\r\nget k1\r\n"), [...keys.map(() => "STORED"), "END"]);
});

Deno.test("Memcached: with a rack away quorum of three goes on, and a part that cannot be had is an error of its own", async () => {
  const level = { readConsistency: Consistency.Quorum, writeConsistency: Consistency.Quorum };
  await using memcached = await Memcached.start(racks(3, 2), { conf: level });
  const client = await memcached.connect(0);
  assertEquals(await memcached.ask(client, sets), keys.map(() => "STORED"));
  await memcached.cluster.crash(3);
  const many = `get ${keys.join(" ")}\r\n`;
  assertEquals(await memcached.ask(client, many), [...all(), "END"]);
  assertEquals(await memcached.ask(client, sets.replaceAll(" 7 0 ", " 8 0 ")), keys.map(() => "STORED"));
  await memcached.cluster.crash(5);
  const [failure, ...rest] = await memcached.ask(client, many);
  assertMatch(failure!, /^SERVER_ERROR Peer: Peer Node .*10\.0\.0\.[46]/);
  assertEquals(rest, []);
  // Keys of the nodes that are there are as good as before.
  const answers = await memcached.ask(client, keys.map((key) => `get ${key}\r\n`).join(""));
  assertEquals(
    answers.filter((line) => line === "END").length + answers.filter((line) => line.startsWith("SERVER_ERROR")).length,
    30,
  );
  assert(answers.includes("END") && answers.some((line) => line.startsWith("SERVER_ERROR")));
  client.connection.close();
});
