import { assert, assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import fc from "fast-check";
import { encode } from "../../../../core/bytes.ts";
import { Budget } from "../../../../core/net/budget.ts";
import { ReadBuffer } from "../../../../core/net/read_buffer.ts";
import { SpareMemory } from "../../../../core/net/spare_memory.ts";
import { SeededRandom } from "../../../../core/random.ts";
import { writeAll } from "../../../conformance/transport.ts";
import { MemoryNetwork, type MemoryNetworkOptions } from "../../../support/memory_transport.ts";
import { settled } from "../../../support/settled.ts";

const SMALL = 64;
const USUAL = 1024;
const somebody = () => ({});

async function setUp({ limit = 1 << 20, ...options }: MemoryNetworkOptions & { limit?: number } = {}) {
  const network = new MemoryNetwork({ capacityBytes: 1 << 20, ...options });
  const listener = network.listen({ kind: "tcp", host: "127.0.0.1", port: 0 });
  const connection = await network.connect(listener.address, 1000);
  const { far } = network.links[0]!;
  const budget = new Budget(limit, new SpareMemory(limit, () => 0));
  const input = new ReadBuffer(SMALL, USUAL, budget);
  return { connection, far, budget, input };
}

/** Reads until `count` unparsed bytes are there. */
async function fillTo(input: ReadBuffer, connection: Parameters<ReadBuffer["fill"]>[0], count: number, needed = 0) {
  while (input.end - input.start < count) assert(await input.fill(connection, needed) !== null, "ended early");
}

/** Takes everything that was read. */
function consume(input: ReadBuffer): void {
  input.start = input.end;
}

Deno.test("ReadBuffer waits with its small buffer, reads traffic with the usual one, and idles with the small one again", async () => {
  const { input, connection, far, budget } = await setUp();
  const sizes: number[] = [];
  const read = async () => {
    await input.fill(connection, 0);
    sizes.push(input.bytes.length);
    consume(input);
  };
  await writeAll(far, new Uint8Array(SMALL - 1));
  await read();
  await writeAll(far, new Uint8Array(SMALL + 3 * USUAL - 1));
  for (let i = 0; i < 4; i++) await read();
  assertEquals(sizes, [SMALL, SMALL, USUAL, USUAL, USUAL]);
  assertEquals(budget.usedBytes, 0);
  const pending = input.fill(connection, 0);
  assertEquals(input.bytes.length, SMALL);
  await writeAll(far, encode("x"));
  await pending;
});

Deno.test("ReadBuffer takes the usual buffer for a frame that does not fit the small one, and lends it again", async () => {
  const { input, connection, far, budget } = await setUp();
  await writeAll(far, new Uint8Array(USUAL));
  await fillTo(input, connection, USUAL);
  assertEquals([input.bytes.length, budget.usedBytes, budget.memory.idleBytes], [USUAL, 0, 0]);
  consume(input);
  await writeAll(far, encode("x"));
  await input.fill(connection, 0);
  consume(input);
  input.relax();
  assertEquals([input.bytes.length, budget.memory.idleBytes], [SMALL, USUAL]);
});

Deno.test("ReadBuffer grows for a frame that is larger, charges it, and gives it back behind the frame", async () => {
  const { input, connection, far, budget } = await setUp();
  await writeAll(far, new Uint8Array(10 * USUAL));
  await fillTo(input, connection, 10 * USUAL);
  assert(input.bytes.length >= 10 * USUAL);
  assertEquals([budget.usedBytes, input.heldBytes], [input.bytes.length, input.bytes.length]);
  consume(input);
  await writeAll(far, encode("next"));
  await input.fill(connection, 0);
  assertEquals([input.bytes.length, budget.usedBytes], [SMALL, 0]);
});

Deno.test("ReadBuffer takes room by what arrives, not by what is announced", async () => {
  const { input, connection, far, budget } = await setUp();
  await writeAll(far, new Uint8Array(10));
  for (let i = 0; i < 5; i++) {
    await writeAll(far, new Uint8Array(10));
    await input.fill(connection, 500_000);
    assertLessOrEqual(input.bytes.length, 4 * USUAL);
  }
  assertEquals(budget.usedBytes, 0);
});

Deno.test("ReadBuffer that trusts takes room by what is announced, and gives it back behind the frame all the same", async () => {
  const { connection, far, budget } = await setUp();
  const input = new ReadBuffer(SMALL, USUAL, budget, true);
  await writeAll(far, new Uint8Array(10));
  await input.fill(connection, 0);
  await writeAll(far, new Uint8Array(10));
  await input.fill(connection, 500_000);
  assert(input.bytes.length >= 500_000 && input.bytes.length <= 625_000, `${input.bytes.length}`);
  assertEquals(budget.usedBytes, input.bytes.length);
  consume(input);
  input.relax();
  assertEquals([input.bytes.length, budget.usedBytes], [SMALL, 0]);
});

Deno.test("ReadBuffer.relax() leaves a frame in progress alone", async () => {
  const { input, connection, far, budget } = await setUp();
  await writeAll(far, new Uint8Array(10 * USUAL));
  await fillTo(input, connection, 10 * USUAL);
  const held = budget.usedBytes;
  input.relax();
  assertEquals([input.end - input.start, budget.usedBytes], [10 * USUAL, held]);
});

Deno.test("ReadBuffer.relax() gives back behind a large frame, with the next one begun", async () => {
  const { input, connection, far, budget } = await setUp();
  const bytes = Uint8Array.from({ length: 10 * USUAL + 3 }, (_, i) => i & 255);
  await writeAll(far, bytes);
  await fillTo(input, connection, bytes.length);
  input.start += 10 * USUAL;
  input.relax();
  assertEquals([input.bytes.length, budget.usedBytes], [USUAL, 0]);
  assertEquals(input.bytes.slice(input.start, input.end), bytes.slice(10 * USUAL));
});

Deno.test("ReadBuffer.fill() reads little behind a large frame, so that nothing large is held for what follows", async () => {
  const { input, connection, far, budget } = await setUp();
  await writeAll(far, new Uint8Array(60 * USUAL));
  await fillTo(input, connection, 20 * USUAL, 20 * USUAL);
  assertLessOrEqual(input.end - input.start, 21 * USUAL);
  input.start += 20 * USUAL;
  input.relax();
  assertEquals(budget.usedBytes, 0);
});

Deno.test("ReadBuffer.close() releases room that was granted in the same moment", async () => {
  const { input, connection, far, budget } = await setUp({ limit: 10_000 });
  budget.charge(10_000);
  const elder = somebody();
  budget.take(elder, 1);
  await writeAll(far, new Uint8Array(3 * USUAL));
  while (input.end - input.start < USUAL) await input.fill(connection, 0);
  const filling = assertRejects(() => input.fill(connection, 0), Error, "closed");
  await settled();
  budget.release(10_001);
  input.close();
  await filling;
  assertEquals(budget.usedBytes, 0);
});

Deno.test("ReadBuffer takes a large frame after a long idle time", async () => {
  const { input, connection, far, budget } = await setUp();
  for (let i = 0; i < 200; i++) {
    await writeAll(far, encode("x"));
    await input.fill(connection, 0);
    consume(input);
  }
  const frame = Uint8Array.from({ length: 50_000 }, (_, i) => i & 255);
  await writeAll(far, frame);
  await fillTo(input, connection, frame.length, frame.length);
  assertEquals(input.bytes.slice(input.start, input.end), frame);
  consume(input);
  await writeAll(far, encode("x"));
  await input.fill(connection, 0);
  assertEquals(budget.usedBytes, 0);
});

Deno.test("ReadBuffer keeps the bytes not yet parsed, wherever they have to move", async () => {
  const step = fc.record({ send: fc.nat(3000), take: fc.nat(3000), needed: fc.nat(5000) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), fc.integer(), async (steps, seed) => {
      const { input, connection, far, budget } = await setUp({ random: new SeededRandom(seed) });
      let sent = 0;
      let taken = 0;
      const check = () => {
        for (let i = input.start; i < input.end; i++) {
          const expected = (taken + i - input.start) * 7 & 255;
          if (input.bytes[i] !== expected) throw new Error(`byte ${taken + i - input.start} differs`);
        }
      };
      for (const { send, take, needed } of steps) {
        await writeAll(far, Uint8Array.from({ length: send }, () => sent++ * 7 & 255));
        if (taken + input.end - input.start < sent) await input.fill(connection, needed);
        check();
        const count = Math.min(take, input.end - input.start);
        input.start += count;
        taken += count;
        check();
      }
      input.close();
      assertEquals(budget.usedBytes, 0);
    }),
    { numRuns: 60 },
  );
});

Deno.test("ReadBuffer.fill() returns null at the end of the stream", async () => {
  const { input, connection, far } = await setUp();
  far.close();
  assertEquals(await input.fill(connection, 0), null);
});

Deno.test("ReadBuffer waits while memory is short, and goes on when there is some", async () => {
  const { input, connection, far, budget } = await setUp({ limit: 10_000 });
  budget.charge(9_000);
  const elder = somebody();
  assertEquals(budget.take(elder, 5_000), true); // the one that may overdraw is another
  await writeAll(far, new Uint8Array(3 * USUAL));
  while (input.end - input.start < USUAL) await input.fill(connection, 0);
  let filled = false;
  const filling = input.fill(connection, 0).then(() => filled = true);
  await settled();
  assertEquals([filled, budget.usedBytes, budget.waits], [false, 14_000, 1]);
  assertEquals(input.waiting, true);
  budget.release(9_000);
  await filling;
  assertEquals(input.waiting, false);
  assertEquals([filled, budget.usedBytes], [true, 5_000 + 2 * USUAL]);
});

Deno.test("ReadBuffer of the elder overdraws, so that it can finish", async () => {
  const { input, connection, far, budget } = await setUp({ limit: 4 * USUAL });
  await writeAll(far, new Uint8Array(20 * USUAL));
  await fillTo(input, connection, 20 * USUAL);
  assert(budget.usedBytes > budget.limitBytes);
  consume(input);
  await writeAll(far, encode("x"));
  await input.fill(connection, 0);
  assertEquals(budget.usedBytes, 0);
});

Deno.test("ReadBuffer of the elder lets the next one become elder behind its frame", async () => {
  const one = await setUp({ limit: 4 * USUAL });
  const other = await setUp();
  const input = new ReadBuffer(SMALL, USUAL, one.budget);
  await writeAll(one.far, new Uint8Array(20 * USUAL));
  await writeAll(other.far, new Uint8Array(20 * USUAL));
  await fillTo(one.input, one.connection, 10 * USUAL);
  let done = false;
  const filling = fillTo(input, other.connection, 20 * USUAL).then(() => done = true);
  await settled();
  assertEquals(done, false);
  await fillTo(one.input, one.connection, 20 * USUAL);
  consume(one.input);
  await writeAll(one.far, encode("x"));
  await one.input.fill(one.connection, 0);
  await filling;
  assertEquals(done, true);
  input.close();
  assertEquals(one.budget.usedBytes, 0);
});

Deno.test("ReadBuffer.close() gives its memory back and its place as the elder", async () => {
  const { input, connection, far, budget } = await setUp({ limit: 4 * USUAL });
  await writeAll(far, new Uint8Array(20 * USUAL));
  await fillTo(input, connection, 20 * USUAL);
  input.close();
  assertEquals([budget.usedBytes, input.heldBytes, input.bytes.length], [0, 0, 0]);
  assertEquals(budget.take(somebody(), 100 * USUAL), true);
});

Deno.test("ReadBuffer.close() ends a fill that waits for memory, and charges nothing for it", async () => {
  const { input, connection, far, budget } = await setUp({ limit: 10_000 });
  budget.charge(9_999);
  budget.take(somebody(), 5_000);
  await writeAll(far, new Uint8Array(3 * USUAL));
  while (input.end - input.start < USUAL) await input.fill(connection, 0);
  const filling = assertRejects(() => input.fill(connection, 0), Error, "closed");
  await settled();
  input.close();
  await filling;
  assertEquals([budget.usedBytes, budget.wanted], [14_999, false]);
});

Deno.test("ReadBuffer.fill() after close() throws, and bytes that still come are not taken", async () => {
  const { input, connection, far } = await setUp();
  const filling = input.fill(connection, 0);
  input.close();
  await writeAll(far, encode("late"));
  assertEquals(await filling, null);
  assertEquals([input.start, input.end], [0, 0]);
  await assertRejects(() => input.fill(connection, 0));
});
