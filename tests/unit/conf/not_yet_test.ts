import { assertEquals } from "@std/assert";
import { parseConf } from "../../../conf/parse.ts";

/** The keys that `text` brings a notice for. */
function noticed(...lines: string[]): string[] {
  const text = ["p:", "listen: 127.0.0.1:8102", "dyn_listen: 127.0.0.1:8101", "tokens: 5", ...lines];
  const { notices } = parseConf(text.map((line, at) => at === 0 ? line : `  ${line}`).join("\n"), "test.yml");
  return notices.map((notice) => notice.split(": ")[1]!);
}

Deno.test("describeNotYet() names what a file asks for and this version does not do", () => {
  const server = "servers: 127.0.0.1:6379:1";
  assertEquals(noticed(server, "enable_gossip: true", "gos_interval: 5000", "env: network"), []);
  assertEquals(noticed(server, "gos_interval: 5000", "gos_phi_threshold: 9", "gos_forget_after: 0"), [
    "gos_interval",
    "gos_phi_threshold",
    "gos_forget_after",
  ]);
  assertEquals(
    noticed(
      server,
      "read_consistency: dc_quorum",
      "write_consistency: dc_quorum",
      "read_repairs_enabled: true",
      "pem_key_file: a.pem",
    ),
    ["read_repairs_enabled", "pem_key_file"],
  );
});

Deno.test("describeNotYet() says nothing of options that a seeds provider uses", () => {
  const options = ["gos_interval: 5000", "env: network"];
  assertEquals(noticed("servers: 127.0.0.1:6379:1", "dyn_seed_provider: dns_provider", ...options), []);
  assertEquals(
    noticed("servers: embedded", "dyn_seed_provider: florida_provider", "max_link_pending: 9", ...options),
    [],
  );
});

Deno.test("describeNotYet() says nothing of values that ask for nothing", () => {
  assertEquals(
    noticed(
      "servers: embedded",
      "dyn_seeds: 127.0.0.1:8101:localrack:localdc:5",
      "dyn_seed_provider: simple_provider",
      "enable_gossip: false",
      "read_repairs_enabled: false",
      "secure_server_option: none",
    ),
    // The seed is this node itself: one list for all nodes is good practice.
    [],
  );
});

Deno.test("checkConf() says which options only a server can honour", () => {
  const options = [
    "datastore_connections: 2",
    "preconnect: false",
    "auto_eject_hosts: false",
    "server_retry_timeout: 1000",
    "server_failure_limit: 5",
    "max_link_pending: 100",
  ];
  assertEquals(
    noticed("servers: embedded", ...options.toSpliced(2, 1)),
    options.toSpliced(2, 1).map((line) => line.split(":")[0]!),
  );
  assertEquals(noticed("servers: embedded", "dyn_seeds: b:8101:r2:d:5", ...options), [
    "datastore_connections",
    "preconnect",
    "server_retry_timeout",
    "server_failure_limit",
  ]);
  assertEquals(noticed("servers: 127.0.0.1:6379:1", ...options), ["server_failure_limit"]);
});
