/** How many requests of another node were read and are not taken up yet: for statistics, when somebody asks. */
import { type PeerCodec, PeerMessage } from "../peer_codec.ts";
import { INCOMPLETE } from "../protocol.ts";

/** Whole ones in `bytes[start, end)`, by their envelopes: a sender that announces wrong lengths is counted wrongly. */
export function countWaitingRequests(codec: PeerCodec, bytes: Uint8Array, start: number, end: number): number {
  const envelopes = codec.createParser();
  const { envelope } = envelopes;
  let count = 0;
  for (let at = start; at < end;) {
    at = envelopes.parse(bytes, at, end);
    if (at === INCOMPLETE) break;
    at += envelope.payloadBytes;
    const isRequest = envelope.kind === PeerMessage.Request || envelope.kind === PeerMessage.Forward;
    if (isRequest && at <= end) count++;
  }
  return count;
}
