/**
 * How much memory buffers may have where the configuration leaves it to the program. Buffers are no part of the JavaScript
 * heap; together with it, and what the process itself takes, they must fit the machine or the container:
 *
 *     memory     heap limit, by the runtime     buffers     left for the engine in this process and the process itself
 *     512 MB     262 MB                         131 MB      119 MB
 *     1 GB       512 MB                         256 MB      256 MB
 *
 * The limit of the heap says how large that is: the runtime derives it from the memory of the machine, or of the container where
 * DENO_USE_CGROUPS is set.
 */

/** On a machine with enough of it. */
const BUDGET_BYTES_MAX = 256 * 1024 ** 2;

/** All in bytes. A request of `requestBytesMax` must fit, whatever the memory. */
export function automaticBudget(heapLimitBytes: number, requestBytesMax: number): number {
  return Math.max(requestBytesMax, Math.min(BUDGET_BYTES_MAX, Math.floor(heapLimitBytes / 2)));
}
