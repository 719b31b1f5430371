/** Every sample configuration is valid, starts, and serves; only its ports and paths are changed for the test. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import defaultText from "../../conf/dynomite.yml" with { type: "text" };
import { writeCluster } from "../../conf/cluster/write.ts";
import { demoRequest, findPort, portsOf } from "../../conf/demo/addresses.ts";
import { isFree } from "../../conf/demo/free_ports.ts";
import { describeSample } from "../../conf/describe.ts";
import { parseFlags } from "../../conf/flags.ts";
import { samples } from "../../conf/samples.ts";
import { freePort, Program, runProgram, until } from "../support/program.ts";
import { startMemcached, startRedis, testWith } from "../support/real_servers.ts";
import { RespClient } from "../support/resp_client.ts";

/** What a client sends and gets, by the protocol of the sample. */
const redis = ["SET a b\r\nGET a\r\n", "+OK\r\n$1\r\nb\r\n"] as const;
const memcached = ["set a 0 0 1\r\nb\r\nget a\r\n", "STORED\r\nVALUE a 0 1\r\nb\r\nEND\r\n"] as const;

/** Starts `text` on free ports in a folder of its own and holds a short talk with it. */
async function talk(text: string, [question, answer]: readonly [string, string], enginePort?: number): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_sample_" });
  try {
    const port = freePort();
    const moved = text
      .replace("127.0.0.1:8102", `127.0.0.1:${port}`)
      .replace("127.0.0.1:8101", `127.0.0.1:${freePort()}`)
      .replace("127.0.0.1:22222", `127.0.0.1:${freePort()}`)
      .replace(/127\.0\.0\.1:(?:6379|11211)/, `127.0.0.1:${enginePort}`)
      .replace("/var/lib/dynomite", folder);
    await Deno.writeTextFile(`${folder}/node.yml`, moved);
    const tested = await runProgram(["-t", "-c", "node.yml"], folder);
    assertEquals([tested.code, tested.stderr], [0, "dynomite: configuration file 'node.yml' syntax is valid\n"]);

    await using node = await Program.start(["-c", "node.yml"], folder);
    assertStringIncludes(node.banner, `clients  127.0.0.1:${port}`);
    using conn = await Deno.connect({ hostname: "127.0.0.1", port });
    await conn.write(new TextEncoder().encode(question));
    const bytes = new Uint8Array(256);
    let got = "";
    while (got.length < answer.length) {
      const count = await conn.read(bytes);
      if (count === null) break;
      got += new TextDecoder().decode(bytes.subarray(0, count));
    }
    assertEquals(got, answer);
    node.kill("SIGTERM");
    assertEquals((await node.ended()).code, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Starts the whole cluster of a sample: the one its own command writes, but on this machine and on embedded engines. Its nodes
 * get the sample's text checked too.
 */
async function talkToCluster(text: string, purpose: string): Promise<void> {
  const [command = ""] = /--generate-cluster .*$/.exec(purpose) ?? [];
  const { generateCluster, settings } = parseFlags(command.split(" "));
  const port = findPort(generateCluster!, 11_002 + 100 * Math.floor(Math.random() * 190), isFree)!;
  const kept = settings.filter(({ key }) => key !== "servers");
  const here = demoRequest(generateCluster!, port);
  const folder = await Deno.makeTempDir({ prefix: "dynomite_sample_" });
  const nodes: Program[] = [];
  try {
    await Deno.writeTextFile(`${folder}/sample.yml`, text);
    const tested = await runProgram(["-t", "-c", "sample.yml"], folder);
    assertEquals([tested.code, tested.stderr], [0, "dynomite: configuration file 'sample.yml' syntax is valid\n"]);
    const written = await writeCluster({ ...here, settings: [...here.settings!, ...kept] }, folder);
    for (const { path } of written) nodes.push(await Program.start(["-c", path], folder));
    for (const [i, node] of written.entries()) {
      const client = await RespClient.connect(portsOf(node).clients);
      try {
        // At a level above dc_one it waits for the nodes to meet.
        await until("a write is acknowledged", async () => (await client.call("SET", "a", String(i))).text === "OK");
        await until("it is read", async () => (await client.call("GET", "a")).text === String(i));
      } finally {
        client.close();
      }
    }
  } finally {
    for (const node of nodes) node.kill("SIGTERM");
    for (const node of nodes) await node.ended();
    await Deno.remove(folder, { recursive: true });
  }
}

function ofCluster(name: string) {
  return { needs: [], run: (text: string) => talkToCluster(text, samples[name]!.purpose) };
}

/** The programs a sample needs, and the test of it. */
const tests: Readonly<Record<string, { readonly needs: readonly string[]; run(text: string): Promise<void> }>> = {
  "redis_single.yml": {
    needs: ["redis-server"],
    async run(text) {
      await using server = await startRedis();
      await talk(text, redis, server.port);
    },
  },
  "memcached_single.yml": {
    needs: ["memcached"],
    async run(text) {
      await using server = await startMemcached();
      await talk(text, memcached, server.port);
    },
  },
  "memcached_embedded.yml": { needs: [], run: (text) => talk(text, memcached) },
  "embedded_durable.yml": { needs: [], run: (text) => talk(text, redis) },
  "two_racks.yml": ofCluster("two_racks.yml"),
  "three_racks_quorum.yml": ofCluster("three_racks_quorum.yml"),
  "two_datacenters.yml": ofCluster("two_datacenters.yml"),
};

Deno.test("conf/dynomite.yml, the configuration in the program, is valid, starts and serves", () =>
  talk(defaultText, redis));

Deno.test("every sample has a test", () => assertEquals(Object.keys(tests), Object.keys(samples)));

for (const [name, { needs, run }] of Object.entries(tests)) {
  testWith(needs, `conf/${name} is valid, starts and serves`, () => run(describeSample(samples[name]!)));
}
