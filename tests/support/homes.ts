/**
 * The places a compiled program must live in, each with the environment of a container: nothing but PATH.
 *
 *     testInHomes("it serves", async (home) => {
 *       await Deno.writeTextFile(home.at("node.yml"), text);
 *       await using node = await home.start(["-c", home.path("node.yml")]);
 *     });
 */
import { BareRoot, dataPath, NONROOT, whyNoBareRoot } from "./bare_root.ts";
import { type Ended, type Launch, Program, runProgram } from "./program.ts";

const binary = Deno.env.get("DYNOMITE_BIN");

export interface Home extends AsyncDisposable {
  /** The user the program runs as there. */
  readonly uid: number | null;
  /** The path on this machine of a file of the program's working folder. */
  at(name: string): string;
  /** The same as the program sees it. */
  path(name: string): string;
  /** What the program is, as the system sees it. */
  readonly executable: string;
  run(args: readonly string[]): Promise<Ended>;
  start(args: readonly string[]): Promise<Program>;
}

const env = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" };

class EmptyFolder implements Home {
  readonly uid = Deno.uid();
  readonly executable = binary!;
  readonly #launch: Launch = { program: [binary!], env };
  private constructor(readonly folder: string) {}

  static async make(): Promise<EmptyFolder> {
    return new EmptyFolder(await Deno.makeTempDir({ prefix: "dynomite_empty_" }));
  }
  at(name: string): string {
    return `${this.folder}/${name}`;
  }
  path(name: string): string {
    return name;
  }
  run(args: readonly string[]): Promise<Ended> {
    return runProgram(args, this.folder, this.#launch);
  }
  start(args: readonly string[]): Promise<Program> {
    return Program.start(args, this.folder, [], this.#launch);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

class RootOfAnImage implements Home {
  readonly uid = NONROOT;
  readonly executable: string;
  readonly #root: BareRoot;
  readonly #launch: Launch;

  private constructor(root: BareRoot) {
    this.#root = root;
    this.#launch = { program: root.command, env };
    this.executable = root.command.at(-1)!;
  }

  static async make(): Promise<RootOfAnImage> {
    return new RootOfAnImage(await BareRoot.make(binary!));
  }
  at(name: string): string {
    return this.#root.at(this.path(name));
  }
  path(name: string): string {
    return `${dataPath}/${name}`;
  }
  run(args: readonly string[]): Promise<Ended> {
    return runProgram(args, "/", this.#launch);
  }
  start(args: readonly string[]): Promise<Program> {
    return Program.start(args, "/", [], this.#launch);
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.#root[Symbol.asyncDispose]();
  }
}

const homes: readonly { readonly name: string; readonly missing?: string; readonly make: () => Promise<Home> }[] = [
  { name: "an empty folder", make: () => EmptyFolder.make() },
  { name: "a bare root", missing: whyNoBareRoot(), make: () => RootOfAnImage.make() },
];

/** A test in each home; where DYNOMITE_BIN is not set, a home cannot be had, or `missing` says why, it is skipped with the reason in its name. */
export function testInHomes(name: string, fn: (home: Home) => Promise<void>, missing?: string): void {
  for (const home of homes) {
    const reason = binary === undefined ? "DYNOMITE_BIN names no program" : home.missing ?? missing;
    Deno.test({
      name: `in ${home.name}: ${name}${reason === undefined ? "" : ` (skipped: ${reason})`}`,
      ignore: reason !== undefined,
      fn: async () => {
        await using here = await home.make();
        await fn(here);
      },
    });
  }
}
