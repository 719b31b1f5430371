/** The platforms there is an executable for. */

export interface Target {
  /** What the compiler calls it. */
  readonly triple: string;
  /** What its file is named after. */
  readonly name: string;
  /** What the file ends with. */
  readonly suffix: string;
}

export const targets: readonly Target[] = [
  { triple: "x86_64-unknown-linux-gnu", name: "linux-x64", suffix: "" },
  { triple: "aarch64-unknown-linux-gnu", name: "linux-arm64", suffix: "" },
  { triple: "x86_64-apple-darwin", name: "macos-x64", suffix: "" },
  { triple: "aarch64-apple-darwin", name: "macos-arm64", suffix: "" },
  { triple: "x86_64-pc-windows-msvc", name: "windows-x64", suffix: ".exe" },
];

/** `dynomite-0.1.0-linux-x64`. */
export function fileNameFor(target: Target, version: string): string {
  return `dynomite-${version}-${target.name}${target.suffix}`;
}
