import { assert, assertEquals, assertGreater, assertLessOrEqual, assertRejects } from "@std/assert";
import fc from "fast-check";
import { encode } from "../../../../core/bytes.ts";
import { Pressure } from "../../../../core/net/pressure.ts";
import { ReadBuffer } from "../../../../core/net/read_buffer.ts";
import { SeededRandom } from "../../../../core/random.ts";
import { writeAll } from "../../../conformance/transport.ts";
import { MemoryNetwork, type MemoryNetworkOptions } from "../../../support/memory_transport.ts";
import { settled } from "../../../support/settled.ts";

const SMALLEST = 64;
const USUAL = 1024;
const nobody = () => ({ heldBytes: 0, evict() {} });

async function setUp({ limit = 1 << 20, ...options }: MemoryNetworkOptions & { limit?: number } = {}) {
  const network = new MemoryNetwork({ capacityBytes: 1 << 20, ...options });
  const listener = network.listen({ kind: "tcp", host: "127.0.0.1", port: 0 });
  const connection = await network.connect(listener.address, 1000);
  const { far } = network.links[0]!;
  const pressure = new Pressure(limit);
  const input = new ReadBuffer(SMALLEST, USUAL, pressure, nobody());
  return { connection, far, pressure, input };
}

/** Reads until `count` unparsed bytes are there. */
async function fillTo(input: ReadBuffer, connection: Parameters<ReadBuffer["fill"]>[0], count: number, needed = 0) {
  while (input.end - input.start < count) assert(await input.fill(connection, needed) !== null, "ended early");
}

/** Takes everything that was read. */
function consume(input: ReadBuffer): void {
  input.start = input.end;
}

Deno.test("ReadBuffer starts small and doubles while reads fill it, up to its usual size", async () => {
  const { input, connection, far, pressure } = await setUp();
  await writeAll(far, new Uint8Array(20 * USUAL));
  const sizes: number[] = [];
  for (let i = 0; i < 7; i++) {
    sizes.push(input.bytes.length);
    await input.fill(connection, 0);
    consume(input);
  }
  assertEquals(sizes, [64, 128, 256, 512, 1024, 1024, 1024]);
  assertEquals(pressure.usedBytes, 0);
});

Deno.test("ReadBuffer shrinks when traffic has been light for a while", async () => {
  const { input, connection, far } = await setUp();
  await writeAll(far, new Uint8Array(4 * USUAL));
  while (far.unreadBytes > 0) {
    await input.fill(connection, 0);
    consume(input);
  }
  assertEquals(input.bytes.length, USUAL);
  let reads = 0;
  for (; input.bytes.length > SMALLEST && reads < 1000; reads++) {
    await writeAll(far, encode("x"));
    await input.fill(connection, 0);
    consume(input);
  }
  assertEquals(input.bytes.length, SMALLEST);
  assertGreater(reads, 100);
});

Deno.test("ReadBuffer grows for a frame that is larger, charges it, and gives it back behind the frame", async () => {
  const { input, connection, far, pressure } = await setUp();
  await writeAll(far, new Uint8Array(10 * USUAL));
  await fillTo(input, connection, 10 * USUAL);
  assert(input.bytes.length >= 10 * USUAL);
  assertEquals([pressure.usedBytes, input.heldBytes], [input.bytes.length, input.bytes.length]);
  consume(input);
  await writeAll(far, encode("next"));
  await input.fill(connection, 0);
  assertEquals([input.bytes.length, pressure.usedBytes], [USUAL, 0]);
});

Deno.test("ReadBuffer takes room by what arrives, not by what is announced", async () => {
  const { input, connection, far, pressure } = await setUp();
  await writeAll(far, new Uint8Array(10));
  for (let i = 0; i < 5; i++) {
    await writeAll(far, new Uint8Array(10));
    await input.fill(connection, 500_000);
    assertLessOrEqual(input.bytes.length, 4 * USUAL);
  }
  assertEquals(pressure.usedBytes, 0);
});

Deno.test("ReadBuffer that trusts takes room by what is announced, and gives it back behind the frame all the same", async () => {
  const { connection, far, pressure } = await setUp();
  const input = new ReadBuffer(SMALLEST, USUAL, pressure, nobody(), true);
  await writeAll(far, new Uint8Array(10));
  await input.fill(connection, 0);
  await writeAll(far, new Uint8Array(10));
  await input.fill(connection, 500_000);
  assert(input.bytes.length >= 500_000 && input.bytes.length <= 625_000, `${input.bytes.length}`);
  assertEquals(pressure.usedBytes, input.bytes.length);
  consume(input);
  input.relax();
  assertEquals([input.bytes.length, pressure.usedBytes], [USUAL, 0]);
});

Deno.test("ReadBuffer.relax() leaves a frame in progress alone", async () => {
  const { input, connection, far, pressure } = await setUp();
  await writeAll(far, new Uint8Array(10 * USUAL));
  await fillTo(input, connection, 10 * USUAL);
  const held = pressure.usedBytes;
  input.relax();
  assertEquals([input.end - input.start, pressure.usedBytes], [10 * USUAL, held]);
});

Deno.test("ReadBuffer takes a large frame after a long idle time", async () => {
  const { input, connection, far, pressure } = await setUp();
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
  assertEquals(pressure.usedBytes, 0);
});

Deno.test("ReadBuffer keeps the bytes not yet parsed, wherever they have to move", async () => {
  const step = fc.record({ send: fc.nat(3000), take: fc.nat(3000), needed: fc.nat(5000) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), fc.integer(), async (steps, seed) => {
      const { input, connection, far, pressure } = await setUp({ random: new SeededRandom(seed) });
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
      assertEquals(pressure.usedBytes, 0);
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
  const { input, connection, far, pressure } = await setUp({ limit: 10_000 });
  const elder = nobody();
  pressure.charge(9_000);
  assertEquals(pressure.admits(elder, 5_000), true); // the one that may overdraw is another
  await writeAll(far, new Uint8Array(3 * USUAL));
  while (input.end - input.start < USUAL) await input.fill(connection, 0);
  let filled = false;
  const filling = input.fill(connection, 0).then(() => filled = true);
  await settled();
  assertEquals([filled, pressure.usedBytes, pressure.waits], [false, 9_000, 1]);
  assertEquals(input.waiting, true);
  pressure.release(9_000);
  await filling;
  assertEquals(input.waiting, false);
  assertEquals([filled, pressure.usedBytes], [true, 2 * USUAL]);
});

Deno.test("ReadBuffer of the elder overdraws, so that it can finish", async () => {
  const { input, connection, far, pressure } = await setUp({ limit: 4 * USUAL });
  await writeAll(far, new Uint8Array(20 * USUAL));
  await fillTo(input, connection, 20 * USUAL);
  assert(pressure.usedBytes > pressure.limitBytes);
  consume(input);
  await writeAll(far, encode("x"));
  await input.fill(connection, 0);
  assertEquals(pressure.usedBytes, 0);
});

Deno.test("ReadBuffer of the elder lets the next one become elder behind its frame", async () => {
  const one = await setUp({ limit: 4 * USUAL });
  const other = await setUp();
  const input = new ReadBuffer(SMALLEST, USUAL, one.pressure, nobody());
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
  assertEquals(one.pressure.usedBytes, 0);
});

Deno.test("ReadBuffer.close() gives its memory back and its place as the elder", async () => {
  const { input, connection, far, pressure } = await setUp({ limit: 4 * USUAL });
  await writeAll(far, new Uint8Array(20 * USUAL));
  await fillTo(input, connection, 20 * USUAL);
  input.close();
  assertEquals([pressure.usedBytes, input.heldBytes, input.bytes.length], [0, 0, 0]);
  assertEquals(pressure.admits(nobody(), 100 * USUAL), true);
});

Deno.test("ReadBuffer.close() ends a fill that waits for memory, and charges nothing for it", async () => {
  const { input, connection, far, pressure } = await setUp({ limit: 10_000 });
  pressure.charge(9_999);
  pressure.admits(nobody(), 5_000);
  await writeAll(far, new Uint8Array(3 * USUAL));
  while (input.end - input.start < USUAL) await input.fill(connection, 0);
  const filling = assertRejects(() => input.fill(connection, 0), Error, "closed");
  await settled();
  input.close();
  pressure.nudge();
  await filling;
  assertEquals(pressure.usedBytes, 9_999);
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
