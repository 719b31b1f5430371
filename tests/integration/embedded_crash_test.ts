/**
 * What a node on a database file promises: a write that was acknowledged is there after the process was killed, and a disk that
 * takes no more fails requests, not the node.
 *
 * A kill -9 shows what survives the process. A power cut cannot be had here: what each `data_store_sync` gives then is
 * SQLite's word (core/storage/embedded/database.ts).
 */
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { freePort, Program } from "../support/program.ts";
import { RespClient } from "../support/resp_client.ts";

interface Place extends AsyncDisposable {
  readonly folder: string;
  readonly port: number;
}

/** A folder with a node.yml for a node on a database file there. */
async function place(synchronous: string): Promise<Place> {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_crash_" });
  const port = freePort();
  const lines = [
    "dyn_o_mite:",
    `  listen: 127.0.0.1:${port}`,
    `  stats_listen: 127.0.0.1:${freePort()}`,
    `  servers: ["embedded:${folder}/node.db"]`,
    `  data_store_sync: ${synchronous}`,
  ];
  await Deno.writeTextFile(`${folder}/node.yml`, lines.join("\n") + "\n");
  return { folder, port, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** What one client was told. */
interface Written {
  /** Writes `<name>:0`, `<name>:1`, ... that were acknowledged, from the first on. */
  acknowledged: number;
  sent: number;
}

const BATCH = 20;

/** Writes until the connection ends: a key of its own and a counter in turn. Reports each acknowledged pair. */
async function write(port: number, name: string, written: Written, onProgress: () => void): Promise<void> {
  using client = await RespClient.connect(port);
  try {
    for (;;) {
      const first = written.sent;
      written.sent += BATCH;
      const commands = Array.from({ length: BATCH }, (_, i) => [
        `SET ${name}:${first + i} value-${first + i}\r\n`,
        `INCR ${name}:count\r\n`,
      ]);
      await client.send(new TextEncoder().encode(commands.flat().join("")));
      for (let i = 0; i < BATCH; i++) {
        const [set, count] = await client.replies(2);
        assertEquals(set!.text, "OK");
        assertEquals(count!.text, String(first + i + 1));
        written.acknowledged++;
        onProgress();
      }
    }
  } catch (error) {
    // The kill ends the connection; anything else is a fault.
    if (error instanceof Error && /assert/i.test(error.name)) throw error;
  }
}

const CLIENTS = 4;
/** Writes per client before the kill. */
const LEAST = 500;

for (const synchronous of ["full", "normal", "off"]) {
  Deno.test(`embedded engine keeps every acknowledged write through kill -9, data_store_sync: ${synchronous}`, async () => {
    await using here = await place(synchronous);
    const clients = Array.from({ length: CLIENTS }, (): Written => ({ acknowledged: 0, sent: 0 }));
    {
      await using node = await Program.start(["-c", "node.yml"], here.folder);
      let killed = false;
      const killWhenEnough = () => {
        if (killed || clients.some(({ acknowledged }) => acknowledged < LEAST)) return;
        killed = true;
        node.kill("SIGKILL");
      };
      await Promise.all(clients.map((written, i) => write(here.port, `c${i}`, written, killWhenEnough)));
    }
    await using _again = await Program.start(["-c", "node.yml"], here.folder);
    using client = await RespClient.connect(here.port);
    for (const [i, { acknowledged, sent }] of clients.entries()) {
      assertGreater(acknowledged, LEAST - 1);
      const keys = Array.from({ length: sent }, (_, n) => `c${i}:${n}`);
      const values = (await client.call("MGET", ...keys)).items!.map(({ text }) => text);
      for (let n = 0; n < acknowledged; n++) assertEquals(values[n], `value-${n}`, `c${i}:${n} was acknowledged`);
      // Both writes of a pair were in one pipeline and in order: the counter has seen what the keys have, give or take the last.
      const count = Number((await client.call("GET", `c${i}:count`)).text);
      const found = values.filter((text) => text !== "").length;
      assert(count >= acknowledged && count <= sent, `counter ${count} of ${acknowledged} to ${sent}`);
      assert(count === found || count === found - 1, `counter ${count}, keys ${found}`);
    }
  });
}

/** Runs a program whose files cannot pass 4 MB: a write beyond fails as on a full disk. The signal that would end it is ignored. */
const filesOf4Mb = ["sh", "-c", `trap "" XFSZ; ulimit -f 8192; exec "$@"`, "sh"];

Deno.test("embedded engine answers with an error when the disk takes no more, and keeps what it acknowledged", async () => {
  await using here = await place("normal");
  const value = "x".repeat(100_000);
  let acknowledged = 0;
  let refusals = 0;
  {
    await using _node = await Program.start(["-c", "node.yml"], here.folder, filesOf4Mb);
    using client = await RespClient.connect(here.port);
    for (let i = 0; i < 200 && refusals < 3; i++) {
      const { type, text } = await client.call("SET", `k${i}`, value);
      if (type === "-") {
        refusals++;
        assertMatch(text, /^ERR Storage: /);
      } else {
        assertEquals(refusals, 0, "room came back by itself");
        acknowledged++;
      }
    }
    assertEquals(refusals, 3);
    assertGreater(acknowledged, 10);
    assertEquals((await client.call("PING")).text, "PONG");
    assertEquals((await client.call("DBSIZE")).text, String(acknowledged));
    assertEquals((await client.call("STRLEN", `k${acknowledged - 1}`)).text, String(value.length));
    assertEquals((await client.call("GET", `k${acknowledged}`)).type, "$-1");
  }
  // With room again the node goes on.
  await using _again = await Program.start(["-c", "node.yml"], here.folder);
  using client = await RespClient.connect(here.port);
  assertEquals((await client.call("DBSIZE")).text, String(acknowledged));
  assertEquals((await client.call("SET", "more", value)).text, "OK");
});
