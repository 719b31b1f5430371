/** Runs a command-line program to its end, for tests that hand a tool to a server as a user would. */

export interface ToolResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `input` is its standard input. Killed, and reported with code -1, when it takes longer than `limitMs`. */
export async function runTool(
  program: string,
  args: readonly string[],
  input: string | Uint8Array<ArrayBuffer> = "",
  limitMs = 60_000,
): Promise<ToolResult> {
  const child = new Deno.Command(program, { args: [...args], stdin: "piped", stdout: "piped", stderr: "piped" })
    .spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, limitMs);
  const feed = async () => {
    const writer = child.stdin.getWriter();
    try {
      await writer.write(typeof input === "string" ? new TextEncoder().encode(input) : input);
      await writer.close();
    } catch {
      // It ended without reading all of it.
    }
  };
  const [, stdout, stderr, { code }] = await Promise.all([
    feed(),
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.status,
  ]);
  clearTimeout(timer);
  return { code: late ? -1 : code, stdout, stderr };
}
