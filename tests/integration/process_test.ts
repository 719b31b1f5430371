/** The program as a process: its flags, exit codes, signals, pid file, log and daemon, as operators and scripts see them. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import process from "node:process";
import { type Ended, freePort, Program, runProgram, until } from "../support/program.ts";

interface Place extends AsyncDisposable {
  readonly folder: string;
  readonly port: number;
  path(name: string): string;
  write(name: string, text: string | Uint8Array): Promise<string>;
  read(name: string): Promise<string>;
  exists(name: string): Promise<boolean>;
}

/**
 * A folder of its own with a configuration for free ports in `node.yml`. Nobody listens where its datastore should be: these
 * tests are about the process, and need only what a node answers by itself.
 */
async function place(...lines: string[]): Promise<Place> {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_process_" });
  const port = freePort();
  const path = (name: string) => `${folder}/${name}`;
  const self: Place = {
    folder,
    port,
    path,
    async write(name, text) {
      if (typeof text === "string") await Deno.writeTextFile(path(name), text);
      else await Deno.writeFile(path(name), text);
      return path(name);
    },
    read: (name) => Deno.readTextFile(path(name)),
    exists: (name) => Deno.stat(path(name)).then(() => true, () => false),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
  await self.write(
    "node.yml",
    [
      "dyn_o_mite:",
      `  listen: 127.0.0.1:${port}`,
      `  stats_listen: 127.0.0.1:${freePort()}`,
      `  servers: ["127.0.0.1:${freePort()}:1"]`,
      ...lines.map((line) => `  ${line}`),
      "",
    ].join("\n"),
  );
  return self;
}

/** The answer to PING on a port, or undefined when nobody serves there. */
async function ping(port: number): Promise<string | undefined> {
  try {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(new TextEncoder().encode("PING\r\n"));
    const bytes = new Uint8Array(64);
    const count = await conn.read(bytes);
    return count === null ? undefined : new TextDecoder().decode(bytes.subarray(0, count));
  } catch {
    return undefined;
  }
}

function assertEnd(end: Ended, code: number): void {
  assertEquals(end.code, code, `stdout:\n${end.stdout}\nstderr:\n${end.stderr}`);
}

Deno.test("--help, --version and --describe-stats print to stdout and end with 0", async () => {
  await using here = await place();
  const help = await runProgram(["-h"], here.folder);
  assertEnd(help, 0);
  assertMatch(help.stdout, /^This is dynomite-\d+\.\d+\.\d+(?: \(commit [0-9a-f]{12}\+?\))?\n\nUsage: dynomite /);
  assertStringIncludes(help.stdout, "  -c, --conf-file=S");
  assertStringIncludes(help.stdout, "  max_request_bytes (");
  assertEquals(help.stderr, "");
  const version = await runProgram(["--version"], here.folder);
  assertEnd(version, 0);
  assertMatch(version.stdout, /^This is dynomite-\d+\.\d+\.\d+(?: \(commit [0-9a-f]{12}\+?\))?\n$/);
  const stats = await runProgram(["-D"], here.folder);
  assertEnd(stats, 0);
  assertStringIncludes(stats.stdout, '\npool stats:\n  client_eof          "# eof on client connections"\n');
  assertStringIncludes(stats.stdout, "\nserver stats:\n");
});

Deno.test("a bad flag ends with 1, one line and the usage on stderr", async () => {
  await using here = await place();
  const end = await runProgram(["-v", "loud"], here.folder);
  assertEnd(end, 1);
  assertEquals(end.stdout, "");
  assertMatch(end.stderr, /^dynomite: option -v requires a number; given was "loud", .*\nUsage: dynomite /);
});

Deno.test("-t ends with 0 for a valid file and with 1 and every fault for others", async () => {
  await using here = await place("mbuf_size: 16384");
  const valid = await runProgram(["-t", "-c", "node.yml"], here.folder);
  assertEnd(valid, 0);
  assertMatch(valid.stderr, /^node\.yml:5: mbuf_size: .*\ndynomite: configuration file 'node\.yml' syntax is valid\n$/);

  await here.write("bad.yml", "dyn_o_mite:\n  lisen: 127.0.0.1:8102\n  timeout: soon\n");
  const bad = await runProgram(["-t", "-c", "bad.yml"], here.folder);
  assertEnd(bad, 1);
  assertEquals(bad.stderr.split("\n").map((line) => line.slice(0, 29)), [
    "bad.yml: listen: is missing; ",
    "bad.yml: servers: is missing;",
    "bad.yml:2: lisen: is not a kn",
    'bad.yml:3: timeout: "soon" is',
    "dynomite: configuration file ",
    "",
  ]);
});

Deno.test("a seed that cannot be resolved does not stop the start, and what is not there yet is said, also under -t", async () => {
  const peerPort = freePort();
  await using here = await place(
    `dyn_listen: 127.0.0.1:${peerPort}`,
    "tokens: 7",
    "dyn_seeds: [no-such-host.invalid:8101:rack2:localdc:7]",
    "read_repairs_enabled: true",
  );
  const tested = await runProgram(["-t", "-c", "node.yml"], here.folder);
  assertEnd(tested, 0);
  const told = /node\.yml:8: read_repairs_enabled: .* not there yet/;
  assertMatch(tested.stderr, told);
  await using node = await Program.start(["-c", "node.yml"], here.folder);
  assertStringIncludes(node.banner, `  peers    127.0.0.1:${peerPort}\n`);
  assertEquals(await ping(here.port), "+PONG\r\n");
  node.kill("SIGTERM");
  const end = await node.ended();
  assertEnd(end, 0);
  assertMatch(end.stderr, told);
});

Deno.test("encrypted links are refused at the start, not left out in silence", async () => {
  for (const value of ["rack", "datacenter", "all"]) {
    await using here = await place(`secure_server_option: ${value}`);
    for (const flags of [["-t"], []]) {
      const end = await runProgram([...flags, "-c", "node.yml"], here.folder);
      assertEnd(end, 1);
      assertStringIncludes(end.stderr, `node.yml:5: secure_server_option: "${value}" asks for encrypted links`);
    }
  }
});

Deno.test("a configuration that cannot be read is told apart", async () => {
  await using here = await place();
  await here.write("empty.yml", "");
  await here.write("binary.yml", Uint8Array.of(0xff, 0xfe, 0x00));
  const cases = [
    ["missing.yml", "missing.yml: does not exist"],
    [".", ".: is a directory; accepted is a file"],
    ["empty.yml", "empty.yml: is empty; accepted is one pool"],
    ["binary.yml", "binary.yml: is not UTF-8 text"],
  ] as const;
  for (const [name, message] of cases) {
    const end = await runProgram(["-c", name], here.folder);
    assertEnd(end, 1);
    assert(end.stderr.startsWith(message), end.stderr);
  }
});

Deno.test("without -c conf/dynomite.yml is used, and without that the one in the program", async () => {
  await using here = await place();
  const embedded = await runProgram(["-t"], here.folder);
  assertEnd(embedded, 0);
  assertStringIncludes(embedded.stderr, "'conf/dynomite.yml (embedded)' syntax is valid");
  await Deno.mkdir(here.path("conf"));
  await here.write("conf/dynomite.yml", "dyn_o_mite: {listen: 127.0.0.1:1}\n");
  const own = await runProgram(["-t"], here.folder);
  assertEnd(own, 1);
  assertStringIncludes(own.stderr, "conf/dynomite.yml: servers: is missing");
});

Deno.test("a node serves, keeps its pid file while it runs, and drains at SIGTERM and SIGINT", async () => {
  await using here = await place();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    await using node = await Program.start(["-c", "node.yml", "-p", "node.pid"], here.folder);
    assertStringIncludes(node.banner, `try: redis-cli -p ${here.port}\n`);
    assertEquals(await here.read("node.pid"), `${node.pid}\n`);
    assertEquals(await ping(here.port), "+PONG\r\n");
    node.kill(signal);
    const end = await node.ended();
    assertEnd(end, 0);
    assertStringIncludes(end.stderr, `(${signal}) received, draining`);
    assertEquals(await here.exists("node.pid"), false);
    assertEquals(await ping(here.port), undefined);
  }
});

Deno.test("an address in use ends with 1 and names it, and leaves no pid file", async () => {
  await using here = await place();
  const peerPort = freePort();
  await here.write(
    "peers.yml",
    (await here.read("node.yml")).replace("  servers:", `  dyn_listen: 127.0.0.1:${peerPort}\n  servers:`),
  );
  for (const [name, key, port] of [["node.yml", "listen", here.port], ["peers.yml", "dyn_listen", peerPort]] as const) {
    using _other = Deno.listen({ hostname: "127.0.0.1", port });
    const end = await runProgram(["-c", name, "-p", "node.pid"], here.folder);
    assertEnd(end, 1);
    assertEquals(end.stderr, `dynomite: ${key} 127.0.0.1:${port}: address already in use\n`);
    assertEquals(await here.exists("node.pid"), false);
  }
});

Deno.test("the pid file is refused while its process lives and replaced when it is gone", async () => {
  await using here = await place();
  await here.write("node.pid", String(Deno.pid));
  const refused = await runProgram(["-c", "node.yml", "-p", "node.pid"], here.folder);
  assertEnd(refused, 1);
  assertEquals(refused.stderr, `dynomite: pid file node.pid: held by process ${Deno.pid}, which is running\n`);
  assertEquals(await here.read("node.pid"), String(Deno.pid));

  const gone = new Deno.Command("true").spawn();
  await gone.status;
  for (const stale of [String(gone.pid), "", "no number\n"]) {
    await here.write("node.pid", stale);
    await using node = await Program.start(["-c", "node.yml", "-p", "node.pid"], here.folder);
    assertEquals(await here.read("node.pid"), `${node.pid}\n`);
    node.kill("SIGTERM");
    assertEnd(await node.ended(), 0);
  }
});

Deno.test("-s, -a and -g stand above the file, and what they break is a fault", async () => {
  await using here = await place();
  const clash = await runProgram(["-t", "-c", "node.yml", "-a", "127.0.0.1", "-s", String(here.port)], here.folder);
  assertEnd(clash, 1);
  assertStringIncludes(clash.stderr, `overlaps listen (127.0.0.1:${here.port})`);
  const gossip = await runProgram(["-t", "-c", "node.yml", "-g"], here.folder);
  assertEnd(gossip, 1);
  assertStringIncludes(gossip.stderr, "node.yml: dyn_listen: is missing");
  const statsPort = freePort();
  await using node = await Program.start(["-c", "node.yml", "-s", String(statsPort)], here.folder);
  const response = await fetch(`http://127.0.0.1:${statsPort}/ping`);
  await response.body?.cancel();
  assertEquals(response.status, 200);
  node.kill("SIGTERM");
  assertEnd(await node.ended(), 0);
});

Deno.test("SIGHUP reopens the log file, SIGTTIN and SIGTTOU change its level", async () => {
  await using here = await place();
  await using node = await Program.start(["-c", "node.yml", "-o", "node.log", "-v", "5", "-m", "512"], here.folder);
  assertStringIncludes(await here.read("node.log"), "notice: -m has no effect");
  await Deno.rename(here.path("node.log"), here.path("node.log.1"));
  node.kill("SIGHUP");
  await until("the log is reopened", () => here.exists("node.log"));
  const logged = (text: string) =>
    until(`the log says ${text}`, async () => (await here.read("node.log")).includes(text));
  await logged("(SIGHUP) received, log file reopened");
  node.kill("SIGTTIN");
  await logged("(SIGTTIN) received, up log level to 6");
  node.kill("SIGTTOU");
  await logged("(SIGTTOU) received, down log level to 5");
  node.kill("SIGUSR2");
  await logged("(SIGUSR2) received, ignored");
  assertEquals((await here.read("node.log.1")).includes("SIGTTIN"), false);
  node.kill("SIGTERM");
  assertEnd(await node.ended(), 0);
});

Deno.test("log_format json writes an object per line", async () => {
  await using here = await place("log_format: json");
  await using node = await Program.start(["-c", "node.yml"], here.folder);
  node.kill("SIGTERM");
  const end = await node.ended();
  assertEnd(end, 0);
  const lines = end.stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert(lines.length >= 3);
  for (const line of lines) {
    assertEquals(Object.keys(line).slice(0, 4), ["time", "level", "category", "message"]);
    assertMatch(line.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
  assertEquals(lines.find(({ signal }) => signal === "SIGTERM")?.action, "draining");
});

Deno.test("log_format json tells of a failed start in JSON too", async () => {
  await using here = await place("log_format: json");
  using _taken = Deno.listen({ hostname: "127.0.0.1", port: here.port });
  const end = await runProgram(["-c", "node.yml"], here.folder);
  assertEnd(end, 1);
  const { level, message, reason } = JSON.parse(end.stderr);
  assertEquals([level, end.stdout], ["error", ""]);
  assertMatch(reason, new RegExp(`^listen 127\\.0\\.0\\.1:${here.port}: address already in use`));
  assertEquals(message, `the node does not start: ${reason}`);
});

Deno.test("-d ends with 0 once the daemon serves, in a session of its own", async () => {
  await using here = await place();
  const end = await runProgram(["-d", "-c", "node.yml", "-p", "node.pid", "-o", "node.log"], here.folder);
  assertEnd(end, 0);
  const pid = Number(await here.read("node.pid"));
  try {
    assertStringIncludes(end.stdout, `try: redis-cli -p ${here.port}\n`);
    assertEquals(await ping(here.port), "+PONG\r\n");
    // The sixth field is the session: the daemon leads its own.
    if (Deno.build.os === "linux") {
      const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
      assertEquals(Number(stat.slice(stat.lastIndexOf(")")).split(" ")[4]), pid);
    }
    const second = await runProgram(["-d", "-c", "node.yml", "-p", "node.pid", "-o", "node.log"], here.folder);
    assertEnd(second, 1);
    assertEquals(second.stderr, `dynomite: pid file node.pid: held by process ${pid}, which is running\n`);
  } finally {
    process.kill(pid, "SIGTERM");
  }
  await until("the daemon has ended", async () => !await here.exists("node.pid"));
  assertEquals(await ping(here.port), undefined);
  await until(
    "the log has the end",
    async () => (await here.read("node.log")).includes("stopped: every answer was sent"),
  );
});

Deno.test("-d ends with 1 and the reason when the daemon cannot start", async () => {
  await using here = await place();
  using _other = Deno.listen({ hostname: "127.0.0.1", port: here.port });
  const end = await runProgram(["-d", "-c", "node.yml", "-o", "node.log"], here.folder);
  assertEnd(end, 1);
  assertEquals(end.stderr, `dynomite: listen 127.0.0.1:${here.port}: address already in use\n`);
  assertStringIncludes(await here.read("node.log"), "error: the node does not start: listen");
  const noLog = await runProgram(["-d", "-c", "node.yml", "-o", "missing/node.log"], here.folder);
  assertEnd(noLog, 1);
  assertStringIncludes(noLog.stderr, "missing/node.log");
});

Deno.test("a second signal ends at once", async () => {
  await using here = await place();
  await using node = await Program.start(["-c", "node.yml"], here.folder);
  // A client that never reads its answers holds the drain up.
  const client = await Deno.connect({ hostname: "127.0.0.1", port: here.port });
  try {
    const questions = new TextEncoder().encode("COMMAND\r\n".repeat(3000));
    for (let sent = 0; sent < questions.length;) sent += await client.write(questions.subarray(sent));
    await until("the node has answers it cannot send", () => ping(here.port).then((answer) => answer === "+PONG\r\n"));
    node.kill("SIGTERM");
    await until("it takes no new clients", () => ping(here.port).then((answer) => answer === undefined));
    node.kill("SIGINT");
    const end = await node.ended();
    assertEnd(end, 130);
    assertStringIncludes(end.stderr, "(SIGINT) received, ending at once");
  } finally {
    client.close();
  }
});
