import { assertEquals } from "@std/assert";
import { ByteWriter, decode, encode } from "../../../../core/bytes.ts";
import { Reply, ReplyKind } from "../../../../core/reply.ts";
import { Request } from "../../../../core/request.ts";
import { scanCodec } from "../../../../protocols/redis/scan.ts";
import { redisRequest } from "../../../support/redis_request.ts";

Deno.test("scanCodec.readCursor() reads decimal numbers of 64 bits, and nothing else", () => {
  const read = (text: string) => scanCodec.readCursor(redisRequest("SCAN", text));
  assertEquals(read("0"), 0n);
  assertEquals(read("007"), 7n);
  assertEquals(read("18446744073709551615"), 2n ** 64n - 1n);
  for (const text of ["18446744073709551616", "-1", "+1", "1.5", "", " 1", "1 ", "0x10", "abc", "9".repeat(21)]) {
    assertEquals(read(text), undefined, text);
  }
});

Deno.test("scanCodec.writeCursor() writes the same request with another cursor", () => {
  const request = redisRequest("SCAN", "0", "MATCH", "a*\r\n", "COUNT", "7");
  const target = new Request(request.command);
  const out = new ByteWriter();
  scanCodec.writeCursor(request, 2n ** 63n, target, out);
  const text =
    "*6\r\n$4\r\nSCAN\r\n$19\r\n9223372036854775808\r\n$5\r\nMATCH\r\n$4\r\na*\r\n\r\n$5\r\nCOUNT\r\n$1\r\n7\r\n";
  assertEquals(decode(out.bytes, 0, out.length), text);
  target.bytes = out.bytes;
  assertEquals([target.start, target.end, target.argCount], [0, text.length, 6]);
  const args = Array.from({ length: 6 }, (_, i) => decode(target.arg(i)));
  assertEquals(args, ["SCAN", "9223372036854775808", "MATCH", "a*\r\n", "COUNT", "7"]);
});

Deno.test("scanCodec.writeReply() replaces the cursor alone, wherever the reply lies in its bytes", () => {
  const text = "*2\r\n$3\r\n288\r\n*2\r\n$1\r\na\r\n$2\r\n\r\n\r\n";
  const bytes = encode(`before${text}behind`);
  const out = new ByteWriter();
  const seen: bigint[] = [];
  scanCodec.writeReply(new Reply().set(bytes, 6, 6 + text.length, ReplyKind.Value), (cursor) => {
    seen.push(cursor);
    return cursor * 1000n;
  }, out);
  assertEquals(seen, [288n]);
  assertEquals(decode(out.bytes, 0, out.length), "*2\r\n$6\r\n288000\r\n*2\r\n$1\r\na\r\n$2\r\n\r\n\r\n");
});
