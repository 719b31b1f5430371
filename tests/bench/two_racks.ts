/**
 * One datacenter of two racks, one node in each, in front of a Redis server of its own: clients talk to the first node, which
 * keeps the second rack's copy up to date through the node-to-node protocol. Two of our nodes against two of C Dynomite's, at one
 * of three settings of the consistency levels.
 */
import { freePort } from "../support/program.ts";
import { startRedis } from "../support/real_servers.ts";
import { RespClient } from "../support/resp_client.ts";
import { compare, type Loads } from "./comparison.ts";
import { type Contender, NODE, ORIGINAL, originalPath, startNode, startOriginal } from "./contenders.ts";
import type { BenchFlags } from "./main.ts";

interface Levels {
  readonly read: string;
  readonly write: string;
}

/** 16 deep a SET, which both racks take, is where C Dynomite's way costs most: more is wanted there. */
const loads: Loads = [
  { name: "50 clients", clients: 50, depth: 1, requests: 200_000, bar: () => 1 },
  { name: "50 clients, 16 deep", clients: 50, depth: 16, requests: 500_000, bar: (name) => name === "SET" ? 3 : 1.5 },
  { name: "500 clients, 16 deep", clients: 500, depth: 16, requests: 500_000, bar: () => 3 },
];

/** Options of the node of rack 1 or 2 that both programs understand. */
function nodeOptions(rack: number, port: number, redisPort: number, peers: readonly number[], levels: Levels): string {
  const address = (of: number) => `127.0.0.${of}:${peers[of - 1]}`;
  const other = 3 - rack;
  return `  datacenter: dc1
  rack: rack${rack}
  listen: 127.0.0.1:${port}
  dyn_listen: ${address(rack)}
  stats_listen: 127.0.0.1:${freePort()}
  tokens: '0'
  dyn_seed_provider: simple_provider
  dyn_seeds:
  - ${address(other)}:rack${other}:dc1:0
  servers:
  - 127.0.0.1:${redisPort}:1
  data_store: 0
  read_consistency: ${levels.read}
  write_consistency: ${levels.write}
`;
}

interface Node extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

/** Two nodes, each started by `start` from its options. */
function pair(
  name: string,
  levels: Levels,
  spared: readonly string[],
  start: (folder: string, options: (port: number) => string) => Promise<Node>,
): Contender {
  return {
    name,
    start: async (redisPorts, folder) => {
      await using stack = new AsyncDisposableStack();
      const peers = [freePort(), freePort()];
      const options = (rack: number) => (port: number) => nodeOptions(rack, port, redisPorts[rack - 1]!, peers, levels);
      const second = stack.use(await start(folder, options(2)));
      const first = stack.use(await start(folder, options(1)));
      await joined(first.port, redisPorts[1]!);
      const nodes = stack.move();
      const pids = [first.pid, second.pid];
      return { name, port: first.port, pids, spared, [Symbol.asyncDispose]: () => nodes.disposeAsync() };
    },
  };
}

const JOIN_TRIES = 100;
const JOIN_PAUSE_MS = 100;

/** Settles when what the first node is told arrives at the second one's engine, too. */
async function joined(port: number, engine: number): Promise<void> {
  const client = await RespClient.connect(port);
  const store = await RespClient.connect(engine);
  try {
    for (let i = 1; i <= JOIN_TRIES; i++) {
      const mark = `${port}:${i}`;
      await client.call("SET", "joined", mark);
      await new Promise((resolve) => setTimeout(resolve, JOIN_PAUSE_MS));
      const { raw } = await store.call("GET", "joined");
      if (new TextDecoder().decode(raw).includes(mark)) return;
    }
    throw new Error("the second rack gets no copies");
  } finally {
    client.close();
    store.close();
  }
}

/** The benchmark at these levels. */
export function benchTwoRacks(read: string, write: string): (flags: BenchFlags, stop: AbortSignal) => Promise<string> {
  return async (flags, stop) => {
    await using stack = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir();
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    const first = stack.use(await startRedis());
    const second = stack.use(await startRedis());
    const contenders = [pair(NODE, { read, write }, [], async (folder, options) => {
      const port = freePort();
      const program = await startNode(folder, options(port));
      return { port, pid: program.pid, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
    })];
    if (originalPath !== undefined) {
      // An inline PING ends it when it is to be voted on.
      const spared = read === "dc_one" ? [] : ["PING_INLINE"];
      contenders.push(
        pair(ORIGINAL, { read, write }, spared, (folder, options) => startOriginal(originalPath!, folder, options)),
      );
    }
    return await compare(loads, contenders, [first, second], folder, stack, flags, stop);
  };
}
