import { assertEquals } from "@std/assert";
import { logSlow } from "../../../../support/slow_request.ts";
import { bulk, bulks, RedisAnswers } from "../../../../support/redis_answers.ts";

function withEntries(count: number): RedisAnswers {
  const client = new RedisAnswers();
  for (let i = 0; i < count; i++) {
    logSlow(client.node.slowLog, 12_345, ["GET", `key ${i}`], "10.0.0.1:5000", "worker");
  }
  return client;
}
const entry = (id: number) =>
  `*6\r\n:${id}\r\n:1700000000\r\n:12345\r\n${bulks("GET", `key ${id}`)}${bulk("10.0.0.1:5000")}${bulk("worker")}`;

Deno.test("SLOWLOG GET has the newest ten, as many as are asked for, or all, newest first", () => {
  const client = withEntries(12);
  const entries = (...ids: number[]) => `*${ids.length}\r\n${ids.map(entry).join("")}`;
  assertEquals(client.line("SLOWLOG GET"), entries(11, 10, 9, 8, 7, 6, 5, 4, 3, 2));
  assertEquals(client.line("SLOWLOG GET 2"), entries(11, 10));
  assertEquals(client.line("SLOWLOG GET 0"), "*0\r\n");
  const all = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
  assertEquals(client.line("SLOWLOG GET -1"), entries(...all));
  assertEquals(client.line("slowlog get 99"), entries(...all));
});

Deno.test("SLOWLOG GET refuses what is no count", () => {
  const client = withEntries(1);
  const error = "-ERR count should be greater than or equal to -1\r\n";
  assertEquals(client.line("SLOWLOG GET -2"), error);
  assertEquals(client.line("SLOWLOG GET x"), error);
  assertEquals(client.line("SLOWLOG GET 1 2"), "-ERR wrong number of arguments for 'slowlog|get' command\r\n");
});

Deno.test("SLOWLOG LEN counts, SLOWLOG RESET forgets", () => {
  const client = withEntries(3);
  assertEquals(client.line("SLOWLOG LEN"), ":3\r\n");
  assertEquals(client.line("SLOWLOG RESET"), "+OK\r\n");
  assertEquals([client.line("SLOWLOG LEN"), client.line("SLOWLOG GET")], [":0\r\n", "*0\r\n"]);
});
