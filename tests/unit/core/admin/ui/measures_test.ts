import { assertEquals } from "@std/assert";
import { History, measure, type Measures, poolOf } from "../../../../../core/admin/ui/measures.js";

const info = (reads: number, writes = 0) => ({
  rack: "rack1",
  latency_mean: 120,
  latency_99th: 900,
  dyn_memory: 2000,
  "a pool": {
    client_connections: 3,
    client_read_requests: reads,
    client_write_requests: writes,
    peer_in_queue: 1,
    peer_out_queue: 2,
    "127.0.0.1:6379:1": { read_requests: 9, in_queue: 4, out_queue: 5 },
  },
});

Deno.test("measure() turns counters into rates, whatever the pool and the engine are called", () => {
  const first = measure(undefined, { at: 1000, info: info(100) });
  assertEquals([first.reads, first.mean, first.p99, first.memory], [null, 120, 900, 2_048_000]);
  const then = measure({ at: 1000, info: info(100, 7) }, { at: 3000, info: info(150, 7) });
  assertEquals([then.reads, then.writes, then.clients], [25, 0, 3]);
  assertEquals([then.engineQueue, then.peerQueue, then.remoteQueue], [9, 3, null]);
  assertEquals(poolOf(info(1))!.name, "a pool");
});

Deno.test("measure() shows no rate over a restart, in no time, and for what is not told", () => {
  assertEquals(measure({ at: 0, info: info(100) }, { at: 1000, info: info(3) }).reads, null);
  assertEquals(measure({ at: 5, info: info(1) }, { at: 5, info: info(3) }).reads, null);
  const none = measure({ at: 0, info: {} }, { at: 1000, info: {} });
  assertEquals(Object.values(none).filter((value) => value !== null), []);
});

Deno.test("History forgets what is older than its span and leaves a hole where nothing was taken", () => {
  const history = new History(10_000, 3000);
  const point = (reads: number) => ({ ...measure(undefined, { at: 0, info: {} }), reads }) as Measures;
  history.push(1000, point(1));
  history.push(3000, point(2));
  history.push(3000, point(99));
  assertEquals(history.columns(["reads"]), [[1, 3], [1, 2]]);
  history.push(9000, point(3));
  assertEquals(history.columns(["reads", "writes"]), [[1, 3, 6, 9], [1, 2, null, 3], [null, null, null, null]]);
  history.push(12_000, point(4));
  assertEquals(history.columns(["reads"]), [[3, 6, 9, 12], [2, null, 3, 4]]);
});
