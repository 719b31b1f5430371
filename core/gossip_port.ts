/**
 * Gossip as the core sees it: bytes that travel between nodes beside requests. What they mean, and what follows from them, is
 * gossip/; a node without it has none of this.
 */

import type { NodeState } from "./node_state.ts";

/** Largest message that is taken from the wire. */
export const GOSSIP_BYTES_MAX = 64 * 1024;

/** Takes what other nodes send. */
export interface GossipReceiver {
  /**
   * One message, `bytes[start, end)`, lent for the time of the call. `answer` sends back over the link it came by, now or
   * never. Called in the middle of reading that link: may not block, and may not throw.
   */
  receive(bytes: Uint8Array, start: number, end: number, answer: (payload: Uint8Array) => void): void;
}

export interface GossipDescription {
  /** How much it is suspected of being down. */
  readonly phi: number;
  /** Version of its program, as it says. */
  readonly version: string | undefined;
}

export interface GossipPort extends GossipReceiver {
  /** It has seeds to ask who else there is. */
  readonly joins: boolean;
  /** The links are there. Settles when the cluster is known, or was waited for long enough. */
  start(): Promise<void>;
  /** What it knows of the node at `host:port`; undefined when that was never heard. */
  describe(address: string): GossipDescription | undefined;
  /** Tells everybody which state this node is in from now on. LEAVING takes it out of their rings. */
  say(state: NodeState): void;
  /** Says no more. */
  stop(): void;
}

/** Hands one message of a link on. */
export type GossipHandler = (bytes: Uint8Array, start: number, end: number) => void;
