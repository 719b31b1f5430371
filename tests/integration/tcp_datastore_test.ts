import { assertEquals } from "@std/assert";
import { SystemClock } from "../../core/clock.ts";
import { silentLogger } from "../../core/logger.ts";
import { DenoTransport } from "../../core/net/deno_transport.ts";
import { Pressure } from "../../core/net/pressure.ts";
import { Turn } from "../../core/net/turn.ts";
import { engineLinks } from "../../core/net/upstream_pool.ts";
import { systemRandom } from "../../core/random.ts";
import { TcpDataStore } from "../../core/storage/tcp_datastore.ts";
import type { Address } from "../../core/transport.ts";
import { RedisProtocol } from "../../protocols/redis/mod.ts";
import { testDataStore } from "../conformance/datastore.ts";
import { startRedis, testWith } from "../support/real_servers.ts";

/** The store in front of the Redis at `address`, as a node makes it. */
function storeAt(address: Address): TcpDataStore {
  const clock = new SystemClock();
  const protocol = new RedisProtocol();
  return new TcpDataStore("redis", {
    address,
    kind: engineLinks(protocol, {}, 1 << 26),
    ratePerSecond: 0,
    timeoutMs: 5000,
    retryMsMax: 1000,
    pendingMax: 10_000,
    preconnect: true,
    size: 2,
    autoEject: false,
    failureMax: 3,
    retryAfterMs: 1000,
  }, {
    transport: new DenoTransport(),
    clock,
    random: systemRandom(),
    turn: new Turn(clock),
    pressure: new Pressure(1 << 26),
    logger: silentLogger,
  }, protocol.commands.length);
}

const withRedis = (name: string, fn: () => Promise<void>) => testWith(["redis-server"], name, fn);

testDataStore("TcpDataStore in front of Redis", async () => {
  const server = await startRedis();
  return { store: storeAt({ kind: "tcp", host: server.host, port: server.port }), clean: () => server.stop() };
}, withRedis);

testDataStore("TcpDataStore in front of Redis on a unix socket", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_" });
  const server = await startRedis({ socketPath: `${folder}/redis.sock` });
  return {
    store: storeAt({ kind: "unix", path: `${folder}/redis.sock` }),
    clean: async () => {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}, withRedis);

withRedis("TcpDataStore.start() settles although nobody listens, and the store is down", async () => {
  const server = await startRedis();
  await server.stop();
  const store = storeAt({ kind: "tcp", host: server.host, port: server.port });
  await store.start();
  assertEquals(store.up, false);
  await store.close();
});
