/**
 * A node with an empty store is warmed up while clients write: STANDBY, WRITES_ONLY, a copy of the data, RESUMING, NORMAL. From
 * printed seeds; nothing that was acknowledged may be missing anywhere in the end, nothing may be done twice, and each client's
 * writes keep their order.
 */
import { assert, assertEquals } from "@std/assert";
import { Consistency } from "../../core/consistency.ts";
import { SeededRandom } from "../../core/random.ts";
import { LineClient } from "../support/line_client.ts";
import { racks, show, type SimClient, SimCluster } from "../support/sim_cluster.ts";
import { enter, nodeOf, startGossiping } from "../support/state_cluster.ts";

const seeds = Array.from({ length: Number(Deno.env.get("DYNOMITE_SIM_SEEDS") ?? 2) }, (_, i) => 30_000 + i);

/** A client that writes numbered values to a register and a list of its own, some at a time, until it is stopped. */
class Writer {
  readonly #client: SimClient;
  readonly #name: string;
  readonly #random: SeededRandom;
  #next = 1;
  #sent = 0;
  /** Replies other than those of a write that was done. */
  readonly errors: string[] = [];

  constructor(client: SimClient, name: string, seed: number) {
    this.#client = client;
    this.#name = name;
    this.#random = new SeededRandom(seed);
  }

  get last(): number {
    return this.#next - 1;
  }
  get register(): string {
    return `register:${this.#name}`;
  }
  get list(): string {
    return `list:${this.#name}`;
  }
  get idle(): boolean {
    return this.#sent === this.#client.arrived.length;
  }
  /** Sends a few, unless too many are without an answer. */
  step(): void {
    if (this.#sent - this.#client.arrived.length > 40) return;
    const count = 1 + this.#random.below(8);
    const commands: string[][] = [];
    for (let i = 0; i < count; i++, this.#next++) {
      const value = String(this.#next);
      commands.push(["SET", this.register, value], ["RPUSH", this.list, value]);
    }
    this.#sent += commands.length;
    this.#client.send(commands);
  }
  close(): void {
    const replies = this.#client.arrived.map(show);
    this.errors.push(...replies.filter((reply) => reply !== "OK" && !/^\d+$/.test(reply)));
    this.#client.close();
  }
}

/** Lets the writers write for so long, each something every `pauseMs`. */
async function write(cluster: SimCluster, writers: readonly Writer[], ms: number, pauseMs = 5): Promise<void> {
  for (const end = cluster.clock.now() + ms; cluster.clock.now() < end;) {
    for (const writer of writers) writer.step();
    await cluster.clock.run(pauseMs);
  }
}

/** Copies all registers of one engine to another, past the nodes, as an operator's tool does. */
async function copyRegisters(cluster: SimCluster, from: number, to: number, writers: readonly Writer[]): Promise<void> {
  for (const { register } of writers) {
    await cluster.engine(to, "SET", register, await cluster.engine(from, "GET", register));
  }
}

for (const seed of seeds) {
  for (const level of [Consistency.One, Consistency.Quorum]) {
    const conf = { readConsistency: level, writeConsistency: level };
    Deno.test(`warm-up of a node under load loses no acknowledged write and keeps the order: seed ${seed}, level ${level}`, async () => {
      await using cluster = await startGossiping(racks(3), conf, seed);
      const writers: Writer[] = [];
      for (const [i, node] of [0, 0, 1, 2].entries()) {
        writers.push(new Writer(await cluster.connect(node), `w${i}`, seed + i));
      }
      const missed = () => [0, 1, 2].reduce((sum, index) => sum + nodeOf(cluster, index).stats.missed_writes, 0);
      await write(cluster, writers, 50);
      await enter(cluster, 1, "STANDBY");
      await write(cluster, writers, 50);
      // What it had is lost.
      assertEquals(await cluster.engine(1, "FLUSHALL"), "OK");
      assert(missed() > 0, "a node in STANDBY misses what is written");
      await enter(cluster, 1, "WRITES_ONLY");
      await write(cluster, writers, 50);
      // All know by now, and nothing of before is still on its way.
      const before = missed();
      await write(cluster, writers, 50);
      await copyRegisters(cluster, 0, 1, writers);
      // Longer than any timeout.
      await write(cluster, writers, 7_000, 250);
      assert(nodeOf(cluster, 1).heldWrites.count > 300, "nothing waits");
      nodeOf(cluster, 1).setState("RESUMING");
      await write(cluster, writers, 100);
      nodeOf(cluster, 1).setState("NORMAL");
      await write(cluster, writers, 100);
      await cluster.clock.until(() => writers.every(({ idle }) => idle) && nodeOf(cluster, 1).state === "NORMAL");
      await cluster.clock.run(100);
      for (const writer of writers) writer.close();
      assertEquals([missed(), nodeOf(cluster, 1).heldWrites], [before, { count: 0, bytes: 0 }]);
      for (const { register, list, last, errors } of writers) {
        assertEquals(errors, []);
        assertEquals(await cluster.engines("GET", register), [0, 1, 2].map(() => String(last)));
        // The list was not copied: it holds what came from WRITES_ONLY on, each once, in order, to the last.
        const held = (await cluster.engine(1, "LRANGE", list, "0", "-1")).slice(1, -1).split(" ").map(Number);
        assertEquals(held, Array.from({ length: held.length }, (_, i) => last - held.length + 1 + i));
        assert(held.length > 50 && held.length < last, `${held.length} of ${last}`);
        for (const index of [0, 2]) assertEquals(await cluster.engine(index, "LLEN", list), String(last));
      }
      // And it reads for its own clients again.
      assertEquals(await cluster.call(1, "GET", writers[0]!.register), String(writers[0]!.last));
    });
  }
}

Deno.test("Memcached: states refuse and queue in that protocol's words, and noreply stays silent", async () => {
  await using cluster = await startGossiping(racks(2), { dataStore: "memcached" });
  const connect = async (index: number) =>
    new LineClient(await cluster.network.connect({ kind: "tcp", host: `10.0.0.${index + 1}`, port: 8102 }, 1000));
  const ask = async (client: LineClient, requests: string) => {
    client.lines.length = 0;
    client.send(`${requests}mn\r\n`);
    await cluster.clock.until(() => client.lines.at(-1) === "MN\r" || client.ended);
    return client.lines.slice(0, -1).map((line) => line.trimEnd());
  };
  const [first, second] = [await connect(0), await connect(1)];
  await enter(cluster, 1, "STANDBY");
  assertEquals(await ask(first, "set a 0 0 1\r\n1\r\nset b 0 0 1 noreply\r\n1\r\nget a b\r\n"), [
    ...["STORED", "VALUE a 0 1", "1", "VALUE b 0 1", "1", "END"],
  ]);
  assertEquals(await ask(second, "get a\r\n"), ["VALUE a 0 1", "1", "END"]);
  await cluster.clock.run(50);
  assertEquals(nodeOf(cluster, 0).stats.missed_writes, 2);
  await enter(cluster, 1, "WRITES_ONLY");
  assertEquals(await ask(first, "set a 0 0 1\r\n2\r\nincr a 5\r\nset c 0 0 1 noreply\r\n1\r\n"), ["STORED", "7"]);
  assertEquals(await ask(second, "append a 0 0 1\r\n1\r\nget a\r\n"), ["STORED", "VALUE a 0 2", "71", "END"]);
  await cluster.clock.run(50);
  assertEquals(nodeOf(cluster, 1).heldWrites.count, 4);
  await enter(cluster, 1, "NORMAL");
  // The other is out of the way: node 1 answers by itself.
  await enter(cluster, 0, "STANDBY");
  assertEquals(await ask(second, "get a b c\r\n"), ["VALUE a 0 2", "71", "VALUE c 0 1", "1", "END"]);
  await enter(cluster, 1, "STANDBY");
  const refused = "SERVER_ERROR Dynomite: Dynomite's current state does not allow this request";
  const [read, write] = await ask(second, "get a\r\nset a 0 0 1\r\n1\r\n");
  assert(read!.startsWith(refused) && write!.startsWith(refused), `${read}, ${write}`);
  for (const client of [first, second]) client.connection.close();
});
