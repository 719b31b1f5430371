import { assertEquals } from "@std/assert";
import { encode } from "../../../../core/bytes.ts";
import { errorName } from "../../../../protocols/redis/error_name.ts";

Deno.test("errorName() is the first word of an error, in either form", () => {
  for (
    const [text, name] of [
      ["-ERR no such thing\r\n", "ERR"],
      ["-WRONGTYPE Operation\r\n", "WRONGTYPE"],
      ["-OOM\r\n", "OOM"],
      ["!21\r\nSYNTAX invalid syntax\r\n", "SYNTAX"],
      ["-\r\n", ""],
      [`-${"x".repeat(100)}\r\n`, "x".repeat(32)],
    ] as const
  ) {
    const bytes = encode(`before${text}after`);
    assertEquals(errorName(bytes, 6, 6 + text.length), name, text);
  }
});
