/**
 * `-d`: the node as a child process in a session of its own, which outlives the terminal. The parent stays until the child
 * serves or has failed, so that a failed start is seen by whoever started it:
 *
 *     parent                                     child (same arguments and --daemon-child)
 *       spawn, detached, stdin /dev/null  ---->    start
 *       copy its stdout and stderr       <----     what it prints while starting
 *       exit 0                           <----     READY on stdout
 *       or exit with the child's code    <----     or its end
 *
 * After READY nobody reads the child's stdout and stderr: it writes to its log only.
 */

/** A byte that no text contains. */
const ready = 0;

/** Tells the parent that the node serves. Called by the child, once, after its last line on stdout. */
export function reportReady(): void {
  Deno.stdout.writeSync(Uint8Array.of(ready));
}

/** Starts this program again with `args` as a daemon. Returns the exit code for the parent. */
export async function startDaemon(args: readonly string[]): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...await ownProgram(), ...args, "--daemon-child"],
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // Who gives up waiting does not want the daemon.
  const cancel = () => child.kill("SIGTERM");
  Deno.addSignalListener("SIGINT", cancel);
  const errors = copyTo(child.stderr, Deno.stderr);
  const isReady = await copyUntilReady(child.stdout, Deno.stdout);
  if (isReady) {
    child.unref();
    return 0;
  }
  await errors;
  const { code, signal } = await child.status;
  if (signal !== null) console.error(`dynomite: the daemon was ended by ${signal} while it started`);
  return code === 0 ? 1 : code;
}

/** The arguments that make the runtime run this program: none when it is compiled into it. */
async function ownProgram(): Promise<string[]> {
  if (Deno.build.standalone) return [];
  // The permissions cannot be read off our own command line, but asked for one by one.
  const names = ["net", "read", "write", "env", "run", "sys", "ffi", "import"] as const;
  const states = await Promise.all(names.map((name) => Deno.permissions.query({ name })));
  const granted = names.filter((_, index) => states[index]!.state === "granted");
  return ["run", "--no-prompt", ...granted.map((name) => `--allow-${name}`), Deno.mainModule];
}

/** Copies until the ready byte, true, or the end, false. */
async function copyUntilReady(from: ReadableStream<Uint8Array>, to: typeof Deno.stdout): Promise<boolean> {
  const reader = from.getReader();
  while (true) {
    const { value, done } = await reader.read();
    if (done) return false;
    const at = value.indexOf(ready);
    writeAll(to, at < 0 ? value : value.subarray(0, at));
    if (at >= 0) return true;
  }
}

async function copyTo(from: ReadableStream<Uint8Array>, to: typeof Deno.stderr): Promise<void> {
  for await (const bytes of from) writeAll(to, bytes);
}

function writeAll(to: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
}
