/** A configuration file -> its `Conf`. The only place of conf/ that opens it. */
import { ConfError } from "../core/errors.ts";
import defaultText from "./dynomite.yml" with { type: "text" };
import { parseConf, type ReadConf, type Values } from "./parse.ts";
import type { Conf } from "./schema.ts";

/** The file that is used when none is named and it is there. */
export const usualPath = "conf/dynomite.yml";

/** How faults and notices call the configuration inside the program. */
const embeddedName = "conf/dynomite.yml (embedded)";

/**
 * Reads the configuration file at `path`.
 *
 * @throws {ConfError} when the file cannot be read, or with every fault in it.
 */
export async function loadConf(path: string, adjust?: (values: Values) => Values): Promise<ReadConf> {
  return parseConf(await readText(path), path, adjust);
}

/** The configuration of a start without `-c`: `conf/dynomite.yml` here, or else the one embedded in the program. */
export async function loadUsualConf(
  adjust?: (values: Values) => Values,
): Promise<ReadConf & { readonly source: string }> {
  const here = await Deno.stat(usualPath).then((info) => info.isFile, () => false);
  if (here) return { ...await loadConf(usualPath, adjust), source: usualPath };
  return { ...parseConf(defaultText, embeddedName, adjust), source: embeddedName };
}

/** The configuration that is embedded in the program. */
export function defaultConf(): Conf {
  return parseConf(defaultText, embeddedName).conf;
}

async function readText(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    // A directory is a frequent slip, and reading one gives an error of few words.
    if ((await Deno.stat(path)).isDirectory) {
      throw new ConfError(path, [fileFault("is a directory; accepted is a file")]);
    }
    bytes = await Deno.readFile(path);
  } catch (error) {
    if (error instanceof ConfError) throw error;
    throw new ConfError(path, [fileFault(describeReadError(error))]);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new ConfError(path, [fileFault("is not UTF-8 text; accepted is YAML in UTF-8")]);
  }
}

function fileFault(problem: string) {
  return { line: 0, key: "", value: "", problem };
}

function describeReadError(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "does not exist";
  if (error instanceof Deno.errors.PermissionDenied) return "cannot be read: permission denied";
  if (error instanceof Deno.errors.NotCapable) {
    return "cannot be read: the program was started without --allow-read for it";
  }
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
