/** Clusters of real processes and real engines over TCP: what they hold, and what their clients see while nodes and engines die. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { SeededRandom } from "../../core/random.ts";
import { CommandSource } from "../support/cluster_commands.ts";
import { contentsOf, sortedContents } from "../support/contents.ts";
import { EmbeddedRedis } from "../support/embedded_redis.ts";
import { ProcessCluster } from "../support/process_cluster.ts";
import { until } from "../support/program.ts";
import { LOOPBACK_ADDRESSES, type RealServer, startRedis, testWith } from "../support/real_servers.ts";
import { RespClient } from "../support/resp_client.ts";
import { show } from "../support/sim_cluster.ts";

const quorum = ["read_consistency: DC_QUORUM", "write_consistency: DC_QUORUM"];
const HALF = 2 ** 31;
/** A peer that is back is used within its back-off, ten seconds at most. */
const BACK_MS = 20_000;

async function ask(client: RespClient, ...args: string[]): Promise<string> {
  return show(await client.call(...args));
}

/** A client that writes without end, many requests at a time, and knows what was acknowledged. */
class Writer {
  readonly acknowledged = new Map<string, string>();
  readonly errors: string[] = [];
  batches = 0;
  readonly #client: RespClient;
  readonly #name: string;
  #stopped = false;
  #done: Promise<void> | undefined;

  constructor(client: RespClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  start(): void {
    this.#done = this.#run();
  }
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    this.#client.close();
  }

  async #run(): Promise<void> {
    for (let value = 0; !this.#stopped; this.batches++) {
      const commands = Array.from({ length: 32 }, () => {
        const key = `${this.#name}:${value % 300}`;
        return ["SET", key, `${key}=${value++}`];
      });
      const reads = commands.map(([, key]) => ["GET", key!]);
      const replies = (await this.#client.pipeline([...commands, ...reads])).map(show);
      for (const [i, [, key, written]] of commands.entries()) {
        if (replies[i] === "OK") this.acknowledged.set(key!, written!);
        else this.errors.push(replies[i]!);
        if (replies[i] === "OK" && replies[commands.length + i] !== written) {
          this.errors.push(`${key}: ${replies[commands.length + i]}`);
        }
      }
    }
  }
}

/**
 * Waits until a replica holds every acknowledged write. An answer needs no more replicas than its level asks for: the
 * others have the last batch a moment later.
 */
async function untilHolds(replica: RespClient, acknowledged: ReadonlyMap<string, string>): Promise<void> {
  const expected = [...acknowledged.values()];
  let values: string[] = [];
  await until("the replica holds it all", async () => {
    values = (await replica.pipeline([...acknowledged.keys()].map((key) => ["GET", key]))).map(show);
    return expected.every((value, i) => value === values[i]);
  }).catch(() => assertEquals(values, expected));
}

testWith(
  [LOOPBACK_ADDRESSES, "redis-server"],
  "A node killed with -9 under load: no client sees an error at DC_QUORUM, nothing is lost, and it is used again",
  async () => {
    await using first = await startRedis();
    await using second = await startRedis();
    await using cluster = await ProcessCluster.start([
      { rack: "r1", tokens: [0], redisPort: first.port },
      { rack: "r2", tokens: [0], redisPort: second.port },
      { rack: "r3", tokens: [0] },
    ], quorum);
    const writers = [new Writer(await cluster.connect(0), "a"), new Writer(await cluster.connect(2), "b")];
    for (const writer of writers) writer.start();
    const more = (count: number) => {
      const aims = writers.map(({ batches }) => batches + count);
      return until("the clients go on", () => writers.every(({ batches }, i) => batches >= aims[i]!));
    };
    await more(30);
    await cluster.crash(1);
    await more(60);
    using atSecond = await RespClient.connect(second.port);
    await cluster.restart(1);
    for (const node of [0, 2]) {
      using client = await cluster.connect(node);
      let tries = 0;
      await until(`node ${node + 1} uses node 2 again`, async () => {
        const key = `again:${node}:${tries++}`;
        assertEquals(await ask(client, "SET", key, "v"), "OK");
        return await ask(atSecond, "GET", key) === "v";
      }, BACK_MS);
    }
    await more(30);
    for (const writer of writers) await writer.stop();
    assertEquals(writers.flatMap(({ errors }) => errors), []);
    using atFirst = await RespClient.connect(first.port);
    using atThird = await cluster.connect(2);
    assertEquals(await ask(atThird, "DYNO_CONFIG:CONN_CONSISTENCY", "DC_ONE"), "OK");
    for (const { acknowledged } of writers) {
      assert(acknowledged.size > 250, `only ${acknowledged.size} keys were written`);
      for (const node of [0, 1, 2]) {
        using client = await cluster.connect(node);
        const values = await client.pipeline([...acknowledged.keys()].map((key) => ["GET", key]));
        assertEquals(values.map(show), [...acknowledged.values()], `read at node ${node + 1}`);
      }
      for (const engine of [atFirst, atThird]) {
        await untilHolds(engine, acknowledged);
      }
    }
  },
);

testWith(
  [LOOPBACK_ADDRESSES, "redis-server"],
  "An engine killed under DC_ONE: its node reads and writes in the other racks, and uses it again when it is back",
  async () => {
    const first = await startRedis();
    await using second = await startRedis();
    await using cluster = await ProcessCluster.start([
      { rack: "r1", tokens: [0], redisPort: first.port },
      { rack: "r2", tokens: [0], redisPort: second.port },
      { rack: "r3", tokens: [0] },
    ]);
    const writer = new Writer(await cluster.connect(0), "a");
    writer.start();
    try {
      await until("it writes", () => writer.batches > 20);
      await first.stop("SIGKILL");
      const { batches } = writer;
      await until("it goes on", () => writer.batches > batches + 40);
      await using again = await startRedis({ port: first.port });
      using engine = await RespClient.connect(again.port);
      await until("the engine is used again", async () => await ask(engine, "DBSIZE") !== "0", BACK_MS);
      await writer.stop();
      // What the engine missed it lacks: reads of it are nobody's acknowledged writes yet. Those behind it hold all.
      const wrong = writer.errors.filter((error) => !error.endsWith(": nil") && !/^a:\d+: a:\d+=\d+$/.test(error));
      assertEquals(wrong, []);
      using other = await RespClient.connect(second.port);
      await untilHolds(other, writer.acknowledged);
    } finally {
      await writer.stop().catch(() => {});
      await first.stop("SIGKILL");
    }
  },
);

testWith(
  [LOOPBACK_ADDRESSES],
  "A frozen node: its requests are late, no others, and once it goes on all is well",
  async () => {
    await using cluster = await ProcessCluster.start([
      { rack: "r1", tokens: [0] },
      { rack: "r1", tokens: [HALF] },
    ], ["timeout: 600", "auto_eject_hosts: false"]);
    const keys = Array.from({ length: 40 }, (_, i) => `k${i}`);
    using client = await cluster.connect(0);
    await client.pipeline(keys.map((key) => ["SET", key, key]));
    using frozen = await cluster.connect(1);
    cluster.nodes[1]!.program.kill("SIGSTOP");
    const replies = (await client.pipeline(keys.map((key) => ["GET", key]))).map(show);
    cluster.nodes[1]!.program.kill("SIGCONT");
    const late = replies.filter((reply, i) => reply !== keys[i]);
    assert(late.length > 5 && late.length < 35, `${late.length} of ${keys.length} were late`);
    for (const reply of late) {
      assertMatch(reply, /^-ERR Peer: Peer Node did not answer within 800 ms \(127\.0\.0\.2:\d+\)$/);
    }
    assertEquals((await client.pipeline(keys.map((key) => ["GET", key]))).map(show), keys);
    assertEquals((await frozen.pipeline(keys.map((key) => ["GET", key]))).map(show), keys);
  },
);

const seed = Number(Deno.env.get("CLUSTER_SEED") ?? Math.floor(Math.random() * 2 ** 31));

testWith(
  [LOOPBACK_ADDRESSES, "redis-server"],
  `Every engine of two datacenters holds what its rack should, after random commands: CLUSTER_SEED=${seed}`,
  async () => {
    const random = new SeededRandom(seed);
    const rows = [["dc1", "r1"], ["dc1", "r1"], ["dc1", "r2"], ["dc1", "r2"], ["dc2", "r1"]] as const;
    await using stack = new AsyncDisposableStack();
    const engines: RealServer[] = [];
    for (let i = 0; i < rows.length; i++) engines.push(stack.use(await startRedis()));
    await using cluster = await ProcessCluster.start(
      rows.map(([datacenter, rack], i) => ({
        datacenter,
        rack,
        tokens: Array.from({ length: 2 }, () => random.below(2 ** 32)),
        redisPort: engines[i]!.port,
      })),
      ["hash_tag: '{}'", "write_consistency: DC_SAFE_QUORUM"],
    );
    using model = new EmbeddedRedis();
    for (let round = 0; round < 6; round++) {
      for (let node = 0; node < rows.length; node++) {
        const source = new CommandSource(`c${round}x${node}`, random, model);
        const expected = Array.from({ length: 60 }, () => source.next());
        using client = await cluster.connect(node);
        const replies = (await client.pipeline(expected.map(({ args }) => args))).map(show);
        for (const [i, { args, wanted, isRight }] of expected.entries()) {
          assert(isRight(replies[i]!), `node ${node + 1}: ${args.join(" ")} -> ${replies[i]}, not ${wanted}`);
        }
      }
    }
    const wanted = sortedContents(await contentsOf((...args) => Promise.resolve(model.args(...args))));
    const rackContents = async (name: string) => {
      const held = new Map<string, string>();
      for (const [i, [datacenter, rack]] of rows.entries()) {
        if (`${datacenter}/${rack}` !== name) continue;
        using engine = await RespClient.connect(engines[i]!.port);
        for (const [key, value] of await contentsOf((...args) => ask(engine, ...args))) {
          assert(!held.has(key), `${key} is at two nodes of ${name}`);
          held.set(key, value);
        }
      }
      return sortedContents(held);
    };
    for (const name of ["dc1/r1", "dc1/r2", "dc2/r1"]) {
      // The last copies may still be on their way.
      let held: [string, string][] = [];
      await until(`${name} has all`, async () => {
        held = await rackContents(name);
        return JSON.stringify(held) === JSON.stringify(wanted);
      }).catch(() => {});
      assertEquals(held, wanted, name);
    }
  },
);

testWith(
  [LOOPBACK_ADDRESSES, "redis-server"],
  "Scripts are loaded everywhere and routed by their keys; a replica without a script counts as one that missed the write",
  async () => {
    await using stack = new AsyncDisposableStack();
    const engines: RealServer[] = [];
    for (let i = 0; i < 3; i++) engines.push(stack.use(await startRedis()));
    await using cluster = await ProcessCluster.start([
      { rack: "r1", tokens: [0], redisPort: engines[0]!.port },
      { rack: "r1", tokens: [HALF], redisPort: engines[1]!.port },
      { rack: "r2", tokens: [0], redisPort: engines[2]!.port },
    ], ["hash_tag: '{}'"]);
    using client = await cluster.connect(0);
    const script = "return redis.call('INCRBY', KEYS[1], ARGV[1])";
    const sha = await ask(client, "SCRIPT", "LOAD", script);
    assertMatch(sha, /^[0-9a-f]{40}$/);
    assertEquals(await ask(client, "SCRIPT", "EXISTS", sha, "0".repeat(40)), "[1 0]");
    for (let i = 0; i < 20; i++) assertEquals(await ask(client, "EVALSHA", sha, "1", `n${i}`, "5"), "5");
    const apart = "-ERR Dynomite: Keys in the request cannot span multiple nodes";
    const answers = new Set<string>();
    for (let i = 0; i < 20; i++) {
      answers.add(await ask(client, "EVAL", "return 'done'", "2", "a", `b${i}`));
      assertEquals(
        await ask(client, "EVALSHA", sha, "2", `{t}${i}`, "{t}b", "1"),
        "1",
      );
    }
    assertEquals([...answers].sort(), [apart, "done"]);
    answers.clear();
    for (let i = 0; i < 20; i++) answers.add(await ask(client, "EVALSHA", sha, "2", "a", `b${i}`, "0"));
    assertEquals([...answers].sort(), [apart, "0"].sort());
    using other = await RespClient.connect(engines[2]!.port);
    for (let i = 0; i < 20; i++) assertEquals(await ask(other, "GET", `n${i}`), "5");
    // The other rack loses its scripts: the client's rack still answers, and the gap is counted.
    assertEquals(await ask(other, "SCRIPT", "FLUSH"), "OK");
    const { missed_writes: before } = await cluster.stats(0);
    assertEquals(await ask(client, "EVALSHA", sha, "1", "n0", "1"), "6");
    await until("the missed write is counted", async () => (await cluster.stats(0)).missed_writes === before! + 1);
    assertEquals(await ask(client, "DYNO_CONFIG:CONN_CONSISTENCY", "DC_QUORUM"), "OK");
    assertMatch(await ask(client, "EVALSHA", sha, "1", "n0", "1"), /^-NOSCRIPT /);
    // A client does what clients do: EVAL, which loads it again wherever the key lives.
    assertMatch(await ask(client, "EVAL", script, "1", "n1", "1"), /^6$/);
    assertMatch(await ask(client, "EVALSHA", sha, "1", "n1", "1"), /^7$/);
  },
);

testWith(
  [LOOPBACK_ADDRESSES],
  "A node that listens on every interface knows its own line among the seeds",
  async () => {
    await using cluster = await ProcessCluster.start([
      { rack: "r1", tokens: [5], dynListenHost: "0.0.0.0" },
      { rack: "r2", tokens: [5] },
      { rack: "r2", tokens: [HALF] },
    ]);
    for (let i = 0; i < 20; i++) {
      using client = await cluster.connect(i % 3);
      // Counted once at each replica, by whomever it is asked.
      assertEquals(await ask(client, "INCR", `n${i}`), "1");
      assertEquals(await ask(client, "GET", `n${i}`), "1");
    }
    using client = await cluster.connect(0);
    assertEquals(await ask(client, "DBSIZE"), "20");
    assertEquals((await cluster.stats(0)).peer_connections, 2, "it is a peer of its own");
  },
);
