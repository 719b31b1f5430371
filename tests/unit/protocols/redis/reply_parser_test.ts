import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { INCOMPLETE, INVALID } from "../../../../core/protocol.ts";
import { ReplyKind } from "../../../../core/reply.ts";
import { RedisReplyParser } from "../../../../protocols/redis/reply_parser.ts";
import { hostileText } from "../../../support/redis_requests.ts";
import { fromLatin1, latin1, parseReply } from "../../../support/resp_value.ts";

const LIMIT = 100_000;

interface Parsed {
  readonly replies: (readonly [text: string, kind: ReplyKind])[];
  readonly problem: string | undefined;
}

function parseAll(pieces: readonly Uint8Array[]): Parsed {
  const parser = new RedisReplyParser(LIMIT);
  const replies: (readonly [string, ReplyKind])[] = [];
  let bytes: Uint8Array = new Uint8Array(0);
  let start = 0;
  for (const piece of pieces) {
    const moved = new Uint8Array(3 + bytes.length - start + piece.length);
    moved.set(bytes.subarray(start), 3);
    moved.set(piece, 3 + bytes.length - start);
    bytes = moved;
    start = 3;
    while (start < bytes.length) {
      const next = parser.parse(bytes, start, bytes.length);
      if (next === INVALID) return { replies, problem: parser.problem };
      if (next === INCOMPLETE) {
        assert(parser.needed <= LIMIT, `it asks for ${parser.needed} bytes`);
        break;
      }
      assert(next > start && next <= bytes.length);
      const { reply } = parser;
      assertEquals([reply.start, reply.end], [start, next]);
      replies.push([latin1(reply.bytes.subarray(reply.start, reply.end)), reply.kind]);
      start = next;
    }
  }
  return { replies, problem: undefined };
}

/** One whole reply each. */
const samples: readonly (readonly [text: string, kind: ReplyKind])[] = [
  ["+OK\r\n", ReplyKind.Value],
  ["-ERR no\r\n", ReplyKind.Error],
  ["!5\r\na\r\nbc\r\n", ReplyKind.Error],
  [":-12\r\n", ReplyKind.Value],
  ["$-1\r\n", ReplyKind.Value],
  ["$0\r\n\r\n", ReplyKind.Value],
  ["$6\r\n-E\r\n\0\xff\r\n", ReplyKind.Value],
  ["*-1\r\n", ReplyKind.Value],
  ["*0\r\n", ReplyKind.Value],
  ["*3\r\n:1\r\n*2\r\n$1\r\na\r\n-ERR inside is no error\r\n$-1\r\n", ReplyKind.Value],
  ["*1\r\n*1\r\n*1\r\n*1\r\n*0\r\n", ReplyKind.Value],
  ["_\r\n", ReplyKind.Value],
  ["#t\r\n", ReplyKind.Value],
  [",3.5\r\n", ReplyKind.Value],
  ["(3492890328409238509324850943850943825024385\r\n", ReplyKind.Value],
  ["=8\r\ntxt:a\r\nb\r\n", ReplyKind.Value],
  ["%2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n%1\r\n+x\r\n_\r\n", ReplyKind.Value],
  ["~2\r\n$1\r\na\r\n$1\r\nb\r\n", ReplyKind.Value],
  ["|1\r\n+ttl\r\n:3600\r\n$1\r\na\r\n", ReplyKind.Value],
  [">2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\nk\r\n", ReplyKind.Push],
];

Deno.test("RedisReplyParser frames every type whole, byte by byte and cut in two anywhere", () => {
  for (const sample of samples) {
    const bytes = fromLatin1(sample[0]);
    const expected = { replies: [sample], problem: undefined };
    assertEquals(parseAll([bytes]), expected, sample[0]);
    assertEquals(parseAll(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1))), expected, sample[0]);
    for (let cut = 1; cut < bytes.length; cut++) {
      assertEquals(parseAll([bytes.subarray(0, cut), bytes.subarray(cut)]), expected, `${sample[0]} cut at ${cut}`);
    }
  }
});

Deno.test("RedisReplyParser frames replies one behind the other, cut anywhere", () => {
  const bytes = fromLatin1(samples.map(([text]) => text).join(""));
  for (let cut = 1; cut < bytes.length; cut++) {
    const parsed = parseAll([bytes.subarray(0, cut), bytes.subarray(cut)]);
    assertEquals(parsed, { replies: [...samples], problem: undefined }, `cut at ${cut}`);
  }
});

const malformed = [
  "OK\r\n",
  "\r\n",
  "+OK\n",
  "$\r\n",
  "$a\r\n",
  "$-2\r\n",
  "$1\r\nab\r\n",
  "*-2\r\n",
  "*x\r\n",
  "*?\r\n",
  `$${LIMIT + 1}\r\n`,
  `*${LIMIT + 2}\r\n`,
  "%99999999999\r\n",
  `+${"x".repeat(70_000)}`,
];

Deno.test("RedisReplyParser refuses what is no reply, cut anywhere", () => {
  for (const text of malformed) {
    const bytes = fromLatin1(`:1\r\n${text}`);
    for (let cut = 1; cut <= Math.min(bytes.length, 30); cut++) {
      const { replies, problem } = parseAll([bytes.subarray(0, cut), bytes.subarray(cut)]);
      assertEquals(replies, [[":1\r\n", ReplyKind.Value]]);
      assert(problem !== undefined && problem !== "", JSON.stringify(text.slice(0, 40)));
    }
  }
});

Deno.test("RedisReplyParser bounds a reply of many small values", () => {
  const bytes = fromLatin1(`*90000\r\n${":1\r\n".repeat(80_000)}`);
  const { replies, problem } = parseAll([
    bytes.subarray(0, 50_000),
    bytes.subarray(50_000, 90_000),
    bytes.subarray(90_000),
  ]);
  assertEquals(replies, []);
  assertEquals(problem, "the reply is above the limit");
});

Deno.test("RedisReplyParser survives hostile bytes, and sees the same however they are cut", () => {
  fc.assert(
    fc.property(hostileText, fc.nat(200), (text, cut) => {
      const bytes = fromLatin1(text);
      const at = Math.min(cut, bytes.length);
      assertEquals(parseAll([bytes.subarray(0, at), bytes.subarray(at)]), parseAll([bytes]));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("RedisReplyParser ends a value where an independent parser does", () => {
  const leaf = fc.oneof(
    fc.integer().map((value) => `:${value}\r\n`),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => `$${bytes.length}\r\n${latin1(bytes)}\r\n`),
    fc.constantFrom("$-1\r\n", "*-1\r\n", "_\r\n", "#t\r\n", ",1.5\r\n", "+OK\r\n", "-ERR\r\n", "=5\r\ntxt:a\r\n"),
  );
  const { value } = fc.letrec<{ value: string; aggregate: string }>((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, leaf, tie("aggregate")),
    aggregate: fc.tuple(fc.constantFrom("*", "~", ">", "%"), fc.array(tie("value"), { maxLength: 4 })).map(
      ([type, items]) => {
        const kept = type === "%" && items.length % 2 === 1 ? items.slice(1) : items;
        return `${type}${type === "%" ? kept.length / 2 : kept.length}\r\n${kept.join("")}`;
      },
    ),
  }));
  fc.assert(fc.property(value, hostileText, (text, behind) => {
    const bytes = fromLatin1(text + behind);
    const end = new RedisReplyParser(LIMIT).parse(bytes, 0, bytes.length);
    assertEquals(end, text.length);
    assertEquals(parseReply(bytes, 0, bytes.length)?.raw.length, end);
  }));
});
