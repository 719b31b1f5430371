/**
 * A control group that bounds the memory of what runs in it, as a container engine makes for each container: version 2, or version
 * 1 where the machine still has that.
 *
 *     await using group = await MemoryGroup.make(512 * 1024 ** 2);
 *     await Program.start(args, folder, group.prefix);
 */
import { until } from "./program.ts";

interface Version {
  readonly root: string;
  readonly limit: string;
  readonly peak: string;
}

const versions: readonly Version[] = [
  { root: "/sys/fs/cgroup", limit: "memory.max", peak: "memory.peak" },
  { root: "/sys/fs/cgroup/memory", limit: "memory.limit_in_bytes", peak: "memory.max_usage_in_bytes" },
];

/** The version that is in use here, if a group of ours can be made. */
function versionHere(): Version | undefined {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return undefined;
  return versions.find(({ root, limit }) => {
    const probe = `${root}/dynomite_probe_${Deno.pid}`;
    try {
      Deno.mkdirSync(probe);
    } catch {
      return false;
    }
    try {
      return Deno.statSync(`${probe}/${limit}`).isFile;
    } catch {
      return false;
    } finally {
      Deno.removeSync(probe);
    }
  });
}

const version = versionHere();

/** Why there can be none here, or undefined. */
export const whyNoMemoryGroup = version === undefined ? "no control group for memory can be made here" : undefined;

let count = 0;

export class MemoryGroup implements AsyncDisposable {
  readonly #folder: string;
  readonly #version: Version;

  private constructor(folder: string, version: Version) {
    this.#folder = folder;
    this.#version = version;
  }

  static async make(limitBytes: number): Promise<MemoryGroup> {
    if (version === undefined) throw new Error(whyNoMemoryGroup);
    const folder = `${version.root}/dynomite_test_${Deno.pid}_${count++}`;
    await Deno.mkdir(folder);
    await Deno.writeTextFile(`${folder}/${version.limit}`, String(limitBytes));
    return new MemoryGroup(folder, version);
  }

  /** A command that runs another one in it. */
  get prefix(): readonly string[] {
    return ["sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', this.#folder];
  }

  /** The most memory that was used at once. */
  async peakBytes(): Promise<number> {
    return Number(await Deno.readTextFile(`${this.#folder}/${this.#version.peak}`));
  }

  /** When its last process has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await until("the control group is empty", () => Deno.remove(this.#folder).then(() => true, () => false), 30_000);
  }
}
