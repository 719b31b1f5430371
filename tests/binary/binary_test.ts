/**
 * The compiled program that DYNOMITE_BIN names, where users put it: in an empty folder, and as another user in a root that holds
 * nothing but what a distroless image has: no shell, no checkout, none of the permissions of a test.
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import process from "node:process";
import denoJson from "../../deno.json" with { type: "json" };
import { type Home, testInHomes } from "../support/homes.ts";
import { type Ended, freePort, until } from "../support/program.ts";
import { npmClients } from "../support/redis_clients.ts";
import { RespClient } from "../support/resp_client.ts";

/** A configuration of these lines in `name`. */
async function writeConf(home: Home, name: string, lines: readonly string[]): Promise<void> {
  const text = ["dyn_o_mite:", ...lines.map((line) => `  ${line}`), ""].join("\n");
  await Deno.writeTextFile(home.at(name), text);
}

/** `node.yml`: one node on free ports of 127.0.0.1, with its data in a file. */
async function writeNode(home: Home): Promise<{ readonly port: number; readonly statsPort: number }> {
  const [port, statsPort] = [freePort(), freePort()];
  await writeConf(home, "node.yml", [
    `listen: 127.0.0.1:${port}`,
    `stats_listen: 127.0.0.1:${statsPort}`,
    `servers: ["embedded:${home.path("node.db")}"]`,
  ]);
  return { port, statsPort };
}

function assertEnd(end: Ended, code: number): void {
  assertEquals(end.code, code, `stdout:\n${end.stdout}\nstderr:\n${end.stderr}`);
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

async function call(port: number, ...args: string[]): Promise<string> {
  using client = await RespClient.connect(port);
  return (await client.call(...args)).text;
}

testInHomes("-V, --help and -D", async (home) => {
  const version = await home.run(["-V"]);
  assertEnd(version, 0);
  assertMatch(version.stdout, /^This is dynomite-\S+ \(commit [0-9a-f]{12}\+?\)\n$/);
  assertStringIncludes(version.stdout, `dynomite-${denoJson.version} `);
  assertEquals(version.stderr, "");
  const help = await home.run(["--help"]);
  assertEnd(help, 0);
  assertStringIncludes(help.stdout, "  -c, --conf-file=S");
  assertStringIncludes(help.stdout, "  write_consistency (");
  const stats = await home.run(["-D"]);
  assertEnd(stats, 0);
  assertStringIncludes(stats.stdout, "\npool stats:\n");
});

testInHomes(
  "-t accepts the configuration inside it and a good file, and lists the faults of a bad one",
  async (home) => {
    const embedded = await home.run(["-t"]);
    assertEnd(embedded, 0);
    assertStringIncludes(embedded.stderr, "'conf/dynomite.yml (embedded)' syntax is valid");
    await writeNode(home);
    assertEnd(await home.run(["-t", "-c", home.path("node.yml")]), 0);
    await writeConf(home, "bad.yml", ["lisen: 127.0.0.1:8102", "timeout: soon"]);
    const bad = await home.run(["-t", "-c", home.path("bad.yml")]);
    assertEnd(bad, 1);
    for (const fault of [":2: lisen: is not a known key", ':3: timeout: "soon"', " servers: is missing"]) {
      assertStringIncludes(bad.stderr, fault);
    }
  },
);

/** Why the program's own configuration cannot be started here, or undefined. */
function whyNoUsualPorts(): string | undefined {
  for (const port of [8101, 8102, 22222]) {
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
    } catch {
      return `port ${port} is in use`;
    }
  }
}

testInHomes("without any file it serves by the configuration inside it", async (home) => {
  await using node = await home.start([]);
  assertStringIncludes(node.banner, "configured by conf/dynomite.yml (embedded)");
  assertEquals(await call(8102, "SET", "city", "Lisbon"), "OK");
  assertEquals(await call(8102, "GET", "city"), "Lisbon");
  const answer = await fetch("http://127.0.0.1:22222/info");
  assertEquals((await answer.json()).version, denoJson.version);
  const page = await fetch("http://127.0.0.1:22222/ui");
  assertMatch(await page.text(), /<html/i);
  node.kill("SIGINT");
  assertEnd(await node.ended(), 0);
}, whyNoUsualPorts());

testInHomes("it serves Redis clients, as the user it was started as, and keeps its data in a file", async (home) => {
  const { port } = await writeNode(home);
  {
    await using node = await home.start(["-c", home.path("node.yml")]);
    if (Deno.build.os === "linux") {
      const status = await Deno.readTextFile(`/proc/${node.pid}/status`);
      assertEquals(/^Uid:\t(\d+)/m.exec(status)?.[1], String(home.uid));
    }
    for (const kind of npmClients) {
      const client = await kind.connect(port);
      try {
        assertEquals(await client.pipeline([["SET", kind.name, "1"], ["INCRBY", kind.name, "41"]]), ["OK", 42]);
        await client.hset(`${kind.name} hash`, { field: "value" });
        assertEquals({ ...await client.hgetall(`${kind.name} hash`) }, { field: "value" });
      } finally {
        await client.close();
      }
    }
    node.kill("SIGTERM");
    assertEnd(await node.ended(), 0);
  }
  await using _again = await home.start(["-c", home.path("node.yml")]);
  for (const { name } of npmClients) assertEquals(await call(port, "GET", name), "42");
});

testInHomes("two nodes are a cluster, and one goes on without the other", async (home) => {
  const nodes = [1, 2].map((n) => ({ rack: `rack${n}`, host: "127.0.0.1", port: freePort(), peerPort: freePort() }));
  // A name, for which the system's own means must be there.
  const seedOf = (node: typeof nodes[0]) => `"localhost:${node.peerPort}:${node.rack}:dc1:0"`;
  for (const { rack, host, port, peerPort } of nodes) {
    const seeds = nodes.filter((node) => node.rack !== rack).map(seedOf);
    await writeConf(home, `${rack}.yml`, [
      `listen: ${host}:${port}`,
      `dyn_listen: ${host}:${peerPort}`,
      `stats_listen: ${host}:${freePort()}`,
      "servers: [embedded]",
      "datacenter: dc1",
      `rack: ${rack}`,
      "tokens: 0",
      `dyn_seeds: [${seeds.join(", ")}]`,
    ]);
  }
  const [one, two] = nodes as [typeof nodes[0], typeof nodes[0]];
  await using first = await home.start(["-c", home.path("rack1.yml")]);
  await using second = await home.start(["-c", home.path("rack2.yml")]);
  using client = await RespClient.connect(one.port);
  assertEquals((await client.call("DYNO_CONFIG:CONN_CONSISTENCY", "dc_quorum")).text, "OK");
  await until("a write at one is acknowledged by both", async () => {
    return (await client.call("SET", "city", "Lisbon")).text === "OK";
  }, 30_000);
  assertEquals(await call(two.port, "GET", "city"), "Lisbon");
  second.kill("SIGTERM");
  assertEnd(await second.ended(), 0);
  assertEquals(await call(one.port, "SET", "city", "Porto"), "OK");
  assertEquals(await call(one.port, "GET", "city"), "Porto");
  first.kill("SIGTERM");
  assertEnd(await first.ended(), 0);
});

testInHomes("SIGHUP reopens the log file, and SIGTERM answers what is outstanding and ends with 0", async (home) => {
  const { port } = await writeNode(home);
  const args = ["-c", home.path("node.yml"), "-o", home.path("node.log"), "-p", home.path("node.pid")];
  await using node = await home.start(args);
  assertEquals(await Deno.readTextFile(home.at("node.pid")), `${node.pid}\n`);
  await Deno.rename(home.at("node.log"), home.at("node.log.1"));
  node.kill("SIGHUP");
  const isReopened = async () =>
    await exists(home.at("node.log")) && (await Deno.readTextFile(home.at("node.log"))).includes("log file reopened");
  await until("the log is reopened", isReopened, 30_000);
  using client = await RespClient.connect(port);
  // One small write, so that the node has read all of it once it answers.
  await client.send(new TextEncoder().encode("INCR visits\r\n".repeat(100)));
  assertEquals((await client.replies(1))[0]!.text, "1");
  node.kill("SIGTERM");
  assertEquals((await client.replies(99)).at(-1)!.text, "100");
  const end = await node.ended();
  assertEnd(end, 0);
  assertEquals(await exists(home.at("node.pid")), false);
  assertStringIncludes(await Deno.readTextFile(home.at("node.log")), "stopped: every answer was sent");
});

testInHomes("its commands ask a node: healthcheck, describe, top", async (home) => {
  const { statsPort } = await writeNode(home);
  assertEnd(await home.run(["healthcheck", "-c", home.path("node.yml")]), 1);
  await using _node = await home.start(["-c", home.path("node.yml")]);
  assertEnd(await home.run(["healthcheck", "-c", home.path("node.yml")]), 0);
  const description = await home.run(["describe", `127.0.0.1:${statsPort}`]);
  assertEnd(description, 0);
  assertStringIncludes(description.stdout, "1 node in 1 rack of 1 datacenter");
  assertEnd(await home.run(["top", "--once", `127.0.0.1:${statsPort}`]), 0);
});

testInHomes("-d starts itself again as a daemon, and tells when that cannot serve", async (home) => {
  const { port } = await writeNode(home);
  const args = ["-d", "-c", home.path("node.yml"), "-o", home.path("node.log"), "-p", home.path("node.pid")];
  const end = await home.run(args);
  assertEnd(end, 0);
  const pid = Number(await Deno.readTextFile(home.at("node.pid")));
  try {
    assertStringIncludes(end.stdout, `try: redis-cli -p ${port}\n`);
    assertEquals(await call(port, "PING"), "PONG");
    const second = await home.run(args);
    assertEnd(second, 1);
    assertStringIncludes(second.stderr, `held by process ${pid}`);
  } finally {
    process.kill(pid, "SIGTERM");
  }
  await until("the daemon has ended", async () => !await exists(home.at("node.pid")), 30_000);
  using _other = Deno.listen({ hostname: "127.0.0.1", port });
  const refused = await home.run(args);
  assertEnd(refused, 1);
  assert(refused.stderr.includes("address already in use"), refused.stderr);
});
