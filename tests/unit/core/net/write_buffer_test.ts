import { assert, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { encode } from "../../../../core/bytes.ts";
import { Budget } from "../../../../core/net/budget.ts";
import { SpareMemory } from "../../../../core/net/spare_memory.ts";
import { Turn } from "../../../../core/net/turn.ts";
import { WriteBuffer } from "../../../../core/net/write_buffer.ts";
import { SeededRandom } from "../../../../core/random.ts";
import { readExactly } from "../../../conformance/transport.ts";
import { MemoryNetwork, type MemoryNetworkOptions } from "../../../support/memory_transport.ts";
import { settled } from "../../../support/settled.ts";
import { SimClock } from "../../../support/sim_clock.ts";

const RETAINED = 1024;
const LARGE = 64 * 1024;

async function setUp(options: MemoryNetworkOptions = {}) {
  const network = new MemoryNetwork(options);
  const listener = network.listen({ kind: "tcp", host: "127.0.0.1", port: 0 });
  const connection = await network.connect(listener.address, 1000);
  const { far } = network.links[0]!;
  const budget = new Budget(1 << 20, new SpareMemory(1 << 20, () => 0));
  const errors: unknown[] = [];
  const seen = { drained: 0, sent: 0, errors };
  const owner = {
    onSent: (count: number) => void (seen.sent += count),
    onDrained: () => void seen.drained++,
    onWriteError: (error: unknown) => void errors.push(error),
  };
  const out = new WriteBuffer(connection, new Turn(new SimClock()), budget, owner, RETAINED);
  return { connection, far, budget, seen, out };
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("WriteBuffer sends what was written in a turn with one write", async () => {
  const { out, far, connection, seen } = await setUp();
  for (let i = 0; i < 100; i++) {
    out.copy(encode(`${i};`));
    out.mark();
  }
  await settled();
  assertEquals(connection.writes, 1);
  assertEquals(textOf(await readExactly(far, out.sentBytes)), Array.from({ length: 100 }, (_, i) => `${i};`).join(""));
  assertEquals([out.pendingBytes, seen.drained], [0, 1]);
});

Deno.test("WriteBuffer sends nothing before it is marked", async () => {
  const { out, connection } = await setUp();
  out.copy(encode("held"));
  await settled();
  assertEquals([connection.writes, out.pendingBytes], [0, 4]);
  out.mark();
  await settled();
  assertEquals([connection.writes, out.pendingBytes], [1, 0]);
});

Deno.test("WriteBuffer gathers while a write is under way, and sends that with the next one", async () => {
  const { out, connection, far } = await setUp({ capacityBytes: 4 });
  out.copy(encode("abcdefgh"));
  out.mark();
  await settled();
  assert(connection.writing);
  for (const text of ["1", "2", "3"]) {
    out.copy(encode(text));
    out.mark();
    await settled();
  }
  assertEquals(connection.writes, 2);
  assertEquals(out.pendingBytes, 7);
  assertEquals(textOf(await readExactly(far, 11)), "abcdefgh123");
  await settled();
  assertEquals([connection.writes, out.pendingBytes, out.sentBytes], [3, 0, 11]);
});

Deno.test("WriteBuffer keeps order, and gives all memory back, under random sizes and partial writes", async () => {
  const size = fc.oneof(fc.nat(20), fc.nat(3000), fc.integer({ min: LARGE - 2, max: LARGE + 5000 }));
  const step = fc.record({ size, mark: fc.boolean(), wait: fc.boolean(), byByte: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), fc.integer(), async (steps, seed) => {
      const { out, far, budget, seen } = await setUp({ random: new SeededRandom(seed), capacityBytes: 9000 });
      const expected: number[] = [];
      const got: number[] = [];
      const reading = (async () => {
        const into = new Uint8Array(5000);
        for (let count = await far.read(into); count !== null; count = await far.read(into)) {
          for (let i = 0; i < count; i++) got.push(into[i]!);
        }
      })();
      let next = 0;
      for (const { size, mark, wait, byByte } of steps) {
        const bytes = Uint8Array.from({ length: size }, () => next++ * 7 & 255);
        if (byByte && size <= 3000) { for (const byte of bytes) out.byte(byte); }
        else out.copy(bytes);
        bytes.fill(0); // lent: it must have been copied
        for (let i = next - size; i < next; i++) expected.push(i * 7 & 255);
        if (mark) out.mark();
        if (wait) await settled();
      }
      out.mark();
      await settled();
      for (let i = 0; i < 10_000 && out.pendingBytes > 0; i++) await settled();
      assertEquals(out.pendingBytes, 0);
      assertEquals([budget.usedBytes, out.heldBytes], [0, 0]);
      assertEquals([out.sentBytes, seen.sent], [expected.length, expected.length]);
      assert(seen.drained > 0);
      out.close();
      far.close();
      await reading.catch(() => {});
      assertEquals(got.length, expected.length);
      assert(got.every((byte, i) => byte === expected[i]), "bytes in another order");
    }),
    { numRuns: 40 },
  );
});

Deno.test("WriteBuffer charges what it holds beyond a quiet connection's share", async () => {
  const { out, budget, far } = await setUp({ capacityBytes: 512 });
  out.copy(new Uint8Array(RETAINED));
  assertEquals(budget.usedBytes, 0);
  out.copy(new Uint8Array(RETAINED));
  assert(budget.usedBytes >= 2 * RETAINED, `${budget.usedBytes}`);
  const before = budget.usedBytes;
  out.copy(new Uint8Array(LARGE));
  assert(budget.usedBytes >= before + LARGE, `${budget.usedBytes}`);
  assertEquals(out.heldBytes, budget.usedBytes);
  out.mark();
  await settled();
  assert(budget.usedBytes > 0);
  await readExactly(far, 2 * RETAINED + LARGE);
  await settled();
  assertEquals(budget.usedBytes, 0);
});

Deno.test("WriteBuffer gives back the buffer in front of a large run", async () => {
  const { out, budget, far } = await setUp();
  for (let i = 0; i < 10; i++) out.copy(new Uint8Array(RETAINED));
  out.copy(new Uint8Array(LARGE));
  out.mark();
  await readExactly(far, 10 * RETAINED + LARGE);
  await settled();
  assertEquals([budget.usedBytes, out.pendingBytes], [0, 0]);
  assertLess(out.bytes.length, RETAINED + 1);
});

Deno.test("WriteBuffer counts a large run as it leaves, not at its end", async () => {
  const { out, far } = await setUp({ capacityBytes: 1000 });
  out.copy(new Uint8Array(LARGE));
  out.mark();
  await readExactly(far, 5000);
  await settled();
  assert(out.sentBytes >= 5000 && out.sentBytes <= 6000, `${out.sentBytes}`);
  assertEquals(out.pendingBytes, LARGE - out.sentBytes);
});

Deno.test("WriteBuffer reports a write error once, and writes nothing more", async () => {
  const { out, connection, budget, seen } = await setUp({ capacityBytes: 10 });
  out.copy(new Uint8Array(LARGE));
  out.copy(encode("behind it"));
  out.mark();
  await settled();
  connection.break("reset");
  await settled();
  assertEquals(seen.errors.map(String), ["Error: reset"]);
  const { writes } = connection;
  out.copy(encode("later"));
  out.mark();
  out.copy(new Uint8Array(LARGE));
  out.mark();
  await settled();
  assertEquals([connection.writes, seen.errors.length, seen.drained], [writes, 1, 0]);
  out.close();
  assertEquals(budget.usedBytes, 0);
});

Deno.test("WriteBuffer.close() in the middle of a write gives everything back and tells nobody", async () => {
  for (const size of [100, 5000, 3 * LARGE]) {
    const { out, connection, far, budget, seen } = await setUp({ capacityBytes: 10 });
    out.copy(new Uint8Array(size));
    out.mark();
    await settled();
    out.copy(new Uint8Array(5000));
    out.mark();
    out.close();
    assertEquals([budget.usedBytes, out.heldBytes, out.pendingBytes], [0, 0, 0]);
    await readExactly(far, 10);
    connection.close();
    await settled();
    assertEquals([budget.usedBytes, out.pendingBytes], [0, 0]);
    assertEquals([seen.errors.length, seen.drained], [0, 0]);
  }
});

Deno.test("WriteBuffer takes no memory after close()", async () => {
  const { out, connection, budget } = await setUp();
  out.close();
  for (let i = 0; i < 100; i++) out.copy(new Uint8Array(1000));
  for (let i = 0; i < 5000; i++) out.byte(1);
  out.copy(new Uint8Array(LARGE));
  out.mark();
  await settled();
  assertEquals([budget.usedBytes, out.heldBytes, connection.writes], [0, 0, 0]);
});

Deno.test("WriteBuffer tells its owner each time it has run dry", async () => {
  const { out, seen } = await setUp();
  for (let turn = 1; turn <= 3; turn++) {
    out.copy(encode("x"));
    out.mark();
    await settled();
    assertEquals(seen.drained, turn);
  }
});
