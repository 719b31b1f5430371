import { assertEquals } from "@std/assert";
import { errorPercent, ratesBetween, readCounters } from "../../../../../conf/commands/top/counters.ts";
import { info } from "../../../../support/admin_bodies.ts";

Deno.test("readCounters() finds the pool and its engine, whatever they are called", () => {
  assertEquals(readCounters(info("r", "d", 400, 3), 17), {
    at: 17,
    uptimeSeconds: 93_600,
    reads: 300,
    writes: 100,
    errors: 3,
    p50: 210,
    p99: 1_830,
    clients: 50,
    engineQueue: 24,
    peerQueue: 7,
    memoryBytes: 96 * 1024 * 1024,
  });
});

Deno.test("readCounters() reads what C Dynomite answers, and is not disturbed by anything else", () => {
  const pool = { client_eof: 0, client_connections: 1, client_read_requests: 302, client_write_requests: 305 };
  const original = { service: "dynomite", uptime: 4, latency_99th: 537, dyn_memory: 6216, my_pool: pool };
  const { reads, writes, p50, p99, memoryBytes } = readCounters(original, 0);
  assertEquals([reads, writes, p50, p99, memoryBytes], [302, 305, undefined, 537, 6216 * 1024]);
  for (const body of [{}, { dyn_o_mite: null }, { a: { client_connections: "x" } }, { uptime: "1" }]) {
    const { clients, uptimeSeconds } = readCounters(body, 0);
    assertEquals([clients, uptimeSeconds], [0, 0]);
  }
});

Deno.test("ratesBetween() divides by the time between, and knows nothing of a node that began anew", () => {
  const before = readCounters(info("r", "d", 400, 3), 1000);
  const after = readCounters(info("r", "d", 800, 23), 3000);
  const rates = ratesBetween(before, after)!;
  assertEquals(rates, { readsPerSecond: 150, writesPerSecond: 50, errorsPerSecond: 10 });
  assertEquals(errorPercent(rates), 5);
  assertEquals(ratesBetween(after, { ...before, at: 5000 }), undefined);
  assertEquals(ratesBetween(before, before), undefined);
  assertEquals(errorPercent({ readsPerSecond: 0, writesPerSecond: 0, errorsPerSecond: 0 }), 0);
  assertEquals(errorPercent({ readsPerSecond: 0, writesPerSecond: 0, errorsPerSecond: 2 }), 100);
});
