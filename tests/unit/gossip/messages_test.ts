import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decodeMessage,
  deltaBytes,
  digestBytes,
  encodeMessage,
  GossipFormatError,
  type GossipMessage,
  messageBytes,
} from "../../../gossip/messages.ts";
import { arbitraryAddress, arbitraryDelta, arbitraryDigest } from "../../support/endpoint_states.ts";

const arbitraryMessage: fc.Arbitrary<GossipMessage> = fc.record({
  kind: fc.constantFrom(1, 2, 3),
  cluster: fc.constantFrom("dyn_o_mite", "größe"),
  from: arbitraryAddress,
  known: fc.maxSafeNat(),
  stretch: fc.option(fc.record({ after: arbitraryAddress, upTo: arbitraryAddress }), { nil: undefined }),
  digests: fc.array(arbitraryDigest, { maxLength: 5 }),
  deltas: fc.array(arbitraryDelta, { maxLength: 5 }),
  downs: fc.array(arbitraryDigest, { maxLength: 5 }),
});

Deno.test("decodeMessage() reads what encodeMessage() wrote, from the middle of a buffer too", () => {
  fc.assert(fc.property(arbitraryMessage, fc.integer({ min: 0, max: 9 }), (message, offset) => {
    const bytes = encodeMessage(message);
    const around = new Uint8Array(offset + bytes.length + 3).fill(255);
    around.set(bytes, offset);
    assertEquals(decodeMessage(around, offset, offset + bytes.length), message);
  }));
});

Deno.test("decodeMessage() refuses every message that is cut off, and one with something behind it", () => {
  fc.assert(
    fc.property(arbitraryMessage, (message) => {
      const bytes = encodeMessage(message);
      for (let end = 0; end < bytes.length; end++) assertThrows(() => decodeMessage(bytes, 0, end), GossipFormatError);
      assertThrows(() => decodeMessage(Uint8Array.of(...bytes, 0)), GossipFormatError, "1 bytes behind the end");
    }),
    { numRuns: 30 },
  );
});

Deno.test("decodeMessage() survives any bytes, and any byte changed", () => {
  const survives = (bytes: Uint8Array) => {
    try {
      decodeMessage(bytes);
    } catch (error) {
      if (!(error instanceof GossipFormatError)) throw error;
    }
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), survives));
  fc.assert(fc.property(arbitraryMessage, fc.nat(), fc.nat({ max: 255 }), (message, at, byte) => {
    const bytes = encodeMessage(message);
    bytes[at % bytes.length] = byte;
    survives(bytes);
  }));
});

Deno.test("decodeMessage() believes no count or length before it is bounded", () => {
  const head = [1, 1, 1, 99, 1, 97, 1, 0, 0, 0];
  const refused = (problem: string, ...rest: number[]) =>
    assertThrows(() => decodeMessage(Uint8Array.of(...head, ...rest)), GossipFormatError, problem);
  refused("digests 2097151 is above 4096", 255, 255, 127);
  refused("number has no end", 1, 1, 97, 255, 255, 255, 255, 255, 255, 255, 255, 1);
  refused(`number ${2 ** 53} is above`, 1, 1, 97, 128, 128, 128, 128, 128, 128, 128, 16);
  refused("length of address 300 is above 255", 1, 172, 2);
  refused("ends inside address", 1, 50, 97);
  refused("values 33 is above 32", 0, 1, 1, 97, 0, 1, 1, 33);
  refused("address is not UTF-8", 1, 1, 255, 1, 1);
  refused("downs 65 is above 64", 0, 0, 65);
  assertThrows(() => decodeMessage(Uint8Array.of(2, 1)), GossipFormatError, "format 2 is not known");
  assertThrows(() => decodeMessage(Uint8Array.of(1, 9)), GossipFormatError, "kind 9 is not known");
});

Deno.test("messageBytes(), digestBytes() and deltaBytes() are what a message and its parts take on the wire", () => {
  fc.assert(fc.property(arbitraryMessage, (message) => {
    const bytes = encodeMessage(message).length;
    assertEquals(messageBytes(message), bytes);
    const without = encodeMessage({ ...message, digests: [], deltas: [] }).length;
    const parts = [...message.digests.map(digestBytes), ...message.deltas.map(deltaBytes)];
    assertEquals(parts.reduce((sum, part) => sum + part, without), bytes);
  }));
});
