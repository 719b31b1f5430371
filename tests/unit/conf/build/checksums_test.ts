import { assertEquals } from "@std/assert";
import { describeChecksums, sha256 } from "../../../../conf/build/checksums.ts";

function streamOf(...texts: string[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(texts.map((text) => new TextEncoder().encode(text)));
}

Deno.test("sha256() is that of FIPS 180, however the stream is cut", async () => {
  const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  assertEquals(await sha256(streamOf("abc")), abc);
  assertEquals(await sha256(streamOf("a", "", "bc")), abc);
});

Deno.test("describeChecksums() is what sha256sum --check reads, by name", () => {
  const sums = new Map([["b", "2".repeat(64)], ["a", "1".repeat(64)]]);
  assertEquals(describeChecksums(sums), `${"1".repeat(64)}  a\n${"2".repeat(64)}  b\n`);
});
