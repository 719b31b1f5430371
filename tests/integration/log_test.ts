/** The log of a real process: under load, in a full or vanished output, and rotated while lines are written. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fileOutput, Log } from "../../conf/log.ts";
import { LINES_MAX, PERIOD_MS } from "../../core/repeat_limiter.ts";
import { freePort, Program, until } from "../support/program.ts";
import { ProcessCluster } from "../support/process_cluster.ts";
import { isInstalled } from "../support/real_servers.ts";
import { RespClient } from "../support/resp_client.ts";

/** Kinds of lines that one of these nodes writes. */
const KINDS_MAX = 12;

async function folderFor(
  name: string,
): Promise<AsyncDisposable & { path(file: string): string; readonly folder: string }> {
  const folder = await Deno.makeTempDir({ prefix: `dynomite_${name}_` });
  return {
    folder,
    path: (file) => `${folder}/${file}`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

function conf(port: number, ...lines: readonly string[]): string {
  const all = [`listen: 127.0.0.1:${port}`, `stats_listen: 127.0.0.1:${freePort()}`, ...lines];
  return ["dyn_o_mite:", ...all.map((line) => `  ${line}`), ""].join("\n");
}

/** Connects, sends, and reads to the end or the first answer. */
async function poke(port: number, text: string): Promise<void> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    await connection.write(new TextEncoder().encode(text));
    await connection.closeWrite();
    const bytes = new Uint8Array(65536);
    while (await connection.read(bytes) !== null);
  } catch {
    // It was closed on us, as it should be.
  }
}

async function times(count: number, atOnce: number, act: () => Promise<void>): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await act();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

Deno.test("The log has a bounded number of lines, whatever 20,000 requests and 3,000 connections do", async (test) => {
  await using here = await folderFor("log");
  const startedAt = Date.now();
  // An engine that takes requests and never answers one.
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const held: Deno.Conn[] = [];
  const holding = (async () => {
    for await (const connection of silent) held.push(connection);
  })();
  const ports = { silent: freePort(), away: freePort(), peers: freePort() };
  const common = ["timeout: 50", "client_connections: 20"];
  const silentPort = (silent.addr as Deno.NetAddr).port;
  await Deno.writeTextFile(
    here.path("silent.yml"),
    conf(ports.silent, ...common, `servers: ["127.0.0.1:${silentPort}:1"]`),
  );
  await Deno.writeTextFile(
    here.path("away.yml"),
    conf(ports.away, ...common, `servers: ["127.0.0.1:${freePort()}:1"]`, `dyn_listen: 127.0.0.1:${ports.peers}`),
  );
  const start = (name: string) => Program.start(["-c", `${name}.yml`, "-o", `${name}.log`, "-v", "6"], here.folder);
  {
    await using slow = await start("silent");
    await using away = await start("away");
    await test.step("requests that time out, and those an engine that is away cannot take", async () => {
      for (const port of [ports.silent, ports.away]) {
        using client = await RespClient.connect(port);
        const requests = Array.from(
          { length: 100 },
          (_, i) => [i % 2 === 0 ? "GET" : "SET", `key${i}`, "value"].slice(0, i % 2 === 0 ? 2 : 3),
        );
        for (let round = 0; round < 100; round++) {
          const replies = await client.pipeline(requests);
          assertEquals(replies.every(({ type }) => type === "-"), true);
        }
      }
    });
    await test.step("malformed requests and HTTP", async () => {
      await times(500, 10, () => poke(ports.away, "*1\r\n$-5\r\n"));
      await times(500, 10, () => poke(ports.away, "GET / HTTP/1.1\r\nHost: here\r\n\r\n"));
      await times(500, 10, () => poke(ports.peers, "*1\r\nno peer\r\n"));
    });
    await test.step("clients above the limit", async () => {
      await times(1500, 100, () => poke(ports.away, "PING\r\n"));
    });
    for (const port of [ports.silent, ports.away]) {
      using client = await RespClient.connect(port);
      assertEquals((await client.call("PING")).type, "+", "it serves");
    }
    for (const node of [slow, away]) {
      node.kill("SIGTERM");
      assertEquals((await node.ended()).code, 0);
    }
  }
  silent.close();
  for (const connection of held) connection.close();
  await holding;
  for (const name of ["silent", "away"]) {
    const lines = (await Deno.readTextFile(here.path(`${name}.log`))).trimEnd().split("\n");
    const periods = 1 + Math.ceil((Date.now() - startedAt) / PERIOD_MS);
    const most = KINDS_MAX * (LINES_MAX + 1) * periods;
    assert(lines.length < most, `${lines.length} lines, accepted are ${most}:\n${lines.slice(0, 200).join("\n")}`);
    for (const line of lines) assertMatch(line, /^\[[-\d]+ [:.\d]+\] (error|warn|notice|info): \S/);
    assert(
      lines.some((line) => line.includes(name === "silent" ? "ejected after" : "connecting again")),
      lines.join("\n"),
    );
    if (name === "away") assert(lines.some((line) => line.includes("repeated ")), lines.join("\n"));
  }
});

Deno.test("A JSON log says which peer is away, of which rack, and that it is back", async () => {
  const places = [{ rack: "r1", tokens: [0] }, { rack: "r2", tokens: [0] }];
  await using cluster = await ProcessCluster.start(places, ["log_format: json", "enable_gossip: false"]);
  const linked = async () => (await cluster.stats(0)).peer_connections!;
  await cluster.crash(1);
  using client = await cluster.connect(0);
  await until("the crash is noticed", async () => await linked() === 0, 30_000);
  assertEquals((await client.call("SET", "key", "value")).type, "+");
  await cluster.restart(1);
  await until("the peer is back", async () => await linked() === 1, 30_000);
  const { program } = cluster.nodes[0]!;
  program.kill("SIGTERM");
  const lines = (await program.ended()).stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
  const peer = /^127\.0\.0\.2:\d+$/;
  const about = lines.filter((line) => line.category === "dynomite.peers");
  const away = about.find(({ message }) => message.endsWith("; connecting again"));
  assertMatch(away.peer, peer);
  assertEquals([away.level, away.rack, away.datacenter], ["warn", "r2", "dc1"]);
  assert(away.reason.length > 0);
  const missed = about.find(({ message }) => message.includes(" missed "));
  assertMatch(missed.peer, peer);
  assertEquals([missed.level, missed.count], ["warn", 1]);
  const back = about.find(({ message }) => message.includes("connected again"));
  assertEquals([back.level, back.rack, back.peer], ["notice", "r2", away.peer]);
});

Deno.test("Log.reopen() after the file was renamed loses no line", async () => {
  await using here = await folderFor("rotate");
  const log = new Log(fileOutput(here.path("node.log")), 5, "json");
  for (let n = 0; n < 1000; n++) {
    log.notice("line {n}", { n });
    if (n % 100 === 49) await Deno.rename(here.path("node.log"), here.path(`node.log.${Math.floor(n / 100)}`));
    if (n % 100 === 60) assertEquals(log.reopen(), true);
  }
  log.close();
  const names = [...Array.from({ length: 10 }, (_, i) => `node.log.${i}`), "node.log"];
  const texts = await Promise.all(names.map((name) => Deno.readTextFile(here.path(name))));
  const numbers = texts.join("").trimEnd().split("\n").map((line) => JSON.parse(line).n);
  assertEquals(numbers, Array.from({ length: 1000 }, (_, n) => n));
});

Deno.test("Log.reopen() keeps the old file where the new one cannot be had", async () => {
  await using here = await folderFor("rotate");
  await Deno.mkdir(here.path("logs"));
  const log = new Log(fileOutput(here.path("logs/node.log")), 5, "text");
  await Deno.rename(here.path("logs"), here.path("moved"));
  let problem = "";
  try {
    log.reopen();
  } catch (error) {
    problem = String(error);
  }
  log.notice("still here");
  log.close();
  assertMatch(problem, /No such file/);
  assertMatch(await Deno.readTextFile(here.path("moved/node.log")), /notice: still here\n$/);
});

Deno.test({
  name: "A full disk costs lines of the log and nothing else, and they are told of after the next SIGHUP",
  ignore: !isInstalled("bash"),
  async fn() {
    await using here = await folderFor("full");
    const port = freePort();
    await Deno.writeTextFile(here.path("node.yml"), conf(port, "servers: [embedded]", "log_format: json"));
    // No file of the process may grow beyond 1 GiB, and its log almost has: a line breaks off, the next ones do not begin.
    await Deno.create(here.path("node.log")).then((file) => file.close());
    await Deno.truncate(here.path("node.log"), 2 ** 30 - 10);
    const bounded = ["bash", "-c", `ulimit -f ${2 ** 20}; trap "" XFSZ; exec "$@"`, "bash"];
    await using node = await Program.start(["-c", "node.yml", "-o", "node.log"], here.folder, bounded);
    node.kill("SIGTTIN");
    using client = await RespClient.connect(port);
    assertEquals((await client.call("SET", "key", "value")).type, "+");
    assertEquals((await Deno.stat(here.path("node.log"))).size, 2 ** 30);
    await Deno.remove(here.path("node.log"));
    node.kill("SIGHUP");
    const log = () => Deno.readTextFile(here.path("node.log")).catch(() => "");
    await until("the log is written again", async () => (await log()).includes("log file reopened"), 30_000);
    const [loss, reopened] = (await log()).trimEnd().split("\n").map((line) => JSON.parse(line));
    assertMatch(loss.message, /^\d+ lines of the log are lost, they could not be written: File too large/);
    assertEquals(reopened.action, "log file reopened");
    node.kill("SIGTERM");
    assertEquals((await node.ended()).code, 0);
  },
});

Deno.test({
  name: "A node goes on when nobody reads its stderr any more",
  ignore: !isInstalled("bash"),
  async fn() {
    await using here = await folderFor("deaf");
    const port = freePort();
    await Deno.writeTextFile(
      here.path("node.yml"),
      conf(port, "servers: [embedded]", `dyn_listen: 127.0.0.1:${freePort()}`),
    );
    // `true` ends at once: what is written to it is a broken pipe.
    const deaf = ["bash", "-c", 'exec "$@" 2> >(exec true)', "bash"];
    await using node = await Program.start(["-c", "node.yml", "-v", "11"], here.folder, deaf);
    using client = await RespClient.connect(port);
    for (let i = 0; i < 20; i++) await poke(port, "GET / HTTP/1.1\r\n\r\n");
    node.kill("SIGHUP");
    assertEquals((await client.call("PING")).type, "+");
    node.kill("SIGTERM");
    assertEquals((await node.ended()).code, 0);
  },
});
