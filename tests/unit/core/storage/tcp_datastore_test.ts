import { engineLinks } from "../../../../core/net/upstream_pool.ts";
import { assertEquals } from "@std/assert";
import { silentLogger } from "../../../../core/logger.ts";
import { Pressure } from "../../../../core/net/pressure.ts";
import { Turn } from "../../../../core/net/turn.ts";
import { SeededRandom } from "../../../../core/random.ts";
import { TcpDataStore } from "../../../../core/storage/tcp_datastore.ts";
import { LineEngine } from "../../../support/line_engine.ts";
import { LineProtocol, lineRequest } from "../../../support/line_protocol.ts";
import { MemoryNetwork } from "../../../support/memory_transport.ts";
import { RecordingSink } from "../../../support/recording_sink.ts";
import { settled } from "../../../support/settled.ts";
import { SimClock } from "../../../support/sim_clock.ts";

Deno.test("TcpDataStore is a replica over the links of its pool", async () => {
  const clock = new SimClock();
  const network = new MemoryNetwork({ clock });
  const engine = new LineEngine(network, { kind: "unix", path: "/run/engine.sock" });
  const store = new TcpDataStore(
    "/run/engine.sock",
    {
      address: engine.address,
      kind: engineLinks(new LineProtocol(), {}, 1 << 20),
      ratePerSecond: 0,
      timeoutMs: 1000,
      retryMsMax: 1000,
      pendingMax: 10,
      preconnect: true,
      size: 1,
      autoEject: false,
      failureMax: 3,
      retryAfterMs: 1000,
    },
    {
      transport: network,
      clock,
      random: new SeededRandom(1),
      turn: new Turn(clock),
      pressure: new Pressure(1 << 20),
      logger: silentLogger,
    },
    new LineProtocol().commands.length,
  );
  await store.start();
  assertEquals([store.up, store.name], [true, "/run/engine.sock"]);
  const sink = new RecordingSink();
  store.send(lineRequest("get a"), sink, 4);
  assertEquals(store.queues(), { in_queue: 1, in_queue_bytes: "get a\n".length, out_queue: 0, out_queue_bytes: 0 });
  await settled();
  assertEquals(sink.calls, ["4: re get a"]);
  assertEquals([store.queues().out_queue, store.stats.read_responses], [0, 1]);
  assertEquals(store.stats.byCommand.reduce((sum, count) => sum + count), 1);
  await store.close();
  assertEquals(store.up, false);
});
