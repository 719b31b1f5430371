/** A node in front of a Redis that is well, slow, frozen, killed, protected, or not a Redis at all, as its clients see it. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startEngineNode } from "../support/engine_node.ts";
import { freePort, Program, until } from "../support/program.ts";
import { startRedis, testWith } from "../support/real_servers.ts";
import { RecordingLogger } from "../support/recording_logger.ts";
import { RespClient } from "../support/resp_client.ts";
import { startStubEngine } from "../support/stub_engine.ts";

const redis = ["redis-server"];

/** What an engine's clients are, by its own account, the one that asks left out. */
async function linksOf(port: number): Promise<number> {
  using client = await RespClient.connect(port);
  const { text } = await client.call("CLIENT", "LIST");
  return text.trim().split("\n").length - 1;
}

/** Milliseconds that `work` took. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

testWith(redis, "the node opens datastore_connections links of each RESP version, over TCP", async () => {
  await using server = await startRedis();
  await using node = await startEngineNode(server, { datastoreConnections: 3 });
  assertEquals(await linksOf(server.port), 6);
  using client = await RespClient.connect(node.port);
  assertEquals((await client.call("SET", "k", "v")).text, "OK");
  using direct = await RespClient.connect(server.port);
  assertEquals((await direct.call("GET", "k")).text, "v");
});

testWith(redis, "the node serves over a unix socket, and finds it again after a restart", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dynomite_socket_" });
  const socketPath = `${folder}/redis.sock`;
  try {
    const first = await startRedis({ socketPath });
    await using node = await startEngineNode({ socketPath }, { autoEjectHosts: false });
    using client = await RespClient.connect(node.port);
    assertEquals((await client.call("SET", "k", "v")).text, "OK");
    assertEquals((await client.call("GET", "k")).text, "v");
    await first.stop("SIGKILL");
    assertMatch((await client.call("GET", "k")).text, /^ERR Storage: /);
    await using _second = await startRedis({ socketPath });
    await until("the node serves again", async () => (await client.call("SET", "k", "w")).text === "OK");
    assertEquals((await client.call("GET", "k")).text, "w");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

testWith(redis, "the node pairs replies with requests, for many clients that pipeline over few links", async () => {
  await using server = await startRedis();
  await using node = await startEngineNode(server, { datastoreConnections: 2 });
  const clients = await Promise.all(Array.from({ length: 12 }, (_, i) => RespClient.connect(node.port, i % 2 ? 3 : 2)));
  await Promise.all(clients.map(async (client, i) => {
    for (let round = 0; round < 5; round++) {
      const keys = Array.from({ length: 200 }, (_, k) => `${i}:${round}:${k}`);
      const sets = await client.pipeline(keys.map((key) => ["SET", key, `value of ${key}`]));
      assert(sets.every(({ text }) => text === "OK"));
      const values = await client.pipeline(keys.map((key) => ["GET", key]));
      assertEquals(values.map(({ text }) => text), keys.map((key) => `value of ${key}`));
    }
  }));
  for (const client of clients) client.close();
});

testWith(redis, "preconnect: false opens no link before the first request", async () => {
  await using server = await startRedis();
  await using node = await startEngineNode(server, { preconnect: false });
  assertEquals(await linksOf(server.port), 0);
  using client = await RespClient.connect(node.port);
  assertEquals((await client.call("PING")).text, "PONG");
  assertEquals(await linksOf(server.port), 0, "PING is the node's own");
  assertEquals((await client.call("SET", "k", "v")).text, "OK");
  assertEquals(await linksOf(server.port), 1);
});

testWith(redis, "datastore_password and datastore_database open a protected engine, at every reconnect", async () => {
  await using server = await startRedis({ password: "pässword with spaces" });
  const settings = { datastorePassword: "pässword with spaces", datastoreDatabase: 3, autoEjectHosts: false };
  await using node = await startEngineNode(server, settings);
  using client = await RespClient.connect(node.port);
  using client3 = await RespClient.connect(node.port, 3);
  using direct = await RespClient.connect(server.port);
  await direct.call("AUTH", "pässword with spaces");
  assertEquals([(await client.call("SET", "a", "1")).text, (await client3.call("SET", "b", "2")).text], ["OK", "OK"]);
  assertEquals((await direct.call("EXISTS", "a", "b")).text, "0");
  await direct.call("SELECT", "3");
  assertEquals((await direct.call("EXISTS", "a", "b")).text, "2");
  await direct.call("CLIENT", "KILL", "SKIPME", "yes", "TYPE", "normal");
  await until("the node serves again", async () => (await client.call("GET", "a")).text === "1");
  await until("RESP3 clients too", async () => (await client3.call("GET", "b")).text === "2");
});

testWith(
  redis,
  "a wrong datastore_password is said in the log and to clients, and ends when the engine takes it",
  async () => {
    await using server = await startRedis({ password: "right" });
    const logger = new RecordingLogger();
    await using node = await startEngineNode(
      server,
      { datastorePassword: "wrong", autoEjectHosts: false, serverRetryTimeoutMs: 100 },
      { logger },
    );
    using client = await RespClient.connect(node.port);
    assertMatch((await client.call("GET", "k")).text, /^ERR Storage: Datastore /);
    assert(logger.lines.some((line) => line.includes("it refused the greeting: -WRONGPASS")), logger.lines.join("\n"));
    using direct = await RespClient.connect(server.port);
    await direct.call("AUTH", "right");
    await direct.call("CONFIG", "SET", "requirepass", "wrong");
    await until("the node serves", async () => (await client.call("SET", "k", "v")).text === "OK");
  },
);

Deno.test("a request that times out fails alone, and the replies behind it find their own requests", async () => {
  let free = () => {};
  const held = new Promise<void>((resolve) => free = resolve);
  await using engine = startStubEngine(async (command) => {
    if (command.startsWith("HELLO")) return "-ERR unknown command 'HELLO'\r\n";
    if (command === "GET slow") await held;
    const word = command.split(" ")[1]!;
    return `$${word.length}\r\n${word}\r\n`;
  });
  await using node = await startEngineNode(engine, { timeoutMs: 300, autoEjectHosts: false });
  using client = await RespClient.connect(node.port);
  using other = await RespClient.connect(node.port);
  assertEquals((await client.call("GET", "a")).text, "a");
  const slow = await client.call("GET", "slow");
  assertEquals(slow.text, `ERR Storage: Datastore did not answer within 300 ms (127.0.0.1:${engine.port})`);
  // These wait behind it on the same link; its late reply comes first, and belongs to nobody.
  const behind = other.pipeline([["GET", "b"], ["GET", "c"]]);
  await until("the engine has them", () => engine.commands.includes("GET c"));
  free();
  assertEquals((await behind).map(({ text }) => text), ["b", "c"]);
  assertEquals((await client.call("GET", "d")).text, "d");
  const { server_timedout_requests, server_eof, server_err } = node.engineStats();
  assertEquals([server_timedout_requests, server_eof, server_err], [1, 0, 0]);
});

testWith(
  redis,
  "an engine that is busy for longer than the timeout answers again afterwards, and nothing shifts",
  async () => {
    await using server = await startRedis({ args: ["--enable-debug-command", "yes"] });
    await using node = await startEngineNode(server, { timeoutMs: 300 });
    const clients = await Promise.all(Array.from({ length: 4 }, () => RespClient.connect(node.port)));
    using direct = await RespClient.connect(server.port);
    await clients[0]!.pipeline(clients.map((_, i) => ["SET", `k${i}`, `${i}`]));
    const sleeping = direct.call("DEBUG", "SLEEP", "0.8");
    let late = 0;
    const ask = async (client: RespClient, i: number) => {
      const { type, text } = await client.call("GET", `k${i}`);
      if (type === "$") assertEquals(text, `${i}`);
      else assertMatch(text, /^ERR Storage: Datastore (did not answer within 300 ms|ejected after 3 failures)/);
      late += type === "-" ? 1 : 0;
    };
    let awake = false;
    const slept = sleeping.then(() => awake = true);
    while (!awake) await Promise.all(clients.map(ask));
    await slept;
    assert(late > 0, "nothing was late");
    await until("the node serves again", async () => {
      late = 0;
      await Promise.all(clients.map(ask));
      return late === 0;
    });
    for (let round = 0; round < 50; round++) await Promise.all(clients.map(ask));
    assertEquals(late, 0);
    for (const client of clients) client.close();
  },
);

testWith(redis, "an engine killed under load: clear errors while it is away, service again without help", async () => {
  const port = freePort();
  const first = await startRedis({ port });
  await using node = await startEngineNode(first, { serverRetryTimeoutMs: 200 });
  let stop = false;
  let served = 0;
  const errors = new Set<string>();
  const load = async (id: number) => {
    using client = await RespClient.connect(node.port, id % 2 ? 3 : 2);
    for (let round = 0; !stop; round++) {
      const value = `${id}:${round}`;
      const [set, get] = await client.pipeline([["SET", `load${id}`, value], ["GET", `load${id}`]]);
      if (set!.type === "-") errors.add(set!.text);
      if (get!.type === "-") errors.add(get!.text);
      // An answer that comes is the right one, before and after.
      if (set!.type === "+" && get!.type === "$") {
        assertEquals(get!.text, value);
        served++;
      }
      if (set!.type === "-") await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  const loads = Array.from({ length: 6 }, (_, id) => load(id));
  await until("it serves", () => served > 200);
  // Frozen first, so that requests are outstanding when it dies.
  first.kill("SIGSTOP");
  // What it had answered by then is read first.
  let answered = -1;
  await until("requests are outstanding, and none is answered any more", () => {
    const { stats } = node.running.node.parts.dataStore;
    const before = answered;
    answered = stats.read_responses + stats.write_responses;
    return answered === before && node.running.node.parts.dataStore.queues().out_queue > 0;
  });
  await first.stop("SIGKILL");
  await until("clients are told", () => errors.size > 0);
  await using _second = await startRedis({ port });
  const before = served;
  await until("it serves again", () => served > before + 200);
  stop = true;
  await Promise.all(loads);
  for (const text of errors) assertMatch(text, /^ERR Storage: Datastore /);
  const { server_eof, server_err, server_dropped_requests } = node.engineStats();
  assert(server_eof + server_err > 0);
  assert(server_dropped_requests > 0);
  assertEquals(node.running.node.stats.client_err, 0);
});

testWith(
  redis,
  "a frozen engine: timeouts, then ejection with errors at once, then service when it thaws",
  async () => {
    await using server = await startRedis();
    const settings = { timeoutMs: 300, serverFailureLimit: 3, serverRetryTimeoutMs: 30_000 };
    await using node = await startEngineNode(server, settings);
    using client = await RespClient.connect(node.port);
    await client.call("SET", "k", "v");
    server.kill("SIGSTOP");
    for (let i = 0; i < 3; i++) {
      assertMatch((await client.call("GET", "k")).text, /^ERR Storage: Datastore did not answer within 300 ms/);
    }
    const took = await timed(async () => {
      for (let i = 0; i < 20; i++) {
        assertMatch((await client.call("GET", "k")).text, /^ERR Storage: Datastore ejected after 3 failures in a row/);
      }
    });
    assert(took < 20 * 300, "they waited for the timeout");
    assertEquals(node.engineStats().server_ejects, 1);
    server.kill("SIGCONT");
    // Long before server_retry_timeout: the late replies show that it lives.
    await until("the node serves again", async () => (await client.call("GET", "k")).text === "v");
  },
);

Deno.test("an ejected engine is asked again every server_retry_timeout, by no client's request; without auto_eject_hosts all are sent", async () => {
  let free = () => {};
  const held = new Promise<void>((resolve) => free = resolve);
  let isMute = false;
  await using engine = startStubEngine(async (command) => {
    if (command.startsWith("HELLO")) return "-ERR unknown command 'HELLO'\r\n";
    if (isMute) await held;
    return command === "PING" ? "+PONG\r\n" : "+fine\r\n";
  });
  const settings = { timeoutMs: 100, serverFailureLimit: 2, serverRetryTimeoutMs: 200 };
  await using ejecting = await startEngineNode(engine, settings);
  await using patient = await startEngineNode(engine, { ...settings, autoEjectHosts: false });
  using client = await RespClient.connect(ejecting.port);
  using other = await RespClient.connect(patient.port);
  assertEquals((await client.call("GET", "k")).text, "fine");
  isMute = true;
  for (let i = 0; i < 2; i++) assertMatch((await client.call("GET", "k")).text, /did not answer/);
  const sent = engine.commands.length;
  const sinceThen = () => engine.commands.slice(sent);
  await until("it was asked twice", async () => {
    assertMatch((await client.call("GET", "k")).text, /ejected after 2 failures in a row/);
    return sinceThen().length >= 2;
  });
  assertEquals(new Set(sinceThen()), new Set(["PING"]));
  for (let i = 0; i < 5; i++) assertMatch((await other.call("GET", "k")).text, /did not answer/);
  assertEquals(patient.engineStats().server_ejects, 0);
  free();
  await until(
    "both serve again",
    async () => (await client.call("GET", "k")).text === "fine" && (await other.call("GET", "k")).text === "fine",
  );
});

Deno.test("an engine that answers garbage costs the requests on that link, and no client its connection", async () => {
  let sane = false;
  await using engine = startStubEngine((command) => {
    if (command.startsWith("HELLO")) return "-ERR unknown command 'HELLO'\r\n";
    return sane ? "+fine\r\n" : "HTTP/1.1 400 Bad Request\r\n\r\n";
  });
  const logger = new RecordingLogger();
  await using node = await startEngineNode(engine, { autoEjectHosts: false, serverRetryTimeoutMs: 50 }, { logger });
  using client = await RespClient.connect(node.port);
  const replies = await client.pipeline([["GET", "a"], ["GET", "b"], ["PING"]]);
  for (const { text } of replies.slice(0, 2)) assertMatch(text, /^ERR Storage: Datastore closed the connection/);
  assertEquals(replies[2]!.text, "PONG");
  assert(logger.lines.some((line) => line.includes("malformed reply")), logger.lines.join("\n"));
  sane = true;
  await until("it serves again", async () => (await client.call("GET", "a")).text === "fine");
});

testWith(
  redis,
  "a port where nobody listens: an error at once that names it, and service when somebody does",
  async () => {
    const port = freePort();
    await using node = await startEngineNode({ port }, { serverRetryTimeoutMs: 100 });
    using client = await RespClient.connect(node.port);
    assertMatch(
      (await client.call("GET", "k")).text,
      new RegExp(`^ERR Storage: Datastore .*\\(127\\.0\\.0\\.1:${port}\\)$`),
    );
    assertEquals((await client.call("PING")).text, "PONG");
    await using _server = await startRedis({ port });
    await until("the node serves", async () => (await client.call("SET", "k", "v")).text === "OK");
  },
);

testWith(
  redis,
  "client_connections refuses one more with Redis' words, and CONFIG SET maxclients changes it",
  async () => {
    await using server = await startRedis();
    await using node = await startEngineNode(server, { clientConnections: 2 });
    using first = await RespClient.connect(node.port);
    const second = await RespClient.connect(node.port);
    assertEquals([(await first.call("PING")).text, (await second.call("PING")).text], ["PONG", "PONG"]);
    {
      using third = await RespClient.connect(node.port);
      assertEquals((await third.replies(1))[0]!.text, "ERR max number of clients reached");
    }
    assertEquals((await first.call("CONFIG", "SET", "maxclients", "3")).text, "OK");
    using third = await RespClient.connect(node.port);
    assertEquals((await third.call("PING")).text, "PONG");
    assertEquals(node.running.node.stats.client_rejected, 1);
    second.close();
    await until("its place is free", () => node.running.node.stats.client_connections === 2);
    using fourth = await RespClient.connect(node.port);
    assertEquals((await fourth.call("PING")).text, "PONG");
  },
);

Deno.test("SIGTERM: replies that are outstanding still come, in order, then the connection ends and the exit code is 0", async () => {
  let free = () => {};
  const held = new Promise<void>((resolve) => free = resolve);
  await using engine = startStubEngine(async (command) => {
    if (command.startsWith("HELLO")) return "-ERR unknown command 'HELLO'\r\n";
    await held;
    return `+${command}\r\n`;
  });
  const folder = await Deno.makeTempDir({ prefix: "dynomite_drain_" });
  const port = freePort();
  try {
    await Deno.writeTextFile(
      `${folder}/node.yml`,
      `dyn_o_mite:\n  listen: 127.0.0.1:${port}\n  dyn_listen: 127.0.0.1:${freePort()}\n` +
        `  stats_listen: 127.0.0.1:${freePort()}\n  servers: ["127.0.0.1:${engine.port}:1"]\n`,
    );
    await using program = await Program.start(["-c", "node.yml"], folder);
    using client = await RespClient.connect(port);
    using idle = await RespClient.connect(port);
    const replies = client.pipeline(Array.from({ length: 20 }, (_, i) => ["GET", `k${i}`]));
    await until("the engine has all", () => engine.commands.filter((text) => text.startsWith("GET")).length === 20);
    program.kill("SIGTERM");
    const refused = async () => {
      try {
        (await Deno.connect({ hostname: "127.0.0.1", port })).close();
        return false;
      } catch {
        return true;
      }
    };
    await until("no new client is taken", refused);
    free();
    assertEquals((await replies).map(({ text }) => text), Array.from({ length: 20 }, (_, i) => `GET k${i}`));
    assertEquals(await client.replies(1).catch((error) => error.message), "the connection ended after 0 of 1 replies");
    assertEquals(await idle.replies(1).catch((error) => error.message), "the connection ended after 0 of 1 replies");
    assertEquals((await program.ended()).code, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
