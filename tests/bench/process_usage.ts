/** What a process has used, from /proc: where there is none (not Linux), nothing is known. */

/** CPU time since the process began, user and system, in microseconds; NaN when unknown. The kernel counts in steps of 10 ms. */
export function cpuTimeUs(pid: number): number {
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    // The program's name stands in parentheses and may hold blanks; utime and stime are the 14th and 15th field.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10_000;
  } catch {
    return NaN;
  }
}

/** Resident memory in MB; NaN when unknown. */
export function residentMb(pid: number): number {
  try {
    return Number(Deno.readTextFileSync(`/proc/${pid}/status`).match(/VmRSS:\s+(\d+)/)?.[1]) / 1024;
  } catch {
    return NaN;
  }
}
