/** How many tests a run of `deno test` counted. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Reads the closing line of `deno test` off the end of its output: `ok | 6 passed (2 steps) | 0 failed | 1 ignored (48ms)`. A
 * run that ended badly counts as one failure even when no test failed, or when it did not come to that line.
 */
export function readSummary(output: string, success: boolean): Tally {
  const line = [...output.matchAll(/^(?:ok|FAILED) \| \d+ passed.*$/gm)].at(-1)?.[0] ?? "";
  const count = (word: string) => Number(new RegExp(` (\\d+) ${word}`).exec(line)?.[1] ?? 0);
  const tally = { passed: count("passed"), failed: count("failed"), skipped: count("ignored") };
  return success || tally.failed > 0 ? tally : { ...tally, failed: 1 };
}
