/** Nodes as users start them, that know of each other by a seeds provider alone. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { DnsServer } from "../support/dns_server.ts";
import { FloridaServer } from "../support/florida_server.ts";
import { freePort, Program, runProgram, until } from "../support/program.ts";
import { RespClient } from "../support/resp_client.ts";
import { LOOPBACK_ADDRESSES, testWith } from "../support/real_servers.ts";

/** Where nodes learn of each other. Hosts are 127.0.0.1, 127.0.0.2, ... */
interface Source extends AsyncDisposable {
  readonly conf: readonly string[];
  readonly environment: readonly string[];
  /** What the nodes are told from now on. */
  put(hosts: readonly string[]): Promise<void>;
  /** From now on there is no answer. */
  fail(): Promise<void>;
}

const NAME = "_dynomite.example.test";
const recordsOf = (hosts: readonly string[], port: number) =>
  hosts.map((host) => `${host}:${port}:rack${host.at(-1)}:dc1:0`);

const sources: Readonly<Record<string, (folder: string, peerPort: number) => Source>> = {
  florida_provider(_, peerPort) {
    let hosts: readonly string[] = [];
    const server = new FloridaServer(() => recordsOf(hosts, peerPort));
    let open = true;
    const close = async () => {
      if (open) await server[Symbol.asyncDispose]();
      open = false;
    };
    return {
      conf: ["dyn_seed_provider: florida_provider"],
      environment: [`DYNOMITE_FLORIDA_PORT=${server.port}`],
      put: (given) => Promise.resolve(void (hosts = given)),
      fail: close,
      [Symbol.asyncDispose]: close,
    };
  },
  "dns_provider, TXT": (_, peerPort) =>
    dnsSource("TXT", (hosts) => recordsOf(hosts, peerPort).map((record) => [record])),
  "dns_provider, A": () => dnsSource("A", (hosts) => hosts),
  file_provider(folder, peerPort) {
    const path = `${folder}/seeds.txt`;
    return {
      conf: ["dyn_seed_provider: file_provider", `dyn_seed_file: ${path}`],
      environment: [],
      put: (hosts) => Deno.writeTextFile(path, recordsOf(hosts, peerPort).join("\n")),
      fail: () => Deno.remove(path),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  },
};

function dnsSource<T>(type: "TXT" | "A", zone: (hosts: readonly string[]) => readonly T[]): Source {
  const server = new DnsServer();
  const { ipAddr, port } = server.address;
  return {
    conf: ["dyn_seed_provider: dns_provider"],
    environment: [`DYNOMITE_DNS_NAME=${NAME}`, `DYNOMITE_DNS_TYPE=${type}`, `DYNOMITE_DNS_SERVER=${ipAddr}:${port}`],
    put: (hosts) => Promise.resolve(void server.zones.set(NAME, { [type]: zone(hosts) })),
    fail: () => Promise.resolve(void (server.mode = "fails")),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** A started node with a client. */
async function startNode(
  folder: string,
  host: string,
  peerPort: number,
  source: Source,
  place: readonly string[] = [`rack: rack${host.at(-1)}`, "tokens: 0"],
) {
  const port = freePort();
  const path = `${folder}/${host}.yml`;
  const lines = [
    `listen: 127.0.0.1:${port}`,
    `dyn_listen: ${host}:${peerPort}`,
    `stats_listen: 127.0.0.1:${freePort()}`,
    "datacenter: dc1",
    ...place,
    "servers: [embedded]",
    "gos_interval: 100",
    ...source.conf,
  ];
  await Deno.writeTextFile(path, `dyn_o_mite:\n${lines.map((line) => `  ${line}\n`).join("")}`);
  const program = await Program.start(["-c", path], folder, ["env", ...source.environment]);
  const client = await RespClient.connect(port);
  return {
    call: async (...args: string[]) => (await client.call(...args)).text,
    /** Ends it as an operator does; what it logged. */
    async stop(): Promise<string> {
      client.close();
      program.kill("SIGTERM");
      const { code, stderr } = await program.ended();
      assertEquals(code, 0, stderr);
      return stderr;
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

for (const [name, open] of Object.entries(sources)) {
  testWith(
    [LOOPBACK_ADDRESSES],
    `${name}: two nodes find each other, a third joins and gets writes, and all go on without the provider`,
    async () => {
      const folder = await Deno.makeTempDir({ prefix: "dynomite_seeds_" });
      const peerPort = freePort();
      try {
        await using source = open(folder, peerPort);
        await source.put(["127.0.0.1", "127.0.0.2"]);
        const start = (host: string) => startNode(folder, host, peerPort, source);
        await using one = await start("127.0.0.1");
        await using two = await start("127.0.0.2");
        let writes = 0;
        const arrives = async (from: typeof one, to: typeof one) => {
          const value = String(++writes);
          assertEquals(await from.call("SET", "k", value), "OK");
          return await to.call("GET", "k") === value;
        };
        await until("a write to the first is at the second", () => arrives(one, two));
        await until("a write to the second is at the first", () => arrives(two, one));
        // It knows the others; they do not know it yet.
        await using three = await start("127.0.0.3");
        await until("a write to the third is at the first", () => arrives(three, one));
        await one.call("SET", "early", "1");
        await source.put(["127.0.0.1", "127.0.0.2", "127.0.0.3"]);
        await until("a write to the first is at the third", () => arrives(one, three));
        await until("a write to the second is at the third", () => arrives(two, three));
        assertEquals(await three.call("GET", "early"), "");
        await source.fail();
        // The nodes have asked in vain many times when this is over.
        const later = Date.now() + 500;
        await until("some time went by", async () => await arrives(one, two) && Date.now() > later);
        assert(await arrives(one, three));
        const log = await one.stop();
        assertStringIncludes(log, `joined: 127.0.0.2:${peerPort}`);
        assertStringIncludes(log, `joined: 127.0.0.3:${peerPort}`);
        assertStringIncludes(log, "of dc1 is new, and nothing is copied to it");
        assertEquals(log.match(/the 2 other nodes known stay/g)?.length, 1, log);
        await three.stop();
        await two.stop();
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  );
}

testWith(
  [LOOPBACK_ADDRESSES],
  "dns_provider, A, with gossip: addresses are where nodes are asked for their racks and tokens",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "dynomite_seeds_" });
    const peerPort = freePort();
    try {
      await using source = dnsSource("A", (hosts) => hosts);
      const hosts = ["127.0.0.1", "127.0.0.2", "127.0.0.3"] as const;
      await source.put(hosts);
      // A write is answered when both racks have it.
      const common = ["enable_gossip: true", "write_consistency: dc_quorum"];
      const start = (host: string, rack: string, token: number) =>
        startNode(folder, host, peerPort, source, [`rack: ${rack}`, `tokens: ${token}`, ...common]);
      await using one = await start(hosts[0], "r1", 0);
      await using two = await start(hosts[1], "r1", 2147483648);
      await using three = await start(hosts[2], "r2", 0);
      let batch = 0;
      /** How many of thirty keys written now each node gets. */
      const shares = async () => {
        const size = async (node: typeof one) =>
          Number(/keys=([0-9]+)/.exec(await node.call("INFO", "keyspace"))?.[1] ?? 0);
        const sizes = () => Promise.all([one, two, three].map(size));
        const before = await sizes();
        batch++;
        for (let i = 0; i < 30; i++) await one.call("SET", `${batch}/${i}`, "v");
        return (await sizes()).map((size, i) => size - before[i]!);
      };
      // The first rack's nodes share the keys, the second rack has one node, and there is no third.
      await until("the ring is what the nodes say", async () => {
        const [first, second, third] = await shares();
        return first! > 0 && first! < 30 && first! + second! === 30 && third === 30;
      }, 30_000);
      await source.fail();
      const log = await one.stop();
      assertStringIncludes(log, `127.0.0.2:${peerPort} (dc1/r1, token 2147483648) joins`);
      assertEquals(log.includes("of dc1 is new"), false, log);
      await two.stop();
      await three.stop();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

Deno.test("a node starts and serves without its provider, as a daemon too", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_seeds_" });
  const floridaPort = String(freePort());
  Deno.env.set("DYNOMITE_FLORIDA_PORT", floridaPort);
  try {
    const port = freePort();
    const lines = [
      ...[`listen: 127.0.0.1:${port}`, `dyn_listen: 127.0.0.1:${freePort()}`, `stats_listen: 127.0.0.1:${freePort()}`],
      ...["tokens: 0", "servers: [embedded]", "dyn_seed_provider: florida_provider"],
    ];
    await Deno.writeTextFile(`${folder}/node.yml`, `dyn_o_mite:\n${lines.map((line) => `  ${line}\n`).join("")}`);
    const { code, stderr } = await runProgram(["-d", "-c", "node.yml", "-p", "pid", "-o", "log"], folder);
    assertEquals(code, 0, stderr);
    const client = await RespClient.connect(port);
    assertEquals((await client.call("SET", "k", "v")).text, "OK");
    client.close();
    Deno.kill(Number(await Deno.readTextFile(`${folder}/pid`)), "SIGTERM");
    await until("it has ended", () => Deno.stat(`${folder}/pid`).then(() => false, () => true));
    assertStringIncludes(
      await Deno.readTextFile(`${folder}/log`),
      `warn: florida_provider http://127.0.0.1:${floridaPort}/REST/v1/admin/get_seeds: connection refused; ` +
        "this node goes on alone, and it is asked again",
    );
  } finally {
    Deno.env.delete("DYNOMITE_FLORIDA_PORT");
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an environment variable that cannot be used ends the start and is named", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_seeds_" });
  const bad = [
    [
      "florida_provider",
      "DYNOMITE_FLORIDA_PORT",
      "http",
      'environment variable DYNOMITE_FLORIDA_PORT: "http" is no port',
    ],
    [
      "florida_provider",
      "DYNOMITE_FLORIDA_REQUEST",
      "PUT /",
      'DYNOMITE_FLORIDA_REQUEST: "PUT /" does not begin with a request line',
    ],
    [
      "dns_provider",
      "DYNOMITE_DNS_TYPE",
      "SRV",
      'DYNOMITE_DNS_TYPE: "SRV" is not known; accepted is one of TXT, A, AAAA',
    ],
  ] as const;
  try {
    for (const [provider, variable, value, text] of bad) {
      const lines = ["listen: 127.0.0.1:8102", "dyn_listen: 127.0.0.1:8101", "tokens: 0", "servers: [embedded]"];
      const all = [...lines, `dyn_seed_provider: ${provider}`];
      await Deno.writeTextFile(`${folder}/node.yml`, `dyn_o_mite:\n${all.map((line) => `  ${line}\n`).join("")}`);
      Deno.env.set(variable, value);
      const end = await runProgram(["-c", "node.yml"], folder).finally(() => Deno.env.delete(variable));
      assertEquals(end.code, 1);
      assertStringIncludes(end.stderr, text);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
