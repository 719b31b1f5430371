/**
 * `deno task compile` and `deno task compile:all`: the executable for this machine, or one for each platform, with the
 * permissions of `deno task start` and the commit in it.
 *
 *     deno task compile [FILE [PLATFORM]] dist/dynomite, or FILE, for this machine or PLATFORM (linux-arm64)
 *     deno task compile:all [FOLDER]      FOLDER (dist) with dynomite-VERSION-PLATFORM for every platform, SHA256SUMS and the
 *                                         list of components
 *
 * The commit is that of the checkout, with `+` behind it where tracked files were changed; outside one the environment variable
 * DYNOMITE_COMMIT says it. The compiler fetches the runtime of each platform; where that cannot be, DENORT_BIN names a file that
 * has it, which serves one platform only.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import denoJson from "../../deno.json" with { type: "json" };
import { builtFrom, commitFile, shorten } from "../process/commit.ts";
import { bomName, describeBom } from "./bom.ts";
import { checksumsName, writeChecksums } from "./checksums.ts";
import { compileArguments } from "./compile_command.ts";
import { fileNameFor, targets } from "./targets.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The commit for the program; empty when unknown. */
async function commit(): Promise<string> {
  const known = builtFrom();
  if (known === undefined) return shorten(Deno.env.get("DYNOMITE_COMMIT")) ?? "";
  return await isChanged() ? `${known}+` : known;
}

/** Do tracked files differ from the commit? Unknown, where Git is not installed, is no. */
async function isChanged(): Promise<boolean> {
  try {
    const args = ["status", "--porcelain", "--untracked-files=no"];
    const { success, stdout } = await new Deno.Command("git", { args, cwd: root, stderr: "null" }).output();
    return success && stdout.length > 0;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Makes one executable. Throws when that fails; the compiler has told why. */
async function compile(output: string, triple: string | undefined): Promise<void> {
  await Deno.mkdir(dirname(output), { recursive: true });
  const compilation = { output, triple, include: [fileURLToPath(commitFile)], main: join(root, "main.ts") };
  const args = compileArguments(compilation, Deno.version.deno);
  const { success } = await new Deno.Command(Deno.execPath(), { args, stdout: "inherit", stderr: "inherit" }).output();
  if (!success) throw new Error(`${output}: the compiler failed`);
  console.log(`${output}  ${Math.round((await Deno.stat(output)).size / 1e6)} MB`);
}

async function compileOne(
  output = join(root, "dist", Deno.build.os === "windows" ? "dynomite.exe" : "dynomite"),
  platform?: string,
): Promise<void> {
  const target = targets.find(({ name }) => name === platform);
  if (platform !== undefined && target === undefined) {
    throw new Error(`${platform} is no platform; accepted are ${targets.map(({ name }) => name).join(", ")}`);
  }
  await compile(output, target?.triple);
}

async function compileAll(folder = join(root, "dist")) {
  if (Deno.env.get("DENORT_BIN")) {
    throw new Error("DENORT_BIN is the runtime of one platform: unset it to compile for all");
  }
  const names: string[] = [];
  for (const target of targets) {
    const name = fileNameFor(target, denoJson.version);
    await compile(join(folder, name), target.triple);
    names.push(name);
  }
  const bom = bomName(denoJson.version);
  await Deno.writeTextFile(join(folder, bom), await describeComponents());
  await writeChecksums(folder, [...names, bom]);
  console.log(join(folder, checksumsName));
}

/** The list of components, from the modules the compiler saw and the lock file. */
async function describeComponents(): Promise<string> {
  const args = ["info", "--json", join(root, "main.ts")];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
  if (!success) throw new Error("the modules cannot be listed");
  const { name, version, license } = denoJson;
  const product = { name, version, license, commit: await commit(), denoVersion: Deno.version.deno };
  const lock = JSON.parse(await Deno.readTextFile(join(root, "deno.lock")));
  return describeBom(product, JSON.parse(new TextDecoder().decode(stdout)), lock);
}

async function main([what, ...args]: readonly string[]): Promise<number> {
  const isOne = what === "one";
  if ((!isOne && what !== "all") || args.length > (isOne ? 2 : 1) || args.some((arg) => arg.startsWith("-"))) {
    console.error("usage: deno task compile [FILE [PLATFORM]], deno task compile:all [FOLDER]");
    return 1;
  }
  try {
    await Deno.writeTextFile(commitFile, await commit());
    if (isOne) await compileOne(...args);
    else await compileAll(...args);
    return 0;
  } catch (error) {
    console.error(`compile: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    await Deno.remove(commitFile).catch(() => {});
  }
}

Deno.exit(await main(Deno.args));
