/** Hostile bytes between nodes: what reads requests, and what reads replies, neither crashes nor hangs nor keeps without bound. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { PeerFraming } from "../../../../core/net/peer_framing.ts";
import { PeerRequestParser } from "../../../../core/net/peer_request_parser.ts";
import { putOff, stateRefusal } from "../../../../core/node_state.ts";
import { INCOMPLETE, type Parser } from "../../../../core/protocol.ts";
import { FailureKind, ReplyKind } from "../../../../core/reply.ts";
import { DnodeCodec } from "../../../../protocols/dnode/mod.ts";
import { protocols } from "../../../../protocols/mod.ts";
import {
  bytesOf,
  cut,
  describeRequest,
  feed,
  limitBytes,
  shorten,
  splits,
  spoil,
  textOf,
} from "../../../conformance/protocol.ts";
import { malformedRequests } from "../../../support/malformed_peer_requests.ts";

const SEED = 20_261_124;
/** One line, and a frame of each parser with limits of `limitBytes`. */
const HELD_BYTES_MAX = 2048 + 16 * limitBytes;

const codec = new DnodeCodec();
const redis = protocols.redis!;

const sides = {
  PeerRequestParser() {
    const parser = new PeerRequestParser(codec, redis.createRequestParser({ maxRequestBytes: limitBytes }));
    const { request } = parser;
    const describe = () =>
      request.argCount === 0
        ? undefined
        : `${parser.id} ${request.scope} ${parser.sameDatacenter} ${describeRequest(request)}`;
    return { parser, describe };
  },
  PeerFraming() {
    const parser = new PeerFraming(codec, redis, limitBytes, true, { name: "peer", modern: false, refuses: false });
    const describe = () => {
      const { reply: { bytes, start, end, kind }, replyId, failure } = parser;
      return kind === ReplyKind.Push ? undefined : `${replyId} ${kind} ${failure ?? ""} ${textOf(bytes, start, end)}`;
    };
    return { parser, describe };
  },
} satisfies Record<string, () => { parser: Parser; describe: () => string | undefined }>;

const line = (id: string | number, type: number, payload: string) =>
  `   $2014$ ${id} ${type} 0 1 1 *1 d *${payload.length}\r\n${payload}`;

/** Messages of every kind, good ones and recorded bad ones. */
const corpus = [
  ...malformedRequests.map(({ pieces }) => pieces.join("")).filter((text) => text.length > 0 && text.length < 1000),
  ...[
    "+OK\r\n",
    ":1\r\n",
    "$-1\r\n",
    "$2\r\nok\r\n",
    "*2\r\n$1\r\na\r\n*1\r\n:2\r\n",
    "%1\r\n+a\r\n_\r\n",
    ">1\r\n+x\r\n",
  ]
    .flatMap((reply, id) => [line(id, 5, reply), line(id, 0, reply), line("18446744073709551615", 5, reply)]),
  line(1, 5, "-ERR Storage: Datastore refused connection\r\n"),
  line(2, 5, `-ERR Peer: ${"x".repeat(3000)}\r\n`),
  line(3, 5, "-ERR Peer: Peer Node did not answer within 5200 ms (a:1)\r\n"),
];

const hostile = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...corpus) },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...corpus), fc.nat(), fc.nat(255)).map(spoil) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...corpus), fc.nat()).map(shorten) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...corpus), fc.nat(80)).map(([text, at]) => text.slice(0, at)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => textOf(bytes)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("$2014$ ", "$", " ", "\r\n", "*", "9".repeat(400), "d ".repeat(1100), "\0", "$20"),
    },
  ),
  { maxLength: 10 },
).map((parts) => bytesOf(parts.join("")));

for (const [name, create] of Object.entries(sides)) {
  const run = (pieces: readonly Uint8Array[]) => {
    const { parser, describe } = create();
    const longest = pieces.reduce((most, piece) => Math.max(most, piece.length), 0);
    return feed(parser, pieces, describe, HELD_BYTES_MAX + longest);
  };

  Deno.test(`${name}.parse() reads the same however hostile bytes are cut, and keeps little of them (seed ${SEED})`, () => {
    fc.assert(
      fc.property(hostile, fc.array(fc.nat(), { maxLength: 8 }), (bytes, places) => {
        const whole = run([bytes]);
        const apart = run(cut(bytes, places));
        assertEquals([apart.frames, apart.problem], [whole.frames, whole.problem]);
      }),
      { seed: SEED, numRuns: 4000 },
    );
  });

  Deno.test(`${name}.parse() reads recorded and made-up messages alike at every cut`, () => {
    for (const text of corpus) {
      const whole = run([bytesOf(text)]);
      for (const pieces of splits(bytesOf(text))) {
        const apart = run(pieces);
        assertEquals([apart.frames, apart.problem], [whole.frames, whole.problem], JSON.stringify(text));
      }
    }
  });

  Deno.test(`${name}.parse() keeps no endless message`, () => {
    const endless = new Uint8Array(HELD_BYTES_MAX + 200);
    for (const text of corpus.filter((text) => text.length < 100)) {
      for (let at = 1; at < text.length; at += 19) {
        for (const filler of "9 j$*\r") {
          const { parser } = create();
          endless.fill(filler.charCodeAt(0)).set(bytesOf(text.slice(0, at)));
          let frame = 0;
          let next = 0;
          while (frame < endless.length && (next = parser.parse(endless, frame, endless.length)) >= 0) frame = next;
          const kept = endless.length - frame;
          assert(
            next !== INCOMPLETE || kept <= HELD_BYTES_MAX,
            `${kept} of ${JSON.stringify(text.slice(0, at) + filler)}`,
          );
        }
      }
    }
  });
}

Deno.test("PeerFraming tells a refusal of a state, and a write that is put off, from a node that failed", () => {
  const failed = (text: string) => {
    const identity = { name: "p", modern: false, refuses: false };
    const framing = new PeerFraming(codec, redis, limitBytes, true, identity);
    const bytes = bytesOf(line(1, 5, `-ERR ${text}\r\n`));
    assertEquals(framing.parse(bytes, 0, bytes.length), bytes.length);
    return [framing.failure?.kind, identity.refuses];
  };
  // The first are C Dynomite's own words.
  assertEquals(failed("Dynomite: Dynomite's current state does not allow this request"), [FailureKind.State, true]);
  assertEquals(failed(stateRefusal.toString()), [FailureKind.State, true]);
  assertEquals(failed(putOff.toString()), [FailureKind.Queued, false]);
  assertEquals(failed("Storage: Datastore refused connection"), [FailureKind.Disconnected, false]);
  assertEquals(failed("Storage: Datastore did not answer within 5000 ms"), [FailureKind.Timeout, false]);
  assertEquals(failed("wrong number of arguments for 'get' command"), [undefined, false]);
});
