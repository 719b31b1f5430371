import { assertEquals } from "@std/assert";
import { News } from "../../../gossip/news.ts";

Deno.test("News tells the latest first, for rounds that grow with the logarithm of the nodes", () => {
  for (const [nodes, rounds] of [[1, 4], [8, 10], [1000, 24]] as const) {
    const news = new News();
    news.add("a", nodes);
    for (let i = 1; i < rounds; i++) news.age();
    assertEquals(news.latest(), ["a"]);
    news.age();
    assertEquals([news.latest(), news.size], [[], 0]);
  }
  const news = new News();
  for (const address of ["a", "b", "c", "a"]) news.add(address, 8);
  assertEquals(news.latest(), ["a", "c", "b"]);
  news.delete("c");
  assertEquals(news.latest(), ["a", "b"]);
});
