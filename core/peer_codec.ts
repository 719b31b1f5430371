/**
 * The envelope between nodes, as the core needs it; protocols/dnode makes the bytes. Inside is a request or reply of the
 * clients' protocol, unchanged.
 */
import type { ByteWriter } from "./bytes.ts";

/**
 * What a message from a peer is. Kinds this node does not know are `Other` and skipped. `Gossip` is that of this program, which
 * travels between its nodes only; what C Dynomite gossips is `Other`.
 */
export const PeerMessage = { Other: 0, Request: 1, Forward: 2, Reply: 3, Gossip: 4 } as const;
export type PeerMessage = typeof PeerMessage[keyof typeof PeerMessage];

/** The fields of an envelope. */
export interface Envelope {
  kind: PeerMessage;
  /** Chosen by who asks, echoed by who answers. Beyond 2^53 a bigint. */
  id: number | bigint;
  /** Are sender and receiver in one datacenter? */
  sameDatacenter: boolean;
  /** Written by a node of this program: it understands what C Dynomite does not. */
  modern: boolean;
  /** Form of the reply that is wanted (modern senders; else 0). */
  dialect: number;
  /** Announced length; C Dynomite's may be wrong, so only gossip, which it does not send, relies on it. */
  payloadBytes: number;
  encrypted: boolean;
}

/** Finds envelopes in what a peer sent; bytes that are none are skipped, as C Dynomite does. */
export interface EnvelopeParser {
  readonly envelope: Envelope;
  /** Offset of the payload behind the next envelope, or INCOMPLETE; `skipped` then says how many bytes need not be kept. */
  parse(bytes: Uint8Array, from: number, end: number): number;
  /** After INCOMPLETE: bytes from `from` on that can never become an envelope. */
  readonly skipped: number;
}

export interface PeerCodec {
  createParser(): EnvelopeParser;
  /** Writes an envelope; `payloadBytes` bytes follow it. */
  write(envelope: Envelope, out: ByteWriter): void;
}
