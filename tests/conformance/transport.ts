/**
 * What every Transport must do, whoever carries the bytes. Each implementation runs it:
 *
 *     testTransport("MemoryNetwork", () => ({ transport: new MemoryNetwork(), address: somewhere }));
 */
import { assert, assertEquals, assertLess, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { decode, encode } from "../../core/bytes.ts";
import { type Address, type Connection, formatAddress, type Listener, type Transport } from "../../core/transport.ts";

export interface TransportSubject {
  readonly transport: Transport;
  /** Where nobody listens yet; a port may be 0. */
  readonly address: Address;
  /** Puts away what the address left behind. */
  clean?(): void;
}

interface Link {
  readonly transport: Transport;
  readonly listener: Listener;
  /** The end that connected, and the one that was accepted. */
  readonly near: Connection;
  readonly far: Connection;
}

const CONNECT_MS = 5_000;

export function testTransport(name: string, make: () => TransportSubject): void {
  const test = (what: string, body: (subject: TransportSubject) => Promise<void>) =>
    Deno.test(`${name} ${what}`, async () => {
      const subject = make();
      try {
        await body(subject);
      } finally {
        subject.clean?.();
      }
    });
  const testLink = (what: string, body: (link: Link) => Promise<void>) =>
    test(what, async ({ transport, address }) => {
      const listener = await transport.listen(address);
      const [near, far] = await Promise.all([transport.connect(listener.address, CONNECT_MS), listener.accept()]);
      try {
        await body({ transport, listener, near, far });
      } finally {
        near.close();
        far.close();
        listener.close();
      }
    });

  testLink("carries bytes both ways", async ({ near, far }) => {
    await writeAll(near, encode("there"));
    assertEquals(decode(await readExactly(far, 5)), "there");
    await writeAll(far, encode("and back"));
    assertEquals(decode(await readExactly(near, 8)), "and back");
  });

  testLink("names both ends", ({ near, listener, far }) => {
    assertEquals(near.remote, formatAddress(listener.address));
    assertEquals(far.local, formatAddress(listener.address));
    if (listener.address.kind === "tcp") assertEquals(far.remote, near.local);
    return Promise.resolve();
  });

  testLink("gives a port of 0 a real one", ({ listener }) => {
    if (listener.address.kind === "tcp") assertNotEquals(listener.address.port, 0);
    return Promise.resolve();
  });

  testLink("carries many bytes unchanged while both sides send", async ({ near, far }) => {
    const size = 1 << 20;
    const pattern = (seed: number) => Uint8Array.from({ length: size }, (_, i) => (i * 31 + (i >> 8) * seed) & 255);
    const [there, back] = [pattern(7), pattern(13)];
    const [gotThere, gotBack] = await Promise.all([
      readExactly(far, size),
      readExactly(near, size),
      writeAll(near, there),
      writeAll(far, back),
    ]);
    assert(equal(gotThere, there), "bytes from the connecting end differ");
    assert(equal(gotBack, back), "bytes from the accepted end differ");
  });

  testLink("lets a writer run ahead of its reader only so far", async ({ near, far }) => {
    const total = 64 << 20;
    let written = 0;
    const writing = (async () => {
      const bytes = new Uint8Array(256 << 10);
      while (written < total) written += await near.write(bytes.subarray(0, Math.min(bytes.length, total - written)));
    })();
    const into = new Uint8Array(256 << 10);
    let aheadMost = 0;
    for (let read = 0; read < total;) {
      const count = await far.read(into);
      assert(count !== null, "the stream ended early");
      read += count;
      aheadMost = Math.max(aheadMost, written - read);
    }
    await writing;
    assertLess(aheadMost, total / 2, "written although nobody read");
  });

  testLink("closeWrite() ends one direction and leaves the other", async ({ near, far }) => {
    await writeAll(near, encode("last"));
    await near.closeWrite();
    assertEquals(decode(await readExactly(far, 4)), "last");
    assertEquals(await far.read(new Uint8Array(8)), null);
    await writeAll(far, encode("answer"));
    assertEquals(decode(await readExactly(near, 6)), "answer");
  });

  testLink("close() lets what was written arrive before the end", async ({ near, far }) => {
    await writeAll(near, encode("last"));
    near.close();
    assertEquals(decode(await readExactly(far, 4)), "last");
    assertEquals(await far.read(new Uint8Array(8)), null);
  });

  testLink("close() settles a read that waits", async ({ near }) => {
    const reading = near.read(new Uint8Array(8)).then((count) => count, () => "failed");
    near.close();
    assert([null, "failed"].includes(await reading as null | string), "neither an end nor an error");
  });

  testLink("close() may be called twice, and fails what comes after it", async ({ near }) => {
    near.close();
    near.close();
    await assertRejects(async () => await near.write(encode("x")));
    await assertRejects(async () => await near.read(new Uint8Array(1)));
  });

  testLink("fails writes once the other side is gone", async ({ near, far }) => {
    far.close();
    await assertRejects(async () => {
      // The first ones may still be taken: the other side's answer to them tells.
      for (let i = 0; i < 10_000; i++) await near.write(new Uint8Array(64 << 10));
    });
  });

  testLink("serves several connections at a time", async ({ transport, listener, near, far }) => {
    const [near2, far2] = await Promise.all([transport.connect(listener.address, CONNECT_MS), listener.accept()]);
    await writeAll(near2, encode("two"));
    await writeAll(near, encode("one"));
    assertEquals(decode(await readExactly(far, 3)), "one");
    assertEquals(decode(await readExactly(far2, 3)), "two");
    near2.close();
    far2.close();
  });

  test("connect() fails where nobody listens", async ({ transport, address }) => {
    const listener = await transport.listen(address);
    listener.close();
    await assertRejects(() => transport.connect(listener.address, CONNECT_MS));
  });

  test("close() of a listener fails the accept that waits, and later ones", async ({ transport, address }) => {
    const listener = await transport.listen(address);
    const accepting = assertRejects(() => listener.accept());
    listener.close();
    await accepting;
    await assertRejects(() => listener.accept());
    listener.close();
  });

  test("listen() takes an address again after it was closed", async ({ transport, address }) => {
    const listener = await transport.listen(address);
    listener.close();
    const again = await transport.listen(listener.address);
    assertEquals(again.address, listener.address);
    const [near, far] = await Promise.all([transport.connect(again.address, CONNECT_MS), again.accept()]);
    near.close();
    far.close();
    again.close();
  });

  test("listen() refuses an address that is taken", async ({ transport, address }) => {
    if (address.kind === "unix") return; // a socket file that is there is taken for a stale one
    const listener = await transport.listen(address);
    assertThrows(() => transport.listen(listener.address));
    listener.close();
  });
}

/** Writes all of `bytes`, in as many writes as it takes. */
export async function writeAll(connection: Connection, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** Reads exactly `count` bytes; throws when the stream ends before. */
export async function readExactly(connection: Connection, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count);
  for (let at = 0; at < count;) {
    const got = await connection.read(bytes.subarray(at));
    if (got === null) throw new Error(`the stream ended after ${at} of ${count} bytes`);
    at += got;
  }
  return bytes;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
