/** Gossip between requests and replies, at every cut. */
import { assertEquals } from "@std/assert";
import { ByteWriter, decode, encode } from "../../../../core/bytes.ts";
import { GOSSIP_BYTES_MAX } from "../../../../core/gossip_port.ts";
import { writeGossip } from "../../../../core/net/gossip_payload.ts";
import { PeerFraming } from "../../../../core/net/peer_framing.ts";
import { PeerRequestParser } from "../../../../core/net/peer_request_parser.ts";
import { PeerMessage } from "../../../../core/peer_codec.ts";
import { INCOMPLETE, INVALID, type Parser } from "../../../../core/protocol.ts";
import { ReplyKind } from "../../../../core/reply.ts";
import { DnodeCodec } from "../../../../protocols/dnode/mod.ts";
import { protocols } from "../../../../protocols/mod.ts";

const codec = new DnodeCodec();
const redis = protocols.redis!;
/** What gossip may look like to somebody who searches for envelopes. */
const payloads = ["", "x", "   $2014$ 1 3 0 2 1 *1 d *0\r\n*1\r\n$4\r\nPING\r\n", "\r\n".repeat(300)];

function stream(kind: PeerMessage, payload: string): Uint8Array {
  const out = new ByteWriter();
  const message = () => {
    const bytes = encode(payload);
    const { length } = bytes;
    codec.write(
      { kind, id: 7, sameDatacenter: true, modern: true, dialect: 0, payloadBytes: length, encrypted: false },
      out,
    );
    out.copy(bytes);
  };
  for (const gossip of payloads) {
    message();
    writeGossip(codec, encode(gossip), out);
  }
  message();
  return out.take();
}

/** Feeds so many bytes at a time, and counts the frames that `isFrame` takes for one. */
function feed(parser: Parser, bytes: Uint8Array, step: number, isFrame: () => boolean): number {
  let frames = 0;
  let frame = 0;
  for (let end = Math.min(step, bytes.length);; end = Math.min(end + step, bytes.length)) {
    while (frame < end) {
      const next = parser.parse(bytes, frame, end);
      if (next === INCOMPLETE) {
        assertEquals(
          parser.needed === 0 || frame + parser.needed <= bytes.length,
          true,
          "it waits for more than there is",
        );
        break;
      }
      assertEquals(next > frame, true, parser.problem);
      frame = next;
      if (isFrame()) frames++;
    }
    if (end === bytes.length) return frames;
  }
}

Deno.test("PeerRequestParser hands gossip on whole, and reads the requests around it", () => {
  const bytes = stream(PeerMessage.Request, "*1\r\n$4\r\nPING\r\n");
  for (const step of [1, 2, 3, 7, 50, bytes.length]) {
    const heard: string[] = [];
    const requests = redis.createRequestParser({ maxRequestBytes: 1 << 20 });
    const parser = new PeerRequestParser(codec, requests, (from, start, end) => heard.push(decode(from, start, end)));
    assertEquals(feed(parser, bytes, step, () => parser.request.argCount > 0), payloads.length + 1);
    assertEquals(heard, payloads);
  }
});

Deno.test("PeerFraming hands gossip on whole, and reads the replies around it", () => {
  const bytes = stream(PeerMessage.Reply, "+OK\r\n");
  for (const step of [1, 2, 3, 7, 50, bytes.length]) {
    const heard: string[] = [];
    const identity = { name: "p", modern: true, refuses: false };
    const framing = new PeerFraming(codec, redis, 1 << 20, true, identity, (from, start, end) => {
      heard.push(decode(from, start, end));
    });
    assertEquals(feed(framing, bytes, step, () => framing.reply.kind !== ReplyKind.Push), payloads.length + 1);
    assertEquals(heard, payloads);
  }
});

Deno.test("gossip that nobody wants is skipped, and gossip of C Dynomite is not handed on", () => {
  const heard: string[] = [];
  const hear = (from: Uint8Array, start: number, end: number) => void heard.push(decode(from, start, end));
  for (const handler of [undefined, hear]) {
    const parser = new PeerRequestParser(codec, redis.createRequestParser({ maxRequestBytes: 1 << 20 }), handler);
    const theirs = "   $2014$ 1 7 0 1 1 *1 a *28\r\ndc1$rack1$0,1795348807,4,127";
    const ours = decode(stream(PeerMessage.Request, "*1\r\n$4\r\nPING\r\n"));
    assertEquals(feed(parser, encode(theirs + ours), 11, () => parser.request.argCount > 0), payloads.length + 1);
  }
  assertEquals(heard, payloads);
});

Deno.test("gossip above its bound ends the link before any of it is kept", () => {
  const line = encode(`   $2014$ 1 14 0 2 1 *1 d *${GOSSIP_BYTES_MAX + 1}\r\n`);
  const parser = new PeerRequestParser(codec, redis.createRequestParser({ maxRequestBytes: 1 << 20 }), () => {});
  assertEquals(parser.parse(line, 0, line.length), INVALID);
  assertEquals(parser.problem, "gossip of more than 65536 bytes");
  const framing = new PeerFraming(codec, redis, 1 << 20, true, { name: "p", modern: true, refuses: false }, () => {});
  assertEquals(framing.parse(line, 0, line.length), INVALID);
});
