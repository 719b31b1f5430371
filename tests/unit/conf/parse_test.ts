import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseConf } from "../../../conf/parse.ts";
import { formatField } from "../../../conf/describe.ts";
import { type Conf, optionRows } from "../../../conf/schema.ts";
import { AUTOMATIC } from "../../../conf/value_kinds.ts";
import { Consistency } from "../../../core/consistency.ts";
import { ConfError } from "../../../core/errors.ts";
import defaultText from "../../../conf/dynomite.yml" with { type: "text" };
import embeddedText from "../../../conf/embedded_durable.yml" with { type: "text" };
import memcachedText from "../../../conf/memcached_single.yml" with { type: "text" };
import redisText from "../../../conf/redis_single.yml" with { type: "text" };

/** A pool with what is required, and these lines. */
function pool(...lines: string[]): string {
  return ["dyn_o_mite:", "  listen: 127.0.0.1:8102", "  servers: [embedded]", ...lines.map((line) => `  ${line}`), ""]
    .join("\n");
}

function read(text: string): Conf {
  return parseConf(text, "test.yml").conf;
}

function faultsOf(text: string): string[] {
  try {
    parseConf(text, "test.yml");
  } catch (error) {
    assert(error instanceof ConfError, String(error));
    return error.message.split("\n");
  }
  return [];
}

/** The single fault of a text. */
function faultOf(text: string): string {
  const faults = faultsOf(text);
  assertEquals(faults.length, 1, faults.join("\n"));
  return faults[0]!;
}

Deno.test("parseConf() fills in every default", () => {
  const conf = read(pool());
  assertEquals(conf.poolName, "dyn_o_mite");
  assertEquals(conf.listen, { kind: "tcp", host: "127.0.0.1", port: 8102 });
  assertEquals(conf.dynListen, undefined);
  assertEquals(conf.server, { kind: "embedded", path: undefined, name: "embedded" });
  assertEquals(conf.dataStore, "redis");
  assertEquals(conf.timeoutMs, 5000);
  assertEquals(conf.tokens, [0]);
  assertEquals(conf.dynSeeds, []);
  assertEquals(conf.hash, "murmur");
  assertEquals(conf.hashTag, undefined);
  assertEquals(conf.readConsistency, Consistency.One);
  assertEquals(conf.maxRequestBytes, 64 * 1024 * 1024);
  assertEquals(conf.bufferBudgetBytes, AUTOMATIC);
});

Deno.test("parseConf() reads the embedded default and every sample without a notice", () => {
  const texts = { defaultText, embeddedText, memcachedText, redisText };
  for (const [name, text] of Object.entries(texts)) {
    const { conf, notices } = parseConf(text, name);
    assertEquals(notices, []);
    assertEquals(conf.listen, { kind: "tcp", host: "127.0.0.1", port: 8102 });
    assertEquals(conf.statsListen, { kind: "tcp", host: "127.0.0.1", port: 22222 });
    assertEquals(conf.tokens, [0]);
  }
  assertEquals(read(memcachedText).dataStore, "memcached");
  assertEquals(read(embeddedText).server, { kind: "embedded", path: "/var/lib/dynomite/node.db", name: "embedded" });
});

Deno.test("parseConf() honours what C Dynomite takes for unset: false and 0", () => {
  const conf = read(pool("preconnect: false", "auto_eject_hosts: false", "client_connections: 0", "conn_msg_rate: 0"));
  assertEquals([conf.preconnect, conf.autoEjectHosts], [false, false]);
  assertEquals([conf.clientConnections, conf.connMsgRate], [0, 0]);
});

Deno.test("parseConf() takes markers, flow style, quotes, comments, CRLF and any pool name", () => {
  const flow = `--- # start\n{"my pool": {listen: '127.0.0.1:1', "servers": ["embedded"],\n tokens: [1, 2]}}\n...\n`;
  const conf = read(flow);
  assertEquals([conf.poolName, conf.listen, conf.tokens], ["my pool", { kind: "tcp", host: "127.0.0.1", port: 1 }, [
    1,
    2,
  ]]);
  const block = "---\r\n# c\r\ndyn_o_mite: # pool\r\n  listen: /run/d.sock # c\r\n  servers:\r\n  - embedded\r\n";
  assertEquals(read(block).listen, { kind: "unix", path: "/run/d.sock" });
});

Deno.test("parseConf() takes a scalar where a list is meant, as C Dynomite does", () => {
  const conf = read(
    "p:\n  listen: a:1\n  servers: 127.0.0.1:6379:1\n  dyn_listen: a:2\n  tokens: 5\n  dyn_seeds: b:2:r:d:7\n",
  );
  assertEquals(conf.server, { kind: "tcp", host: "127.0.0.1", port: 6379, name: "127.0.0.1:6379" });
  assertEquals(conf.dynSeeds.map((seed) => seed.tokens), [[7]]);
});

Deno.test("parseConf() reads tokens as text: one, a comma list, a list, in the order written", () => {
  assertEquals(read(pool("tokens: '101134286'")).tokens, [101134286]);
  assertEquals(read(pool("tokens: 010")).tokens, [10]);
  assertEquals(read(pool("tokens: 3,1,2")).tokens, [3, 1, 2]);
  assertEquals(read(pool("tokens:", "- '4294967295'", "- 0,7")).tokens, [4294967295, 0, 7]);
});

Deno.test("parseConf() refuses the tokens that C Dynomite takes for another", () => {
  for (
    const bad of [
      "4294967296",
      "5000000000",
      "170141183460469231731687303715884105728",
      "abc",
      "' 7'",
      "'1, 2'",
      "-5",
      "1e3",
    ]
  ) {
    assertStringIncludes(faultOf(pool(`tokens: ${bad}`)), "test.yml:4: tokens:");
  }
  assertStringIncludes(faultOf(pool("tokens: 1,1")), "twice");
  assertStringIncludes(faultOf(pool("tokens: []")), "test.yml:4: tokens: holds no entry");
  assertStringIncludes(faultOf(pool("tokens:", "- 1", "- 2", "- 1")), "test.yml:7: tokens:");
});

Deno.test("parseConf() reads every form of a servers line", () => {
  const server = (line: string) => read(`p:\n  listen: a:1\n  servers:\n  - ${JSON.stringify(line)}\n`).server;
  const tcp = (host: string, port: number, name: string) => ({ kind: "tcp" as const, host, port, name });
  assertEquals(server("127.0.0.1:6379:1"), tcp("127.0.0.1", 6379, "127.0.0.1:6379"));
  assertEquals(server("127.0.0.1:6379"), tcp("127.0.0.1", 6379, "127.0.0.1:6379"));
  assertEquals(server("cache:11211:1"), tcp("cache", 11211, "cache"));
  assertEquals(server("cache:6379:1 main"), tcp("cache", 6379, "main"));
  assertEquals(server("[::1]:6379:1"), tcp("::1", 6379, "[::1]:6379"));
  assertEquals(server("[::1]:6379"), tcp("::1", 6379, "[::1]:6379"));
  assertEquals(server("::1:6379:1"), tcp("::1", 6379, "[::1]:6379"));
  assertEquals(server("/run/redis.sock:1"), { kind: "unix", path: "/run/redis.sock", name: "/run/redis.sock" });
  assertEquals(server("/run/redis.sock local"), { kind: "unix", path: "/run/redis.sock", name: "local" });
  assertEquals(server("embedded:data/node.db"), { kind: "embedded", path: "data/node.db", name: "embedded" });
});

Deno.test("parseConf() refuses servers lines that mean nothing", () => {
  for (
    const bad of [
      "127.0.0.1",
      "127.0.0.1:0:1",
      "127.0.0.1:70000:1",
      "127.0.0.1:6379:heavy",
      ":6379:1",
      "a b:1:1",
      "embedded:",
    ]
  ) {
    const text = `p:\n  listen: a:1\n  servers:\n  - ${JSON.stringify(bad)}\n`;
    assertStringIncludes(faultOf(text), `test.yml:4: servers: ${JSON.stringify(bad)}`);
  }
  assertStringIncludes(faultOf("p:\n  listen: a:1\n  servers: []\n"), "holds no entry");
  assertStringIncludes(faultOf("p:\n  listen: a:1\n"), "servers: is missing");
});

Deno.test("parseConf() reads seeds from the right and leaves out this node and repetitions", () => {
  const { conf, notices } = parseConf(
    pool(
      "dyn_listen: 10.0.0.1:8101",
      "rack: r1",
      "datacenter: dc1",
      "tokens: 0",
      "dyn_seeds:",
      "- 10.0.0.1:8101:r1:dc1:0",
      "- 10.0.0.2:8101:r2:dc1:0",
      "- '[fe80::2]:8101:r3:dc1:0,9 third:8101'",
      "- 10.0.0.2:8101:r2:dc1:0",
    ),
    "test.yml",
  );
  assertEquals(conf.dynSeeds, [
    { host: "10.0.0.2", port: 8101, rack: "r2", datacenter: "dc1", tokens: [0], name: "10.0.0.2" },
    { host: "fe80::2", port: 8101, rack: "r3", datacenter: "dc1", tokens: [0, 9], name: "third" },
  ]);
  assertEquals(notices, [
    "test.yml:12: dyn_seeds: is there twice: left out (10.0.0.2:8101)",
  ]);
});

Deno.test("parseConf() refuses seeds that part the ring", () => {
  const seeds = (...lines: string[]) =>
    faultOf(pool("dyn_listen: 0.0.0.0:8101", "rack: r1", "datacenter: d", "tokens: 5", "dyn_seeds:", ...lines));
  assertStringIncludes(seeds("- b:8102:r1:d:5"), 'test.yml:9: dyn_seeds: "b:8102:r1:d:5" has token 5 of this node');
  assertStringIncludes(seeds("- b:8101:r2:d:7", "- c:8101:r2:d:7"), "has token 7 of b:8101");
  assertStringIncludes(seeds("- b:8101:r2:d:7", "- b:8101:r3:d:7"), "a second place");
  assertStringIncludes(seeds("- b:8101:r$2:d:7"), "has a rack that is not a usable name");
});

Deno.test("parseConf() asks for a peer port and tokens where there are peers", () => {
  assertEquals(faultsOf(pool("dyn_seeds: b:1:r:d:0")).map((fault) => fault.split(":")[1]!.trim()), [
    "dyn_listen",
    "tokens",
  ]);
});

Deno.test("parseConf() wants a seeds provider and its file together, and a node with a provider to be reachable", () => {
  const place = ["dyn_listen: 127.0.0.1:8101", "tokens: 5"];
  assertStringIncludes(
    faultOf(pool(...place, "dyn_seed_provider: file_provider")),
    'dyn_seed_provider: "file_provider" has no dyn_seed_file; accepted is the path of a file there',
  );
  const { conf, notices } = parseConf(
    pool(...place, "dyn_seed_provider: file_provider", "dyn_seed_file: /s"),
    "test.yml",
  );
  assertEquals([conf.dynSeedProvider, conf.dynSeedFile, notices], ["file_provider", "/s", []]);
  assertEquals(parseConf(pool("dyn_seed_file: /s"), "test.yml").notices.map((notice) => notice.split(": ")[1]), [
    "dyn_seed_file",
  ]);
  assertEquals(
    faultsOf(pool("dyn_seed_provider: florida_provider")).map((fault) => fault.split(":")[1]!.trim()),
    ["dyn_listen", "tokens"],
  );
});

Deno.test("parseConf() reads sizes with units", () => {
  assertEquals(read(pool("max_request_bytes: 2097152")).maxRequestBytes, 2097152);
  assertEquals(read(pool("max_request_bytes: 512MB", "buffer_budget: 1gb")).maxRequestBytes, 512 * 1024 ** 2);
  assertEquals(read(pool("max_request_bytes: 512mb", "buffer_budget: auto")).bufferBudgetBytes, AUTOMATIC);
  assertStringIncludes(faultOf(pool("buffer_budget: 1kb")), "accepted is auto, or a size from 1mb");
  assertStringIncludes(faultOf(pool("max_request_bytes: 513mb")), "from 1kb to 512mb");
  assertStringIncludes(faultOf(pool("max_request_bytes: 64m")), "is not a size");
});

Deno.test("parseConf() takes the keys of 2014", () => {
  assertEquals(read(pool("redis: true")).dataStore, "redis");
  assertEquals(read(pool("redis: false")).dataStore, "memcached");
  assertStringIncludes(
    faultOf(pool("redis: true", "data_store: 1")),
    'test.yml:4: redis: "true" contradicts data_store',
  );
  const { notices } = parseConf(pool("dyn_secure_listen: 0.0.0.0:8103", "server_connections: 2"), "test.yml");
  assertEquals(notices.map((line) => line.slice(0, "test.yml:4: dyn_s".length)), [
    "test.yml:4: dyn_s",
    "test.yml:5: serve",
  ]);
});

Deno.test("parseConf() refuses what would not work together", () => {
  assertStringIncludes(faultOf(pool("stats_listen: 127.0.0.1:8102")), "overlaps listen (127.0.0.1:8102)");
  assertStringIncludes(faultOf(pool("dyn_listen: 0.0.0.0:8102")), "overlaps listen");
  assertStringIncludes(faultOf("p: {listen: 127.0.0.1:8102, servers: 127.0.0.1:8102:1}"), "this node's own listen");
  assertStringIncludes(faultOf("p: {listen: 0.0.0.0:8102, servers: localhost:8102:1}"), "this node's own listen");
  assertStringIncludes(faultOf(pool("requirepass: x", "data_store: 1")), "requirepass");
  assertStringIncludes(faultOf(pool("datastore_password: x")), "servers is the embedded engine");
  assertStringIncludes(faultOf("p: {listen: a:1, servers: b:2:1, datastore_user: u}"), "has no datastore_password");
  assertStringIncludes(faultOf(pool("buffer_budget: 1mb")), "accepted is 64mb or more");
  assertStringIncludes(faultOf(pool("secure_server_option: all")), "not there yet; accepted is none");
});

Deno.test("parseConf() lets a server elsewhere have the port of a listener on every interface", () => {
  assertEquals(read("p: {listen: 0.0.0.0:6379, servers: redis.example:6379:1}").server.kind, "tcp");
});

Deno.test("parseConf() says when a setting has no effect", () => {
  const noticesOf = (text: string) => parseConf(text, "test.yml").notices.join("\n");
  assertStringIncludes(noticesOf(pool("data_store_sync: full")), "test.yml:4: data_store_sync: has no effect");
  assertStringIncludes(noticesOf(pool("read_repairs_enabled: true")), "must both be above dc_one");
});

Deno.test("parseConf() says what is wrong with the shape of a file", () => {
  assertStringIncludes(faultOf(""), "test.yml: is empty");
  assertStringIncludes(faultOf("# only a comment\n"), "is empty");
  assertStringIncludes(faultOf("- a\n"), "holds a list where a pool should be");
  assertStringIncludes(faultOf("hello"), "holds the text");
  assertStringIncludes(faultOf("dyn_o_mite:\n"), "test.yml:1: dyn_o_mite: holds nothing");
  assertStringIncludes(faultOf("listen: 127.0.0.1:8102\nservers: [embedded]\n"), "stands at the top of the file");
  assertStringIncludes(faultOf("p:\n  listen: [\n"), "is not valid YAML");
  assertStringIncludes(faultOf("p:\n  listen: a\n   b: c\n"), "test.yml:3: is not valid YAML");
  assertStringIncludes(faultOf("p: {listen: a:1, servers: embedded}\n---\nq: 1\n"), "is not valid YAML");
  assertStringIncludes(faultOf(`p: ${"[".repeat(100000)}`), "is not valid YAML");
  assertStringIncludes(faultOf("p: &a\n  listen: a:1\n  servers: *a\n"), "servers: holds a mapping");
});

Deno.test("parseConf() never shows a password in a fault", () => {
  const text = pool("requirepass: [hunter2, hunter3]", "requirepas: hunter4");
  const faults = faultsOf(text);
  assertEquals(faults.length, 2);
  assert(!faults.join().includes("hunter"), faults.join("\n"));
  assertStringIncludes(faults[1]!, "did you mean requirepass?");
});

Deno.test("parseConf() lists all faults of a very broken file with their lines", () => {
  const text = `---
# everything wrong
dyn_o_mite:
  listen: 127.0.0.1
  dyn_listen: 127.0.0.1:99999
  stats_listen: "127.0.0.1:22222"
  tokens: [1, 4294967296,
    abc]
  servers:
  # two of them
  - 127.0.0.1:6379:1

  -   127.0.0.1:6380:1
  dyn_seeds:
    - 10.0.0.1:8101:r2:dc1:5
    - 10.0.0.2:8101:r2:dc1
  time_out: 5
  timeout: -5
  timeout: 99999999999
  preconnect: yes
  hash: Murmur
  hash_tag: "{"
  read_consistency: dc_quorumx
  secure_server_option: rack
  data_store: 5
  mbuf_size: 1000
  rack: 'a
    b'
  datacenter: |
    dc: 1
  max_request_bytes: 1gb
  env:
other_pool:
  listen: 1
`;
  assertEquals(
    faultsOf(text).map((fault) =>
      /^test\.yml:([0-9]+): ([a-z_]+): ("[^"]*")?/.exec(fault)?.slice(1, 4).join(" ").trimEnd()
    ),
    [
      '4 listen "127.0.0.1"',
      '5 dyn_listen "127.0.0.1:99999"',
      '7 tokens "4294967296"',
      '8 tokens "abc"',
      '13 servers "127.0.0.1:6380:1"',
      '16 dyn_seeds "10.0.0.2:8101:r2:dc1"',
      "17 time_out",
      "19 timeout",
      '19 timeout "99999999999"',
      '20 preconnect "yes"',
      '21 hash "Murmur"',
      '22 hash_tag "{"',
      '23 read_consistency "dc_quorumx"',
      '24 secure_server_option "rack"',
      '25 data_store "5"',
      '26 mbuf_size "1000"',
      '27 rack "a b"',
      '29 datacenter "dc: 1\\n"',
      '31 max_request_bytes "1gb"',
      "32 env",
      "33 other_pool",
    ],
  );
});

Deno.test("parseConf() throws nothing but ConfError, whatever the text", () => {
  const keys = optionRows.map(([, option]) => option.key);
  const scalar = fc.oneof(
    fc.constantFrom(
      "true",
      "0",
      "-1",
      "~",
      "''",
      "*a",
      "&a x",
      "!!int 3",
      "|",
      ">-",
      "[",
      "{}",
      "1,2",
      "a:1:1",
      "embedded",
      "64mb",
    ),
    fc.string(),
    fc.string({ unit: "binary" }),
  );
  const line = fc.tuple(
    fc.constantFrom("", " ", "  ", "  - ", "    ", "\t"),
    fc.oneof(fc.constantFrom(...keys), fc.string()),
    scalar,
  )
    .map(([indent, key, value]) => `${indent}${key}: ${value}`);
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 200 }),
    fc.array(fc.oneof(line, scalar), { maxLength: 12 }).map((lines) => `dyn_o_mite:\n${lines.join("\n")}`),
  );
  fc.assert(
    fc.property(text, (written) => {
      try {
        parseConf(written, "test.yml");
      } catch (error) {
        if (!(error instanceof ConfError)) throw error;
        assert(error.faults.length > 0);
      }
    }),
    { numRuns: 2000 },
  );
});

/** What may stand behind each key, as text: values that are valid whatever the others are. */
const port = fc.integer({ min: 20000, max: 60000 });
const host = fc.constantFrom("10.1.1.1", "node.example", "::1", "fe80::7");
const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);
const token = fc.integer({ min: 0, max: 4294967295 });
const addressAt = (address: string, at: number) => address.includes(":") ? `[${address}]:${at}` : `${address}:${at}`;
const fields = fc.record({
  listen: port.map((at) => addressAt("127.0.0.2", at)),
  dyn_listen: port.map((at) => addressAt("127.0.0.3", at)),
  stats_listen: port.map((at) => addressAt("127.0.0.4", at)),
  servers: fc.oneof(
    fc.tuple(host, port, name).map(([address, at, label]) => `${addressAt(address, at)}:1 ${label}`),
    fc.constantFrom("embedded", "embedded:/tmp/a.db", "/run/redis.sock:1"),
  ),
  data_store: fc.constantFrom("0", "1", "redis", "memcached"),
  rack: name,
  datacenter: name,
  tokens: fc.uniqueArray(token, { minLength: 1, maxLength: 5 }).map(String),
  dyn_seeds: fc.uniqueArray(
    fc.tuple(host, port, name, token),
    { maxLength: 4, selector: ([address, at, , place]) => `${address}:${at}:${place}` },
  ).map((seeds) =>
    seeds.map(([address, at, label, place], index) => `${addressAt(address, at)}:rack${index}:far:${place} ${label}`)
  ),
  hash: fc.constantFrom("murmur", "md5", "crc32a"),
  hash_tag: fc.constantFrom("{}", "[]", "::", "##"),
  read_consistency: fc.constantFrom("dc_one", "DC_QUORUM", "Dc_Safe_Quorum", "dc_each_safe_quorum"),
  timeout: fc.integer({ min: 1, max: 2147483647 }).map(String),
  preconnect: fc.boolean().map(String),
  max_request_bytes: fc.integer({ min: 1024, max: 256 * 1024 ** 2 }).map(String),
  client_connections: fc.nat().map(String),
  log_format: fc.constantFrom("text", "json"),
}, { requiredKeys: ["listen", "dyn_listen", "servers", "tokens"] });

Deno.test("parseConf() reads back what formatField() writes", () => {
  fc.assert(fc.property(fields, fc.boolean(), (written, flow) => {
    // Two seeds on one address would be a fault, rightly.
    const seeds = (written.dyn_seeds ?? []).map((seed) => seed.split(":rack")[0]);
    fc.pre(new Set(seeds).size === seeds.length);
    const entry = ([key, value]: [string, unknown]) => `${key}: ${JSON.stringify(value)}`;
    const entries = Object.entries(written).map(entry);
    const text = flow ? `p: {${entries.join(",\n  ")}}` : `p:\n${entries.map((line) => `  ${line}\n`).join("")}`;
    const conf = read(text);
    const values = conf as unknown as Record<string, unknown>;
    const again = optionRows.flatMap(([field, option]) => {
      const texts = option.notice === undefined ? formatField(option, values[field]) : [];
      return texts.length === 0 ? [] : [entry([option.key, option.shape === "list" ? texts : texts[0]])];
    });
    assertEquals(read(`p:\n${again.map((line) => `  ${line}\n`).join("")}`), conf);
  }));
});

Deno.test("parseConf() checks relations after the flags have changed a value", () => {
  const onPort = (statsPort: number) => () =>
    parseConf(
      pool(),
      "test.yml",
      (values) => ({ ...values, statsListen: { kind: "tcp", host: "127.0.0.1", port: statsPort } }),
    );
  assertEquals(onPort(9999)().conf.statsListen, { kind: "tcp", host: "127.0.0.1", port: 9999 });
  assertThrows(onPort(8102), ConfError, "overlaps listen");
});
