import { assertEquals } from "@std/assert";
import { TextLineStream } from "../../../../conf/demo/text_lines.ts";

async function linesOf(...pieces: string[]): Promise<string[]> {
  return await Array.fromAsync(ReadableStream.from(pieces).pipeThrough(new TextLineStream()));
}

Deno.test("TextLineStream makes whole lines of any pieces", async () => {
  const text = "one\n\ntwo three\nfour";
  for (let size = 1; size <= text.length; size++) {
    const pieces = Array.from(
      { length: Math.ceil(text.length / size) },
      (_, i) => text.slice(i * size, (i + 1) * size),
    );
    assertEquals(await linesOf(...pieces), ["one", "", "two three", "four"]);
  }
  assertEquals(await linesOf(), []);
  assertEquals(await linesOf("a\n"), ["a"]);
});

Deno.test("TextLineStream keeps no line without end", async () => {
  const lines = await linesOf(..."x".repeat(10).split("").map((x) => x.repeat(5000)));
  assertEquals(lines.join("").length, 50_000);
  assertEquals(lines.every((line) => line.length <= 16 * 1024 + 5000), true);
});
