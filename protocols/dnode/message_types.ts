/**
 * Message types on the wire. The list is append-only: C Dynomite's numbers are fixed, and it skips those it does not know.
 * Of its own it sends 3, 4, 5 and 7 alone.
 */
import { PeerMessage } from "../../core/peer_codec.ts";

export const MessageType = {
  /** Execute on the receiver's engine. */
  Request: 3,
  /** Execute on every rack of the receiver's datacenter. */
  Forward: 4,
  Response: 5,
  /** Ours; C Dynomite's own gossip is 7, and is skipped. Sent only to nodes of this program. */
  Gossip: 14,
} as const;

/** What a type means to us, by number; those beyond are skipped. */
export const kindOfType: readonly PeerMessage[] = Array.from({ length: 16 }, (_, type) => {
  switch (type) {
    case MessageType.Request:
      return PeerMessage.Request;
    case MessageType.Forward:
      return PeerMessage.Forward;
    case MessageType.Response:
      return PeerMessage.Reply;
    case MessageType.Gossip:
      return PeerMessage.Gossip;
    default:
      return PeerMessage.Other;
  }
});

/** The type of a kind we send. */
export function typeOfKind(kind: PeerMessage): number {
  return kindOfType.indexOf(kind);
}
