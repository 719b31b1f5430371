/** The command line of the compiler. */
import { startFlags } from "../process/permissions.ts";

export interface Compilation {
  /** The file it makes. */
  readonly output: string;
  /** What the compiler calls the platform; undefined is this machine's. */
  readonly triple: string | undefined;
  /** Files to carry beside the modules. */
  readonly include: readonly string[];
  /** The program itself. */
  readonly main: string;
}

/**
 * The arguments of `deno`. `compilerVersion` is that of the compiler: from 2.9 on it can leave out the packages that only tests
 * use.
 *
 * The code cache stays off: the program would keep it under a name anyone can guess in the system's folder for temporary
 * files, and believe what it finds there.
 */
export function compileArguments({ output, triple, include, main }: Compilation, compilerVersion: string): string[] {
  return [
    "compile",
    "--quiet",
    "--frozen",
    "--no-check",
    "--no-code-cache",
    ...(isAtLeast(compilerVersion, 2, 9) ? ["--exclude-unused-npm"] : []),
    "--no-prompt",
    ...startFlags,
    ...(triple === undefined ? [] : ["--target", triple]),
    ...include.flatMap((path) => ["--include", path]),
    "--output",
    output,
    main,
  ];
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}
