/** Gossip between real processes on loopback: one that joins, is frozen, resumed, killed and replaced. */
import { assert, assertEquals } from "@std/assert";
import { freePort, Program, until } from "../support/program.ts";
import { RespClient } from "../support/resp_client.ts";
import { LOOPBACK_ADDRESSES, testWith } from "../support/real_servers.ts";

interface Place {
  readonly host: string;
  readonly rack: string;
  readonly token: number;
  /** A line of dyn_seeds. */
  readonly seed?: string;
}

class Node implements AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly statsPort: number;
  readonly line: string;
  readonly program: Program;
  readonly #log: string;

  private constructor(place: Place, port: number, statsPort: number, line: string, log: string, program: Program) {
    this.host = place.host;
    this.port = port;
    this.statsPort = statsPort;
    this.line = line;
    this.#log = log;
    this.program = program;
  }

  static async start(folder: string, place: Place): Promise<Node> {
    const { host, rack, token, seed } = place;
    const [port, peerPort, statsPort] = [freePort(), freePort(), freePort()];
    const confPath = `${folder}/${host}.yml`;
    const log = `${folder}/${host}.log`;
    await Deno.writeTextFile(
      confPath,
      [
        "dyn_o_mite:",
        `  listen: ${host}:${port}`,
        `  dyn_listen: ${host}:${peerPort}`,
        `  stats_listen: ${host}:${statsPort}`,
        "  servers: [embedded]",
        `  rack: ${rack}`,
        `  tokens: ${token}`,
        "  timeout: 2000",
        // What is seen here is gossip's doing alone.
        "  auto_eject_hosts: false",
        "  enable_gossip: true",
        "  gos_interval: 100",
        ...(seed === undefined ? [] : [`  dyn_seeds: ["${seed}"]`]),
        "",
      ].join("\n"),
    );
    const program = await Program.start(["-c", confPath, "-o", log], folder);
    return new Node(place, port, statsPort, `${host}:${peerPort}:${rack}:localdc:${token}`, log, program);
  }

  /** Its address in the log of others. */
  get address(): string {
    return this.line.split(":").slice(0, 2).join(":");
  }
  log(): Promise<string> {
    return Deno.readTextFile(this.#log);
  }
  /** Waits for a line of its log that holds all the words. */
  async says(...words: readonly string[]): Promise<void> {
    const holds = (line: string) => words.every((word) => line.includes(word));
    await until(
      `${this.host} says ${words.join(" ")}`,
      async () => (await this.log()).split("\n").some(holds),
      20_000,
    );
  }
  connect(): Promise<RespClient> {
    return RespClient.connect(this.port, 2, this.host);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
  }
}

testWith(
  [LOOPBACK_ADDRESSES],
  "processes that gossip: one joins, is frozen and resumed, is killed, is replaced, and one leaves",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "dynomite_gossip_" });
    try {
      await using one = await Node.start(folder, { host: "127.0.0.1", rack: "r1", token: 0 });
      await using two = await Node.start(folder, { host: "127.0.0.2", rack: "r2", token: 0, seed: one.line });
      // It is told of the first alone.
      await using three = await Node.start(folder, {
        host: "127.0.0.3",
        rack: "r1",
        token: 2147483648,
        seed: two.line,
      });
      await one.says(three.address, "joins. Data is not moved");
      using client = await one.connect();
      const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
      // The link to the one that joined takes a moment more.
      await until("every key is written", async () => {
        const replies = await client.pipeline(keys.map((key) => ["SET", key, "v"]));
        return replies.every(({ text }) => text === "OK");
      });

      three.program.kill("SIGSTOP");
      // Each finds it out for itself, and only who did can say that it is back.
      for (const node of [one, two]) await node.says(three.address, "is down");
      const before = performance.now();
      // Half of them belong to the frozen node; the other rack has them too.
      const values = await client.pipeline(keys.map((key) => ["GET", key]));
      assert(performance.now() - before < 1500, "a request waited for it");
      assertEquals(values.map(({ text }) => text), keys.map(() => "v"));
      three.program.kill("SIGCONT");
      await one.says("node", three.address, "again");
      await two.says("node", three.address, "again");
      // It was frozen itself, and blames nobody for its own silence.
      assertEquals((await three.log()).includes("is down"), false, await three.log());

      three.program.kill("SIGKILL");
      await three.program.ended();
      await using four = await Node.start(folder, { host: "127.0.0.4", rack: "r1", token: 2147483648, seed: one.line });
      for (const node of [one, two]) await node.says(four.address, "takes the place of", three.address);
      await until("the substitute takes writes", async () => {
        await client.pipeline(keys.map((key) => ["SET", key, "w"]));
        using other = await four.connect();
        const [reply] = await other.pipeline([["DBSIZE"]]);
        return reply!.text === "30";
      });

      const answer = await fetch(`http://${two.host}:${two.statsPort}/state/leaving`);
      assertEquals(await answer.text(), "OK\r\n");
      for (const node of [one, four]) await node.says(two.address, "is out of the ring");
      assertEquals((await client.call("SET", "k", "v")).text, "OK");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
