/** Who is measured: servers started for one run of a benchmark, in front of real Redis servers, ended by their pid. */
import { freePort, Program } from "../support/program.ts";
import { isInstalled, startOnFreePort } from "../support/real_servers.ts";

/** A contender that serves. */
export interface Running extends AsyncDisposable {
  readonly name: string;
  readonly port: number;
  /** Its processes: first the one that clients talk to. */
  readonly pids: readonly number[];
  /** Commands that would end it. */
  readonly spared?: readonly string[];
}

export interface Contender {
  readonly name: string;
  /** `redisPorts` are the engines', one for each node; files go to `folder`. */
  start(redisPorts: readonly number[], folder: string): Promise<Running>;
}

/** Names that tables use for rows with a part of their own. */
export const DIRECT = "Redis, direct";
export const NODE = "this node, Redis";
export const EMBEDDED = "this node, embedded";
export const ORIGINAL = "C Dynomite";

/** The path of C Dynomite's program, when there is one. */
export const originalPath = Deno.env.get("DYNOMITE_C");

/** Starts this node, as `deno task start -c FILE` runs it, with these options. */
export async function startNode(folder: string, options: string): Promise<Program> {
  const path = await Deno.makeTempFile({ dir: folder, suffix: ".yml" });
  await Deno.writeTextFile(path, `dyn_o_mite:\n${options}`);
  return await Program.start(["-c", path], folder);
}

/** One of our nodes over the engine that `server` names. */
function thisNode(name: string, server: (redisPort: number) => string): Contender {
  return {
    name,
    start: async ([redisPort], folder) => {
      const port = freePort();
      const program = await startNode(
        folder,
        `  listen: 127.0.0.1:${port}
  stats_listen: 127.0.0.1:${freePort()}
  datacenter: dc1
  rack: rack1
  tokens: 0
  data_store: redis
  servers: ["${server(redisPort!)}"]
`,
      );
      return { name, port, pids: [program.pid], [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
    },
  };
}

/** Starts C Dynomite with these options for its client port. */
export async function startOriginal(program: string, folder: string, options: (port: number) => string) {
  const file = await Deno.makeTempFile({ dir: folder, suffix: ".yml" });
  return await startOnFreePort(undefined, undefined, undefined, (port) => {
    Deno.writeTextFileSync(file, `dyn_o_mite:\n${options(port)}`);
    return { program, args: ["-c", file], endSignal: "SIGKILL" };
  });
}

/** Netflix' original. */
function cDynomite(path: string): Contender {
  return {
    name: ORIGINAL,
    start: async ([redisPort], folder) => {
      const server = await startOriginal(
        path,
        folder,
        (port) =>
          `  listen: 127.0.0.1:${port}
  dyn_listen: 127.0.0.1:${freePort()}
  stats_listen: 127.0.0.1:${freePort()}
  dyn_seed_provider: simple_provider
  data_store: 0
  servers:
  - 127.0.0.1:${redisPort}:1
  tokens: 437425602
`,
      );
      return { ...server, name: ORIGINAL, pids: [server.pid] };
    },
  };
}

/** The proxy that C Dynomite was made from. */
function twemproxy(path: string): Contender {
  return {
    name: "twemproxy",
    start: async ([redisPort], folder) => {
      const server = await startOnFreePort(undefined, undefined, undefined, (port) => {
        const file = `${folder}/nutcracker.yml`;
        Deno.writeTextFileSync(
          file,
          `pool:
  listen: 127.0.0.1:${port}
  hash: fnv1a_64
  distribution: ketama
  redis: true
  servers:
  - 127.0.0.1:${redisPort}:1
`,
        );
        return {
          program: path,
          args: ["-c", file, "-a", "127.0.0.1", "-s", String(freePort()), "-p", `${folder}/nutcracker.pid`],
          endSignal: "SIGKILL",
        };
      });
      // It knows no inline requests, and closes the connection.
      return { ...server, name: "twemproxy", pids: [server.pid], spared: ["PING_INLINE"] };
    },
  };
}

/** Every proxy of one node that can be had on this machine. */
export function proxies(): Contender[] {
  const found = [thisNode(NODE, (port) => `127.0.0.1:${port}:1`), thisNode(EMBEDDED, () => "embedded")];
  if (originalPath !== undefined) found.push(cDynomite(originalPath));
  const nutcracker = Deno.env.get("NUTCRACKER") ?? "nutcracker";
  if (nutcracker !== "nutcracker" || isInstalled(nutcracker)) found.push(twemproxy(nutcracker));
  return found;
}
