/** `deno task cluster`: a write is read at every node, also after one was killed, and Ctrl-C leaves nothing behind. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { DemoCluster, isRunning } from "../support/demo_cluster.ts";
import { runProgram, until } from "../support/program.ts";
import { RespClient } from "../support/resp_client.ts";

async function call(port: number, ...args: string[]): Promise<string | undefined> {
  const client = await RespClient.connect(port);
  try {
    return (await client.call(...args)).text;
  } finally {
    client.close();
  }
}

/** The configuration files of its nodes, off their command lines. */
async function filesOf(demo: DemoCluster): Promise<string[]> {
  const files = demo.nodes.map(({ pid }) => Deno.readTextFile(`/proc/${pid}/cmdline`));
  return [
    ...new Set((await Promise.all(files)).map((line) => line.split("\0").find((word) => word.endsWith(".yml"))!)),
  ];
}

Deno.test("deno task cluster: what is written at one node is read at all, and a killed node stops nobody", async () => {
  await using demo = await DemoCluster.start();
  const { nodes } = demo;
  assertEquals(
    nodes.map(({ name }) => name),
    ["dc1", "dc2"].flatMap((dc) => [1, 2, 3].map((n) => `${dc} rack${n} node1`)),
  );
  assert(nodes.every(({ pid }) => isRunning(pid)));
  const everywhere = async (value: string, at: readonly { port: number }[]) => {
    for (const { port } of at) {
      await until(`${port} has ${value}`, async () => await call(port, "GET", "city") === value);
    }
  };
  // The nodes have met: a quorum is there at once.
  for (const [i, { port }] of nodes.entries()) {
    assertEquals(await call(port, "CONFIG", "SET", "write_consistency", "dc_quorum"), "OK");
    assertEquals(await call(port, "SET", "city", `written at ${i}`), "OK");
    await everywhere(`written at ${i}`, nodes);
  }

  const [, victim] = nodes;
  Deno.kill(victim!.pid, "SIGKILL");
  await until(
    "its end is told",
    () => demo.stdout.includes(`${victim!.name} (process ${victim!.pid}) ended by SIGKILL`),
  );
  const left = nodes.filter((node) => node !== victim);
  for (const [i, { port }] of left.entries()) {
    assertEquals(await call(port, "SET", "city", `later at ${i}`), "OK");
    await everywhere(`later at ${i}`, left);
  }
  assert(left.every(({ pid }) => isRunning(pid)));
  assertMatch(demo.stdout, /to start it again, in another terminal: deno task start -c \/.*\/dc1-rack2-node1\.yml/);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`deno task cluster: ${signal} ends every node and leaves nothing behind`, async () => {
    const demo = await DemoCluster.start("dc1:2x1,dc2:1x2");
    const files = Deno.build.os === "linux" ? await filesOf(demo) : [];
    for (const file of files) assert((await Deno.stat(file)).isFile);
    assertEquals(await demo.end(signal), 0, demo.stderr);
    assertEquals(demo.nodes.length, 4);
    assertEquals(demo.nodes.filter(({ pid }) => isRunning(pid)), []);
    for (const file of files) {
      const folder = file.slice(0, file.lastIndexOf("/"));
      assertEquals(await Deno.stat(folder).then(() => "there", () => "gone"), "gone");
    }
  });
}

// It finds the nodes' parent in /proc.
const ignore = Deno.build.os !== "linux";
Deno.test(
  { name: "deno task cluster: killed with no chance to end its nodes, they end by themselves", ignore },
  async () => {
    const demo = await DemoCluster.start("dc1:2x1");
    // The parent of the nodes is the demo, below `deno task`.
    const status = await Deno.readTextFile(`/proc/${demo.nodes[0]!.pid}/status`);
    const parent = Number(/^PPid:\s+(\d+)/m.exec(status)![1]);
    const [file] = await filesOf(demo);
    Deno.kill(parent, "SIGKILL");
    await until("its nodes have ended", () => demo.nodes.every(({ pid }) => !isRunning(pid)));
    await demo.end();
    await Deno.remove(file!.slice(0, file!.lastIndexOf("/")), { recursive: true });
  },
);

Deno.test("deno task cluster: a cluster none of whose nodes is left ends with 1", async () => {
  const demo = await DemoCluster.start("dc1:2x1");
  for (const { pid } of demo.nodes) Deno.kill(pid, "SIGKILL");
  await until("both ends are told", () => demo.stdout.split("ended by SIGKILL").length === 3);
  assertEquals(await demo.ended(), 1);
});

Deno.test("--stop-with-stdin ends a node whose stdin is at its end", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_stdin_" });
  try {
    // stdin is null: at its end from the first moment.
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    listener.close();
    const conf =
      `dyn_o_mite:\n  listen: ${folder}/node.sock\n  stats_listen: 127.0.0.1:${port}\n  servers: [embedded]\n`;
    await Deno.writeTextFile(`${folder}/node.yml`, conf);
    const { code, stdout } = await runProgram(["-c", "node.yml", "--stop-with-stdin"], folder);
    assertEquals(code, 0);
    assertMatch(stdout, /is ready/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
