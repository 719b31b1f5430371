/**
 * One node of the demo: a process of this program. Its stdin is a pipe that we hold; the node stops when it ends, so that no
 * node outlives the demo, whatever becomes of that.
 */
import { TextLineStream } from "./text_lines.ts";
import type { WrittenNode } from "../cluster/write.ts";
import { startFlags } from "../process/permissions.ts";
import { portsOf } from "./addresses.ts";

const program = new URL("../../main.ts", import.meta.url).href;

/** What a node says before it is ready is kept to this many lines, in case it fails. */
const KEPT_LINES_MAX = 50;
/** Time to answer what is outstanding. Then it is ended without. */
const STOP_MS = 5_000;

export class DemoNode {
  readonly plan: WrittenNode;
  /** Settles at its end, with how it ended. */
  readonly ended: Promise<Deno.CommandStatus>;
  readonly #child: Deno.ChildProcess;
  readonly #onLine: (node: DemoNode, line: string) => void;
  readonly #output: Promise<unknown>;
  readonly #ready: Promise<boolean>;
  #kept: string[] | undefined = [];
  #markReady: (ready: boolean) => void = () => {};

  /** Starts it. `onLine` gets what it logs once `tell` was called. */
  constructor(plan: WrittenNode, onLine: (node: DemoNode, line: string) => void) {
    this.plan = plan;
    this.#onLine = onLine;
    this.#ready = new Promise((resolve) => this.#markReady = resolve);
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", ...startFlags, program, "-c", plan.path, "--stop-with-stdin"],
      // A session of its own: the Ctrl-C of the terminal is for the demo, which then ends its nodes.
      detached: true,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#output = Promise.all([this.#readBanner(this.#child.stdout), this.#readLog(this.#child.stderr)]);
    this.ended = this.#child.status.finally(() => this.#markReady(false));
  }

  get name(): string {
    const { datacenter, rack, number } = this.plan;
    return `${datacenter} ${rack} node${number}`;
  }
  get pid(): number {
    return this.#child.pid;
  }

  /** Serves (true), or ended before it did. */
  ready(): Promise<boolean> {
    return this.#ready;
  }

  /** How many other nodes it is connected to now. */
  async peerCount(): Promise<number> {
    try {
      const reply = await fetch(`http://127.0.0.1:${portsOf(this.plan).stats}/info`);
      const { dyn_o_mite: pool } = await reply.json() as { dyn_o_mite: { peer_connections: number } };
      return pool.peer_connections;
    } catch {
      return 0;
    }
  }

  /** From now on its log goes to `onLine`. Returns the lines it wrote until now. */
  tell(): readonly string[] {
    const kept = this.#kept ?? [];
    this.#kept = undefined;
    return kept;
  }

  /** Lets it answer what is outstanding, and returns when it is gone. */
  async stop(): Promise<void> {
    const late = setTimeout(() => this.#kill(), STOP_MS);
    await this.#child.stdin.close().catch(() => {});
    await this.ended;
    clearTimeout(late);
    await this.#output;
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has just ended.
    }
  }

  async #readBanner(stdout: ReadableStream<Uint8Array>): Promise<void> {
    for await (const line of stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      if (/^ {2}data /.test(line)) this.#markReady(true);
    }
  }

  async #readLog(stderr: ReadableStream<Uint8Array>): Promise<void> {
    for await (const line of stderr.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream())) {
      if (this.#kept === undefined) this.#onLine(this, line);
      else if (this.#kept.length < KEPT_LINES_MAX) this.#kept.push(line);
    }
  }
}
