/** Node states between real processes, set over the stats port as an operator does; and beside C Dynomite. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { c, type MixedNode, MixedRing, ours } from "../support/mixed_ring.ts";
import { ProcessCluster } from "../support/process_cluster.ts";
import { until } from "../support/program.ts";
import { LOOPBACK_ADDRESSES, startRedis, testWith, testWithOriginal } from "../support/real_servers.ts";
import { RespClient } from "../support/resp_client.ts";

/** A loaded machine takes long over everything. */
const LIMIT_MS = 30_000;
const REFUSED = "ERR Dynomite: Dynomite's current state does not allow this request";

interface TopologyBody {
  readonly datacenters: readonly {
    readonly racks: readonly { readonly nodes: readonly { readonly host: string; readonly state: string }[] }[];
  }[];
}

/** Asks one path of a stats port. */
async function ask(host: string, port: number, path: string): Promise<string> {
  return await (await fetch(`http://${host}:${port}${path}`)).text();
}

testWith(
  [LOOPBACK_ADDRESSES, "redis-server"],
  "a process is taken through its states while clients write, and lacks nothing in the end",
  async () => {
    const engine = await startRedis();
    try {
      await using cluster = await ProcessCluster.start([
        { rack: "r1", tokens: [0] },
        { rack: "r2", tokens: [0], redisPort: engine.port },
        { rack: "r3", tokens: [0] },
      ], [
        "enable_gossip: true",
        "gos_interval: 500",
        // A process that gets no time for a while is not to be taken for down: it would miss writes.
        "gos_phi_threshold: 16",
        "auto_eject_hosts: false",
        "timeout: 20000",
      ]);
      const stats = (index: number, path: string) =>
        ask(cluster.nodes[index]!.host, cluster.nodes[index]!.statsPort, path);
      const seen = async (by: number) => {
        const { datacenters } = JSON.parse(await stats(by, "/topology")) as TopologyBody;
        return datacenters[0]!.racks[1]!.nodes[0]!.state;
      };
      const enter = async (state: string) => {
        assertEquals(await stats(1, `/state/${state.toLowerCase()}`), "OK\r\n");
        await until(`all know that it is ${state}`, async () => {
          return (await Promise.all([0, 1, 2].map(seen))).every((one) => one === state);
        }, LIMIT_MS);
      };
      assertEquals(await Promise.all([0, 1, 2].map((index) => stats(index, "/state/get_state"))), [
        ...Array.from({ length: 3 }, () => "State: NORMAL\n"),
      ]);
      await until(
        "they see each other",
        async () => (await Promise.all([0, 2].map(seen))).join() === "NORMAL,NORMAL",
        LIMIT_MS,
      );
      using client = await cluster.connect(0);
      using store = await RespClient.connect(engine.port);
      let last = 0;
      /** One client's writes: numbers to a list, and to a key. */
      const write = async (count: number) => {
        for (const end = last + count; last < end;) {
          last++;
          const replies = await client.pipeline([["RPUSH", "list", String(last)], ["SET", "key", String(last)]]);
          assertEquals(replies.map(({ text }) => text), [String(last), "OK"]);
        }
      };
      await write(10);
      await until("node 1 has what was written", async () => (await store.call("GET", "key")).text === "10", LIMIT_MS);

      await enter("STANDBY");
      assertEquals(JSON.parse(await stats(1, "/info")).state, "STANDBY");
      await write(20);
      assertEquals((await store.call("GET", "key")).text, "10");
      // Its own clients have the other racks' data.
      using visitor = await cluster.connect(1);
      await until("a visitor reads the newest", async () => (await visitor.call("GET", "key")).text === "30", LIMIT_MS);
      await store.call("FLUSHALL");

      await enter("WRITES_ONLY");
      const missed = (await cluster.stats(0)).missed_writes;
      const from = last + 1;
      // Longer than any timeout: what waits at the node has none.
      for (const end = Date.now() + 2_000; Date.now() < end;) await write(5);
      assertEquals([(await store.call("DBSIZE")).text, (await cluster.stats(0)).missed_writes], ["0", missed]);

      assertEquals(await stats(1, "/state/resuming"), "OK\r\n");
      await write(20);
      assertEquals(await stats(1, "/state/normal"), "OK\r\n");
      await write(20);
      await until("it is NORMAL", async () => await stats(1, "/state/get_state") === "State: NORMAL\n", LIMIT_MS);
      await until("it has the last", async () => (await store.call("GET", "key")).text === String(last), LIMIT_MS);
      const list = (await store.call("LRANGE", "list", "0", "-1")).items!.map(({ text }) => Number(text));
      assertEquals(list, Array.from({ length: last - from + 1 }, (_, i) => from + i));
      assertEquals((await cluster.stats(0)).missed_writes, missed);
      assertEquals((await visitor.call("LLEN", "list")).text, String(list.length));

      const bad = await fetch(`http://${cluster.nodes[1]!.host}:${cluster.nodes[1]!.statsPort}/state/down`);
      assertEquals([bad.status, (await bad.text()).includes("accepted is one of standby")], [400, true]);
    } finally {
      await engine.stop();
    }
  },
);

const enterState = async ({ statsPort }: MixedNode, state: string) =>
  assertEquals(await ask("127.0.0.1", statsPort, `/state/${state}`), "OK\r\n");

testWithOriginal(["redis-server"], "two racks with C Dynomite: what each does with the other's states", async () => {
  await using ring = await MixedRing.start([c("dc1", "rack1"), ours("dc1", "rack2")]);
  const [original, own] = ring.nodes as [MixedNode, MixedNode];
  using atC = await RespClient.connect(original.port);
  using atOurs = await RespClient.connect(own.port);
  using ourStore = await RespClient.connect(own.engine.port);
  using cStore = await RespClient.connect(original.engine.port);
  const arrives = (store: RespClient, value: string) =>
    until(`${value} arrives`, async () => (await store.call("GET", "k")).text === value, LIMIT_MS);
  // C swallows the refusal of another rack: its client sees nothing of it.
  await enterState(own, "standby");
  assertEquals((await atC.call("SET", "k", "one")).text, "OK");
  assertEquals((await atC.call("GET", "k")).text, "one");
  assertEquals((await ourStore.call("EXISTS", "k")).text, "0");
  // A client of ours is served by C's rack.
  assertEquals((await atOurs.call("GET", "k")).text, "one");
  assertEquals((await atOurs.call("SET", "k", "two")).text, "OK");
  await arrives(cStore, "two");
  // What C sends in WRITES_ONLY waits, and is done.
  await enterState(own, "writes_only");
  assertEquals((await atC.call("SET", "k", "three")).text, "OK");
  assertEquals((await ourStore.call("EXISTS", "k")).text, "0");
  await enterState(own, "normal");
  await arrives(ourStore, "three");
  assertEquals((await atC.call("SET", "k", "four")).text, "OK");
  await arrives(ourStore, "four");

  // The other way round: C refuses, ours answers by itself and counts what C misses.
  await enterState(original, "standby");
  const missed = async () =>
    JSON.parse(await ask("127.0.0.1", own.statsPort, "/info")).dyn_o_mite.missed_writes as number;
  const before = await missed();
  assertEquals((await atOurs.call("SET", "k", "five")).text, "OK");
  await until("the refusal is counted", async () => await missed() === before + 1, LIMIT_MS);
  assertEquals((await cStore.call("GET", "k")).text, "four");
  // C's own client is refused outright.
  assertEquals((await atC.call("GET", "k")).text, REFUSED);
  await enterState(original, "resuming");
  assertEquals((await atOurs.call("SET", "k", "six")).text, "OK");
  await arrives(cStore, "six");
  await enterState(original, "normal");
  assertEquals((await atC.call("GET", "k")).text, "six");
});

testWithOriginal(
  ["redis-server"],
  "one rack shared with C Dynomite: the owner's refusal reaches the client of the other",
  async () => {
    await using ring = await MixedRing.start([c("dc1", "rack1", 0), ours("dc1", "rack1", 2 ** 31)]);
    const [original, own] = ring.nodes as [MixedNode, MixedNode];
    using atC = await RespClient.connect(original.port);
    using atOurs = await RespClient.connect(own.port);
    using ourStore = await RespClient.connect(own.engine.port);
    const keys = Array.from({ length: 32 }, (_, i) => `probe:0:${i}`);
    const held = (await ourStore.pipeline(keys.map((key) => ["EXISTS", key]))).map(({ text }) => text === "1");
    const [ourKey, cKey] = [keys[held.indexOf(true)]!, keys[held.indexOf(false)]!];
    await enterState(own, "standby");
    for (const args of [["GET", ourKey], ["SET", ourKey, "v"]]) {
      assertEquals((await atC.call(...args)).text, REFUSED);
    }
    assertEquals((await atC.call("SET", cKey, "v")).text, "OK");
    await enterState(own, "normal");
    assertEquals((await atC.call("SET", ourKey, "v")).text, "OK");
    await enterState(original, "standby");
    for (const args of [["GET", cKey], ["SET", cKey, "w"]]) {
      const { text } = await atOurs.call(...args);
      assert(text.startsWith(REFUSED), text);
      assertMatch(text, new RegExp(`\\(at 127\\.0\\.0\\.1:${original.peerPort}\\)$`));
    }
    await enterState(original, "normal");
    assertEquals((await atOurs.call("SET", cKey, "w")).text, "OK");
  },
);
