/**
 * Every key that C Dynomite has known, today and in 2014, as its reference lists them, and every key of our own: the default,
 * texts that are accepted with the value they mean, and texts that are refused.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { formatField } from "../../../conf/describe.ts";
import { parseConf } from "../../../conf/parse.ts";
import { findOption, optionRows } from "../../../conf/schema.ts";
import { ConfError } from "../../../core/errors.ts";

interface Row {
  readonly key: string;
  /** What holds while the key is not written; undefined: nothing does. */
  readonly default?: string;
  /** Text in the file, and the value as a file would write it. */
  readonly good: readonly (readonly [text: string, value: string])[];
  readonly bad: readonly string[];
  /** Lines that must stand beside it. */
  readonly with?: readonly string[];
  /** Keys without a value of their own: accepted, and explained by a notice with these words. */
  readonly notice?: string;
}

/** Numbers as C Dynomite reads them, and what it takes for a number by mistake. */
const noNumbers = ["-1", "+5", "1.5", "5ms", "0x10", "1e3", "abc", "''", "~", "[1, 2]", "{a: 1}", "99999999999"];
const noFlags = ["True", "yes", "on", "1", "0", "TRUE", "''", "[true, false]"];
const noAddresses = [
  "127.0.0.1",
  ":8102",
  "127.0.0.1:0",
  "127.0.0.1:65536",
  "127.0.0.1:port",
  "a b:1",
  "''",
  "[a:1, b:2]",
];
const own = (text: string): readonly [string, string] => [text, text];

/** The current version's keys, in the order of the reference. */
const current: readonly Row[] = [
  {
    key: "listen",
    good: [
      own("127.0.0.1:1"),
      own("0.0.0.0:65535"),
      ["::1:8102", "[::1]:8102"],
      ["'[::1]:8102'", "[::1]:8102"],
      own("/run/d.sock"),
    ],
    bad: noAddresses,
  },
  {
    key: "dyn_listen",
    good: [own("10.0.0.1:8101"), own("node.example:8101")],
    bad: [...noAddresses, "/run/peer.sock"],
  },
  {
    key: "stats_listen",
    default: "0.0.0.0:22222",
    good: [own("127.0.0.1:22222")],
    bad: [...noAddresses, "/run/stats.sock"],
  },
  { key: "stats_interval", good: [["0", ""], ["30000", ""]], bad: noNumbers, notice: "no effect" },
  {
    key: "servers",
    good: [
      ["127.0.0.1:6379:1", "127.0.0.1:6379:1 127.0.0.1:6379"],
      ["127.0.0.1:6379:1 main", "127.0.0.1:6379:1 main"],
      ["127.0.0.1:6379", "127.0.0.1:6379:1 127.0.0.1:6379"],
      ["cache:11211:1", "cache:11211:1 cache"],
      ["/run/redis.sock:1", "/run/redis.sock:1 /run/redis.sock"],
      ["/run/redis.sock:1 main", "/run/redis.sock:1 main"],
      own("embedded"),
      own("embedded:/var/lib/d.db"),
    ],
    bad: ["127.0.0.1", "127.0.0.1:0:1", "127.0.0.1:6379:heavy", "''", "[]", "[embedded, embedded]", "'embedded:'"],
  },
  {
    key: "data_store",
    default: "redis",
    good: [["0", "redis"], ["1", "memcached"], own("redis"), own("memcached")],
    bad: ["2", "5", "-1", "Redis", "''", "[0, 1]"],
  },
  {
    key: "datacenter",
    default: "localdc",
    good: [own("us-east-1"), own("0")],
    bad: ["''", "'a b'", "a$b", "a|b", "'a,b'", "a:b"],
  },
  {
    key: "rack",
    default: "localrack",
    good: [own("us-east-1a"), own("true")],
    bad: ["''", "'a b'", "a$b", "a|b", "'a,b'", "a:b"],
  },
  { key: "env", default: "aws", good: [own("aws"), own("network"), own("anything")], bad: ["''", "[a, b]"] },
  {
    key: "tokens",
    default: "0",
    good: [
      own("0"),
      own("4294967295"),
      ["'101134286'", "101134286"],
      ["00012", "12"],
      ["'3,1,2'", "3,1,2"],
      ["[1, 2]", "1,2"],
    ],
    bad: [
      "4294967296",
      "5000000000",
      "12345678901",
      "170141183460469231731687303715884105728",
      "abc",
      "' 7'",
      "'1, 2'",
      "-5",
      "''",
      "'1,1'",
      "[1, 1]",
      "1.0",
    ],
  },
  {
    key: "dyn_seed_provider",
    default: "simple_provider",
    good: [own("simple_provider"), own("florida_provider"), own("dns_provider"), own("file_provider")],
    bad: ["florida_providerx", "florida", "Simple_Provider", "''"],
    with: ["dyn_listen: 127.0.0.1:8101", "tokens: 1", "dyn_seed_file: /etc/dynomite/seeds.txt"],
  },
  {
    key: "dyn_seeds",
    good: [
      ["10.0.0.2:8101:r2:dc1:0", "10.0.0.2:8101:r2:dc1:0"],
      ["no-such-host.invalid:8101:r2:dc1:0", "no-such-host.invalid:8101:r2:dc1:0"],
      ["'fe80::2:8101:r2:dc1:1,2'", "[fe80::2]:8101:r2:dc1:1,2"],
      ["10.0.0.2:8101:r2:dc1:0 second:8101", "10.0.0.2:8101:r2:dc1:0 second"],
      ["[a:1:r2:d:1, b:1:r2:d:2]", "a:1:r2:d:1 b:1:r2:d:2"],
    ],
    bad: ["10.0.0.2:8101:r2:dc1", "10.0.0.2:0:r2:dc1:0", "10.0.0.2:8101::dc1:0", "10.0.0.2:8101:r2:dc1:x", "''"],
    with: ["dyn_listen: 127.0.0.1:8101", "tokens: 1"],
  },
  {
    key: "enable_gossip",
    default: "false",
    good: [own("true"), own("false")],
    bad: noFlags,
    with: ["dyn_listen: 127.0.0.1:8101", "tokens: 1"],
  },
  { key: "gos_interval", default: "30000", good: [own("100"), own("5000")], bad: [...noNumbers, "0"] },
  { key: "gos_phi_threshold", default: "8", good: [own("3"), own("12")], bad: [...noNumbers, "2", "31"] },
  { key: "gos_forget_after", default: "259200000", good: [own("0"), own("60000")], bad: noNumbers },
  {
    key: "secure_server_option",
    default: "none",
    good: [own("none")],
    bad: ["rack", "datacenter", "all", "rackfoo", "None", "''"],
  },
  { key: "pem_key_file", default: "conf/dynomite.pem", good: [own("/etc/d.pem")], bad: ["''", "[a, b]"] },
  { key: "recon_key_file", good: [["conf/recon_key.pem", ""]], bad: ["''"], notice: "no effect" },
  { key: "recon_iv_file", good: [["conf/recon_iv.pem", ""]], bad: ["''"], notice: "no effect" },
  ...["read_consistency", "write_consistency"].map((key) => ({
    key,
    default: "dc_one",
    good: [
      own("dc_one"),
      ["DC_QUORUM", "dc_quorum"],
      ["Dc_Safe_Quorum", "dc_safe_quorum"],
      own("dc_each_safe_quorum"),
    ] as const,
    bad: ["dc_quorumx", "dc", "quorum", "''", "1"],
  })),
  { key: "read_repairs_enabled", default: "false", good: [own("true"), own("false")], bad: noFlags },
  {
    key: "hash",
    default: "murmur",
    good: [
      "one_at_a_time",
      "md5",
      "crc16",
      "crc32",
      "crc32a",
      "fnv1_64",
      "fnv1a_64",
      "fnv1_32",
      "fnv1a_32",
      "hsieh",
      "murmur",
      "jenkins",
      "murmur3",
    ].map(own),
    bad: ["Murmur", "murmur2", "md", "''"],
  },
  { key: "hash_tag", good: [['"{}"', "{}"], ["'$$'", "$$"]], bad: ['"{"', '"{}}"', "''", "é}"] },
  { key: "distribution", good: [["ketama", ""], ["vnode", ""]], bad: ["''"], notice: "no effect" },
  { key: "server_connections", good: [["2", ""], ["0", ""], ["many", ""]], bad: ["''"], notice: "no effect" },
  { key: "timeout", default: "5000", good: [own("1"), own("2147483647")], bad: [...noNumbers, "0"] },
  { key: "backlog", default: "512", good: [own("1"), own("65535")], bad: [...noNumbers, "0", "65536"] },
  { key: "client_connections", default: "10000", good: [own("0"), own("1"), own("16384")], bad: noNumbers },
  { key: "preconnect", default: "true", good: [own("false"), own("true")], bad: noFlags },
  { key: "auto_eject_hosts", default: "true", good: [own("false"), own("true")], bad: noFlags },
  { key: "server_retry_timeout", default: "10000", good: [own("1"), own("30000")], bad: [...noNumbers, "0"] },
  { key: "server_failure_limit", default: "3", good: [own("1"), own("300")], bad: [...noNumbers, "0"] },
  { key: "dyn_read_timeout", good: [["10000", ""], ["0", ""]], bad: noNumbers, notice: "no effect" },
  { key: "dyn_write_timeout", good: [["10000", ""], ["0", ""]], bad: noNumbers, notice: "no effect" },
  { key: "dyn_connections", good: [["100", ""], ["0", ""]], bad: noNumbers, notice: "no effect" },
  { key: "dyn_port", good: [["8101", ""], ["0", ""]], bad: noNumbers, notice: "no effect" },
  { key: "conn_msg_rate", default: "50000", good: [own("0"), own("50000")], bad: noNumbers },
  ...["datastore_connections", "local_peer_connections", "remote_peer_connections"].map((key) => ({
    key,
    default: "1",
    good: [own("1"), own("255")],
    bad: [...noNumbers, "0", "256", "300"],
  })),
  {
    key: "mbuf_size",
    good: [["512", ""], ["512000", ""]],
    bad: [...noNumbers, "511", "513", "512016"],
    notice: "no effect",
  },
  {
    key: "max_msgs",
    good: [["100000", ""], ["1000000", ""]],
    bad: [...noNumbers, "99999", "1000001"],
    notice: "no effect",
  },
];

/** Those of 2014 that are gone today; the others have rows above. */
const of2014: readonly Row[] = [
  { key: "redis", good: [["true", ""], ["false", ""]], bad: noFlags, notice: "before 2015" },
  { key: "dyn_secure_listen", good: [["0.0.0.0:8103", ""]], bad: noAddresses, notice: "no effect" },
];

/** Keys C Dynomite does not have. */
const ours: readonly Row[] = [
  { key: "datastore_user", good: [own("node")], bad: ["''"], with: ["datastore_password: x"] },
  { key: "datastore_password", good: [own("secret"), ["'12'", "12"]], bad: ["''"] },
  { key: "datastore_database", default: "0", good: [own("0"), own("15")], bad: noNumbers },
  {
    key: "data_store_sync",
    default: "normal",
    good: [own("full"), own("normal"), own("off")],
    bad: ["Full", "0", "''"],
  },
  {
    key: "max_request_bytes",
    default: "64mb",
    good: [["1024", "1kb"], own("64mb"), ["16MB", "16mb"], ["1000000", "1000000"]],
    bad: ["1023", "513mb", "64m", "-1", "''", "mb"],
  },
  {
    key: "buffer_budget",
    default: "auto",
    good: [own("64mb"), own("1gb"), own("auto")],
    bad: ["1mb", "0", "2tb", "''"],
  },
  { key: "max_client_pending", default: "4096", good: [own("1"), own("1048576")], bad: [...noNumbers, "0"] },
  { key: "max_link_pending", default: "65536", good: [own("1"), own("16777216")], bad: [...noNumbers, "0"] },
  {
    key: "start_state",
    default: "normal",
    good: [own("normal"), own("standby"), own("writes_only")],
    bad: ["NORMAL", "resuming", "leaving", "''"],
  },
  { key: "max_held_writes", default: "1000000", good: [own("1"), own("16777216")], bad: [...noNumbers, "0"] },
  { key: "max_held_bytes", default: "256mb", good: [own("1mb"), own("2gb")], bad: ["1kb", "0", "2tb", "''"] },
  { key: "dyn_seed_file", good: [own("/etc/dynomite/seeds.txt"), own("seeds.txt")], bad: ["''", "[a, b]"] },
  { key: "requirepass", good: [own("secret"), ["'0'", "0"]], bad: ["''", "[a, b]"] },
  { key: "admin_token", good: [own("c2VjcmV0=="), own("a-b.c_d~e+f/1")], bad: ["''", "[a, b]", "'two words'", "ä"] },
  {
    key: "slowlog_log_slower_than",
    default: "10000",
    good: [own("-1"), own("0"), own("2147483647")],
    bad: ["-2", "2147483648", "1.5", "--1", "x", "''"],
  },
  { key: "hotkeys_sample_every", default: "256", good: [own("0"), own("1000000")], bad: [...noNumbers, "1000001"] },
  { key: "trace_sample_every", default: "0", good: [own("1"), own("1000000")], bad: [...noNumbers, "1000001"] },
  { key: "slowlog_max_len", default: "128", good: [own("0"), own("1000000")], bad: noNumbers },
  { key: "log_format", default: "text", good: [own("text"), own("json")], bad: ["JSON", "xml", "''"] },
];

const table = [...current, ...of2014, ...ours];

/** A file with what is required, unless the row brings it itself. */
function fileWith(row: Row, text: string): string {
  const required = ["listen: 127.0.0.1:8102", "servers: 127.0.0.1:6379:1"].filter((line) => !line.startsWith(row.key));
  return ["dyn_o_mite:", ...[...required, ...(row.with ?? []), `${row.key}: ${text}`].map((line) => `  ${line}`), ""]
    .join("\n");
}

function valueIn(text: string, key: string): string {
  const [field, option] = findOption(key)!;
  const values = parseConf(text, "test.yml").conf as unknown as Record<string, unknown>;
  return formatField(option, values[field]).join(" ");
}

Deno.test("every key has a row in this table, and no other", () => {
  assertEquals(table.map((row) => row.key).toSorted(), optionRows.map(([, option]) => option.key).toSorted());
});

for (const row of table) {
  Deno.test(`parseConf() reads ${row.key}: its default, what is accepted, what is refused`, () => {
    const option = findOption(row.key)![1];
    if (row.default !== undefined) {
      assertEquals(valueIn("p:\n  listen: 127.0.0.1:8102\n  servers: 127.0.0.1:6379:1\n", row.key), row.default);
    }
    for (const [text, value] of row.good) {
      const written = fileWith(row, text);
      if (row.notice === undefined) {
        assertEquals(valueIn(written, row.key), value, written);
      } else {
        const told = parseConf(written, "test.yml").notices.filter((line) => line.includes(`: ${row.key}: `));
        assertEquals(told.length, 1, `${written}${told.join("\n")}`);
        assertStringIncludes(told[0]!, row.notice);
      }
    }
    for (const text of row.bad) {
      const written = fileWith(row, text);
      const line = written.trimEnd().split("\n").length;
      let faults: ConfError | undefined;
      try {
        parseConf(written, "test.yml");
      } catch (error) {
        if (!(error instanceof ConfError)) throw error;
        faults = error;
      }
      assert(faults !== undefined, `accepted: ${written}`);
      for (const fault of faults.faults) {
        assertEquals([fault.line, fault.key], [line, row.key], written);
        assert(/accepted|left out/.test(fault.problem), fault.problem);
        if (option.secret) assertEquals(fault.value, "");
      }
    }
  });
}

Deno.test("parseConf() names every refused value of a file at once, each in its own line", () => {
  const bad = table.filter((row) => !["listen", "servers"].includes(row.key)).map((row) =>
    `${row.key}: ${row.bad.at(-1)}`
  );
  const text = ["p:", "listen: 127.0.0.1", "servers: []", ...bad].map((line, at) => at === 0 ? line : `  ${line}`).join(
    "\n",
  );
  try {
    parseConf(text, "test.yml");
  } catch (error) {
    assert(error instanceof ConfError);
    assertEquals(error.faults.map((fault) => fault.line), bad.concat("", "").map((_, at) => at + 2));
    return;
  }
  throw new Error("the file was accepted");
});
