/**
 * The embedded engine and a real Redis are one to their clients: the same commands through a node's client port and to a
 * redis-server of its own, the replies compared. First every command with its options as written down in
 * tests/support/examples, then random sequences by tests/support/generators, in RESP2 and RESP3.
 *
 * A run prints its seed; `DIFFERENTIAL_SEED=<seed>` repeats it, `DIFFERENTIAL_SEQUENCES=<count>` makes it longer.
 */
import { assertEquals, fail } from "@std/assert";
import { SeededRandom } from "../../core/random.ts";
import { report, run, runAfresh } from "../support/differential.ts";
import { type Pair } from "../support/differential.ts";
import { startEmbeddedNode } from "../support/embedded_node.ts";
import { examples } from "../support/examples/mod.ts";
import { Choose, mistaken } from "../support/generators/choose.ts";
import { generators } from "../support/generators/mod.ts";
import { until } from "../support/program.ts";
import { startRedis, testWith } from "../support/real_servers.ts";
import { type Args, RespClient } from "../support/resp_client.ts";

const seed = Number(Deno.env.get("DIFFERENTIAL_SEED") ?? Math.floor(Math.random() * 2 ** 31));
const sequences = Number(Deno.env.get("DIFFERENTIAL_SEQUENCES") ?? 12);
const COMMANDS_PER_SEQUENCE = 400;
/** One command of so many has a mistake in its arguments. */
const MISTAKE_ONCE_IN = 25;

/** A node on the embedded engine and a redis-server, both empty, with a client each. */
async function withPair(protocol: 2 | 3, body: (pair: Pair) => Promise<void>): Promise<void> {
  await using server = await startRedis();
  await using node = await startEmbeddedNode();
  using ours = await RespClient.connect(node.port, protocol);
  using theirs = await RespClient.connect(server.port, protocol);
  await body({ ours, theirs });
}

async function assertSame(pair: Pair, commands: readonly Args[], about: string): Promise<void> {
  const difference = await runAfresh(pair, commands);
  if (difference !== undefined) fail(`${about}: ${await report(pair, commands, difference)}`);
}

for (const protocol of [2, 3] as const) {
  for (const [name, commands] of Object.entries(examples)) {
    testWith(
      ["redis-server"],
      `embedded engine answers the ${name} examples as Redis does, RESP${protocol}`,
      () => withPair(protocol, (pair) => assertSame(pair, commands, name)),
    );
  }

  for (const [name, generator] of [...Object.entries(generators), ["all", undefined] as const]) {
    testWith(
      ["redis-server"],
      `embedded engine answers random commands (${name}) as Redis does, RESP${protocol}`,
      () =>
        withPair(protocol, async (pair) => {
          const choose = new Choose(new SeededRandom(seed));
          const all = Object.values(generators);
          console.log(`seed ${seed}, ${sequences} sequences of ${COMMANDS_PER_SEQUENCE} commands`);
          for (let i = 0; i < sequences; i++) {
            const commands = Array.from({ length: COMMANDS_PER_SEQUENCE }, () => {
              // A type by itself is mixed with the others' commands, one in four: they move, copy, expire and mistype its keys.
              const make = generator === undefined || choose.onceIn(4) ? choose.of(all) : generator;
              return mistaken(choose, make(choose), MISTAKE_ONCE_IN);
            });
            await assertSame(pair, commands, `seed ${seed}, ${name}, sequence ${i}`);
          }
        }),
    );
  }

  testWith(
    ["redis-server"],
    `embedded engine lets keys expire as Redis does, RESP${protocol}`,
    () =>
      withPair(protocol, async (pair) => {
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
          await until(
            "four keys have expired",
            async () => (await client.call("EXISTS", "a", "b", "c", "d")).text === "0",
          );
        }
        const after: readonly Args[] = [["DBSIZE"], ["KEYS", "*"], ["SETNX", "a", "2"], ["TTL", "a"], [
          "RENAME",
          "b",
          "x",
        ]];
        assertEquals(await run(pair, after), undefined);
      }),
  );
}
