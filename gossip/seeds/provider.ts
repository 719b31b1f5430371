/**
 * Where the list of nodes comes from while a node runs: an HTTP service, DNS, a file. A provider only asks and reads; how
 * often, what an answer means and what follows from a failure is the poller's (seeds_poller.ts).
 */
import type { NodeDescription } from "../../core/ring/topology.ts";

export interface SeedsProvider {
  /** For logs: which provider, and whom it asks. */
  readonly name: string;
  /**
   * Asks once. The list is whole and may hold this node itself. Throws, with the reason in a few words, when there is no answer,
   * or one without a node, or one that cannot be read to its end: half a list would part the ring. Gives up when `signal` does.
   */
  ask(signal: AbortSignal): Promise<readonly NodeDescription[]>;
  /**
   * Where changes announce themselves: calls `onChange` on each, perhaps several times for one, perhaps for nothing. Returns how to
   * end it. Asking now and then must be enough without it.
   */
  watch?(onChange: () => void): () => void;
}

/** Bounds any answer, in bytes. Some ten thousand nodes. */
export const ANSWER_BYTES_MAX = 1024 * 1024;
