/**
 * Rings of C Dynomite (2046b05) and this program: what a client asks at either kind of node arrives at every replica of either
 * kind. Needs `DYNOMITE_C=/path/to/dynomite`.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { MemcachedClient } from "../support/memcached_client.ts";
import { c, type MixedNode, type MixedPlace, MixedRing, ours, RETURN_MS } from "../support/mixed_ring.ts";
import { until } from "../support/program.ts";
import { testWithOriginal } from "../support/real_servers.ts";
import { type Args, RespClient } from "../support/resp_client.ts";
import { type RespReply, showValue } from "../support/resp_value.ts";

const redis = ["redis-server"];
const HALF = 2 ** 31;
const MEGABYTE = 1024 * 1024;

/** Every byte value, CR and LF among them. */
const binary = Uint8Array.from({ length: 1024 }, (_, i) => (i * 7) & 255);

const layouts: Readonly<Record<string, readonly MixedPlace[]>> = {
  "two racks, C in one and ours in the other": [c("dc1", "rack1"), ours("dc1", "rack2")],
  "two racks, each shared by C and ours": [
    c("dc1", "rack1", 0),
    ours("dc1", "rack1", HALF),
    ours("dc1", "rack2", 0),
    c("dc1", "rack2", HALF),
  ],
  "two datacenters, C with two racks in one and ours in the other": [
    c("dc1", "rack1"),
    c("dc1", "rack2"),
    ours("dc2", "rack1"),
  ],
  "two datacenters, C in one and ours with two racks in the other": [
    c("dc1", "rack1"),
    ours("dc2", "rack1"),
    ours("dc2", "rack2"),
  ],
};

const show = (reply: RespReply) => showValue(reply);

/** Everything a C node knows, asked at one node: keys begin with `mark`. Replies are a direct Redis' own. */
async function exercise({ port }: MixedNode, mark: string): Promise<void> {
  using client = await RespClient.connect(port);
  const ask = async (...args: Args) => show(await client.call(...args));
  const keys = Array.from({ length: 20 }, (_, i) => `${mark}:${i}`);
  for (const [i, key] of keys.entries()) assertEquals(await ask("SET", key, `value ${i}`), "+OK");
  for (const [i, key] of keys.entries()) assertEquals(await ask("GET", key), `$"value ${i}"`);
  for (let i = 1; i <= 5; i++) assertEquals(await ask("INCR", `${mark}:n`), `:${i}`);
  assertEquals(await ask("SADD", `${mark}:set`, "a", "b", "c"), ":3");
  assertEquals(await ask("SADD", `${mark}:set`, "c", "d"), ":1");
  assertEquals(await ask("SCARD", `${mark}:set`), ":4");
  assertEquals(await ask("MSET", ...keys.flatMap((key, i) => [key, `again ${i}`])), "+OK");
  assertEquals(
    await ask("MGET", ...keys, `${mark}:none`),
    `*[${keys.map((_, i) => `$"again ${i}"`).join(" ")} $-1]`,
  );
  assertEquals(await ask("EXISTS", ...keys, `${mark}:none`), ":20");
  assertEquals(await ask("DEL", ...keys.slice(0, 7), `${mark}:none`), ":7");
  assertEquals(await ask("GET", keys[0]!), "$-1");
  assertEquals(await ask("GET", `${mark}:set`), "-WRONGTYPE Operation against a key holding the wrong kind of value");
  const script = "redis.call('SET', KEYS[1], ARGV[1]) return ARGV[1]";
  assertEquals(await ask("EVAL", script, "1", `${mark}:eval`, "by eval"), '$"by eval"');
  const sha = await client.call("SCRIPT", "LOAD", script);
  assertMatch(sha.text, /^[0-9a-f]{40}$/);
  // It is loaded at the other nodes when its answer is here, or soon after.
  await until(
    "the script is loaded everywhere",
    async () => (await client.call("EVALSHA", sha.text, "1", `${mark}:evalsha`, "by sha")).text === "by sha",
  );
  assertEquals(await ask("SET", `${mark}:binary`, binary), "+OK");
  assertEquals(await ask("SET", new Uint8Array([...new TextEncoder().encode(mark), 0, 13, 10, 255]), binary), "+OK");
  assertEquals((await client.call("GET", `${mark}:binary`)).raw.slice(7, -2), binary);
  const large = new Uint8Array(MEGABYTE).map((_, i) => (i * 31 + (i >> 8)) & 255);
  assertEquals(await ask("SET", `${mark}:large`, large), "+OK");
  assertEquals((await client.call("GET", `${mark}:large`)).raw.slice(10, -2), large);

  const pipelined: Args[] = Array.from(
    { length: 1000 },
    (_, i) => i % 2 === 0 ? ["SET", `${mark}:p${i % 50}`, i] : ["GET", `${mark}:p${(i - 1) % 50}`],
  );
  const replies = await client.pipeline(pipelined);
  assertEquals(replies.map(show), pipelined.map(([name], i) => name === "SET" ? "+OK" : `$"${i - 1}"`));
}

/** Waits until every rack holds the same keys with the same values, and returns them. */
async function agreed(ring: MixedRing): Promise<ReadonlyMap<string, string>> {
  let contents = await ring.contents();
  const text = () => [...contents.values()].map((held) => JSON.stringify([...held].sort()));
  await until("racks agree", async () => {
    contents = await ring.contents();
    return new Set(text()).size === 1;
  }).catch(() => {
    const [first, ...others] = [...contents.values()];
    for (const other of others) assertEquals(Object.fromEntries(other), Object.fromEntries(first!));
  });
  return [...contents.values()][0]!;
}

/** What C nodes say when they cannot read what they get. */
function assertUnderstood(ring: MixedRing): void {
  for (const [i, { place: { kind } }] of ring.nodes.entries()) {
    if (kind !== "C") continue;
    const complaints = ring.log(i).split("\n").filter((line) =>
      /pars(e|ed|ing).*(bad|error|fail)|bad req|MISMATCH|timedout|SIGSEGV/i.test(line)
    );
    assertEquals(complaints, [], `C node ${i}`);
  }
}

for (const [name, places] of Object.entries(layouts)) {
  testWithOriginal(redis, `Mixed ring, ${name}: every command through every node, the same in every rack`, async () => {
    await using ring = await MixedRing.start(places);
    for (const [i, node] of ring.nodes.entries()) await exercise(node, `${node.place.kind}${i}`);
    const held = await agreed(ring);
    for (const [i, { place: { kind } }] of ring.nodes.entries()) {
      const mark = `${kind}${i}`;
      const own = [...held].filter(([key]) => key.startsWith(mark));
      assertEquals(own.length, 13 + 7 + 25, `keys of ${mark}`);
      assertEquals(held.get(`${mark}:n`), 'string 1 $"5"');
      assertEquals(held.get(`${mark}:set`), "set a,b,c,d");
    }
    // What one kind wrote is read through the other.
    for (const { port } of ring.nodes) {
      using client = await RespClient.connect(port);
      for (const [i, { place: { kind } }] of ring.nodes.entries()) {
        const mark = `${kind}${i}`;
        assertEquals(show(await client.call("GET", `${mark}:eval`)), '$"by eval"');
        assertEquals((await client.call("GET", `${mark}:large`)).text.length, MEGABYTE);
        assertEquals(
          (await client.call("MGET", `${mark}:n`, `${mark}:19`, `${mark}:0`)).items!.map(({ text }) => text),
          [
            "5",
            "again 19",
            "",
          ],
        );
      }
    }
    assertUnderstood(ring);
  });
}

const trios: Readonly<Record<string, readonly MixedPlace[]>> = {
  "one C and two of ours": [c("dc1", "rack1"), ours("dc1", "rack2"), ours("dc1", "rack3")],
  "two C and one of ours": [c("dc1", "rack1"), c("dc1", "rack2"), ours("dc1", "rack3")],
};

for (const level of ["DC_QUORUM", "DC_SAFE_QUORUM"]) {
  for (const [name, places] of Object.entries(trios)) {
    testWithOriginal(redis, `Mixed ring, three racks, ${name}: ${level} through every node`, async () => {
      await using ring = await MixedRing.start(places, { level });
      for (const [i, { port, place: { kind } }] of ring.nodes.entries()) {
        using client = await RespClient.connect(port);
        const ask = async (...args: Args) => show(await client.call(...args));
        const mark = `${kind}${i}`;
        for (let k = 0; k < 20; k++) {
          assertEquals(await ask("SET", `${mark}:${k}`, k), "+OK");
          assertEquals(await ask("GET", `${mark}:${k}`), `$"${k}"`);
        }
        for (let k = 1; k <= 5; k++) assertEquals(await ask("INCR", `${mark}:n`), `:${k}`);
        assertEquals(await ask("SADD", `${mark}:set`, "a", "b"), ":2");
        assertEquals(await ask("SET", `${mark}:binary`, binary), "+OK");
        assertEquals((await client.call("GET", `${mark}:binary`)).raw.slice(7, -2), binary);
        assertEquals(await ask("DEL", `${mark}:0`), ":1");
        assertEquals(await ask("GET", `${mark}:0`), "$-1");
        // C answers these at a quorum level only while its replicas agree, and ends the client's connection otherwise.
        assertEquals(await ask("MSET", `${mark}:a`, "1", `${mark}:b`, "2"), "+OK");
        assertEquals(await ask("EXISTS", `${mark}:a`, `${mark}:b`, `${mark}:c`), ":2");
        assertEquals(await ask("MGET", `${mark}:a`, `${mark}:b`, `${mark}:c`), '*[$"1" $"2" $-1]');
        const pipelined: Args[] = Array.from(
          { length: 1000 },
          (_, k) => k % 2 === 0 ? ["SET", `${mark}:p${k % 50}`, k] : ["GET", `${mark}:p${(k - 1) % 50}`],
        );
        const replies = await client.pipeline(pipelined);
        assertEquals(replies.map(show), pipelined.map(([word], k) => word === "SET" ? "+OK" : `$"${k - 1}"`));
      }
      assertEquals((await agreed(ring)).size > 100, true);
      assertUnderstood(ring);

      // One replica differs: the other two decide, whoever counts.
      using engine = await RespClient.connect(ring.nodes[1]!.engine.port);
      await engine.call("SET", "differs", "stale");
      for (const node of [0, 2]) {
        using other = await RespClient.connect(ring.nodes[node]!.engine.port);
        await other.call("SET", "differs", "right");
      }
      for (const { port } of ring.nodes) {
        using client = await RespClient.connect(port);
        assertEquals(show(await client.call("GET", "differs")), '$"right"');
      }
      // Without one rack there is still a majority, and C's clients and ours get it.
      await ring.kill(1);
      for (const [i, { port }] of ring.nodes.entries()) {
        if (i === 1) continue;
        using client = await RespClient.connect(port);
        await until(`node ${i} writes without rack2`, async () => show(await client.call("SET", "alone", i)) === "+OK");
        assertEquals(show(await client.call("GET", "alone")), `$"${i}"`);
      }
    });
  }
}

testWithOriginal(redis, "Mixed ring: without the C node ours goes on, and finds it again without help", async () => {
  await using ring = await MixedRing.start([c("dc1", "rack1"), ours("dc1", "rack2")]);
  const [original, node] = ring.nodes;
  using client = await RespClient.connect(node!.port);
  let writes = 0;
  const write = async () => assertEquals(show(await client.call("SET", `w${writes++ % 100}`, writes)), "+OK");
  for (let i = 0; i < 100; i++) await write();
  // Under load, in the middle of a pipeline.
  const pipelined = Array.from({ length: 2000 }, (_, i): Args => ["SET", `load${i % 100}`, i]);
  const loaded = client.pipeline(pipelined);
  await ring.kill(0);
  assertEquals(new Set((await loaded).map(show)), new Set(["+OK"]));
  for (let i = 0; i < 200; i++) await write();
  assertEquals(show(await client.call("GET", "load99")), '$"1999"');
  await ring.start(0);
  using engine = await RespClient.connect(original!.engine.port);
  await until("writes arrive at the C node's engine again", async () => {
    await client.call("SET", "back", "yes");
    return (await engine.call("GET", "back")).text === "yes";
  }, RETURN_MS);
  await ring.connected();
  using through = await RespClient.connect(original!.port);
  assertEquals(show(await through.call("INCR", "both")), ":1");
  await until("C's write arrives", async () => (await client.call("GET", "both")).text === "1");
  assertUnderstood(ring);
});

testWithOriginal(redis, "Mixed ring: without our node C goes on, and finds it again without help", async () => {
  await using ring = await MixedRing.start([c("dc1", "rack1"), ours("dc1", "rack2")]);
  using client = await RespClient.connect(ring.nodes[0]!.port);
  const pipelined = Array.from({ length: 2000 }, (_, i): Args => ["SET", `load${i % 100}`, i]);
  const loaded = client.pipeline(pipelined);
  await ring.kill(1);
  assertEquals(new Set((await loaded).map(show)), new Set(["+OK"]));
  assertEquals(show(await client.call("GET", "load99")), '$"1999"');
  await ring.start(1);
  await ring.connected();
  using through = await RespClient.connect(ring.nodes[1]!.port);
  assertEquals(show(await through.call("INCR", "both")), ":1");
  await until("our write arrives", async () => (await client.call("GET", "both")).text === "1");
});

testWithOriginal(redis, "Mixed ring: what C does not know is not sent to it, and disturbs nobody", async () => {
  await using ring = await MixedRing.start([
    c("dc1", "rack1", 0),
    ours("dc1", "rack1", HALF),
    ours("dc1", "rack2", 0),
    ours("dc1", "rack2", HALF),
  ]);
  using client = await RespClient.connect(ring.nodes[1]!.port);
  using other = await RespClient.connect(ring.nodes[1]!.port);
  const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
  await client.pipeline(keys.map((key) => ["SET", key, "v"]));
  const unknown: ((key: string) => Args)[] = [
    (key) => ["GETDEL", key],
    (key) => ["HSET", `h:${key}`, "a", "1", "b", "2"],
    (key) => ["UNLINK", key],
    (key) => ["GETEX", key],
    (key) => ["LPOP", `l:${key}`, 2],
    () => ["EVAL", "return 1", 1, ""],
    () => ["GET", "k".repeat(16_400)],
    (key) => ["EXISTS", key, ""],
    (key) => ["DEL", "", key],
    (key) => ["MSET", key, "w", "", "x"],
    (key) => ["MGET", key, ""],
    (key) => ["COPY", key, key],
    (key) => ["OBJECT", "ENCODING", key],
    (key) => ["XADD", `x:${key}`, "*", "f", "v"],
    () => ["DBSIZE"],
    () => ["EVAL", "return 1", 0],
  ];
  for (let round = 0; round < 3; round++) {
    const quiet = other.pipeline(
      Array.from(
        { length: 1000 },
        (_, i): Args => i % 2 === 0 ? ["SET", `q${i % 60}`, i] : ["GET", `q${(i - 1) % 60}`],
      ),
    );
    await client.pipeline(keys.flatMap((key) => unknown.map((make) => make(key))));
    (await quiet).forEach((reply, i) => assertEquals(show(reply), i % 2 === 0 ? "+OK" : `$"${i - 1}"`));
  }
  // A key whose local owner is the C node: written at the other replicas, read at the nearest that knows the command.
  const [written, read] = await client.pipeline([["HSET", "h:k0", "a", "1", "b", "2"], ["HGETALL", "h:k0"]]);
  assertEquals([written!.type, read!.type], [":", "*"]);
  assertUnderstood(ring);
  const closed = ring.log(0).split("\n").filter((line) =>
    /dnode_client_close|Closing.*DNODE_PEER_CLIENT|PEER_CLIENT.*err/i.test(line)
  );
  assertEquals(closed, []);
});

testWithOriginal(
  redis,
  "Mixed ring: a client of RESP3 gets its types from ours, and through C what RESP2 can tell",
  async () => {
    await using ring = await MixedRing.start([c("dc1", "rack1", 0), ours("dc1", "rack1", HALF)]);
    using client = await RespClient.connect(ring.nodes[1]!.port, 3);
    const kinds = new Set<string>();
    for (let i = 0; i < 24; i++) {
      const [hset, hash, nothing, , members, score] = await client.pipeline([
        ["HSET", `h${i}`, "f", "v"],
        ["HGETALL", `h${i}`],
        ["GET", `none${i}`],
        ["SADD", `s${i}`, "a"],
        ["SMEMBERS", `s${i}`],
        ["ZSCORE", `none${i}`, "m"],
      ]);
      assertEquals(hset!.type, ":");
      assertEquals(hash!.items!.map(({ text }) => text), ["f", "v"]);
      assert(["_", "$-1"].includes(nothing!.type) && ["_", "$-1"].includes(score!.type));
      assert(["~", "*"].includes(members!.type));
      kinds.add(hash!.type);
    }
    assertEquals([...kinds].sort(), ["%", "*"], "some keys live at ours, some at C");
    assertUnderstood(ring);
  },
);

testWithOriginal(
  ["memcached"],
  "Mixed ring of Memcached: writes through ours arrive at C's engine, noreply too",
  async () => {
    // C crashes on a `get`, so none is sent to it; reads of ours stay at home.
    await using ring = await MixedRing.start([c("dc1", "rack1"), ours("dc1", "rack2")], { engine: "memcached" });
    using client = await MemcachedClient.connect(ring.nodes[1]!.port);
    using theirs = await MemcachedClient.connect(ring.nodes[0]!.engine.port);
    await until("ours reaches C", async () => {
      await client.ask("set probe 0 0 1\r\nx\r\n");
      return (await theirs.ask("get probe\r\n"))[0] !== "END\r\n";
    }, RETURN_MS);
    assertEquals(await client.ask("set n 0 0 1\r\n5\r\nadd n 0 0 1\r\n6\r\nincr n 3\r\ntouch n 100\r\nget n\r\n"), [
      "STORED\r\n",
      "NOT_STORED\r\n",
      "8\r\n",
      "TOUCHED\r\n",
      "VALUE n 0 1\r\n8\r\nEND\r\n",
    ]);
    const many = Array.from({ length: 500 }, (_, i) => `set k${i % 40} 0 0 ${String(i).length} noreply\r\n${i}\r\n`)
      .join("");
    assertEquals(await client.ask(`${many}incr n 1\r\ndelete k0\r\ndelete k1 noreply\r\n`), ["9\r\n", "DELETED\r\n"]);
    using own = await MemcachedClient.connect(ring.nodes[1]!.engine.port);
    const keys = ["n", "probe", ...Array.from({ length: 40 }, (_, i) => `k${i}`)];
    const all = keys.map((key) => `get ${key}\r\n`).join("");
    await until(
      "both engines hold the same",
      async () => (await own.ask(all)).join() === (await theirs.ask(all)).join(),
    );
    assertEquals((await theirs.ask("get n k0 k1 k2\r\n"))[0], "VALUE n 0 1\r\n9\r\nVALUE k2 0 3\r\n482\r\nEND\r\n");
    // And C's writes at ours.
    using original = await MemcachedClient.connect(ring.nodes[0]!.port);
    await original.send("set c 0 0 1\r\nc\r\n");
    assertEquals(await original.receive(), "STORED\r\n");
    await original.send("incr n 1\r\n");
    assertEquals(await original.receive(), "10\r\n");
    await until(
      "C's writes arrive",
      async () => (await client.ask("get c n\r\n"))[0] === "VALUE c 0 1\r\nc\r\nVALUE n 0 2\r\n10\r\nEND\r\n",
    );
    assertUnderstood(ring);
  },
);

/** What `/peers` of a node of ours says of the others, by their port. */
async function peersOf({ statsPort }: MixedNode): Promise<ReadonlyMap<number, { state: string; phi: number | null }>> {
  const response = await fetch(`http://127.0.0.1:${statsPort}/peers`);
  const peers: { port: number; state: string; phi: number | null }[] = await response.json();
  return new Map(peers.map((peer) => [peer.port, peer]));
}

testWithOriginal(redis, "Mixed ring: ours gossip with each other, and C notices nothing of it", async () => {
  const places = [c("dc1", "rack1"), ours("dc1", "rack2"), ours("dc1", "rack3")];
  await using ring = await MixedRing.start(places, { gossip: ["ours"] });
  const [original, one, two] = ring.nodes;
  for (const [i, node] of ring.nodes.entries()) await exercise(node, `${node.place.kind}${i}`);
  await agreed(ring);
  for (const [node, other] of [[one!, two!], [two!, one!]] as const) {
    await until("ours hear each other, and nothing of C", async () => {
      const peers = await peersOf(node);
      return peers.get(other.peerPort)?.phi !== null && peers.get(original!.peerPort)?.phi === null;
    }, 30_000);
  }
  await ring.kill(2);
  const stateOfTwo = async () => (await peersOf(one!)).get(two!.peerPort)?.state;
  await until("it is known to be down", async () => await stateOfTwo() === "DOWN", 60_000);
  await ring.start(2);
  await until("it is known to be back", async () => await stateOfTwo() === "NORMAL", 60_000);
  await ring.connected();
  for (const [i, node] of ring.nodes.entries()) await exercise(node, `again${node.place.kind}${i}`);
  assertUnderstood(ring);
});

testWithOriginal(redis, "Mixed ring: C nodes that gossip harm themselves, and none of ours", async () => {
  const places = [ours("dc1", "rack1", 0), ours("dc1", "rack1", HALF), c("dc1", "rack2"), c("dc1", "rack3")];
  await using ring = await MixedRing.start(places, { gossip: ["C", "ours"] });
  using client = await RespClient.connect(ring.nodes[0]!.port);
  const keys = Array.from({ length: 200 }, (_, i) => `k${i}`);
  await until("ours have met", async () => {
    const written = await client.pipeline(keys.map((key) => ["SET", key, "first"]));
    return written.every(({ text }) => text === "OK");
  }, 30_000);
  // Longer than a few of their rounds, in which they tell every node they know.
  const end = Date.now() + 5_000;
  for (let round = 0; Date.now() < end; round++) {
    const written = await client.pipeline(keys.map((key) => ["SET", key, round]));
    assertEquals(new Set(written.map(show)), new Set(["+OK"]));
    const read = await client.pipeline(keys.map((key) => ["GET", key]));
    assertEquals(new Set(read.map(show)), new Set([`$"${round}"`]));
    assertEquals(show(await client.call("MGET", ...keys.slice(0, 3))), `*[$"${round}" $"${round}" $"${round}"]`);
  }
  for (const node of [0, 1]) {
    using engine = await RespClient.connect(ring.nodes[node]!.engine.port);
    const { text } = await engine.call("DBSIZE");
    assert(Number(text) > 50 && Number(text) < 150, `node ${node} owns ${text} of 200 keys`);
  }
});
