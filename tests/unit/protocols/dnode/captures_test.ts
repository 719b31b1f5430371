/** Traffic recorded between C Dynomite nodes: read as they meant it, at any cut, and written as they write it. */
import { assertEquals } from "@std/assert";
import { ByteWriter, decode } from "../../../../core/bytes.ts";
import { PeerFraming } from "../../../../core/net/peer_framing.ts";
import { PeerRequestParser } from "../../../../core/net/peer_request_parser.ts";
import { PeerMessage } from "../../../../core/peer_codec.ts";
import { INCOMPLETE } from "../../../../core/protocol.ts";
import { ReplyKind } from "../../../../core/reply.ts";
import { Scope } from "../../../../core/request.ts";
import { DnodeCodec } from "../../../../protocols/dnode/mod.ts";
import { protocols } from "../../../../protocols/mod.ts";
import { type CapturedStream, capturedStreams } from "../../../support/dnode_captures.ts";

const codec = new DnodeCodec();
/** Streams above this are not also fed byte by byte. */
const SLOW_BYTES = 20_000;

/** One message as we read it, with its payload. */
interface Read {
  readonly id: number;
  readonly type: number;
  readonly sameDatacenter: boolean;
  readonly payload: string;
}

/** Feeds a parser `step` bytes at a time, from one buffer, and collects what `take` makes of each frame. */
function feed(
  parser: { parse(bytes: Uint8Array, frame: number, end: number): number; readonly problem: string },
  bytes: Uint8Array,
  step: number,
  take: (start: number) => Read | undefined,
): Read[] {
  const found: Read[] = [];
  let frame = 0;
  for (let end = Math.min(step, bytes.length);; end = Math.min(end + step, bytes.length)) {
    for (;;) {
      if (frame === end) break;
      const next = parser.parse(bytes, frame, end);
      if (next === INCOMPLETE) break;
      if (next < 0) throw new Error(parser.problem);
      const read = take(frame);
      if (read !== undefined) found.push(read);
      frame = next;
    }
    if (end === bytes.length) return found;
  }
}

function readRequests({ bytes, protocol }: CapturedStream, step: number): Read[] {
  const parser = new PeerRequestParser(
    codec,
    protocols[protocol]!.createRequestParser({ maxRequestBytes: 1 << 24 }),
  );
  return feed(parser, bytes, step, () => {
    const { request, id, sameDatacenter } = parser;
    if (request.argCount === 0) return undefined;
    const payload = decode(request.bytes, request.start, request.end);
    return { id: Number(id), type: request.scope === Scope.Datacenter ? 4 : 3, sameDatacenter, payload };
  });
}

function readReplies({ bytes, protocol }: CapturedStream, step: number): Read[] {
  const framing = new PeerFraming(codec, protocols[protocol]!, 1 << 24, true, {
    name: "c",
    modern: true,
    refuses: false,
  });
  return feed(framing, bytes, step, () => {
    const { reply, replyId } = framing;
    if (reply.kind === ReplyKind.Push) return undefined;
    return { id: replyId, type: 5, sameDatacenter: true, payload: decode(reply.bytes, reply.start, reply.end) };
  });
}

const read = (stream: CapturedStream, step: number) =>
  stream.from === "initiator" ? readRequests(stream, step) : readReplies(stream, step);

for (const stream of capturedStreams) {
  // Gossip and what C writes by mistake are no requests.
  const expected = stream.messages.filter(({ type }) => type >= 3 && type <= 5);
  Deno.test(`PeerRequestParser and PeerFraming read what C Dynomite sent: ${stream.name}`, () => {
    const whole = read(stream, stream.bytes.length);
    assertEquals(whole.map(({ id, type }) => ({ id, type })), expected.map(({ id, type }) => ({ id, type })));
    if (stream.from === "initiator") {
      assertEquals(whole.map((one) => one.sameDatacenter), expected.map((one) => one.sameDatacenter));
    }
    const steps = stream.bytes.length > SLOW_BYTES ? [1460, 4096] : [1, 7];
    for (const step of steps) assertEquals(read(stream, step), whole, `${step} bytes at a time`);
  });
}

Deno.test("DnodeCodec.write() is what C Dynomite wrote, but for the version", () => {
  let compared = 0;
  for (const stream of capturedStreams.filter(({ name }) => !name.startsWith("gossip"))) {
    const text = decode(stream.bytes);
    for (const { id, type, sameDatacenter, payloadBytes } of stream.messages) {
      const kind = type === 3 ? PeerMessage.Request : type === 4 ? PeerMessage.Forward : PeerMessage.Reply;
      const out = new ByteWriter();
      codec.write({ kind, id, sameDatacenter, modern: true, dialect: 0, payloadBytes, encrypted: false }, out);
      const line = decode(out.take());
      const theirs = line.replace(/^( {3}\$2014\$ \d+ \d 0) 2 /, "$1 1 ");
      assertEquals(text.includes(theirs), true, theirs);
      compared++;
    }
  }
  assertEquals(compared > 300, true, `${compared} compared`);
});
