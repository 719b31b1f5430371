/** The stats port as HTTP: methods, errors, who may ask, and clients that are idle, slow, wrong or many. */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { defaultConf } from "../../conf/mod.ts";
import type { Conf } from "../../conf/schema.ts";
import { routes } from "../../core/admin/routes.ts";
import { startNode } from "../../mod.ts";
import { freePort, Program, until } from "../support/program.ts";
import { type RawAnswer, rawRequest, readAll, writeAll } from "../support/raw_http.ts";
import { RespClient } from "../support/resp_client.ts";

interface Served extends AsyncDisposable {
  readonly at: { readonly hostname: string; readonly port: number };
  readonly host: string;
  /** A request with these headers, from 127.0.0.1. */
  ask(request: string, ...headers: readonly string[]): Promise<RawAnswer>;
  stop(): Promise<void>;
}

async function serve(settings: Partial<Conf> = {}): Promise<Served> {
  const free = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;
  const node = await startNode({ ...defaultConf(), listen: free, dynListen: free, statsListen: free, ...settings });
  const port = Number(node.addresses.stats.split(":").at(-1));
  const at = { hostname: "127.0.0.1", port };
  return {
    at,
    host: `127.0.0.1:${port}`,
    ask: (request, ...headers) => rawRequest(at, `${request} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...headers),
    stop: () => node.stop(),
    [Symbol.asyncDispose]: () => node.stop(),
  };
}

Deno.test("the stats port answers each path by GET and HEAD, with a content type of its own", async () => {
  await using node = await serve();
  for (
    const [path, type] of [["/info", "application/json"], ["/", "application/json"], ["/ping", "text/plain"]] as const
  ) {
    const whole = await node.ask(`GET ${path}`);
    const head = await node.ask(`HEAD ${path}`);
    assertEquals([whole.status, head.status], [200, 200]);
    assertEquals(whole.headers.get("content-type"), `${type}; charset=utf-8`);
    assertEquals(head.headers.get("content-type"), `${type}; charset=utf-8`);
    assertEquals([head.body, whole.body.length], ["", Number(whole.headers.get("content-length"))]);
  }
  assertEquals((await node.ask("GET /ping")).body, "OK\r\n");
  assertEquals(JSON.parse((await node.ask("GET /")).body).service, "dynomite");
});

Deno.test("the stats port says what there is where a path is unknown, and what is allowed where a method is not", async () => {
  await using node = await serve();
  for (const path of ["/describe", "/nothing", "/info/", "/peer/other", "/set_consistency/read"]) {
    const { status, body } = await node.ask(`GET ${path}`);
    assertEquals([path, status], [path, 404]);
    for (const route of routes) assertStringIncludes(body, `\n${route.path}\n`);
  }
  const help = await node.ask("GET /help");
  assertEquals(help.body, routes.map(({ path }) => `${path}\n`).join("") + "\n");
  for (
    const [request, allow] of [["POST /info", "GET, HEAD"], ["HEAD /loglevelup", "GET, POST"], [
      "PUT /ping",
      "GET, HEAD",
    ]]
  ) {
    const { status, headers } = await node.ask(request!, "Content-Length: 0");
    assertEquals([request, status, headers.get("allow")], [request, 405, allow]);
  }
  for (const path of ["/setloglevel/x", "/state/asleep", "/set_consistency/read/dc_two", "/owner", "/peer/up/nobody"]) {
    const { status, body } = await node.ask(`GET ${path}`);
    assertEquals([path, status, body.length > 10], [path, 400, true]);
  }
  assertEquals((await node.ask("GET /peer/up/%ff")).status, 400);
});

Deno.test("the stats port takes changes by GET and by POST", async () => {
  await using node = await serve();
  const level = async () => (await node.ask("GET /get_consistency")).body.split("\r\n")[0];
  assertEquals(await level(), "Read Consistency: DC_ONE");
  assertEquals((await node.ask("GET /set_consistency/read/dc_quorum")).body, "OK\r\n");
  assertEquals(await level(), "Read Consistency: DC_QUORUM");
  assertEquals((await node.ask("POST /set_consistency/read/dc_one", "Content-Length: 0")).body, "OK\r\n");
  assertEquals(await level(), "Read Consistency: DC_ONE");
});

Deno.test("the stats port lets no page of another site, and no other name for this machine, change anything", async () => {
  await using node = await serve();
  const change = (...headers: readonly string[]) => rawRequest(node.at, "GET /state/standby HTTP/1.1", ...headers);
  const refused = [
    ["Host: evil.example"],
    [`Host: ${node.host}`, "Origin: http://evil.example"],
    [`Host: ${node.host}`, "Sec-Fetch-Site: cross-site"],
    [`Host: ${node.host}`, "X-Forwarded-For: 203.0.113.9"],
  ];
  for (const headers of refused) {
    const { status, body } = await change(...headers);
    assertEquals([headers, status, body.includes("admin_token")], [headers, 403, true]);
  }
  assertEquals((await node.ask("GET /state/get_state")).body, "State: NORMAL\n");
  assertEquals((await change(`Host: ${node.host}`, `Origin: http://${node.host}`)).status, 200);
  assertEquals((await node.ask("GET /state/get_state")).body, "State: STANDBY\n");
});

Deno.test("the stats port with admin_token asks for it on every path but those for anyone", async () => {
  await using node = await serve({ adminToken: "s3cret" });
  for (const { path, access, changes } of routes) {
    const asked = path.replaceAll(/<(\w+)[^>]*>/g, "$1");
    const { status, headers } = await node.ask(`GET ${asked}`);
    if (access === "anyone") assertEquals([path, status, changes], [path, 200, undefined]);
    else if (access === "operator") {
      assertEquals([path, status, headers.get("www-authenticate")], [path, 401, 'Bearer realm="dynomite"']);
    }
  }
  assertEquals((await node.ask("GET /state/get_state", "Authorization: Bearer wrong")).status, 401);
  assertEquals((await node.ask("GET /state/get_state", "Authorization: Bearer s3cret")).body, "State: NORMAL\n");
});

const elsewhere = Deno.networkInterfaces().find(({ family, address }) =>
  family === "IPv4" && !address.startsWith("127.")
);

Deno.test({
  name: "the stats port without admin_token gives callers of elsewhere only what is for anyone",
  // Without an address beside loopback nobody is elsewhere.
  ignore: elsewhere === undefined,
  async fn() {
    await using node = await serve({ statsListen: { kind: "tcp", host: "0.0.0.0", port: freePort() } });
    const at = { hostname: elsewhere!.address, port: node.at.port };
    for (const { path, access } of routes) {
      const asked = path.replaceAll(/<(\w+)[^>]*>/g, "$1");
      const { status, body } = await rawRequest(at, `GET ${asked} HTTP/1.1`, `Host: ${at.hostname}:${at.port}`);
      assertEquals([path, status], [path, access === "anyone" ? 200 : 403]);
      if (status === 403) assertStringIncludes(body, "admin_token");
    }
    assertEquals((await node.ask("GET /state/get_state")).status, 200);
  },
});

function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

Deno.test({
  name: "the stats port on every address of IPv6 knows this machine by ::1 and by ::ffff:127.0.0.1",
  ignore: !hasIpv6(),
  async fn() {
    await using node = await serve({ statsListen: { kind: "tcp", host: "::", port: freePort() } });
    const { port } = node.at;
    for (const [hostname, host] of [["::1", "[::1]"], ["127.0.0.1", "127.0.0.1"]] as const) {
      const { status } = await rawRequest({ hostname, port }, "GET /state/get_state HTTP/1.1", `Host: ${host}:${port}`);
      assertEquals([hostname, status], [hostname, 200]);
    }
  },
});

Deno.test("the stats port bounds what it takes of a request, and goes on", async () => {
  await using node = await serve();
  const long = "a".repeat(1_000_000);
  for (
    const lines of [
      [`GET /${long} HTTP/1.1`, `Host: ${node.host}`],
      ["GET /ping HTTP/1.1", `Host: ${node.host}`, `X-Long: ${long}`],
      ["GET /ping HTTP/1.1", `Host: ${node.host}`, ...Array.from({ length: 5_000 }, (_, i) => `X-${i}: a`)],
      ["GET /ping"],
      ["hello"],
    ]
  ) {
    using connection = await Deno.connect(node.at);
    // It may close before it has read all.
    const writing = writeAll(connection, `${lines.join("\r\n")}\r\n\r\n`).catch(() => {});
    const answer = await readAll(connection);
    if (answer !== "") assertMatch(answer, /^HTTP\/1\.1 4\d\d /);
    await writing;
    assertEquals((await node.ask("GET /ping")).status, 200);
  }
  // A body is not waited for: the answer comes before its end.
  using connection = await Deno.connect(node.at);
  const head = ["POST /loglevelup HTTP/1.1", `Host: ${node.host}`, "Content-Length: 1000000000"];
  await writeAll(connection, `${head.join("\r\n")}\r\n\r\nabc`);
  const bytes = new Uint8Array(1024);
  const count = await connection.read(bytes);
  assertStringIncludes(new TextDecoder().decode(bytes.subarray(0, count!)), " 409 ");
});

Deno.test("the stats port answers while 200 clients are idle or slow, and the node stops in spite of them", async () => {
  const node = await serve();
  const texts = [
    "",
    "GET /in",
    `GET /info HTTP/1.1\r\nHost: ${node.host}\r\n`,
    `POST /loglevelup HTTP/1.1\r\nContent-Le`,
    `POST /ping HTTP/1.1\r\nHost: ${node.host}\r\nContent-Length: 1000\r\n\r\n`,
  ];
  const clients: Deno.Conn[] = [];
  try {
    for (let i = 0; i < 200; i++) clients.push(await Deno.connect(node.at));
    for (const [i, client] of clients.entries()) await writeAll(client, texts[i % texts.length]!);
    for (let i = 0; i < 20; i++) {
      // Those that are slow go on, a byte at a time; some have had an answer, and may be closed.
      for (const client of clients.slice(2, 40)) await writeAll(client, "a").catch(() => {});
      assertEquals((await node.ask("GET /info")).status, 200);
    }
  } finally {
    await node.stop();
    for (const client of clients) client.close();
  }
});

Deno.test("the stats port comes back when the process had no file descriptors left, and the node lives on", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_stats_" });
  try {
    const [port, statsPort] = [freePort(), freePort()];
    await Deno.writeTextFile(
      `${folder}/node.yml`,
      `dyn_o_mite:\n  listen: 127.0.0.1:${port}\n  stats_listen: 127.0.0.1:${statsPort}\n  servers: [embedded]\n`,
    );
    const limited = ["sh", "-c", 'ulimit -n 100; exec "$@"', "sh"];
    const log = `${folder}/node.log`;
    await using program = await Program.start(["-c", `${folder}/node.yml`, "-o", log], folder, limited);
    using client = await RespClient.connect(port);
    const at = { hostname: "127.0.0.1", port: statsPort };
    const ping = async () => (await rawRequest(at, "GET /ping HTTP/1.1", `Host: 127.0.0.1:${statsPort}`)).status;
    assertEquals(await ping(), 200);
    const idle: Deno.Conn[] = [];
    // It ends when it cannot accept one of them; from then on they are refused.
    for (let i = 0; i < 150; i++) {
      const connection = await Deno.connect(at).catch(() => undefined);
      if (connection !== undefined) idle.push(connection);
    }
    await until(
      "the stats port has ended",
      async () => (await Deno.readTextFile(log)).includes("is opened again"),
      30_000,
    );
    assertEquals((await client.call("SET", "a", "1")).text, "OK");
    for (const connection of idle) connection.close();
    await until("the stats port answers again", () => ping().then((status) => status === 200, () => false), 30_000);
    assertEquals((await client.call("GET", "a")).text, "1");
    program.kill("SIGTERM");
    assertEquals((await program.ended()).code, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
