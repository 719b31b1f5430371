import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { INCOMPLETE, INVALID, REQUEST_HEAD_BYTES } from "../../../../core/protocol.ts";
import { RedisRequestParser } from "../../../../protocols/redis/request_parser.ts";
import { hostileText, resp, table, wordsOf } from "../../../support/redis_requests.ts";
import { fromLatin1, latin1 } from "../../../support/resp_value.ts";

const LIMIT = 10_000;

/** What a parser made of some input: the words of every request, and why it stopped. */
interface Parsed {
  readonly requests: string[][];
  readonly problem: string | undefined;
  /** Bytes that are part of no whole request. */
  readonly left: number;
}

/** Parses what comes in pieces, as a connection does: the frame in progress moves to another buffer with each piece. */
function parseAll(
  pieces: readonly Uint8Array[],
  parser = new RedisRequestParser(table, { maxRequestBytes: LIMIT }),
): Parsed {
  const requests: string[][] = [];
  let bytes: Uint8Array = new Uint8Array(0);
  let start = 0;
  for (const piece of pieces) {
    const moved = new Uint8Array(7 + bytes.length - start + piece.length);
    moved.set(bytes.subarray(start), 7);
    moved.set(piece, 7 + bytes.length - start);
    bytes = moved;
    start = 7;
    while (start < bytes.length) {
      const next = parser.parse(bytes, start, bytes.length);
      if (next === INVALID) return { requests, problem: parser.problem, left: bytes.length - start };
      if (next === INCOMPLETE) {
        assert(parser.needed <= LIMIT + REQUEST_HEAD_BYTES, `it asks for ${parser.needed} bytes`);
        break;
      }
      assert(next > start && next <= bytes.length, `the frame ends at ${next}`);
      start = next;
      if (parser.request.argCount > 0) requests.push(wordsOf(parser.request));
    }
    parser.relax();
  }
  return { requests, problem: undefined, left: bytes.length - start };
}

/** Input and the requests in it. */
const samples: readonly (readonly [input: string, requests: readonly (readonly string[])[]])[] = [
  [resp("PING"), [["PING"]]],
  [resp("SET", "key", "value") + resp("get", "key"), [["SET", "key", "value"], ["get", "key"]]],
  [resp("SET", "\r\n\0\xff", "*1\r\n$4\r\nPING\r\n"), [["SET", "\r\n\0\xff", "*1\r\n$4\r\nPING\r\n"]]],
  [resp("SET", "", ""), [["SET", "", ""]]],
  [resp("MSET", ...Array.from({ length: 100 }, (_, i) => `k${i}`)), [[
    "MSET",
    ...Array.from({ length: 100 }, (_, i) => `k${i}`),
  ]]],
  [`*0\r\n*-1\r\n*-5\r\n${resp("PING")}`, [["PING"]]],
  ["PING\r\n", [["PING"]]],
  ["\r\n\n  \r\nPING\n", [["PING"]]],
  ["  SET\ta   b  \r\n", [["SET", "a", "b"]]],
  [`SET "a b\\n\\r\\t\\b\\a\\x41\\"\\\\\\q" 'it\\'s "\\n"'\r\n`, [["SET", 'a b\n\r\t\b\x07A"\\q', `it's "\\n"`]]],
  [`ECHO "" ''\r\n`, [["ECHO", "", ""]]],
  [`ECHO a"b c" d'e'\r\n`, [["ECHO", "ab c", "de"]]],
  [`ECHO "\\xzz\\x4" \\x41\r\n`, [["ECHO", "xzzx4", "\\x41"]]],
  ["ECHO \x0ba\x0bb\x0c\r\n", [["ECHO", "a\x0bb\x0c"]]],
  [`PING\r\n${resp("PING")}QUIT\n${resp("PING")}`, [["PING"], ["PING"], ["QUIT"], ["PING"]]],
];

Deno.test("RedisRequestParser takes every sample whole", () => {
  for (const [input, requests] of samples) {
    assertEquals(
      parseAll([fromLatin1(input)]),
      { requests: requests as string[][], problem: undefined, left: 0 },
      input,
    );
  }
});

Deno.test("RedisRequestParser takes every sample byte by byte, and cut in two anywhere", () => {
  for (const [input, requests] of samples) {
    const bytes = fromLatin1(input);
    const expected = { requests: requests as string[][], problem: undefined, left: 0 };
    assertEquals(parseAll(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))), expected, input);
    for (let cut = 1; cut < bytes.length; cut++) {
      assertEquals(parseAll([bytes.subarray(0, cut), bytes.subarray(cut)]), expected, `${input} cut at ${cut}`);
    }
  }
});

Deno.test("RedisRequestParser takes the short samples cut in three anywhere", () => {
  for (const [input, requests] of samples.filter(([input]) => input.length < 60)) {
    const bytes = fromLatin1(input);
    for (let one = 1; one < bytes.length - 1; one++) {
      for (let two = one + 1; two < bytes.length; two++) {
        const pieces = [bytes.subarray(0, one), bytes.subarray(one, two), bytes.subarray(two)];
        assertEquals(parseAll(pieces).requests, requests as string[][], `${input} cut at ${one} and ${two}`);
      }
    }
  }
});

/** What is malformed, with Redis' own text. */
const malformed: readonly (readonly [input: string, problem: string])[] = [
  ["*\r\n", "invalid multibulk length"],
  ["*a\r\n", "invalid multibulk length"],
  ["*+1\r\n", "invalid multibulk length"],
  ["*01\r\n", "invalid multibulk length"],
  ["*-0\r\n", "invalid multibulk length"],
  ["*--1\r\n", "invalid multibulk length"],
  ["*1 \r\n", "invalid multibulk length"],
  ["*1\rx", "invalid multibulk length"],
  ["*1048577\r\n", "invalid multibulk length"],
  ["*99999999999999999999\r\n", "invalid multibulk length"],
  ["*1\r\nPING\r\n", "expected '$', got 'P'"],
  ["*1\r\n:4\r\n", "expected '$', got ':'"],
  ["*1\r\n\r\n", "expected '$', got ' '"],
  ["*1\r\n\0", "expected '$', got '\\x00'"],
  ["*1\r\n$\r\n", "invalid bulk length"],
  ["*1\r\n$-1\r\n", "invalid bulk length"],
  ["*1\r\n$04\r\nPING\r\n", "invalid bulk length"],
  ["*1\r\n$4a\r\n", "invalid bulk length"],
  ["*1\r\n$4\r\nPINGxx", "invalid bulk length"],
  ["*1\r\n$99999999999999999999\r\n", "invalid bulk length"],
  [`*1\r\n$${LIMIT + 1}\r\n`, `invalid bulk length: a request may have ${LIMIT} bytes (max_request_bytes)`],
  [
    `*9\r\n${`$${LIMIT}\r\n${"x".repeat(LIMIT)}\r\n`.repeat(7)}$${LIMIT - 1000}\r\n`,
    `invalid bulk length: a request may have ${LIMIT} bytes (max_request_bytes)`,
  ],
  ['ECHO "a\r\n', "unbalanced quotes in request"],
  ["ECHO 'a\r\n", "unbalanced quotes in request"],
  [`ECHO "a"b\r\n`, "unbalanced quotes in request"],
  ["x".repeat(64 * 1024 + 1), "too big inline request"],
];

Deno.test("RedisRequestParser says what is malformed as Redis does, however it is cut, after the requests before it", () => {
  for (const [input, problem] of malformed) {
    const bytes = fromLatin1(resp("PING") + input);
    const cuts = bytes.length > 1000 ? [1, bytes.length >> 1, bytes.length] : Array.from(bytes, (_, i) => i + 1);
    for (const cut of cuts) {
      const { requests, problem: found } = parseAll([bytes.subarray(0, cut), bytes.subarray(cut)]);
      assertEquals([requests, found], [[["PING"]], `Protocol error: ${problem}`], JSON.stringify(input.slice(0, 80)));
    }
  }
});

Deno.test("RedisRequestParser takes a value of just the limit, whatever its command and key need", () => {
  const value = "x".repeat(LIMIT);
  const key = "k".repeat(LIMIT);
  assertEquals(parseAll([fromLatin1(resp("SET", key, value))]).requests, [["SET", key, value]]);
});

Deno.test("RedisRequestParser.needed is the size of the frame as soon as its length is known", () => {
  const parser = new RedisRequestParser(table, { maxRequestBytes: LIMIT });
  const bytes = fromLatin1("*2\r\n$3\r\nGET\r\n$1000\r\nx");
  assertEquals(parser.parse(bytes, 0, bytes.length), INCOMPLETE);
  assertEquals(parser.needed, "*2\r\n$3\r\nGET\r\n$1000\r\n".length + 1000 + 2);
});

Deno.test("RedisRequestParser bounds what a client sends before it is admitted", () => {
  const session = { dialect: 0, admitted: false, readConsistency: undefined, writeConsistency: undefined };
  const parse = (input: string) =>
    parseAll([fromLatin1(input)], new RedisRequestParser(table, { maxRequestBytes: 1 << 20 }, session));
  assertEquals(parse(resp("HELLO", "3", "AUTH", "default", "x".repeat(16_384))).problem, undefined);
  assertEquals(parse("*11\r\n").problem, "Protocol error: unauthenticated multibulk length");
  assertEquals(parse("*1\r\n$16385\r\n").problem, "Protocol error: unauthenticated bulk length");
  session.admitted = true;
  assertEquals(parse(resp("ECHO", "x".repeat(20_000))).problem, undefined);
  assertEquals(parse(resp("DEL", ..."abcdefghijklm")).problem, undefined);
});

Deno.test("RedisRequestParser.relax() gives back the room that many arguments took, but not while they come in", () => {
  const parser = new RedisRequestParser(table, { maxRequestBytes: 1 << 20 });
  const keys = Array.from({ length: 5000 }, (_, i) => `key${i}`);
  const bytes = fromLatin1(resp("DEL", ...keys));
  const cut = bytes.length - 5;
  assertEquals(parser.parse(bytes, 0, cut), INCOMPLETE);
  parser.relax();
  assertEquals(parser.parse(bytes, 0, bytes.length), bytes.length);
  assertEquals(wordsOf(parser.request), ["DEL", ...keys]);
  parser.relax();
  assert(parser.request.offsets.length <= 2048);
});

Deno.test("RedisRequestParser survives hostile bytes: an end, an answer, and the same one however they are cut", () => {
  fc.assert(
    fc.property(hostileText, fc.array(fc.nat(200), { maxLength: 4 }), (text, cuts) => {
      const bytes = fromLatin1(text);
      const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
      const pieces = at.slice(1).map((end, i) => bytes.subarray(at[i]!, end));
      const whole = parseAll([bytes]);
      const cut = parseAll(pieces);
      assertEquals([cut.requests, cut.problem], [whole.requests, whole.problem]);
    }),
    { numRuns: 2000 },
  );
});

Deno.test("RedisRequestParser gets back any words that were sent", () => {
  const word = fc.uint8Array({ maxLength: 40 }).map(latin1);
  fc.assert(
    fc.property(
      fc.array(fc.array(word, { minLength: 1, maxLength: 40 }), { maxLength: 5 }),
      fc.nat(1000),
      (requests, cut) => {
        const bytes = fromLatin1(requests.map((words) => resp(...words)).join(""));
        const at = Math.min(cut, bytes.length);
        assertEquals(parseAll([bytes.subarray(0, at), bytes.subarray(at)]).requests, requests);
      },
    ),
  );
});
