/** The file of checksums beside the executables, as `sha256sum --check SHA256SUMS` reads it. */
import { createHash } from "node:crypto";

export const checksumsName = "SHA256SUMS";

/** The SHA-256 of a stream, in hexadecimal digits. */
export async function sha256(stream: ReadableStream<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of stream) hash.update(bytes);
  return hash.digest("hex");
}

/** A line for each file, by name. */
export function describeChecksums(sums: ReadonlyMap<string, string>): string {
  return [...sums].toSorted(([a], [b]) => a < b ? -1 : 1).map(([name, sum]) => `${sum}  ${name}\n`).join("");
}

/** Writes the checksums of `names`, all in `folder`, there. Returns the path of the file. */
export async function writeChecksums(folder: string, names: readonly string[]): Promise<string> {
  const sums = new Map<string, string>();
  for (const name of names) sums.set(name, await sha256((await Deno.open(`${folder}/${name}`)).readable));
  const path = `${folder}/${checksumsName}`;
  await Deno.writeTextFile(path, describeChecksums(sums));
  return path;
}
