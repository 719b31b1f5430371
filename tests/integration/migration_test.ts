/**
 * A ring of C Dynomite (2046b05) becomes one of this program, node by node, with the commands of conf/README.md, while a client
 * writes. Needs `DYNOMITE_C=/path/to/dynomite`.
 */
import { assert, assertEquals } from "@std/assert";
import topologies from "../../conf/README.md" with { type: "text" };
import { checkShown, numberMap } from "../support/examples.ts";
import { c, type MixedNode, MixedRing } from "../support/mixed_ring.ts";
import { until } from "../support/program.ts";
import { blocksOf, shownIn } from "../support/readme.ts";
import { testWithOriginal } from "../support/real_servers.ts";
import { RespClient } from "../support/resp_client.ts";

const steps = blocksOf(topologies)
  .filter(({ language, section }) => language === "console" && section === "Moving from C Dynomite, node by node")
  .flatMap(shownIn);

/** The document's addresses as those of this ring: 10.0.0.2 is `moved`, 10.0.0.1 is `other`. */
function here(command: string, moved: MixedNode, other: MixedNode): string {
  return command
    .replace("10.0.0.2:22222", `127.0.0.1:${moved.statsPort}`)
    .replace("-h 10.0.0.2 -p 6379", `-h 127.0.0.1 -p ${moved.engine.port}`)
    .replace("-h 10.0.0.1 -p 6379", `-h 127.0.0.1 -p ${other.engine.port}`)
    .replace("replicaof 10.0.0.1 6379", `replicaof 127.0.0.1 ${other.engine.port}`);
}

/** Writes keys without end at one node until it is stopped; knows what was acknowledged. */
class Writer {
  readonly acknowledged = new Map<string, string>();
  readonly #client: RespClient;
  readonly #mark: string;
  readonly #done: Promise<void>;
  #stopped = false;

  private constructor(client: RespClient, mark: string) {
    this.#client = client;
    this.#mark = mark;
    this.#done = this.#run();
  }
  static async start({ port }: MixedNode, mark: string): Promise<Writer> {
    return new Writer(await RespClient.connect(port), mark);
  }

  async #run(): Promise<void> {
    for (let value = 0; !this.#stopped; value++) {
      const key = `${this.#mark}:${value % 500}`;
      if ((await this.#client.call("SET", key, value)).text === "OK") this.acknowledged.set(key, String(value));
    }
  }
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    this.#client.close();
  }
}

testWithOriginal(
  ["redis-server", "redis-cli"],
  "A ring of C moves over node by node, with the commands of conf/README.md, and no acknowledged write is lost",
  async () => {
    assertEquals(steps.length, 7);
    await using ring = await MixedRing.start([c("dc1", "rack1"), c("dc1", "rack2"), c("dc1", "rack3")]);
    const acknowledged = new Map<string, string>();
    for (const [i, moved] of ring.nodes.entries()) {
      const other = ring.nodes[(i + 1) % 3]!;
      const writer = await Writer.start(other, `turn${i}`);
      try {
        await until("it writes", () => writer.acknowledged.size > 100);
        await ring.replace(i, "ours");
        await ring.connected();
        for (const { command, output } of steps) {
          await checkShown([{ command: here(command, moved, other), output }], numberMap([]), ".", true);
        }
      } finally {
        await writer.stop();
      }
      for (const [key, value] of writer.acknowledged) acknowledged.set(key, value);
      assert(writer.acknowledged.size > 100);
      // Every rack holds all of it, the one that was moved too.
      for (const [j, { engine }] of ring.nodes.entries()) {
        using client = await RespClient.connect(engine.port);
        let values: string[] = [];
        await until(`node ${j} holds what was acknowledged`, async () => {
          values = (await client.pipeline([...acknowledged.keys()].map((key) => ["GET", key]))).map(({ text }) => text);
          return [...acknowledged.values()].every((value, at) => value === values[at]);
        }).catch(() => assertEquals(values, [...acknowledged.values()], `node ${j} after turn ${i}`));
      }
    }
    for (const { port } of ring.nodes) {
      using client = await RespClient.connect(port);
      assertEquals((await client.call("MGET", ...acknowledged.keys())).items!.map(({ text }) => text), [
        ...acknowledged.values(),
      ]);
    }
    // And back again.
    await ring.replace(0, "C");
    await ring.connected();
    using client = await RespClient.connect(ring.nodes[0]!.port);
    const [key, value] = [...acknowledged][0]!;
    assertEquals((await client.call("GET", key)).text, value);
  },
);
