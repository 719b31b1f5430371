import { assert, assertEquals, assertRejects } from "@std/assert";
import { startMemcached, startRedis, testWith } from "../support/real_servers.ts";

async function ask(connection: Deno.Conn, question: string): Promise<string> {
  await connection.write(new TextEncoder().encode(question));
  const answer = new Uint8Array(1024);
  const count = await connection.read(answer);
  connection.close();
  return new TextDecoder().decode(answer.subarray(0, count ?? 0));
}

testWith(
  ["redis-server"],
  "startRedis() serves on its port until disposed of, and again on the same port",
  async () => {
    let port: number | undefined;
    for (let i = 0; i < 2; i++) {
      await using server = await startRedis(port === undefined ? {} : { port });
      port = server.port;
      assertEquals(await ask(await Deno.connect({ port }), "PING\r\n"), "+PONG\r\n");
    }
    await assertRejects(() => Deno.connect({ port: port! }), Deno.errors.ConnectionRefused);
  },
);

testWith(["redis-server"], "startRedis() takes a password, and says why a start failed", async () => {
  await using server = await startRedis({ password: "secret" });
  assert((await ask(await Deno.connect({ port: server.port }), "PING\r\n")).startsWith("-NOAUTH"));
  await assertRejects(() => startRedis({ args: ["--no-such-option", "1"] }), Error, "ended while it started");
});

testWith(["memcached"], "startMemcached() serves on a port, and on a unix socket", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_" });
  try {
    await using overTcp = await startMemcached();
    assert((await ask(await Deno.connect({ port: overTcp.port }), "version\r\n")).startsWith("VERSION "));
    const path = `${folder}/socket`;
    await using _overSocket = await startMemcached({ socketPath: path });
    const connection = await Deno.connect({ transport: "unix", path });
    assert((await ask(connection, "version\r\n")).startsWith("VERSION "));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testWith(["no-such-program"], "testWith() skips what cannot run here", () => {
  throw new Error("this must not run");
});
