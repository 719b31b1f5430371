/** The commands of operators against real nodes: their output, exit codes, and what `dynomite top` does to its terminal. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { freePort, ownCommand, Program, runProgram, until } from "../support/program.ts";
import { PseudoTerminal } from "../support/pseudo_terminal.ts";
import { LOOPBACK_ADDRESSES, testWith } from "../support/real_servers.ts";
import { RespClient } from "../support/resp_client.ts";

const PATIENCE_MS = 30_000;

/** Three racks of one node on the first loopback addresses, with the same ports on each. */
class Nodes implements AsyncDisposable {
  readonly hosts = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];
  readonly ports = { listen: freePort(), peers: freePort(), stats: freePort() };
  readonly programs: Program[] = [];
  readonly folder = Deno.makeTempDirSync({ prefix: "dynomite_commands_" });

  static async start(...lines: readonly string[]): Promise<Nodes> {
    const nodes = new Nodes();
    const { hosts, ports, folder } = nodes;
    const seeds = hosts.map((host, i) => `"${host}:${ports.peers}:rack${i + 1}:dc1:0"`);
    try {
      await Promise.all(hosts.map(async (host, i) => {
        const text = [
          "dyn_o_mite:",
          `  listen: ${host}:${ports.listen}`,
          `  dyn_listen: ${host}:${ports.peers}`,
          `  stats_listen: ${host}:${ports.stats}`,
          "  datacenter: dc1",
          `  rack: rack${i + 1}`,
          "  tokens: 0",
          "  servers: [embedded]",
          `  dyn_seeds: [${seeds.join(", ")}]`,
          ...lines.map((line) => `  ${line}`),
          "",
        ].join("\n");
        await Deno.writeTextFile(`${folder}/node${i + 1}.yml`, text);
        nodes.programs[i] = await Program.start(["-c", `node${i + 1}.yml`], folder);
      }));
      return nodes;
    } catch (error) {
      await nodes[Symbol.asyncDispose]();
      throw error;
    }
  }

  get stats(): string {
    return `${this.hosts[0]}:${this.ports.stats}`;
  }
  run(...args: readonly string[]) {
    return runProgram(args, this.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.programs.map((program) => program[Symbol.asyncDispose]()));
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("dynomite top, describe and healthcheck explain themselves", async () => {
  for (const name of ["top", "describe", "healthcheck"]) {
    const { code, stdout, stderr } = await runProgram([name, "--help"], ".");
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, new RegExp(`^Usage: dynomite ${name} \\[host:port\\]`));
    const bad = await runProgram([name, "--nonsense"], ".");
    assertEquals([bad.code, bad.stdout], [1, ""]);
    assertStringIncludes(
      bad.stderr,
      `dynomite ${name}: unrecognized option '--nonsense'\nTry 'dynomite ${name} --help'.`,
    );
  }
  const misplaced = await runProgram(["-v", "5", "top"], ".");
  assertEquals(misplaced.code, 1);
  assertStringIncludes(misplaced.stderr, 'unexpected argument "top"; did you mean top? A command stands first');
});

testWith(
  [LOOPBACK_ADDRESSES],
  "dynomite describe, top --once and healthcheck of a cluster, and of it with a node gone",
  async (test) => {
    await using nodes = await Nodes.start();
    const { hosts, ports, stats } = nodes;
    const all = hosts.map((host) => `${host}:${ports.peers}`);
    const describesAll = async (...states: readonly string[]) => {
      const { stdout } = await nodes.run("describe", stats);
      return all.every((name, i) => new RegExp(`^ +${name} +${states[i]} `, "m").test(stdout));
    };

    await test.step("describe shows the ring", async () => {
      await until("all are up", () => describesAll("NORMAL", "NORMAL", "NORMAL"), PATIENCE_MS);
      const { code, stdout, stderr } = await nodes.run("describe", "-c", "node1.yml");
      assertEquals([code, stderr], [0, ""]);
      assertEquals(stdout.replace(/version \d+/, "version V").split("\n"), [
        "3 nodes in 3 racks of 1 datacenter: 3 NORMAL",
        "hash murmur, no hash tag; version V of the ring",
        "",
        "dc1",
        "  rack1",
        `    ${all[0]}  NORMAL  100.00 %  token 0  <- asked`,
        "  rack2",
        `    ${all[1]}  NORMAL  100.00 %  token 0`,
        "  rack3",
        `    ${all[2]}  NORMAL  100.00 %  token 0`,
        "",
      ]);
    });

    await test.step("describe --json is the node's own answer", async () => {
      const { stdout } = await nodes.run("describe", stats, "--json");
      assertEquals(JSON.parse(stdout), await (await fetch(`http://${stats}/topology`)).json());
    });

    await test.step("describe --key shows the owners", async () => {
      const { code, stdout } = await nodes.run("describe", stats, "--key", "city & more");
      assertEquals(code, 0);
      assertMatch(stdout, /^key "city & more": token \d+\n/);
      for (const [i, name] of all.entries()) {
        assertMatch(stdout, new RegExp(`^dc1 +rack${i + 1} +${name} +0 +NORMAL`, "m"));
      }
      const binary = await nodes.run("describe", stats, "--base64", "--key", "/+8=", "--json");
      assertEquals(JSON.parse(binary.stdout).key, "/+8=");
      const bad = await nodes.run("describe", stats, "--base64", "--key", "***");
      assertEquals([bad.code, bad.stdout], [1, ""]);
      assertMatch(bad.stderr, /^dynomite describe: .* answers \/owner with status 400: /);
    });

    await test.step("top --once counts what passes between its two looks, at every node", async () => {
      using client = await RespClient.connect(ports.listen);
      let over = false;
      const load = (async () => {
        while (!over) await client.pipeline([["SET", "k", "v"], ["GET", "k"], ["GET", "k"], ["GET", "k"]]);
      })();
      const { code, stdout, stderr } = await nodes.run("top", stats, "--once", "--interval", "1").finally(() =>
        over = true
      );
      await load;
      assertEquals([code, stderr], [0, ""]);
      assert(!stdout.includes("\x1b"), "nothing for a terminal");
      const lines = stdout.split("\n");
      assertMatch(lines[0]!, new RegExp(`^dynomite \\d+\\.\\d+\\.\\d+  ${stats}, up `));
      assertMatch(
        lines[1]!,
        /^3 nodes: 3 NORMAL {2}[\d,.]+ requests\/s {2}0\.00 % errors {2}worst p99 [\d.]+ (us|ms|s)$/,
      );
      const requests = Number(/([\d,.]+) requests/.exec(lines[1]!)![1]!.replaceAll(",", ""));
      assert(requests > 0, lines[1]);
      assertMatch(lines[4]!, new RegExp(`^\\*${all[0]} +dc1 +rack1 +NORMAL +[\\d,.]+ `));
      assertMatch(lines[5]!, new RegExp(`^ ${all[1]} +dc1 +rack2 +NORMAL +0 `), "it is asked too");
      assertMatch(lines[8]!, /^PEER .* LAST ERROR$/);
      assertMatch(lines[9]!, new RegExp(`^ ${all[1]} +dc1 +rack2 +NORMAL +.* 1/1 +[\\d,.]+ `));
    });

    await test.step("healthcheck ends with 0", async () => {
      const ready = await nodes.run("healthcheck", "-c", "node1.yml");
      assertEquals(ready, { code: 0, stdout: `${stats} is ready\n`, stderr: "" });
      assertEquals((await nodes.run("healthcheck", "--live", stats)).stdout, `${stats} is alive\n`);
    });

    await nodes.programs[2]![Symbol.asyncDispose]();
    await test.step("a node that is gone is shown as that", async () => {
      await until("the node is seen down", () => describesAll("NORMAL", "NORMAL", "DOWN"), PATIENCE_MS);
      const { code, stdout } = await nodes.run("top", stats, "--once", "-i", "0.1");
      assertEquals(code, 0);
      assertMatch(stdout, /^3 nodes: 2 NORMAL, 1 DOWN .* counted at 2 of 3$/m);
      assertMatch(stdout, new RegExp(`^ ${all[2]} +dc1 +rack3 +DOWN +- +- `, "m"));
      assertMatch(stdout, new RegExp(`^ ${all[2]} +dc1 +rack3 +DOWN .* 0/1 .*\\S$`, "m"));
      const gone = `${hosts[2]}:${ports.stats}`;
      for (const command of ["top", "describe", "healthcheck"]) {
        const { code, stdout, stderr } = await nodes.run(command, gone);
        assertEquals([code, stdout], [1, ""]);
        assertEquals(stderr, `dynomite ${command}: ${gone} does not answer: connection refused\n`);
      }
    });
  },
);

Deno.test("dynomite healthcheck ends with 1 and the reason", async (test) => {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_health_" });
  const ports = { listen: freePort(), stats: freePort() };
  const text = `dyn_o_mite:\n  listen: 127.0.0.1:${ports.listen}\n  stats_listen: 0.0.0.0:${ports.stats}\n` +
    `  servers: ["127.0.0.1:${freePort()}:1"]\n`;
  await Deno.writeTextFile(`${folder}/node.yml`, text);
  try {
    await test.step("when the engine is away; the process lives all the same", async () => {
      await using _ = await Program.start(["-c", "node.yml"], folder);
      const { code, stdout, stderr } = await runProgram(["healthcheck", "-c", "node.yml"], folder);
      assertEquals([code, stdout], [1, ""]);
      assertMatch(stderr, /^dynomite healthcheck: 127\.0\.0\.1:\d+ is not ready: .*datastore.* \(status 503\)\n$/);
      assertEquals((await runProgram(["healthcheck", "--live", "-c", "node.yml"], folder)).code, 0);
    });
    await test.step("when there is no answer in time", async () => {
      using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const { port } = silent.addr as Deno.NetAddr;
      const { code, stderr } = await runProgram(["healthcheck", `127.0.0.1:${port}`, "--timeout", "100"], folder);
      assertEquals(code, 1);
      assertEquals(stderr, `dynomite healthcheck: 127.0.0.1:${port} does not answer: nothing within 100 ms\n`);
    });
    await test.step("when something else answers", async () => {
      await using other = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response("<html>"));
      const address = `127.0.0.1:${other.addr.port}`;
      const described = await runProgram(["describe", address], folder);
      assertEquals(described.code, 1);
      assertStringIncludes(described.stderr, `${address} answers /topology with something else than JSON`);
    });
    await test.step("when the configuration cannot be read", async () => {
      const { code, stderr } = await runProgram(["healthcheck", "-c", "none.yml"], folder);
      assertEquals(code, 1);
      assertStringIncludes(stderr, "none.yml: does not exist");
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("dynomite describe sends admin_token, from the flag, the environment or the configuration, to the node asked", async () => {
  await using nodes = await Nodes.start("admin_token: s3cret");
  const asks = async (prefix: readonly string[], ...args: readonly string[]) => {
    const [path, ...others] = [...prefix, ...ownCommand, "describe", ...args];
    const { code, stderr } = await new Deno.Command(path!, { args: others, cwd: nodes.folder, stdin: "null" }).output();
    return code === 0 ? "shown" : new TextDecoder().decode(stderr);
  };
  assertEquals(await asks([], "-c", "node1.yml"), "shown");
  assertEquals(await asks([], nodes.stats, "--token", "s3cret"), "shown");
  assertEquals(await asks(["env", "DYNOMITE_ADMIN_TOKEN=s3cret"], nodes.stats), "shown");
  const refused = `dynomite describe: ${nodes.stats} refuses /topology: it wants its admin_token; ` +
    "set DYNOMITE_ADMIN_TOKEN, or give -c or --token\n";
  assertEquals(await asks([], nodes.stats), refused);
  assertEquals(await asks([], nodes.stats, "--token", "wrong"), refused);
  const { code, stdout } = await nodes.run("top", nodes.stats, "--once", "-i", "0.1");
  assertEquals(code, 0);
  assertMatch(stdout, /^only this node is shown: .* it wants its admin_token/m);
});

const quoted = (words: readonly string[]) => words.map((word) => `'${word}'`).join(" ");
/** The command line of a test: the state of the terminal is noted before and after, and the command's pid. */
const topLine = (...args: readonly string[]) =>
  `stty rows 20 cols 90; stty -g > before; sh -c 'echo $$ > pid; exec "$@"' sh ${
    quoted([...ownCommand, "top", ...args])
  }; code=$?; stty -g > after; exit $code`;
const ENTERED = "\x1b[?1049h\x1b[?25l";
const LEFT = "\x1b[?25h\x1b[?1049l";

testWith(["script", "stty"], "dynomite top draws in place, and gives the terminal back as it was", async (test) => {
  await using nodes = await Nodes.start();
  const read = (name: string) => Deno.readTextFile(`${nodes.folder}/${name}`);
  const frames = (terminal: PseudoTerminal) => terminal.shown.split("\x1b[H").length - 1;
  for (const [what, key] of [["q", "q"], ["Ctrl-C", "\x03"]] as const) {
    await test.step(`at ${what}`, async () => {
      await using terminal = new PseudoTerminal(topLine(nodes.stats, "-i", "0.1"), nodes.folder);
      const isReady = () => frames(terminal) >= 3 && terminal.shown.includes("3 nodes: 3 NORMAL");
      await until("it has drawn the cluster", isReady, PATIENCE_MS);
      await terminal.type(key);
      assertEquals(await terminal.ended(), 0);
      const { shown } = terminal;
      assertEquals(shown.indexOf(ENTERED), shown.lastIndexOf(ENTERED), "it enters once");
      assert(shown.trimEnd().endsWith(LEFT), JSON.stringify(shown.slice(-100)));
      for (const frame of shown.split("\x1b[H").slice(1)) {
        // deno-lint-ignore no-control-regex -- escape sequences take no room
        const lines = frame.replaceAll(/\x1b\[[?\d;]*[a-zA-Z]/g, "").split(/\r*\n/);
        assert(lines.length <= 20 && lines.every((text) => text.trimEnd().length <= 90), frame);
      }
      assertEquals(await read("after"), await read("before"));
    });
  }
  await test.step("at SIGTERM, and it goes on when the node is gone meanwhile", async () => {
    await using terminal = new PseudoTerminal(topLine(nodes.stats, "-i", "0.1"), nodes.folder);
    await until("it draws", () => frames(terminal) >= 1, PATIENCE_MS);
    await nodes.programs[0]![Symbol.asyncDispose]();
    await until(
      "it says that nobody answers",
      () => terminal.shown.includes(`${nodes.stats} does not answer: connection refused`),
      PATIENCE_MS,
    );
    Deno.kill(Number(await read("pid")), "SIGTERM");
    assertEquals(await terminal.ended(), 0);
    assert(terminal.shown.trimEnd().endsWith(LEFT), JSON.stringify(terminal.shown.slice(-100)));
    assertEquals(await read("after"), await read("before"));
  });
});
