/**
 * Nodes from a file that somebody else keeps: a Kubernetes ConfigMap, a template engine, a person. Its folder is watched, not the
 * file: a ConfigMap is a link to a link, of which only the middle one is exchanged,
 *
 *     seeds.txt -> ..data/seeds.txt      ..data -> ..2026_11_24_20_00_00.1/      (exchanged for one to ..2026_11_24_20_05_00.2/)
 *
 * and many programs write a new file and rename it; neither is an event of the file. Where nothing can be watched, as in a
 * folder that is not there yet, the poller finds the change.
 */
import type { NodeDescription } from "../../core/ring/topology.ts";
import { readBoundedText } from "./bounded_text.ts";
import { ANSWER_BYTES_MAX, type SeedsProvider } from "./provider.ts";
import { type ParseRecord, parseRecords } from "./records.ts";

export class FileProvider implements SeedsProvider {
  readonly name: string;
  readonly #path: string;
  readonly #parse: ParseRecord;

  constructor(path: string, parse: ParseRecord) {
    this.name = `file_provider ${path}`;
    this.#path = path;
    this.#parse = parse;
  }

  async ask(signal: AbortSignal): Promise<readonly NodeDescription[]> {
    const text = await this.#read().catch((error) => {
      throw signal.aborted ? signal.reason : error;
    });
    return parseRecords(text, this.#parse);
  }

  async #read(): Promise<string> {
    try {
      // Opening anything else, a pipe for example, may never end.
      if (!(await Deno.stat(this.#path)).isFile) throw new Error("the path is not that of a file");
      const file = await Deno.open(this.#path);
      // The stream closes the file, also when it is given up.
      return await readBoundedText(file.readable, ANSWER_BYTES_MAX);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) throw new Error("the file does not exist", { cause: error });
      if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
        throw new Error("the file cannot be read: permission denied", { cause: error });
      }
      throw error;
    }
  }

  watch(onChange: () => void): () => void {
    let watcher: Deno.FsWatcher;
    try {
      watcher = Deno.watchFs(folderOf(this.#path), { recursive: false });
    } catch {
      return () => {};
    }
    let open = true;
    const close = () => {
      if (open) watcher.close();
      open = false;
    };
    (async () => {
      for await (const event of watcher) if (event.kind !== "access") onChange();
    })().catch(close);
    return close;
  }
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : path.slice(0, Math.max(1, slash));
}
