/** The files of a cluster into a folder. The only place of conf/cluster that touches one. */
import { ConfError } from "../../core/errors.ts";
import { findOption } from "../schema.ts";
import { clusterFiles, fileNameOf } from "./files.ts";
import { ClusterError, type ClusterRequest, planCluster, type PlannedNode } from "./plan.ts";

export interface WrittenNode extends PlannedNode {
  readonly path: string;
}

/**
 * Writes the files into `folder`, which is made where it is missing. A file that is there is never replaced: it may have
 * been edited. Where one is, nothing is written.
 *
 * @throws {ClusterError} when the cluster cannot be made or the folder not be written.
 */
export async function writeCluster(request: ClusterRequest, folder: string): Promise<readonly WrittenNode[]> {
  const nodes = planCluster(request);
  try {
    await Deno.mkdir(folder, { recursive: true });
    for (const node of nodes) {
      const path = `${folder}/${fileNameOf(node)}`;
      if (await exists(path)) {
        throw new ClusterError(`${path} is there already; accepted is a folder without the files of a cluster`);
      }
    }
    const written: WrittenNode[] = [];
    // Others may read what holds no password.
    const mode = request.settings?.some(({ key }) => findOption(key)?.[1].secret) ? 0o600 : 0o644;
    for (const { name, node, text } of clusterFiles(nodes)) {
      const path = `${folder}/${name}`;
      await Deno.writeTextFile(path, text, { createNew: true, mode });
      written.push({ ...node, path });
    }
    return written;
  } catch (error) {
    if (error instanceof ClusterError) throw error;
    // The lines are of files that were not written.
    if (error instanceof ConfError) {
      const faults = error.faults.map(({ key, problem }) => `${key}: ${problem}`);
      throw new ClusterError([...new Set(faults)].join("\n"));
    }
    throw new ClusterError(`${folder}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The hosts of a `--hosts` value: itself, or with `@` before it the text of the file it names. */
export async function readHosts(written: string | undefined): Promise<string | undefined> {
  if (!written?.startsWith("@")) return written;
  const path = written.slice(1);
  try {
    const text = await Deno.readTextFile(path);
    return text.split("\n").map((line) => line.replace(/#.*/, "").trim()).filter((line) => line !== "").join(",");
  } catch (error) {
    throw new ClusterError(`--hosts: file ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
}
