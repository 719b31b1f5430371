/**
 * Memcached clients against a node: in front of a real memcached, and on the embedded engine. The same random requests go to
 * a memcached that is asked directly, and every reply must be the same.
 *
 * A run prints its seed; `DIFFERENTIAL_SEED=<seed>` repeats it, `DIFFERENTIAL_SEQUENCES=<count>` makes it longer.
 */
import { assertEquals, assertMatch, fail } from "@std/assert";
import { type Conf, defaultConf } from "../../conf/mod.ts";
import { SeededRandom } from "../../core/random.ts";
import { type RunningNode, startNode } from "../../mod.ts";
import { MemcachedClient } from "../support/memcached_client.ts";
import { compare, mistakes, Sequences, Side } from "../support/memcached_sequences.ts";
import { until } from "../support/program.ts";
import { startMemcached, testWith } from "../support/real_servers.ts";

const seed = Number(Deno.env.get("DIFFERENTIAL_SEED") ?? Math.floor(Math.random() * 2 ** 31));
const sequences = Number(Deno.env.get("DIFFERENTIAL_SEQUENCES") ?? 10);
const STEPS = 300;

type Server = Conf["server"];

/** A node that speaks Memcached on a free port, with this engine. */
async function startMemcachedNode(
  server: Server,
  more: Partial<Conf> = {},
): Promise<RunningNode & AsyncDisposable & { readonly port: number }> {
  const free = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;
  const addresses = { listen: free, dynListen: free, statsListen: free };
  const node = await startNode({ ...defaultConf(), dataStore: "memcached", server, ...addresses, ...more });
  return {
    ...node,
    port: Number(node.addresses.listen.split(":").at(-1)),
    [Symbol.asyncDispose]: () => node.stop(),
  };
}

/** Without the threads that hold on to items now and then: arithmetic would copy an item or not by chance. */
function startQuietMemcached() {
  return startMemcached({ args: ["-o", "no_lru_crawler,no_lru_maintainer"] });
}

interface Mode {
  readonly name: string;
  /** Calls `body` with the port of a node that has this mode's engine. */
  with(body: (port: number) => Promise<void>): Promise<void>;
}

const modes: readonly Mode[] = [
  {
    name: "in front of memcached",
    async with(body) {
      await using engine = await startQuietMemcached();
      await using node = await startMemcachedNode({
        kind: "tcp",
        host: "127.0.0.1",
        port: engine.port,
        name: "engine",
      });
      await body(node.port);
    },
  },
  {
    name: "on the embedded engine",
    async with(body) {
      await using node = await startMemcachedNode({ kind: "embedded", path: undefined, name: "embedded" });
      await body(node.port);
    },
  },
];

for (const mode of modes) {
  testWith(
    ["memcached"],
    `a node ${mode.name} answers wrong requests as memcached does`,
    () =>
      mode.with(async (port) => {
        await using server = await startQuietMemcached();
        using ours = await MemcachedClient.connect(port);
        using theirs = await MemcachedClient.connect(server.port);
        for (const request of mistakes) {
          assertEquals(await ours.ask(request), await theirs.ask(request), JSON.stringify(request));
        }
      }),
  );

  testWith(
    ["memcached"],
    `a node ${mode.name} answers random requests as memcached does`,
    () =>
      mode.with(async (port) => {
        await using server = await startQuietMemcached();
        using ours = await MemcachedClient.connect(port);
        using theirs = await MemcachedClient.connect(server.port);
        console.log(`seed ${seed}, ${sequences} sequences of ${STEPS} steps`);
        const made = new Sequences(new SeededRandom(seed));
        for (let i = 0; i < sequences; i++) {
          assertEquals(await ours.ask("flush_all\r\n"), await theirs.ask("flush_all\r\n"));
          const steps = made.make(STEPS);
          const difference = await compare(new Side(ours), new Side(theirs), steps);
          if (difference === undefined) continue;
          const key = difference.sent.split(" ")[1]?.trim() ?? "";
          const before = steps.slice(0, difference.step).filter((step) => step.includes(key)).slice(-12);
          const report = JSON.stringify({ ...difference, before }, null, 1).replace(/(.)\1{20,}/g, "$1...");
          fail(`seed ${seed}, sequence ${i}: ${report}`);
        }
      }),
  );

  testWith(
    ["memcached", "memccapable"],
    `memccapable finds nothing amiss in a node ${mode.name}`,
    () =>
      mode.with(async (port) => {
        const { stdout } = await new Deno.Command("memccapable", {
          args: ["-a", "-h", "127.0.0.1", "-p", String(port)],
        }).output();
        const lines = new TextDecoder().decode(stdout).trim().split("\n");
        const passed = lines.filter((line) => line.includes("[pass]"));
        assertEquals(passed.length, 27, lines.join("\n"));
      }),
  );
}

testWith(["memcached"], "a node reaches memcached over a unix socket, and again after it was away", async () => {
  const folder = await Deno.makeTempDir();
  const socketPath = `${folder}/engine.sock`;
  try {
    const engine = await startMemcached({ socketPath });
    await using node = await startMemcachedNode({ kind: "unix", path: socketPath, name: socketPath });
    using client = await MemcachedClient.connect(node.port);
    assertEquals(await client.ask("set a 5 0 1\r\nx\r\nget a b\r\n"), ["STORED\r\n", "VALUE a 5 1\r\nx\r\nEND\r\n"]);
    await engine.stop();
    await until(
      "the node has noticed",
      async () => (await client.ask("get a\r\n"))[0]!.startsWith("SERVER_ERROR Storage: "),
    );
    // Without a reply wanted, not even the failure is told.
    assertEquals(await client.ask("set a 0 0 1 noreply\r\nx\r\n"), []);
    await Deno.remove(socketPath).catch(() => {});
    await using _again = await startMemcached({ socketPath });
    await until("it is connected again", async () => (await client.ask("get a\r\n"))[0] === "END\r\n");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testWith(
  ["memcached"],
  "a node answers what is not for an engine: stats, version, quit, the binary protocol",
  async () => {
    await using engine = await startMemcached();
    await using node = await startMemcachedNode({ kind: "tcp", host: "127.0.0.1", port: engine.port, name: "engine" });
    using client = await MemcachedClient.connect(node.port);
    assertMatch((await client.ask("version\r\n"))[0]!, /^VERSION 1\.6\.\d+-dynomite-\d+\.\d+\.\d+\r\n$/);
    const [stats] = await client.ask("stats\r\n");
    for (const name of ["pid", "uptime", "time", "version", "curr_connections", "cmd_read", "bytes_read"]) {
      assertMatch(stats!, new RegExp(`^STAT ${name} \\S+\r$`, "m"));
    }
    assertMatch((await client.ask("stats settings\r\n"))[0]!, /^STAT maxclients \d+\r$/m);
    assertMatch((await client.ask("stats dynomite\r\n"))[0]!, /^STAT datastore_up 1\r$/m);
    assertMatch((await client.ask("stats conns\r\n"))[0]!, /^STAT 1:addr 127\.0\.0\.1:\d+\r$/m);
    assertEquals(await client.ask("stats reset\r\nstats items\r\nstats x\r\n"), ["RESET\r\n", "END\r\n", "ERROR\r\n"]);
    assertMatch((await client.ask("lru_crawler crawl all\r\n"))[0]!, /^CLIENT_ERROR lru_crawler acts on one server/);
    await client.send("get a\r\nquit\r\nget a\r\n");
    assertEquals(await client.rest(), "END\r\n");
    using binary = await MemcachedClient.connect(node.port);
    await binary.send("get a\r\n\x80\0\0\x01a");
    assertEquals(
      await binary.rest(),
      "END\r\nCLIENT_ERROR the binary protocol is not spoken here, use the text protocol\r\n",
    );
    using browser = await MemcachedClient.connect(node.port);
    await browser.send("GET /index.html HTTP/1.1\r\n\r\n");
    assertEquals(await browser.rest(), "");
  },
);

testWith(
  ["memcached"],
  "a value above max_request_bytes is refused and passed over, one the engine refuses too",
  async () => {
    await using engine = await startMemcached();
    const server = { kind: "tcp", host: "127.0.0.1", port: engine.port, name: "engine" } as const;
    await using node = await startMemcachedNode(server, { maxRequestBytes: 3_000_000 });
    using client = await MemcachedClient.connect(node.port);
    const tooLarge = "SERVER_ERROR object too large for cache\r\n";
    const set = (bytes: number, rest = "") => `set a 0 0 ${bytes}${rest}\r\n${"x".repeat(bytes)}\r\n`;
    // memcached's own limit is a megabyte.
    assertEquals(await client.ask(set(1_100_000) + set(1)), [tooLarge, "STORED\r\n"]);
    assertEquals(await client.ask(set(4_000_000) + set(4_000_000, " noreply") + set(1)), [tooLarge, "STORED\r\n"]);
    // What the key held before is not there any more, as with memcached, which did so with the first one.
    assertEquals(await client.ask(set(1) + set(4_000_000) + "get a\r\n"), ["STORED\r\n", tooLarge, "END\r\n"]);
    assertEquals(await client.ask(set(1) + set(1_100_000) + "get a\r\n"), ["STORED\r\n", tooLarge, "END\r\n"]);
    assertEquals(await client.ask(set(900_000)), ["STORED\r\n"]);
    assertEquals((await client.ask("get a\r\n"))[0]!.length, 900_000 + "VALUE a 0 900000\r\n\r\nEND\r\n".length);
  },
);

testWith(["memcached"], "two clients, one of them sending garbage: the other gets its replies, in order", async () => {
  await using engine = await startMemcached();
  await using node = await startMemcachedNode({ kind: "tcp", host: "127.0.0.1", port: engine.port, name: "engine" });
  using good = await MemcachedClient.connect(node.port);
  using bad = await MemcachedClient.connect(node.port);
  const random = new SeededRandom(seed);
  const count = 20_000;
  const wrongdoing = (async () => {
    for (let i = 0; i < 200; i++) {
      await bad.ask(Array.from({ length: 20 }, () => mistakes[random.below(mistakes.length)]).join(""));
    }
  })();
  let requests = "";
  for (let i = 0; i < count; i++) {
    requests += `set key${i} ${i} 0 1 ${i % 2 === 0 ? "noreply" : ""}\r\nx\r\nget key${i}\r\n`;
  }
  const replies = await good.ask(requests);
  await wrongdoing;
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (i % 2 === 1) assertEquals(replies[at++], "STORED\r\n");
    assertEquals(replies[at++], `VALUE key${i} ${i} 1\r\nx\r\nEND\r\n`);
  }
  assertEquals(at, replies.length);
});

Deno.test("the embedded engine in a file keeps items over a restart, and gives no cas unique twice", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const server = { kind: "embedded", path: `${folder}/node.db`, name: "embedded" } as const;
    const ask = async (requests: string) => {
      await using node = await startMemcachedNode(server);
      using client = await MemcachedClient.connect(node.port);
      return await client.ask(requests);
    };
    const [, shown] = await ask("set a 7 0 1\r\nx\r\ngets a\r\n");
    const unique = /^VALUE a 7 1 (\d+)\r\n/.exec(shown!)![1]!;
    // The same again, and then a write that has the unique of the item before it.
    assertEquals(await ask("gets a\r\ndelete a\r\nset a 0 0 1\r\ny\r\n"), [shown!, "DELETED\r\n", "STORED\r\n"]);
    assertEquals(await ask(`cas a 0 0 1 ${unique}\r\nz\r\nget a\r\n`), ["EXISTS\r\n", "VALUE a 0 1\r\ny\r\nEND\r\n"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
