/**
 * A file system that holds nothing but what a distroless `cc` image has and the program: no shell, no tools. The program runs
 * in it through chroot, as the user of the image. What every container engine adds to an image, /dev and /proc, is there as well;
 * /proc is mounted for the program alone, in a mount namespace that ends with it.
 *
 *     /usr/local/bin/dynomite      the program          /etc/passwd /etc/group /etc/nsswitch.conf /etc/ssl/certs
 *     /lib/... /lib64/...          what ldd names       /tmp   /var/lib/dynomite (the user's)   /etc/dynomite
 */
import { runTool } from "./run_tool.ts";

/** The user of distroless' `nonroot` images. */
export const NONROOT = 65532;
export const programPath = "/usr/local/bin/dynomite";
export const dataPath = "/var/lib/dynomite";

/** The libraries of distroless' cc image, without their versions: those of libc6, libgcc-s1 and libstdc++6. */
const imageLibraries = new Set([
  "ld-linux-x86-64",
  "ld-linux-aarch64",
  "libc",
  "libdl",
  "libgcc_s",
  "libm",
  "libpthread",
  "librt",
  "libresolv",
  "libstdc++",
]);

/** Why there can be none here, or undefined. */
export function whyNoBareRoot(): string | undefined {
  if (Deno.build.os !== "linux") return "a bare root needs Linux";
  if (Deno.uid() !== 0) return "a bare root needs root, for chroot";
  return undefined;
}

export class BareRoot implements AsyncDisposable {
  private constructor(
    /** Where it is on this machine. */
    readonly folder: string,
    /** The libraries it holds. */
    readonly libraries: readonly string[],
  ) {}

  /** Lays out the root for the program at `binary`. Throws when that needs a library the image does not have. */
  static async make(binary: string): Promise<BareRoot> {
    const folder = await Deno.makeTempDir({ prefix: "dynomite_root_" });
    const libraries = await librariesOf(binary);
    const self = new BareRoot(folder, libraries);
    try {
      await self.#layOut(binary);
    } catch (error) {
      await self[Symbol.asyncDispose]();
      throw error;
    }
    return self;
  }

  async #layOut(binary: string): Promise<void> {
    await Deno.chmod(this.folder, 0o755);
    for (const path of this.libraries) await this.copy(path, path);
    await Deno.mkdir(this.at("/usr/local/bin"), { recursive: true });
    // It is large: a second name of the same file does, where both are on one disk.
    await Deno.link(binary, this.at(programPath)).catch(() => this.copy(binary, programPath));
    await this.write(
      "/etc/passwd",
      "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n",
    );
    await this.write("/etc/group", "root:x:0:\nnonroot:x:65532:\n");
    await this.write("/etc/nsswitch.conf", "hosts: files dns\n");
    await this.write("/etc/hosts", "127.0.0.1 localhost\n");
    for (const path of ["/etc/dynomite", "/etc/ssl/certs", "/home/nonroot"]) {
      await Deno.mkdir(this.at(path), { recursive: true });
    }
    await Deno.mkdir(this.at("/tmp"));
    await Deno.chmod(this.at("/tmp"), 0o1777);
    await Deno.mkdir(this.at(dataPath), { recursive: true });
    await Deno.chown(this.at(dataPath), NONROOT, NONROOT);
    await Deno.mkdir(this.at("/proc"));
    await Deno.mkdir(this.at("/dev"));
    for (const [name, minor] of [["null", 3], ["zero", 5], ["urandom", 9]] as const) {
      const { code, stderr } = await runTool("mknod", ["-m", "666", this.at(`/dev/${name}`), "c", "1", `${minor}`]);
      if (code !== 0) throw new Error(`mknod: ${stderr}`);
    }
  }

  /** The path on this machine of a path in the root. */
  at(path: string): string {
    return `${this.folder}${path}`;
  }

  /** Copies a file of this machine to `path` in the root. */
  async copy(from: string, path: string): Promise<void> {
    await Deno.mkdir(this.at(path.slice(0, path.lastIndexOf("/"))), { recursive: true });
    await Deno.copyFile(from, this.at(path));
  }

  async write(path: string, text: string): Promise<void> {
    await Deno.mkdir(this.at(path.slice(0, path.lastIndexOf("/"))), { recursive: true });
    await Deno.writeTextFile(this.at(path), text);
  }

  /** The command that runs the program in it. */
  get command(): readonly string[] {
    return [
      ...["unshare", "--mount", "--propagation", "private"],
      ...[
        "sh",
        "-c",
        'root=$0 user=$1; shift; mount -t proc proc "$root/proc" && exec chroot "--userspec=$user" "$root" "$@"',
      ],
      ...[this.folder, `${NONROOT}:${NONROOT}`, programPath],
    ];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** The shared libraries a program needs, with the loader, as ldd finds them. */
async function librariesOf(binary: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runTool("ldd", [binary]);
  if (code !== 0) throw new Error(`ldd ${binary}: ${stderr}`);
  const paths = [...stdout.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map((match) => match[1]!);
  for (const path of paths) {
    const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.so.*$/, "");
    if (!imageLibraries.has(name)) {
      throw new Error(`${binary} needs ${path}, which a distroless cc image does not have`);
    }
  }
  return paths;
}
