/**
 * The program as a process, as users start it: `DYNOMITE_BIN` if that names a compiled one, else `deno run main.ts` with
 * the flags of `deno task start`. What a test starts it also ends, by its pid.
 */
import { startEnvironment, startFlags } from "../../conf/process/permissions.ts";

const binary = Deno.env.get("DYNOMITE_BIN");
const mainPath = new URL("../../main.ts", import.meta.url).pathname;

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the program is started, where not as this file says. */
export interface Launch {
  /** A command in its place. */
  readonly program?: readonly string[];
  /** Its whole environment. Default: ours. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What starts the program, before its own arguments. */
export const ownCommand: readonly string[] = binary
  ? [binary]
  : [Deno.execPath(), "run", "--no-prompt", ...startFlags, mainPath];

/** What the task sets, unless ours says otherwise. */
const taskEnvironment = Object.fromEntries(
  Object.entries(startEnvironment).map(([name, value]) => [name, Deno.env.get(name) ?? value]),
);

function command(
  args: readonly string[],
  cwd: string,
  prefix: readonly string[] = [],
  launch: Launch = {},
): Deno.Command {
  const [path, ...others] = [...prefix, ...launch.program ?? ownCommand, ...args];
  const own = binary || launch.program ? {} : taskEnvironment;
  const environment = launch.env === undefined ? { env: own } : { clearEnv: true, env: launch.env };
  return new Deno.Command(path!, {
    args: others,
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...environment,
  });
}

/** Runs the program to its end. */
export async function runProgram(args: readonly string[], cwd: string, launch?: Launch): Promise<Ended> {
  const { code, stdout, stderr } = await command(args, cwd, [], launch).output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** A running program. */
export class Program {
  /** What it printed until it was ready. */
  readonly banner: string;
  readonly #child: Deno.ChildProcess;
  readonly #stdout: ReadableStreamDefaultReader<string>;
  readonly #stderr: Promise<string>;

  private constructor(
    child: Deno.ChildProcess,
    stdout: ReadableStreamDefaultReader<string>,
    stderr: Promise<string>,
    banner: string,
  ) {
    this.#child = child;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.banner = banner;
  }

  /**
   * Starts it and returns when it has printed its last line of the start. Throws with its stderr if it ends before. `prefix` is
   * a command that runs it, as `nice` does.
   */
  static async start(
    args: readonly string[],
    cwd: string,
    prefix?: readonly string[],
    launch?: Launch,
  ): Promise<Program> {
    const child = command(args, cwd, prefix, launch).spawn();
    const stdout = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const stderr = new Response(child.stderr).text();
    let banner = "";
    while (!/^ {2}data .*\n/m.test(banner)) {
      const { value, done } = await stdout.read();
      if (done) {
        throw new Error(`the program ended while it started: ${banner}${await stderr}${(await child.status).code}`);
      }
      banner += value;
    }
    return new Program(child, stdout, stderr, banner);
  }

  get pid(): number {
    return this.#child.pid;
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Its end, by itself or by a signal sent before. */
  async ended(): Promise<Ended> {
    let stdout = this.banner;
    while (true) {
      const { value, done } = await this.#stdout.read();
      if (done) break;
      stdout += value;
    }
    const { code } = await this.#child.status;
    return { code, stdout, stderr: await this.#stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.ended();
  }
}

const givenPorts = new Set<number>();

/** A TCP port of 127.0.0.1 that nobody listens on now. Never one that was given before: the system may offer it twice. */
export function freePort(): number {
  for (;;) {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();
    if (givenPorts.has(port)) continue;
    givenPorts.add(port);
    return port;
  }
}

/** Polls until `condition` holds. Throws, naming it, after `limitMs`. */
export async function until(
  what: string,
  condition: () => boolean | Promise<boolean>,
  limitMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!await condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
