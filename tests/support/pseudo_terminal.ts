/** A program in a terminal of its own, which `script` makes: what it writes there, the keys it is sent, and its end. */

export class PseudoTerminal implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #shown = "";

  /** Runs a command line of the shell. */
  constructor(line: string, cwd: string) {
    this.#child = new Deno.Command("script", {
      args: ["-qec", line, "/dev/null"],
      cwd,
      env: { TERM: "xterm", SHELL: "/bin/sh" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#keys = this.#child.stdin.getWriter();
    this.#reading = this.#read();
  }

  /** All that was written to it so far. */
  get shown(): string {
    return this.#shown;
  }

  async type(keys: string): Promise<void> {
    await this.#keys.write(new TextEncoder().encode(keys));
  }

  /** The exit code of the command line, once it has ended. */
  async ended(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    return code;
  }

  async #read(): Promise<void> {
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) this.#shown += text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.ended();
    try {
      await this.#keys.close();
    } catch {
      // Nobody reads keys any more.
    }
  }
}
