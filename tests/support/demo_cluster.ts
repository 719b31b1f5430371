/** The cluster of `deno task cluster`, as users start it. It is ended as they do, and its nodes looked for by their pids. */
import process from "node:process";
import { until } from "./program.ts";

const root = new URL("../..", import.meta.url).pathname;

export interface ShownNode {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

/** The nodes of what the demo prints. */
export function shownNodes(output: string): readonly ShownNode[] {
  const lines = output.matchAll(/^(.*?) {3}redis-cli -p (\d+) {3}process (\d+)$/gm);
  return [...lines].map(([, name, port, pid]) => ({ name: name!, port: Number(port), pid: Number(pid) }));
}

export class DemoCluster {
  readonly #child: Deno.ChildProcess;
  readonly #outputs: Promise<unknown>;
  #stdout = "";
  #stderr = "";
  #nodes: readonly ShownNode[] = [];

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#outputs = Promise.all([
      collect(child.stdout, (text) => this.#stdout += text),
      collect(child.stderr, (text) => this.#stderr += text),
    ]);
  }

  /** Returns when it says that it is ready. */
  static async start(...args: string[]): Promise<DemoCluster> {
    const child = new Deno.Command(Deno.execPath(), {
      // Below the ports that systems give to clients; where some are taken the demo moves on.
      args: ["task", "cluster", ...args, "--port", String(11_002 + 100 * Math.floor(Math.random() * 190))],
      cwd: root,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const demo = new DemoCluster(child);
    let over = false;
    void child.status.then(() => over = true);
    try {
      await until("the cluster is ready", () => over || /^ready:.*\n/m.test(demo.#stdout));
      if (over) throw new Error(`the cluster ended while it started: ${demo.#stdout}${demo.#stderr}`);
    } catch (error) {
      await demo.end();
      throw error;
    }
    demo.#nodes = shownNodes(demo.#stdout);
    return demo;
  }

  /** As it showed them. */
  get nodes(): readonly ShownNode[] {
    return this.#nodes;
  }
  /** What it printed until now. */
  get stdout(): string {
    return this.#stdout;
  }
  get stderr(): string {
    return this.#stderr;
  }

  /** Sends the signal to `deno task cluster` and returns its exit code. */
  async end(signal: Deno.Signal = "SIGINT"): Promise<number> {
    try {
      this.#child.kill(signal);
    } catch {
      // It has ended already.
    }
    return await this.ended();
  }

  /** Its exit code, when it has ended. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#outputs;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

async function collect(from: ReadableStream<Uint8Array>, take: (text: string) => void): Promise<void> {
  for await (const text of from.pipeThrough(new TextDecoderStream())) take(text);
}

/** Is there a process with this pid that runs? One that has ended and is not yet waited for does not. */
export function isRunning(pid: number): boolean {
  try {
    if (Deno.build.os === "linux") return !/^\d+ \(.*\) Z/.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
