/** Who is measured: servers started for one run of a benchmark, in front of one Redis server, ended by their pid. */
import { freePort, Program } from "../support/program.ts";
import { isInstalled, startOnFreePort } from "../support/real_servers.ts";

/** A contender that serves. */
export interface Running {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface Contender {
  readonly name: string;
  /** `redisPort` is the engine's; files go to `folder`. */
  start(redisPort: number, folder: string): Promise<Running>;
}

/** This node, as `deno task start -c FILE` runs it, over the engine that `server` names. */
function thisNode(name: string, server: (redisPort: number) => string): Contender {
  return {
    name,
    start: async (redisPort, folder) => {
      const port = freePort();
      const path = `${folder}/${name.replaceAll(/\W+/g, "_")}.yml`;
      await Deno.writeTextFile(
        path,
        `dyn_o_mite:
  listen: 127.0.0.1:${port}
  stats_listen: 127.0.0.1:${freePort()}
  datacenter: dc1
  rack: rack1
  tokens: 0
  data_store: redis
  servers: ["${server(redisPort)}"]
`,
      );
      const program = await Program.start(["-c", path], folder);
      return { name, port, pid: program.pid, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
    },
  };
}

/** C Dynomite, Netflix' original. */
function cDynomite(path: string): Contender {
  return {
    name: "C Dynomite",
    start: async (redisPort, folder) => {
      const server = await startOnFreePort(undefined, undefined, undefined, (port) => {
        const file = `${folder}/c_dynomite.yml`;
        Deno.writeTextFileSync(
          file,
          `dyn_o_mite:
  listen: 127.0.0.1:${port}
  dyn_listen: 127.0.0.1:${freePort()}
  stats_listen: 127.0.0.1:${freePort()}
  dyn_seed_provider: simple_provider
  data_store: 0
  servers:
  - 127.0.0.1:${redisPort}:1
  tokens: 437425602
`,
        );
        return { program: path, args: ["-c", file], endSignal: "SIGKILL" };
      });
      return { name: "C Dynomite", ...server };
    },
  };
}

/** The proxy that C Dynomite was made from. */
function twemproxy(path: string): Contender {
  return {
    name: "twemproxy",
    start: async (redisPort, folder) => {
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
      return { name: "twemproxy", ...server };
    },
  };
}

/** Names that tables use for rows with a part of their own. */
export const DIRECT = "Redis, direct";
export const NODE = "this node, Redis";
export const EMBEDDED = "this node, embedded";
export const ORIGINAL = "C Dynomite";

/** Everyone who can be had on this machine, besides the engine itself. */
export function proxies(): Contender[] {
  const found = [thisNode(NODE, (port) => `127.0.0.1:${port}:1`), thisNode(EMBEDDED, () => "embedded")];
  const original = Deno.env.get("DYNOMITE_C");
  if (original !== undefined) found.push(cDynomite(original));
  const nutcracker = Deno.env.get("NUTCRACKER") ?? "nutcracker";
  if (nutcracker !== "nutcracker" || isInstalled(nutcracker)) found.push(twemproxy(nutcracker));
  return found;
}
