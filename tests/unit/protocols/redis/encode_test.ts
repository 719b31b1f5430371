import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ByteWriter, encode } from "../../../../core/bytes.ts";
import { Dialect, RespWriter } from "../../../../protocols/redis/encode.ts";
import { RedisReplyParser } from "../../../../protocols/redis/reply_parser.ts";
import { latin1 } from "../../../support/resp_value.ts";

/** What `write` writes in RESP2 and in RESP3. */
function written(write: (out: RespWriter) => void): readonly [resp2: string, resp3: string] {
  const both = [Dialect.Resp2, Dialect.Resp3].map((dialect) => {
    const out = new ByteWriter();
    write(new RespWriter(out, dialect));
    return latin1(out.take());
  });
  return [both[0]!, both[1]!];
}

/** The same in both. */
const alike = (text: string) => [text, text] as const;

Deno.test("RespWriter writes each type as its dialect has it", () => {
  const cases: readonly (readonly [(out: RespWriter) => void, readonly [string, string]])[] = [
    [(out) => out.status("OK"), alike("+OK\r\n")],
    [(out) => out.error("ERR no"), alike("-ERR no\r\n")],
    [(out) => out.integer(-7), alike(":-7\r\n")],
    [(out) => out.integer(9223372036854775807n), alike(":9223372036854775807\r\n")],
    [(out) => out.double(1.5), ["$3\r\n1.5\r\n", ",1.5\r\n"]],
    [(out) => out.double(-Infinity), ["$4\r\n-inf\r\n", ",-inf\r\n"]],
    [(out) => out.double(3e20), ["$5\r\n3e+20\r\n", ",3e+20\r\n"]],
    [(out) => out.boolean(true), [":1\r\n", "#t\r\n"]],
    [(out) => out.boolean(false), [":0\r\n", "#f\r\n"]],
    [(out) => out.bulk(Uint8Array.of(0, 13, 10, 255)), alike("$4\r\n\0\r\n\xff\r\n")],
    [(out) => out.bulk(new Uint8Array(0)), alike("$0\r\n\r\n")],
    [(out) => out.bulkText("é"), alike("$2\r\n\xc3\xa9\r\n")],
    [(out) => out.nil(), ["$-1\r\n", "_\r\n"]],
    [(out) => out.nilArray(), ["*-1\r\n", "_\r\n"]],
    [(out) => out.array(3), alike("*3\r\n")],
    [(out) => out.map(2), ["*4\r\n", "%2\r\n"]],
    [(out) => out.set(2), ["*2\r\n", "~2\r\n"]],
    [(out) => out.verbatim("é"), ["$2\r\n\xc3\xa9\r\n", "=6\r\ntxt:\xc3\xa9\r\n"]],
  ];
  for (const [write, expected] of cases) assertEquals(written(write), expected, write.toString());
});

Deno.test("RespWriter keeps line ends out of lines, whoever's words they are", () => {
  assertEquals(written((out) => out.status("a\r\nb\nc")), alike("+a  b c\r\n"));
  assertEquals(written((out) => out.error("ERR a\r\n+OK\r\n")), alike("-ERR a  +OK  \r\n"));
  assertEquals(written((out) => out.errorParts("ERR '", encode("a\r\nb"), "'")), alike("-ERR 'a  b'\r\n"));
  assertEquals(written((out) => out.errorParts("ERR '", Uint8Array.of(255, 0), "'")), alike("-ERR '\xff\0'\r\n"));
});

Deno.test("RespWriter changes its dialect between two values", () => {
  const out = new ByteWriter();
  const writer = new RespWriter(out, Dialect.Resp2);
  writer.nil();
  writer.dialect = Dialect.Resp3;
  writer.nil();
  assertEquals(latin1(out.take()), "$-1\r\n_\r\n");
});

Deno.test("RespWriter writes one frame, whatever the text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.constantFrom(0, 1), (text, dialect) => {
      const out = new ByteWriter();
      const writer = new RespWriter(out, dialect);
      for (const write of [() => writer.status(text), () => writer.error(text), () => writer.bulkText(text)]) {
        out.clear();
        write();
        const parser = new RedisReplyParser(1 << 20);
        assertEquals(parser.parse(out.bytes, 0, out.length), out.length);
      }
    }),
    { seed: 7, numRuns: 300 },
  );
});
