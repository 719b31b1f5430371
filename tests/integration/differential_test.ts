/**
 * The embedded engine and a real Redis are one to their clients: the same commands through a node's client port and to a
 * redis-server of its own, the replies compared. First every command with its options as written down in
 * tests/support/examples, then random sequences by tests/support/generators, in RESP2 and RESP3. The same for a node in front of
 * a Redis, which must not show.
 *
 * A run prints its seed; `DIFFERENTIAL_SEED=<seed>` repeats it, `DIFFERENTIAL_SEQUENCES=<count>` makes it longer.
 */
import { assertEquals, fail } from "@std/assert";
import { SeededRandom } from "../../core/random.ts";
import { type Pair, report, run, runAfresh } from "../support/differential.ts";
import { examples } from "../support/examples/mod.ts";
import { Choose, mistaken } from "../support/generators/choose.ts";
import { type Generator, generators } from "../support/generators/mod.ts";
import { until } from "../support/program.ts";
import { isComparable } from "../support/random_replies.ts";
import { startRedis, testWith } from "../support/real_servers.ts";
import { type Args, RespClient } from "../support/resp_client.ts";
import { startEmbeddedNode, startNodeBefore } from "../support/test_node.ts";

/** SLOWLOG is compared too, and a slow machine must not show in it. */
const logsNothing = { args: ["--slowlog-log-slower-than", "-1"] };
const settings = { slowlogSlowerThanUs: -1 };

const seed = Number(Deno.env.get("DIFFERENTIAL_SEED") ?? Math.floor(Math.random() * 2 ** 31));
const sequences = Number(Deno.env.get("DIFFERENTIAL_SEQUENCES") ?? 12);
const COMMANDS_PER_SEQUENCE = 400;
/** One command of so many has a mistake in its arguments. */
const MISTAKE_ONCE_IN = 25;

type Body = (pair: Pair) => Promise<void>;

/** A test with a node on the embedded engine and a redis-server, both empty, with a client each; for both protocol versions. */
function testEmbedded(what: string, body: Body): void {
  for (const protocol of [2, 3] as const) {
    testWith(["redis-server"], `embedded engine ${what}, RESP${protocol}`, async () => {
      await using server = await startRedis(logsNothing);
      await using node = await startEmbeddedNode(settings);
      await withClients(node.port, server.port, protocol, body);
    });
  }
}

/** The same with a node in front of another redis-server. */
function testInFront(what: string, body: Body): void {
  for (const protocol of [2, 3] as const) {
    testWith(["redis-server"], `node in front of Redis ${what}, RESP${protocol}`, async () => {
      await using server = await startRedis(logsNothing);
      await using engine = await startRedis();
      await using node = await startNodeBefore(engine, settings);
      await withClients(node.port, server.port, protocol, body);
    });
  }
}

async function withClients(port: number, theirPort: number, protocol: 2 | 3, body: Body): Promise<void> {
  using ours = await RespClient.connect(port, protocol);
  using theirs = await RespClient.connect(theirPort, protocol);
  await body({ ours, theirs });
}

async function assertSame(pair: Pair, commands: readonly Args[], about: string): Promise<void> {
  const difference = await runAfresh(pair, commands);
  if (difference !== undefined) fail(`${about}: ${await report(pair, commands, difference)}`);
}

async function assertSameAtRandom(pair: Pair, make: Generator): Promise<void> {
  const choose = new Choose(new SeededRandom(seed));
  console.log(`seed ${seed}, ${sequences} sequences of ${COMMANDS_PER_SEQUENCE} commands`);
  for (let i = 0; i < sequences; i++) {
    const commands = Array.from(
      { length: COMMANDS_PER_SEQUENCE },
      () => mistaken(choose, make(choose), MISTAKE_ONCE_IN),
    ).filter(isComparable);
    await assertSame(pair, commands, `seed ${seed}, sequence ${i}`);
  }
}

for (const [name, commands] of Object.entries(examples)) {
  const what = `answers the ${name} examples as Redis does`;
  testEmbedded(what, (pair) => assertSame(pair, commands, name));
  testInFront(what, (pair) => assertSame(pair, commands, name));
}

const anyCommand: Generator = (choose) => choose.of(Object.values(generators))(choose);

for (const [name, generator] of Object.entries(generators)) {
  // One in four is of another type: commands that move, copy, expire and mistype this type's keys.
  const mixed: Generator = (choose) => (choose.onceIn(4) ? anyCommand : generator)(choose);
  testEmbedded(`answers random commands (${name}) as Redis does`, (pair) => assertSameAtRandom(pair, mixed));
}
testEmbedded("answers random commands of all types as Redis does", (pair) => assertSameAtRandom(pair, anyCommand));
testInFront("answers random commands of all types as Redis does", (pair) => assertSameAtRandom(pair, anyCommand));

testEmbedded("lets keys expire as Redis does", async (pair) => {
  const steps: readonly Args[] = [
    ["SET", "a", "1", "PX", "30"],
    ["SET", "b", "1"],
    ["PEXPIRE", "b", "30"],
    ["SET", "c", "1"],
    ["GETEX", "c", "PX", "30"],
    ["PSETEX", "d", "30", "1"],
    ["SET", "kept", "1", "EX", "1000"],
  ];
  assertEquals(await run(pair, steps), undefined);
  for (const client of [pair.ours, pair.theirs]) {
    await until("four keys have expired", async () => (await client.call("EXISTS", "a", "b", "c", "d")).text === "0");
  }
  const after: readonly Args[] = [["DBSIZE"], ["KEYS", "*"], ["SETNX", "a", "2"], ["TTL", "a"], ["RENAME", "b", "x"]];
  assertEquals(await run(pair, after), undefined);
});
