/** The compiled program in a container with little memory: it finds out how much there is, and never takes more. */
import { assert, assertEquals } from "@std/assert";
import { MemoryGroup, whyNoMemoryGroup } from "../support/memory_group.ts";
import { freePort, Program, until } from "../support/program.ts";
import { encodeCommand, joined, RespClient } from "../support/resp_client.ts";

const MB = 1024 ** 2;
const binary = Deno.env.get("DYNOMITE_BIN");
const reason = binary === undefined ? "DYNOMITE_BIN names no program" : whyNoMemoryGroup;

function testInMemory(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: `${name}${reason === undefined ? "" : ` (skipped: ${reason})`}`,
    ignore: reason !== undefined,
    fn,
  });
}

interface Running extends AsyncDisposable {
  readonly port: number;
  readonly group: MemoryGroup;
  readonly program: Program;
}

/** A node that keeps its data in a file, so that what it holds in memory is its own. */
async function startIn(limitBytes: number): Promise<Running> {
  const group = await MemoryGroup.make(limitBytes);
  const folder = await Deno.makeTempDir({ prefix: "dynomite_memory_" });
  const port = freePort();
  await Deno.writeTextFile(
    `${folder}/node.yml`,
    `dyn_o_mite:\n  listen: 127.0.0.1:${port}\n  stats_listen: 127.0.0.1:${freePort()}\n` +
      "  servers: [embedded:node.db]\n",
  );
  // As the Dockerfile and the systemd unit have it.
  const env = { PATH: Deno.env.get("PATH")!, DENO_USE_CGROUPS: "1" };
  const program = await Program.start(["-c", "node.yml"], folder, group.prefix, { program: [binary!], env });
  return {
    port,
    group,
    program,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await group[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function budgetOf(port: number): Promise<number> {
  using client = await RespClient.connect(port);
  const info = (await client.call("INFO", "memory")).text;
  return Number(/^buffer_budget:(\d+)/m.exec(info)?.[1]);
}

testInMemory("the heap takes half of the container, the buffers a quarter", async () => {
  for (const [limitBytes, least, most] of [[512 * MB, 128 * MB, 136 * MB], [768 * MB, 188 * MB, 204 * MB]] as const) {
    await using node = await startIn(limitBytes);
    const budget = await budgetOf(node.port);
    assert(budget >= least && budget <= most, `${budget / MB} MB of ${limitBytes / MB}`);
  }
});

testInMemory("clients that ask for 6 GB and take nothing do not get the node killed for its memory", async () => {
  const limitBytes = 512 * MB;
  await using node = await startIn(limitBytes);
  const value = new Uint8Array(8 * MB).fill(120);
  {
    using client = await RespClient.connect(node.port);
    assertEquals((await client.call("SET", "large", value)).text, "OK");
  }
  const greedy: RespClient[] = [];
  try {
    const requests = joined(Array.from({ length: 20 }, () => encodeCommand(["GET", "large"])).flat());
    for (let i = 0; i < 40; i++) {
      const client = await RespClient.connect(node.port);
      greedy.push(client);
      await client.send(requests);
    }
    await until("answers pile up", async () => await node.group.peakBytes() > 200 * MB, 60_000);
  } finally {
    for (const client of greedy) client.close();
  }
  using client = await RespClient.connect(node.port);
  assertEquals((await client.call("SET", "small", "kept")).text, "OK");
  assertEquals((await client.call("GET", "small")).text, "kept");
  console.log(`peak ${Math.round(await node.group.peakBytes() / MB)} MB of ${limitBytes / MB}`);
  node.program.kill("SIGTERM");
  assertEquals((await node.program.ended()).code, 0);
});
