/** Gossip in its envelope: written to a link, and taken out of what one brings, for both directions of links between nodes. */
import type { ByteWriter } from "../bytes.ts";
import { GOSSIP_BYTES_MAX, type GossipHandler } from "../gossip_port.ts";
import { type Envelope, type PeerCodec, PeerMessage } from "../peer_codec.ts";
import { INCOMPLETE, INVALID } from "../protocol.ts";

/** A message of this program's gossip, whose length can be relied on? */
export function isGossip({ kind, modern }: Envelope): boolean {
  return kind === PeerMessage.Gossip && modern;
}

/** Hands the payload at `payload` on once it is whole: offset behind it, INCOMPLETE, or INVALID when it is too long. */
export function takeGossip(
  { payloadBytes }: Envelope,
  bytes: Uint8Array,
  payload: number,
  end: number,
  handler: GossipHandler | undefined,
): number {
  if (payloadBytes > GOSSIP_BYTES_MAX) return INVALID;
  const next = payload + payloadBytes;
  if (next > end) return INCOMPLETE;
  handler?.(bytes, payload, next);
  return next;
}

/** Writes one message. It has no number: nobody waits for it. */
export function writeGossip(codec: PeerCodec, payload: Uint8Array, out: ByteWriter): void {
  const { length } = payload;
  const kind = PeerMessage.Gossip;
  codec.write(
    { kind, id: 0, sameDatacenter: true, modern: true, dialect: 0, payloadBytes: length, encrypted: false },
    out,
  );
  out.copy(payload);
}

export const GOSSIP_TOO_LONG = `gossip of more than ${GOSSIP_BYTES_MAX} bytes`;
