/** Commands of the stats port on clusters of real processes: each change is seen by a client, not only by asking for it. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import denoJson from "../../deno.json" with { type: "json" };
import { murmur } from "../../core/ring/hash/murmur.ts";
import { ProcessCluster } from "../support/process_cluster.ts";
import { freePort, Program, until } from "../support/program.ts";
import { startRedis, testWith } from "../support/real_servers.ts";
import { RespClient } from "../support/resp_client.ts";
import { show } from "../support/sim_cluster.ts";

/** Machines that test are slow. */
const LIMIT_MS = 30_000;
const HALF = 2 ** 31;

async function ask(client: RespClient, ...args: string[]): Promise<string> {
  return show(await client.call(...args));
}

/** Obeyed, in C Dynomite's words. */
async function command(cluster: ProcessCluster, index: number, path: string, method = "GET"): Promise<void> {
  assertEquals([path, await cluster.ask(index, path, method)], [path, { status: 200, body: "OK\r\n" }]);
}

async function object(cluster: ProcessCluster, index: number, path: string) {
  return JSON.parse((await cluster.ask(index, path)).body);
}

/** A key that the node with this token of two halves owns. */
function keyOf(token: number): string {
  for (let i = 0;; i++) {
    const key = new TextEncoder().encode(`key${i}`);
    const hash = murmur(key, 0, key.length);
    if ((hash > 0 && hash <= HALF) === (token === HALF)) return `key${i}`;
  }
}

Deno.test("/set_consistency reaches open connections at all four levels, but not those that chose for themselves", async () => {
  await using cluster = await ProcessCluster.start(["r1", "r2", "r3"].map((rack) => ({ rack, tokens: [0] })));
  using open = await cluster.connect(0);
  using choosy = await cluster.connect(0);
  assertEquals(await ask(choosy, "DYNO_CONFIG:CONN_CONSISTENCY", "DC_ONE"), "OK");
  assertEquals(await ask(open, "SET", "k", "v"), "OK");
  await cluster.crash(1);
  await cluster.crash(2);
  // One of three is left: enough for one copy, too few for a majority.
  assertEquals([await ask(open, "SET", "k", "v"), await ask(open, "GET", "k")], ["OK", "v"]);
  for (const level of ["dc_quorum", "DC_SAFE_QUORUM", "dc_each_safe_quorum"]) {
    await command(cluster, 0, `/set_consistency/write/${level}`);
    assertStringIncludes(await ask(open, "SET", "k", "v"), "ERR");
    assertEquals(await ask(open, "GET", "k"), "v");
    await command(cluster, 0, `/set_consistency/read/${level}`, "POST");
    assertStringIncludes(await ask(open, "GET", "k"), "ERR");
    assertEquals([await ask(choosy, "SET", "k", "v"), await ask(choosy, "GET", "k")], ["OK", "v"]);
    const name = level.toUpperCase();
    const { body } = await cluster.ask(0, "/get_consistency");
    assertEquals(body, `Read Consistency: ${name}\r\nWrite Consistency: ${name}\r\n`);
    for (const side of ["read", "write"]) await command(cluster, 0, `/set_consistency/${side}/dc_one`);
    assertEquals([await ask(open, "SET", "k", "v"), await ask(open, "GET", "k")], ["OK", "v"]);
  }
});

testWith(["redis-server"], "/set_timeout_factor lets the datastore and peers take so many times longer", async () => {
  await using redis = await startRedis();
  const places = [{ rack: "r1", tokens: [0], redisPort: redis.port }, { rack: "r1", tokens: [HALF] }];
  await using cluster = await ProcessCluster.start(places, ["timeout: 300", "auto_eject_hosts: false"]);
  using client = await cluster.connect(0);
  const own = keyOf(0);
  const others = keyOf(HALF);
  assertEquals([await ask(client, "SET", own, "v"), await ask(client, "SET", others, "v")], ["OK", "OK"]);
  const processes = [redis, cluster.nodes[1]!.program];
  for (const factor of [1, 3]) {
    await command(cluster, 0, `/set_timeout_factor/${factor}`);
    assertEquals((await cluster.ask(0, "/get_timeout_factor")).body, `Timeout factor: ${factor}\n`);
    for (const process of processes) process.kill("SIGSTOP");
    await Promise.all(([[own, 300], [others, 500]] as const).map(async ([key, milliseconds]) => {
      using asking = await cluster.connect(0);
      const since = performance.now();
      assertStringIncludes(await ask(asking, "GET", key), `did not answer within ${milliseconds * factor} ms`);
      const tookMs = performance.now() - since;
      assert(tookMs >= milliseconds * factor - 50, `${tookMs} ms`);
    }));
    for (const process of processes) process.kill("SIGCONT");
    for (const key of [own, others]) {
      await until(`${key} is read again`, async () => await ask(client, "GET", key) === "v", LIMIT_MS);
    }
  }
});

Deno.test("/state takes a node out of service and back, as its clients and /readyz see", async () => {
  await using cluster = await ProcessCluster.start([{ rack: "r1", tokens: [0] }]);
  using client = await cluster.connect(0);
  assertEquals([await ask(client, "SET", "k", "v"), (await cluster.ask(0, "/readyz")).status], ["OK", 200]);
  await command(cluster, 0, "/state/standby");
  assertStringIncludes(await ask(client, "GET", "k"), "current state does not allow this request");
  const { status, body } = await cluster.ask(0, "/readyz");
  assertEquals([status, body.includes("STANDBY")], [503, true]);
  assertEquals((await object(cluster, 0, "/cluster_describe")).dcs[0].racks[0].servers[0].state, "STANDBY");
  await command(cluster, 0, "/state/normal", "POST");
  await until(
    "it is NORMAL",
    async () => (await cluster.ask(0, "/state/get_state")).body === "State: NORMAL\n",
    LIMIT_MS,
  );
  assertEquals([await ask(client, "GET", "k"), (await cluster.ask(0, "/readyz")).status], ["v", 200]);
});

Deno.test("/peer/down keeps requests from a peer, up sends them again, reset makes its links anew", async () => {
  await using cluster = await ProcessCluster.start([{ rack: "r1", tokens: [0] }, { rack: "r2", tokens: [0] }]);
  using one = await cluster.connect(0);
  using two = await cluster.connect(1);
  // Its own copy, without asking the other rack.
  const atTwo = (key: string) => ask(two, "GET", key);
  const [name] = cluster.nodes.slice(1).map(({ host }) => host);
  await command(cluster, 0, `/peer/down/${name}`);
  assertEquals((await object(cluster, 0, "/peers"))[0].state, "DOWN");
  assertEquals(await ask(one, "SET", "missed", "v"), "OK");
  await command(cluster, 0, "/peer/up/all", "POST");
  assertEquals(await ask(one, "SET", "sent", "v"), "OK");
  await until("the other rack has what was sent", async () => await atTwo("sent") === "v", LIMIT_MS);
  assertEquals(await atTwo("missed"), "nil");
  const ended = (await cluster.stats(1)).dnode_client_eof! + (await cluster.stats(1)).dnode_client_err!;
  await command(cluster, 0, `/peer/reset/${name}`);
  const hasEnded = async () => {
    const { dnode_client_eof, dnode_client_err } = await cluster.stats(1);
    return dnode_client_eof! + dnode_client_err! > ended;
  };
  await until("the old link has ended", hasEnded, LIMIT_MS);
  await until("there is a new one", async () => (await object(cluster, 0, "/peers"))[0].links[0].connected, LIMIT_MS);
  await until("writes reach it", async () => {
    assertEquals(await ask(one, "SET", "again", "v"), "OK");
    return await atTwo("again") === "v";
  }, LIMIT_MS);
});

Deno.test("/owner names the node that holds a key, /peers and /topology show who is away and why", async () => {
  await using cluster = await ProcessCluster.start([{ rack: "r1", tokens: [0] }, { rack: "r1", tokens: [HALF] }]);
  using client = await cluster.connect(0);
  const [own, others] = [keyOf(0), keyOf(HALF)];
  const [self, other] = cluster.nodes.map(({ host }) => host);
  for (const [key, host] of [[own, self], [others, other]]) {
    const { owners, reads } = await object(cluster, 0, `/owner?key=${key}`);
    assertEquals([owners.length, owners[0].name, owners[0].self, reads], [1, host, host === self, [host]]);
    assertEquals(await ask(client, "SET", key!, "v"), "OK");
  }
  await cluster.crash(1);
  await until(
    "the key of the other one is away",
    async () => (await ask(client, "GET", others)).includes("ERR"),
    LIMIT_MS,
  );
  assertEquals(await ask(client, "GET", own), "v");
  const [peer] = await object(cluster, 0, "/peers");
  assertEquals([peer.name, peer.state, peer.links[0].connected], [other, "DOWN", false]);
  assert(peer.last_error.length > 0 && peer.last_heard_ms_ago >= 0 && peer.requests > 0, JSON.stringify(peer));
  const [rack] = (await object(cluster, 0, "/topology")).datacenters[0].racks;
  assertEquals(rack.nodes.map((node: Record<string, unknown>) => [node.name, node.ownership_percent, node.state]), [
    [self, 50, "NORMAL"],
    [other, 50, "DOWN"],
  ]);
});

testWith(["redis-server"], "/readyz and /healthz: a node without its engine lives, and is not ready", async () => {
  await using redis = await startRedis();
  await using cluster = await ProcessCluster.start([{ rack: "r1", tokens: [0], redisPort: redis.port }]);
  const status = async (path: string) => (await cluster.ask(0, path)).status;
  assertEquals([await status("/readyz"), await status("/healthz")], [200, 200]);
  redis.kill("SIGKILL");
  await until("it is not ready", async () => await status("/readyz") === 503, LIMIT_MS);
  assertStringIncludes((await cluster.ask(0, "/readyz")).body, "is not up");
  assertEquals(await status("/healthz"), 200);
});

Deno.test("/historeset empties the histograms; /slowlog and /hotkeys show what clients did", async () => {
  await using cluster = await ProcessCluster.start([{ rack: "r1", tokens: [0] }]);
  using client = await cluster.connect(0);
  assertEquals(await ask(client, "CONFIG", "SET", "slowlog-log-slower-than", "0"), "OK");
  assertEquals(await ask(client, "CONFIG", "SET", "hotkeys_sample_every", "1"), "OK");
  for (let i = 0; i < 20; i++) assertEquals(await ask(client, "SET", "hot", "v"), "OK");
  assert((await object(cluster, 0, "/info")).latency_max > 0);
  const { keys } = await object(cluster, 0, "/hotkeys");
  assertEquals([keys[0].key, keys[0].read_percent], ["hot", 0]);
  const [slow] = await object(cluster, 0, "/slowlog");
  assertEquals(slow.command, ["SET", "hot", "v"]);
  await command(cluster, 0, "/historeset");
  assertEquals((await object(cluster, 0, "/info")).latency_max, 0);
});

Deno.test("/loglevelup, /logleveldown and /setloglevel change what the log shows", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_admin_" });
  try {
    const [port, statsPort] = [freePort(), freePort()];
    await Deno.writeTextFile(
      `${folder}/node.yml`,
      `dyn_o_mite:\n  listen: 127.0.0.1:${port}\n  stats_listen: 127.0.0.1:${statsPort}\n  servers: [embedded]\n`,
    );
    const log = `${folder}/log`;
    await using _program = await Program.start(["-c", "node.yml", "-o", log, "-v", "5"], folder);
    const order = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${statsPort}${path}`);
      assertEquals([path, response.status, await response.text()], [path, 200, "OK\r\n"]);
    };
    const debugLines = async () =>
      (await Deno.readTextFile(log)).split("\n").filter((line) => /\] debug:/.test(line)).length;
    const visit = async () => {
      using client = await RespClient.connect(port);
      assertEquals(await ask(client, "PING"), "PONG");
    };
    await visit();
    assertEquals(await debugLines(), 0);
    await order("/loglevelup");
    await order("/loglevelup");
    await visit();
    await until("connections are logged", async () => await debugLines() > 0, LIMIT_MS);
    await order("/logleveldown");
    await order("/setloglevel/3");
    await order("/setloglevel/4");
    // That somebody asks is a notice, level 5: above what is shown when the second one comes.
    const text = await Deno.readTextFile(log);
    assertStringIncludes(text, "stats port: GET /logleveldown, asked by 127.0.0.1");
    assertEquals([text.includes("/setloglevel/3"), text.includes("/setloglevel/4")], [true, false]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("/REST/v1/admin/get_seeds makes a node the florida server of another, which then finds the whole cluster", async () => {
  await using cluster = await ProcessCluster.start([{ rack: "r1", tokens: [0] }, { rack: "r2", tokens: [0] }]);
  const { host, statsPort } = cluster.nodes[0]!;
  const { body } = await cluster.ask(0, "/REST/v1/admin/get_seeds");
  assertEquals(body.split("|").map((record) => record.replace(/:\d+:/, ":PORT:")), [
    "127.0.0.1:PORT:r1:dc1:0",
    "127.0.0.2:PORT:r2:dc1:0",
  ]);
  const folder = await Deno.makeTempDir({ prefix: "dynomite_admin_" });
  try {
    const [own, port, ownStats] = ["127.0.0.3", freePort(), freePort()];
    const lines = [
      `listen: ${own}:${port}`,
      `dyn_listen: ${own}:${freePort()}`,
      `stats_listen: ${own}:${ownStats}`,
      "datacenter: dc1",
      "rack: r3",
      "tokens: 0",
      "servers: [embedded]",
      "dyn_seed_provider: florida_provider",
      "gos_interval: 500",
    ];
    await Deno.writeTextFile(`${folder}/node.yml`, `dyn_o_mite:\n${lines.map((line) => `  ${line}\n`).join("")}`);
    const variables = [`DYNOMITE_FLORIDA_IP=${host}`, `DYNOMITE_FLORIDA_PORT=${statsPort}`];
    await using _third = await Program.start(["-c", "node.yml"], folder, ["env", ...variables]);
    await until("the third knows all", async () => {
      const response = await fetch(`http://${own}:${ownStats}/cluster_describe`);
      const { racks } = (await response.json()).dcs[0];
      const names = racks.map((
        rack: { name: string; servers: { name: string }[] },
      ) => [rack.name, rack.servers[0]!.name]);
      return JSON.stringify(names) === '[["r1","127.0.0.1"],["r2","127.0.0.2"],["r3","127.0.0.3"]]';
    }, LIMIT_MS);
    using client = await RespClient.connect(port, 2, own);
    using first = await cluster.connect(0);
    await until("what it is sent reaches the others", async () => {
      assertEquals(await ask(client, "SET", "k", "v"), "OK");
      return await ask(first, "GET", "k") === "v";
    }, LIMIT_MS);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("/peers shows what gossip knows of a node: its program's version and how much it is suspected", async () => {
  const places = [{ rack: "r1", tokens: [0] }, { rack: "r2", tokens: [0] }];
  await using cluster = await ProcessCluster.start(places, ["enable_gossip: true", "gos_interval: 200"]);
  const isHeard = async () => (await object(cluster, 0, "/peers"))[0].phi !== null;
  await until("the other node is heard", isHeard, LIMIT_MS);
  const [peer] = await object(cluster, 0, "/peers");
  assertEquals([peer.software_version, typeof peer.phi], [denoJson.version, "number"]);
  assertEquals((await cluster.ask(1, "/state/leaving")).status, 200);
  await until("it is out of the ring", async () => (await object(cluster, 0, "/peers")).length === 0, LIMIT_MS);
});
