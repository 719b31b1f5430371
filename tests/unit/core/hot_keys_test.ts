import { assert, assertEquals } from "@std/assert";
import { encode } from "../../../core/bytes.ts";
import { HotKeys } from "../../../core/hot_keys.ts";
import { SeededRandom } from "../../../core/random.ts";
import type { Request } from "../../../core/request.ts";
import { MemcachedProtocol } from "../../../protocols/memcached/mod.ts";
import { RedisProtocol } from "../../../protocols/redis/mod.ts";
import { redisRequest } from "../../support/redis_request.ts";
import { SimClock } from "../../support/sim_clock.ts";

const seed = 20261124;

function setUp(sampleEvery = 1) {
  const protocol = new RedisProtocol();
  const clock = new SimClock();
  const hotKeys = new HotKeys(protocol, clock, new SeededRandom(seed), { sampleEvery });
  const seen = { samples: 0 };
  const ask = (request: Request) => {
    if (--hotKeys.left > 0) return;
    seen.samples++;
    hotKeys.sample(request);
  };
  const get = (key: string | Uint8Array, times = 1) => {
    for (; times > 0; times--) ask(redisRequest("GET", key));
  };
  return { clock, hotKeys, seen, ask, get };
}

Deno.test("HotKeys.list() has each key's share, rate and reads, hottest first", () => {
  const { clock, hotKeys, ask, get } = setUp();
  get("a", 6);
  for (let i = 0; i < 2; i++) ask(redisRequest("SET", "a", "v"));
  get("b", 2);
  clock.advance(10_000);
  assertEquals(hotKeys.list(), {
    sampled_requests: 10,
    window_seconds: 10,
    keys: [
      { key: "a", share_percent: 80, per_second: 0.8, read_percent: 75 },
      { key: "b", share_percent: 20, per_second: 0.2, read_percent: 100 },
    ],
  });
});

Deno.test("HotKeys.list() forgets slowly: the window before counts for what is left of it, then no more", () => {
  const { clock, hotKeys, get } = setUp();
  get("old", 100);
  clock.advance(60_000);
  get("new", 40);
  const counts = () => {
    const { sampled_requests, window_seconds, keys } = hotKeys.list();
    return [sampled_requests, window_seconds, ...keys.map(({ key, per_second }) => `${key} ${per_second}`)];
  };
  assertEquals(counts(), [140, 60, "old 1.67", "new 0.67"]);
  clock.advance(45_000);
  assertEquals(counts(), [65, 60, "new 0.67", "old 0.42"]);
  clock.advance(15_000);
  assertEquals(counts(), [40, 60, "new 0.67"]);
  clock.advance(600_000);
  assertEquals(counts(), [0, 60]);
});

Deno.test(`HotKeys looks at one request in sampleEvery on average, whatever their rhythm (seed ${seed})`, () => {
  const { clock, hotKeys, seen, get } = setUp(16);
  for (let i = 0; i < 64_000; i++) get(`k${i % 16}`);
  clock.advance(10_000);
  assert(Math.abs(seen.samples - 4000) < 400, `${seen.samples} samples`);
  const { keys } = hotKeys.list();
  assertEquals(keys.length, 16);
  for (const { share_percent, per_second } of keys) {
    assert(share_percent > 3 && share_percent < 10, `${share_percent} %`);
    assert(per_second > 200 && per_second < 700, `${per_second} per second`);
  }
});

Deno.test("HotKeys looks at nothing when told so, and begins anew when told otherwise", () => {
  const { hotKeys, seen, get } = setUp(0);
  get("a", 1000);
  assertEquals([seen.samples, hotKeys.list().keys], [0, []]);
  hotKeys.sampleEvery = 1;
  get("a", 3);
  assertEquals(hotKeys.list().sampled_requests, 3);
  hotKeys.sampleEvery = 2;
  assertEquals(hotKeys.list(), { sampled_requests: 0, window_seconds: 0, keys: [] });
});

Deno.test("HotKeys finds a hot key among any number of cold ones, in bounded memory", () => {
  const { hotKeys, get } = setUp();
  for (let i = 0; i < 20_000; i++) get(i % 20 === 0 ? "hot" : `cold:${i}`);
  const { keys } = hotKeys.list();
  assert(keys.length <= 100);
  assertEquals(keys[0]!.key, "hot");
  assert(keys[0]!.share_percent <= 5 && keys[0]!.share_percent > 4.7, `${keys[0]!.share_percent} %`);
});

Deno.test("HotKeys counts every key of a request, and of very many some", () => {
  const { hotKeys, ask } = setUp();
  ask(redisRequest("MGET", "a", "b"));
  ask(redisRequest("MSET", "b", "1", "c", "2"));
  ask(redisRequest("SINTERSTORE", "d", "a", "b"));
  ask(redisRequest("DBSIZE"));
  const shares = hotKeys.list();
  assertEquals(shares.sampled_requests, 3);
  assertEquals(
    shares.keys.map(({ key, share_percent }) => `${key} ${share_percent}`).toSorted(),
    ["a 66.67", "b 100", "c 33.33", "d 33.33"],
  );
  hotKeys.sampleEvery = 1;
  ask(redisRequest("MGET", ...Array.from({ length: 500 }, (_, i) => `k${i}`)));
  assertEquals(hotKeys.list().keys.length, 64);
});

Deno.test("HotKeys shows bytes that are no text in base64, and a long key by its beginning", () => {
  const { hotKeys, get } = setUp();
  get(new Uint8Array([0xff, 0x00]));
  get("ключ");
  get("x".repeat(300));
  get("x".repeat(301));
  const shown = hotKeys.list().keys.map(({ key, encoding }) => ({ key, encoding }));
  assertEquals(shown, [
    { key: "/wA=", encoding: "base64" },
    { key: "ключ", encoding: undefined },
    { key: "x".repeat(256), encoding: undefined },
    { key: "x".repeat(256), encoding: undefined },
  ]);
});

Deno.test("HotKeys knows the keys of Memcached's commands", () => {
  const protocol = new MemcachedProtocol();
  const clock = new SimClock();
  const hotKeys = new HotKeys(protocol, clock, new SeededRandom(seed), { sampleEvery: 1 });
  for (const line of ["get a b\r\n", "set a 0 0 1\r\nx\r\n", "mg a v\r\n", "version\r\n"]) {
    const parser = protocol.createRequestParser({ maxRequestBytes: 1000 });
    const bytes = encode(line);
    assertEquals(parser.parse(bytes, 0, bytes.length), bytes.length);
    hotKeys.sample(parser.request);
  }
  const { sampled_requests, keys } = hotKeys.list();
  assertEquals([sampled_requests, keys.map(({ key, read_percent }) => [key, read_percent])], [
    3,
    [["a", 66.67], ["b", 100]],
  ]);
});
