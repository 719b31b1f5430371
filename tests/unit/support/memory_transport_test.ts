import { assert, assertEquals, assertRejects } from "@std/assert";
import { decode, encode } from "../../../core/bytes.ts";
import { SeededRandom } from "../../../core/random.ts";
import type { Address } from "../../../core/transport.ts";
import { readExactly, testTransport } from "../../conformance/transport.ts";
import { MemoryNetwork, type MemoryNetworkOptions } from "../../support/memory_transport.ts";
import { settled } from "../../support/settled.ts";
import { SimClock } from "../../support/sim_clock.ts";

const address: Address = { kind: "tcp", host: "127.0.0.1", port: 0 };

testTransport("MemoryNetwork", () => ({ transport: new MemoryNetwork({ capacityBytes: 256 << 10 }), address }));
testTransport("MemoryNetwork in pieces", () => ({
  transport: new MemoryNetwork({ capacityBytes: 256 << 10, random: new SeededRandom(1) }),
  address,
}));
testTransport("MemoryNetwork by path", () => ({
  transport: new MemoryNetwork({ capacityBytes: 256 << 10 }),
  address: { kind: "unix", path: "/engine.sock" },
}));

async function connected(options: MemoryNetworkOptions = {}) {
  const network = new MemoryNetwork(options);
  const listener = network.listen(address);
  const near = await network.connect(listener.address, 1000);
  await listener.accept();
  const far = network.links[0]!.far;
  return { network, listener, near, far };
}

Deno.test("MemoryConnection makes a writer wait while the pipe is full", async () => {
  const { near, far } = await connected({ capacityBytes: 4 });
  assertEquals(await near.write(encode("abcdef")), 4);
  let settledBytes = 0;
  const writing = near.write(encode("ef")).then((count) => settledBytes = count);
  await settled();
  assertEquals(settledBytes, 0);
  assert(near.writing);
  assertEquals(decode(await readExactly(far, 4)), "abcd");
  await writing;
  assertEquals(settledBytes, 2);
});

Deno.test("MemoryConnection notices that lent bytes were changed", async () => {
  const { near } = await connected();
  const bytes = encode("abc");
  const writing = near.write(bytes);
  bytes[0] = 0;
  await assertRejects(() => writing, Error, "changed before it settled");
});

Deno.test("MemoryConnection.break() fails both ends", async () => {
  const { near, far } = await connected();
  const reading = assertRejects(() => near.read(new Uint8Array(1)), Error, "reset");
  near.break("reset");
  await reading;
  await assertRejects(() => far.read(new Uint8Array(1)), Error, "reset");
  await assertRejects(() => far.write(new Uint8Array(1)), Error, "reset");
});

Deno.test("MemoryConnection.pause() keeps what is written from arriving until resume()", async () => {
  const { near, far } = await connected();
  near.pause();
  await near.write(encode("x"));
  let got: number | null = null;
  const reading = far.read(new Uint8Array(1)).then((count) => got = count);
  await settled();
  assertEquals(got, null);
  near.resume();
  await reading;
  assertEquals(got, 1);
});

Deno.test("MemoryNetwork delays bytes by its clock", async () => {
  const clock = new SimClock();
  const { near, far } = await connected({ clock, delayMs: 5 });
  await near.write(encode("x"));
  let got: number | null = null;
  const reading = far.read(new Uint8Array(1)).then((count) => got = count);
  await clock.run(4);
  assertEquals(got, null);
  await clock.run(1);
  await reading;
  assertEquals(got, 1);
});

Deno.test("MemoryNetwork refuses and ignores as told, until restored", async () => {
  const clock = new SimClock();
  const network = new MemoryNetwork({ clock });
  const listener = network.listen(address);
  network.refuse(listener.address, "no route");
  await assertRejects(() => network.connect(listener.address, 100), Error, "no route");
  network.restore(listener.address);
  network.unreachable(listener.address);
  const connecting = assertRejects(() => network.connect(listener.address, 100), Error, "no answer within 100 ms");
  await clock.run(100);
  await connecting;
  network.restore(listener.address);
  (await network.connect(listener.address, 100)).close();
});

Deno.test("MemoryListener.fail() fails one accept", async () => {
  const { network, listener } = await connected();
  listener.fail("too many open files");
  await assertRejects(() => listener.accept(), Error, "too many open files");
  const accepting = listener.accept();
  await network.connect(listener.address, 1000);
  await accepting;
});
