/**
 * The envelope between nodes, byte-compatible with C Dynomite: what it sends is read, and what we send it accepts. Inside is a
 * request or reply of the clients' protocol.
 *
 * We write version 2 where C writes 1 and reads nothing. Only to a peer that has shown 2 the data letter tells which form of
 * reply is wanted (`d` for the first, else its number); C's is always `d`.
 */
import { type ByteWriter, encode } from "../../core/bytes.ts";
import { type Envelope, type EnvelopeParser, type PeerCodec, PeerMessage } from "../../core/peer_codec.ts";
import { DnodeEnvelopeParser, MODERN_VERSION } from "./envelope_parser.ts";
import { typeOfKind } from "./message_types.ts";

const LEAD = encode("   $2014$ ");
const LINE_END = encode("\r\n");
const PLAIN_FORM = 0;
const FORMS = 10;

export class DnodeCodec implements PeerCodec {
  /** What stands between the id and the payload's length, by kind, datacenter and form. */
  readonly #middles: readonly Uint8Array[];

  constructor() {
    this.#middles = Object.values(PeerMessage).flatMap((kind) =>
      [0, 1].flatMap((same) =>
        Array.from({ length: FORMS }, (_, form) => {
          const data = form === PLAIN_FORM ? "d" : String(form);
          return encode(` ${typeOfKind(kind)} 0 ${MODERN_VERSION} ${same} *1 ${data} *`);
        })
      )
    );
  }

  createParser(): EnvelopeParser {
    return new DnodeEnvelopeParser();
  }

  write(envelope: Envelope, out: ByteWriter): void {
    const { kind, id, sameDatacenter, dialect, payloadBytes } = envelope;
    out.copy(LEAD);
    out.decimal(id);
    out.copy(this.#middles[(kind * 2 + (sameDatacenter ? 1 : 0)) * FORMS + dialect]!);
    out.decimal(payloadBytes);
    out.copy(LINE_END);
  }
}
