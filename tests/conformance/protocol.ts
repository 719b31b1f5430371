/**
 * The contract of `Protocol` and its parsers, as a suite that every wire protocol passes with samples of its own:
 *
 *     testProtocol({ protocol: new RedisProtocol(), requests: [...], replies: [...], ... });
 *
 * Every sample runs whole, byte by byte, and cut in two at every place; between two calls the buffer moves, as a connection's
 * does. Hostile bytes are made from the samples, so that they get deeper into a parser than noise would.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ByteWriter } from "../../core/bytes.ts";
import { INCOMPLETE, INVALID, type Parser, type Protocol } from "../../core/protocol.ts";
import { Failure, FailureKind, type Reply, ReplyKind } from "../../core/reply.ts";
import type { Request } from "../../core/request.ts";

/** Bytes are written as text, one character each. */
export interface RequestSample {
  readonly bytes: string;
  /** What `describeRequest` says of each request in it. */
  readonly requests: readonly string[];
}

export interface ReplySample {
  readonly bytes: string;
  /** Each reply in it: its bytes, behind `!` for an error and `>` for a push. */
  readonly replies: readonly string[];
}

export interface BadSample {
  readonly bytes: string;
  readonly problem: string;
}

export interface ProtocolSamples {
  readonly protocol: Protocol;
  readonly requests: readonly RequestSample[];
  readonly replies: readonly ReplySample[];
  readonly badRequests: readonly BadSample[];
  readonly badReplies: readonly BadSample[];
  /** Bytes that no unfinished frame may exceed with limits of `limitBytes`. */
  readonly heldBytesMax: number;
}

/** Limits of the parsers in this suite. */
export const limitBytes = 4096;

const SEED = 20_240_607;

/** Latin-1 bytes of a text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Latin-1 text of bytes. */
export function textOf(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = "";
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

/** `set(set, k, 0, 0, 1, x) key 1 quiet 1 sends "set k 0 0 1\r\nx\r\n"`: the last only where something is cut. */
export function describeRequest(request: Request): string {
  const args = Array.from({ length: request.argCount }, (_, arg) => textOf(request.arg(arg)));
  let text = `${request.command.name}(${args.join(", ")})`;
  if (request.keyArg > 0) text += ` key ${request.keyArg}`;
  if (request.quiet > 0) text += ` quiet ${request.quiet}`;
  const { bytes, start, end, cutStart, cutEnd } = request;
  if (cutEnd > cutStart) {
    const sent = textOf(bytes, start, start + cutStart) + textOf(bytes, start + cutEnd, end);
    text += ` sends ${JSON.stringify(sent)}`;
  }
  return text;
}

const kindMarks = { [ReplyKind.Value]: "", [ReplyKind.Error]: "!", [ReplyKind.Push]: ">" } as const;

function describeReply(reply: Reply): string {
  return kindMarks[reply.kind] + textOf(reply.bytes, reply.start, reply.end);
}

export interface Outcome {
  readonly frames: readonly string[];
  readonly problem: string | undefined;
  /** Bytes behind the last frame. */
  readonly rest: number;
}

/** Feeds a parser piece by piece, as a connection would. */
export function feed(
  parser: Parser,
  pieces: readonly Uint8Array[],
  describe: () => string | undefined,
  heldBytesMax = Infinity,
): Outcome {
  const frames: string[] = [];
  let held = new Uint8Array(0);
  let frame = 0;
  for (const [index, piece] of pieces.entries()) {
    // The unfinished frame moves to another place of another buffer.
    const at = index % 3;
    const moved = new Uint8Array(at + held.length - frame + piece.length + 5).fill(index % 2 === 0 ? 10 : 48);
    moved.set(held.subarray(frame), at);
    moved.set(piece, at + held.length - frame);
    const end = at + held.length - frame + piece.length;
    frame = at;
    while (frame < end) {
      const next = parser.parse(moved, frame, end);
      if (next === INVALID) return { frames, problem: parser.problem, rest: end - frame };
      if (next === INCOMPLETE) {
        assert(parser.needed === 0 || frame + parser.needed > end, "needed is more than there is");
        break;
      }
      assert(next > frame && next <= end, `a frame ends behind its start and within the bytes: ${next}`);
      const description = describe();
      if (description !== undefined) frames.push(description);
      frame = next;
    }
    held = moved.slice(0, end);
    assert(end - frame <= heldBytesMax, `an unfinished frame holds ${end - frame} bytes`);
  }
  return { frames, problem: undefined, rest: held.length - frame };
}

export function* splits(bytes: Uint8Array): Generator<Uint8Array[]> {
  yield [bytes];
  yield Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  for (let at = 1; at < bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)];
}

export function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((start, index) => bytes.subarray(start, ends[index] ?? bytes.length));
}

/** Registers the tests of one protocol. */
export function testProtocol(samples: ProtocolSamples): void {
  const { protocol } = samples;
  const requestFeed = (pieces: readonly Uint8Array[], heldBytesMax?: number) => {
    const parser = protocol.createRequestParser({ maxRequestBytes: limitBytes });
    const { request } = parser;
    return feed(parser, pieces, () => request.argCount > 0 ? describeRequest(request) : undefined, heldBytesMax);
  };
  const replyFeed = (pieces: readonly Uint8Array[], heldBytesMax?: number) => {
    const parser = protocol.createReplyParser(limitBytes);
    return feed(parser, pieces, () => describeReply(parser.reply), heldBytesMax);
  };

  const sides = [
    {
      noun: "request",
      run: requestFeed,
      create: () => protocol.createRequestParser({ maxRequestBytes: limitBytes }),
      good: samples.requests.map(({ bytes, requests }) => ({ bytes, frames: requests })),
      bad: samples.badRequests,
    },
    {
      noun: "reply",
      run: replyFeed,
      create: () => protocol.createReplyParser(limitBytes),
      good: samples.replies.map(({ bytes, replies }) => ({ bytes, frames: replies })),
      bad: samples.badReplies,
    },
  ];

  for (const { noun, run, create, good, bad } of sides) {
    Deno.test(`${protocol.name}: ${noun} samples are framed alike whole, byte by byte and cut anywhere`, () => {
      for (const { bytes, frames } of good) {
        for (const pieces of splits(bytesOf(bytes))) {
          const sizes = pieces.map((piece) => piece.length).join();
          const outcome = run(pieces);
          const where = `${JSON.stringify(bytes)} cut to ${sizes}`;
          assertEquals(outcome.problem, undefined, where);
          assertEquals(outcome.frames, frames, where);
          assertEquals(outcome.rest, 0, where);
        }
      }
    });

    Deno.test(`${protocol.name}: a ${noun} that can never become valid is INVALID with its problem, however it is cut`, () => {
      for (const { bytes, problem } of bad) {
        for (const pieces of splits(bytesOf(bytes))) {
          const where = `${JSON.stringify(bytes)} cut to ${pieces.map((piece) => piece.length).join()}`;
          assertEquals(run(pieces).problem, problem, where);
        }
        assert(!/[\r\n]/.test(problem), "a problem is one line");
      }
    });

    Deno.test(`${protocol.name}: ${noun} parser's reset() forgets a frame in progress`, () => {
      for (const { bytes, frames } of good) {
        const whole = bytesOf(bytes);
        const parser = create();
        for (let at = 1; at < whole.length; at++) {
          for (let frame = 0; frame < at;) {
            const next = parser.parse(whole, frame, at);
            if (next === INCOMPLETE) break;
            frame = next;
          }
          parser.reset();
        }
        let count = 0;
        for (let frame = 0; frame < whole.length; count++) frame = parser.parse(whole, frame, whole.length);
        assert(count >= frames.length);
      }
    });

    Deno.test(`${protocol.name}: hostile bytes neither crash a ${noun} parser nor hang it nor fill memory (seed ${SEED})`, () => {
      const corpus = [...good, ...bad].map(({ bytes }) => bytes);
      const hostile = fc.array(
        fc.oneof(
          { weight: 4, arbitrary: fc.constantFrom(...corpus) },
          { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...corpus), fc.nat(), fc.nat(255)).map(spoil) },
          { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...corpus), fc.nat()).map(shorten) },
          { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }).map((bytes) => textOf(bytes)) },
          {
            weight: 1,
            arbitrary: fc.constantFrom("\r\n", "\n", "\0", " ", "99999999999999999999", "-1", "a".repeat(300)),
          },
        ),
        { maxLength: 12 },
      ).map((parts) => bytesOf(parts.join("")));
      fc.assert(
        fc.property(hostile, fc.array(fc.nat(), { maxLength: 8 }), (bytes, places) => {
          const whole = run([bytes], samples.heldBytesMax + bytes.length);
          // The bound holds for what came before a piece: a piece itself may be of any size.
          const apart = run(cut(bytes, places), samples.heldBytesMax + bytes.length);
          assertEquals(apart.frames, whole.frames);
          assertEquals(apart.problem, whole.problem);
        }),
        { seed: SEED, numRuns: 2000 },
      );
    });

    Deno.test(`${protocol.name}: a ${noun} that does not end is refused before it fills memory`, () => {
      for (const { bytes } of good) {
        const whole = bytesOf(bytes);
        for (let at = 1; at < whole.length; at++) {
          for (const filler of [32, 48, 97, 13]) {
            const parser = create();
            const endless = new Uint8Array(samples.heldBytesMax + whole.length + 1).fill(filler);
            endless.set(whole.subarray(0, at));
            let frame = 0;
            let next = 0;
            while (frame < endless.length && (next = parser.parse(endless, frame, endless.length)) >= 0) frame = next;
            assert(
              next !== INCOMPLETE || endless.length - frame <= samples.heldBytesMax,
              `${JSON.stringify(bytes.slice(0, at))} and byte ${filler} without end`,
            );
          }
        }
      }
    });
  }

  Deno.test(`${protocol.name}: commands[i].id is i`, () => {
    protocol.commands.forEach((command, index) => assertEquals(command.id, index));
  });

  Deno.test(`${protocol.name}: the probe is one request`, () => {
    const { frames, rest, problem } = requestFeed([protocol.probe]);
    assertEquals([frames.length, rest, problem], [1, 0, undefined]);
  });

  Deno.test(`${protocol.name}: a failure and a problem are one error reply each, whatever their text`, () => {
    const out = new ByteWriter();
    for (let dialect = 0; dialect < protocol.dialects.length; dialect++) {
      for (const text of ["Datastore is not connected (127.0.0.1:1)", "two\r\nlines", "naïve"]) {
        out.clear();
        protocol.writeFailure(new Failure(FailureKind.NotConnected, "Storage", text), dialect, out);
        const failure = replyFeed([out.take()]);
        assertEquals([failure.frames.length, failure.rest], [1, 0]);
        assert(failure.frames[0]!.startsWith("!"));
        out.clear();
        protocol.writeProblem(text, out);
        const problem = replyFeed([out.take()]);
        assertEquals([problem.frames.length, problem.rest], [1, 0]);
        assert(problem.frames[0]!.startsWith("!"));
      }
    }
  });
}

export function spoil([text, place, byte]: [string, number, number]): string {
  const at = place % text.length;
  return text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1);
}

export function shorten([text, place]: [string, number]): string {
  const at = place % text.length;
  return text.slice(0, at) + text.slice(at + 1);
}
