/**
 * Real engines as tests start them: on loopback, on a free port, with nothing kept on disk, ended by their own pid.
 *
 *     testWith(["redis-server"], "pool.send() reaches a real Redis", async () => {
 *       await using server = await startRedis();
 *       ...server.port...
 *     });
 *
 * A test that needs a program says so through `testWith`: where the program is missing the test is skipped, and its name says why.
 */
import { freePort, until } from "./program.ts";

/** Where in PATH `program` is, if it is there. */
export function pathOf(program: string): string | undefined {
  const paths = (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/${program}`);
  return paths.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** Is `program` somewhere in PATH? */
export function isInstalled(program: string): boolean {
  return pathOf(program) !== undefined;
}

/**
 * What tests need whose nodes are on 127.0.0.1, 127.0.0.2, ...: Linux has all of them, macOS only those that were added
 * (`sudo ifconfig lo0 alias 127.0.0.2 up`).
 */
export const LOOPBACK_ADDRESSES = "127.0.0.2, 127.0.0.3 ... as addresses of this machine";

function hasLoopbackAddresses(): boolean {
  try {
    for (const hostname of ["127.0.0.2", "127.0.0.3"]) Deno.listen({ hostname, port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

/** `Deno.test`, skipped with the reason in its name where one of the programs or `LOOPBACK_ADDRESSES` is missing. */
export function testWith(
  needs: readonly string[],
  name: string,
  fn: (test: Deno.TestContext) => void | Promise<void>,
): void {
  const missing = needs.filter((need) => need === LOOPBACK_ADDRESSES ? !hasLoopbackAddresses() : !isInstalled(need));
  if (missing.length === 0) Deno.test(name, fn);
  else Deno.test({ name: `${name} (skipped: missing ${missing.join(", ")})`, ignore: true, fn });
}

/** The C Dynomite that DYNOMITE_C names, if it does. */
export const originalProgram: string | undefined = Deno.env.get("DYNOMITE_C");

/** The same for tests of nodes of this program beside those of C Dynomite: skipped where DYNOMITE_C does not name one. */
export function testWithOriginal(
  programs: readonly string[],
  name: string,
  fn: (test: Deno.TestContext) => void | Promise<void>,
): void {
  if (originalProgram !== undefined) testWith(programs, name, fn);
  else Deno.test({ name: `${name} (skipped: DYNOMITE_C names no C Dynomite)`, ignore: true, fn });
}

/** A started server. Disposing of it ends the process and waits for its end. */
export interface RealServer {
  /** `127.0.0.1`. */
  readonly host: string;
  readonly port: number;
  /** The unix socket it also listens on, if one was asked for. */
  readonly socketPath: string | undefined;
  readonly pid: number;
  /** What it has printed so far. */
  readonly output: () => string;
  /** SIGSTOP and SIGCONT freeze and thaw it; SIGKILL crashes it. */
  kill(signal: Deno.Signal): void;
  /** Ends it (as suits it unless told otherwise) and waits for that. Safe to call twice. */
  stop(signal?: Deno.Signal): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface RedisOptions {
  /** Default: a free one. A test that starts a server again on its old port names it. */
  readonly port?: number;
  /** Also listen on this unix socket. */
  readonly socketPath?: string;
  /** `requirepass`. */
  readonly password?: string;
  /** Where it may keep files. Default: nowhere, nothing is saved. */
  readonly folder?: string;
  /** More of its configuration, as on its command line: `["--maxmemory", "10mb"]`. */
  readonly args?: readonly string[];
}

/** Starts `redis-server` and returns when it accepts connections. */
export function startRedis(options: RedisOptions = {}): Promise<RealServer> {
  return startOnFreePort(options.port, options.socketPath, "Ready to accept connections", (port) => ({
    program: "redis-server",
    endSignal: "SIGTERM",
    args: [
      ...["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no"],
      // Without a folder of its own it shares one: a file that another server left there must not be read.
      ...(options.folder === undefined
        ? ["--dir", "/tmp", "--dbfilename", `none-${port}.rdb`]
        : ["--dir", options.folder]),
      ...(options.socketPath === undefined ? [] : ["--unixsocket", options.socketPath]),
      ...(options.password === undefined ? [] : ["--requirepass", options.password]),
      ...(options.args ?? []),
    ],
  }));
}

export interface MemcachedOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Listen on this unix socket instead; memcached does one or the other, and `port` is 0 then. */
  readonly socketPath?: string;
  /** More of its command line: `["-I", "8m"]`. */
  readonly args?: readonly string[];
}

/** Starts `memcached` and returns when it accepts connections. */
export function startMemcached(options: MemcachedOptions = {}): Promise<RealServer> {
  return startOnFreePort(options.port, options.socketPath, undefined, (port) => ({
    program: "memcached",
    // It has nothing to save, and takes a second to notice a SIGTERM.
    endSignal: "SIGKILL",
    args: [
      ...(options.socketPath === undefined
        ? ["-p", String(port), "-l", "127.0.0.1", "-U", "0"]
        : ["-s", options.socketPath]),
      // It refuses to run as root unless told that this is meant.
      ...(Deno.uid() === 0 ? ["-u", "root"] : []),
      ...["-t", "2"],
      ...(options.args ?? []),
    ],
  }));
}

/** How a server is started. */
export interface CommandLine {
  readonly program: string;
  readonly args: readonly string[];
  /** How it is ended where the test does not say. */
  readonly endSignal: Deno.Signal;
}

/** A port that was free can be taken before the server binds it: then another one is tried. */
const PORT_TRIES = 5;

/**
 * Starts any server: on `port`, else on a free one. It is ready when it has printed `readyText` or, where that is undefined,
 * accepts connections.
 */
export async function startOnFreePort(
  port: number | undefined,
  socketPath: string | undefined,
  readyText: string | undefined,
  commandLine: (port: number) => CommandLine,
): Promise<RealServer> {
  for (let tries = 1;; tries++) {
    const chosen = port ?? freePort();
    try {
      return await start(commandLine(chosen), chosen, socketPath, readyText);
    } catch (error) {
      const taken = error instanceof Error && /address already in use|failed to listen/i.test(error.message);
      if (!taken || port !== undefined || tries === PORT_TRIES) throw error;
    }
  }
}

async function start(
  { program, args, endSignal }: CommandLine,
  port: number,
  socketPath: string | undefined,
  readyText: string | undefined,
): Promise<RealServer> {
  const child = new Deno.Command(program, { args: [...args], stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  let output = "";
  let ended = false;
  const read = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) output = (output + text).slice(-65_536);
  };
  const end = Promise.all([read(child.stdout), read(child.stderr), child.status]).then(() => void (ended = true));
  const kill = (signal: Deno.Signal) => {
    if (!ended) child.kill(signal);
  };
  const stop = async (signal = endSignal) => {
    try {
      kill(signal);
      // A frozen process does not see its end coming.
      kill("SIGCONT");
    } catch {
      // It ended between the question and the signal.
    }
    await end;
  };
  const isReady = async () => {
    if (ended) throw new Error(`${program} ended while it started: ${output}`);
    if (readyText !== undefined) return output.includes(readyText);
    return await accepts(socketPath, port);
  };
  try {
    await until(`${program} is ready`, isReady);
  } catch (error) {
    await stop("SIGKILL");
    throw error;
  }
  return {
    host: "127.0.0.1",
    port,
    socketPath,
    pid: child.pid,
    output: () => output,
    kill,
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}

async function accepts(socketPath: string | undefined, port: number): Promise<boolean> {
  try {
    const connection = socketPath === undefined
      ? await Deno.connect({ hostname: "127.0.0.1", port })
      : await Deno.connect({ transport: "unix", path: socketPath });
    connection.close();
    return true;
  } catch {
    return false;
  }
}
