/**
 * `deno task test`: every suite, one closing line.
 *
 * Unit tests run without permissions, then the examples in the code's comments. The others start real servers; where those are missing they are installed if that is
 * possible here (Debian, root), else it is said what will be skipped. Folders or files narrow the run: `deno task test tests/unit`.
 */
import { isInstalled } from "./support/real_servers.ts";
import { readSummary, type Tally } from "./support/test_summary.ts";

/** Programs the suites start, and the Debian packages that hold them. */
const programs: Readonly<Record<string, string>> = {
  "redis-server": "redis-server",
  "memcached": "memcached",
  "memccapable": "libmemcached-tools",
  "chromium": "chromium",
};
/** Where comments and documents have examples. */
const documented = ["README.md", "mod.ts", "core", "conf", "gossip", "protocols"];
const APT_TIMEOUT_MS = 300_000;

async function apt(...args: string[]): Promise<boolean> {
  const { success, stderr } = await new Deno.Command("apt-get", {
    args,
    env: { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
    stdin: "null",
    signal: AbortSignal.timeout(APT_TIMEOUT_MS),
  }).output();
  if (!success) console.error(`apt-get ${args.join(" ")} failed:\n${new TextDecoder().decode(stderr)}`);
  return success;
}

/** Installs what is missing where it can; says what stays missing. */
async function provide(): Promise<void> {
  const missing = Object.keys(programs).filter((program) => !isInstalled(program));
  if (missing.length === 0) return;
  if (Deno.build.os === "linux" && isInstalled("apt-get") && Deno.uid() === 0) {
    const packages = missing.map((program) => programs[program]!);
    console.log(`installing ${packages.join(", ")}`);
    await apt("update", "-q");
    // One by one: what cannot be had takes no other with it.
    for (const one of packages) await apt("install", "-qy", "--no-install-recommends", one);
  }
  for (const program of missing) {
    if (!isInstalled(program)) console.log(`skipped: suites that need ${program}, which is not installed`);
  }
}

/** Runs `deno test` and reads its summary. */
async function run(name: string, args: readonly string[]): Promise<Tally> {
  console.log(`\n${name}: deno test ${args.join(" ")}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let output = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    await Deno.stdout.write(chunk);
    output = (output + decoder.decode(chunk, { stream: true })).slice(-4096);
  }
  const { success } = await child.status;
  return readSummary(output, success);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}

const chosen = Deno.args.filter((arg) => arg !== "--").map((path) => path.replace(/^\.\//, ""));
const isChosen = (folder: string) => chosen.length === 0 || chosen.some((path) => path.startsWith(folder));
const narrowed = (folder: string) => chosen.length === 0 ? [folder] : chosen.filter((path) => path.startsWith(folder));

await provide();
const tallies: Tally[] = [];
if (isChosen("tests/unit")) {
  tallies.push(await run("unit tests, without permissions", ["--no-prompt", ...narrowed("tests/unit")]));
}
if (chosen.length === 0) {
  tallies.push(await run("examples in comments and documents", ["--doc", "-A", "--permit-no-files", ...documented]));
}
const others = [];
const onWindows = Deno.build.os === "windows";
if (onWindows) console.log("skipped: tests/integration and tests/binary, whose servers, signals and sockets are Unix'");
for (const folder of ["tests/sim", ...(onWindows ? [] : ["tests/integration", "tests/binary"])]) {
  if (isChosen(folder) && await exists(folder)) others.push(...narrowed(folder));
}
if (others.length > 0) {
  if (!Deno.env.get("DYNOMITE_C")) {
    console.log("skipped: rings shared with C Dynomite, which need DYNOMITE_C=/path/to/dynomite");
  }
  if (!Deno.env.get("DYNOMITE_BIN")) {
    console.log(
      "skipped: the suites of the compiled program, which need DYNOMITE_BIN=/path/to/dynomite (deno task compile)",
    );
  }
  tallies.push(await run("simulated clusters, real servers and clients", ["-A", "--permit-no-files", ...others]));
}
if (tallies.length === 0) {
  console.error(
    `no test is in ${chosen.join(", ")}; folders are tests/unit, tests/sim, tests/integration, tests/binary`,
  );
}
const total = (key: keyof Tally) => tallies.reduce((sum, tally) => sum + tally[key], 0);
const skipped = total("skipped");
console.log(`\n${total("passed")} passed, ${total("failed")} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
Deno.exit(total("failed") > 0 || total("passed") + skipped === 0 ? 1 : 0);
