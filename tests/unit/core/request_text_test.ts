import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decode, encode } from "../../../core/bytes.ts";
import { readText, TEXT_BYTES_MAX, textRoom, writeText } from "../../../core/request_text.ts";
import { redisRequest } from "../../support/redis_request.ts";

/** The arguments as they come out again; the text must keep to its room. */
function shortened(args: readonly Uint8Array[]): Uint8Array[] {
  const request = redisRequest(...args);
  const room = textRoom(request);
  const memory = new Uint8Array(room + 20).fill(7);
  const end = writeText(request, memory, 10);
  assertEquals([...memory.subarray(0, 10)], new Array(10).fill(7));
  assertEquals(end <= 10 + room && room <= TEXT_BYTES_MAX, true, `${end - 10} bytes in ${room}`);
  return readText(memory, 10, request.argCount);
}

const texts = (args: readonly Uint8Array[]) => args.map((arg) => decode(arg));

Deno.test("writeText() and readText() keep up to 32 arguments of up to 128 bytes as they are", () => {
  fc.assert(fc.property(
    fc.array(fc.uint8Array({ maxLength: 128 }), { minLength: 1, maxLength: 32 }),
    (args) => assertEquals(shortened(args), args),
  ));
});

Deno.test("readText() shows the first 128 bytes of a long argument, and how many there are more", () => {
  assertEquals(texts(shortened([encode("SET"), encode("k"), encode("v".repeat(129))])), [
    "SET",
    "k",
    `${"v".repeat(128)}... (1 more bytes)`,
  ]);
  assertEquals(texts(shortened([encode("x".repeat(70_000))])), [`${"x".repeat(128)}... (69872 more bytes)`]);
});

Deno.test("readText() shows 31 arguments of more than 32, and how many there are more", () => {
  const args = Array.from({ length: 40 }, (_, i) => encode(String(i)));
  assertEquals(texts(shortened(args)), [...args.slice(0, 31).map((arg) => decode(arg)), "... (9 more arguments)"]);
  assertEquals(shortened(args.slice(0, 32)).length, 32);
  assertEquals(texts(shortened(args.slice(0, 33))).at(-1), "... (2 more arguments)");
});

Deno.test("textRoom() is enough for many arguments just above the limit", () => {
  const args = Array.from({ length: 32 }, () => encode("y".repeat(129)));
  assertEquals(shortened(args).length, 32);
});
