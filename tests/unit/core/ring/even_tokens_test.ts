import { assertEquals } from "@std/assert";
import { evenTokens } from "../../../../core/ring/even_tokens.ts";

Deno.test("evenTokens() parts the ring evenly, from 0", () => {
  assertEquals(evenTokens(1), [0]);
  assertEquals(evenTokens(2), [0, 2147483648]);
  assertEquals(evenTokens(3), [0, 1431655765, 2863311530]);
  assertEquals(evenTokens(4), [0, 1073741824, 2147483648, 3221225472]);
});

Deno.test("evenTokens() is exact for every count: floor(2^32 / count * i), as whole numbers give it", () => {
  for (const count of [5, 6, 7, 12, 49, 100, 999, 4096, 65535, 65536]) {
    const exact = Array.from({ length: count }, (_, i) => Number((2n ** 32n * BigInt(i)) / BigInt(count)));
    assertEquals(evenTokens(count), exact);
  }
});
