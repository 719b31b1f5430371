/**
 * `-d`: the node as a child process in a session of its own, which outlives the terminal. The parent stays until the child
 * serves or has failed, so that a failed start is seen by whoever started it:
 *
 *     parent                                     child (same arguments and --daemon-child)
 *       spawn, detached                  ---->     start
 *                                       <----      what it has to say, on stdout
 *       print that, exit 0              <----      READY, on stdout
 *       or print that, exit with 1      <----      its end
 *
 * The child's stderr is /dev/null: whatever the runtime itself may say there later must find somebody who takes it, a broken
 * pipe would end the process. (node:child_process could put a log file there, but it rewrites the arguments of a compiled
 * program.) After READY the child's stdout is not used any more, it writes to its log.
 */

/** A byte that no text contains. */
const ready = 0;

/** Tells the parent that the node serves. Called by the child, once, after its last line on stdout. */
export function reportReady(): void {
  Deno.stdout.writeSync(Uint8Array.of(ready));
}

/**
 * Starts this program again with `args` as a daemon, which may read `variables` of the environment where we may. Returns the
 * exit code for the parent.
 */
export async function startDaemon(args: readonly string[], variables: readonly string[]): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...await ownProgram(variables), ...args, "--daemon-child"],
    detached: true,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  // Who gives up waiting does not want the daemon either.
  const cancel = () => child.kill("SIGTERM");
  Deno.addSignalListener("SIGINT", cancel);
  const { said, isReady } = await listen(child.stdout);
  Deno.removeSignalListener("SIGINT", cancel);
  if (isReady) {
    console.log(said.trimEnd());
    child.unref();
    return 0;
  }
  const { code, signal } = await child.status;
  const end = `the daemon ended while it started (${signal ?? `code ${code}`}); start it without -d to see why`;
  console.error(said === "" ? `dynomite: ${end}` : said.trimEnd());
  return 1;
}

/** The arguments that make the runtime run this program: none when it is compiled into it. */
async function ownProgram(variables: readonly string[]): Promise<string[]> {
  if (Deno.build.standalone) return [];
  // The permissions cannot be read off our own command line, but asked for one by one.
  const asked: readonly (readonly [flag: string, permission: Deno.PermissionDescriptor])[] = [
    ...(["net", "read", "write", "run"] as const).map((name) => [`--allow-${name}`, { name }] as const),
    ...(["hostname", "networkInterfaces"] as const).map((kind) =>
      [`--allow-sys=${kind}`, { name: "sys", kind }] as const
    ),
    ...variables.map((variable) => [`--allow-env=${variable}`, { name: "env", variable }] as const),
  ];
  const states = await Promise.all(asked.map(([, permission]) => Deno.permissions.query(permission)));
  const granted = asked.filter((_, index) => states[index]!.state === "granted").map(([flag]) => flag);
  return ["run", "--no-prompt", ...granted, Deno.mainModule];
}

/** Collects text until the ready byte or the end. */
async function listen(from: ReadableStream<Uint8Array>): Promise<{ said: string; isReady: boolean }> {
  const decoder = new TextDecoder();
  let said = "";
  for await (const bytes of from) {
    const at = bytes.indexOf(ready);
    said += decoder.decode(at < 0 ? bytes : bytes.subarray(0, at), { stream: true });
    if (at >= 0) return { said, isReady: true };
  }
  return { said, isReady: false };
}
