/**
 * Requests of another node: each in an envelope that tells how far it still has to go, which number its reply must bear, and
 * which form of it is wanted. Bytes between them that mean nothing to us are skipped.
 */
import type { GossipHandler } from "../gossip_port.ts";
import { type EnvelopeParser, type PeerCodec, PeerMessage } from "../peer_codec.ts";
import { INCOMPLETE, INVALID, type RequestParser } from "../protocol.ts";
import { type Request, Scope } from "../request.ts";
import { GOSSIP_TOO_LONG, isGossip, takeGossip } from "./gossip_payload.ts";

const SPACE = 32;
const DOLLAR = 36;

export class PeerRequestParser implements RequestParser {
  /** Of the request that was parsed last. */
  id: number | bigint = 0;
  sameDatacenter = false;
  dialect = 0;
  /** The sender is a node of this program. */
  modern = false;
  readonly #envelopes: EnvelopeParser;
  readonly #requests: RequestParser;
  /** Gets what is gossip; without it that is skipped. */
  readonly #onGossip: GossipHandler | undefined;
  /** Offset of the payload from the start of the frame; 0 while its envelope has not come. */
  #payload = 0;
  /** Length of a gossip message that is not whole yet, from the start of the frame. */
  #gossipBytes = 0;
  #problem = "";

  /** `requests` reads what is inside the envelopes. */
  constructor(codec: PeerCodec, requests: RequestParser, onGossip?: GossipHandler) {
    this.#envelopes = codec.createParser();
    this.#requests = requests;
    this.#onGossip = onGossip;
  }

  get request(): Request {
    return this.#requests.request;
  }
  get needed(): number {
    if (this.#gossipBytes > 0) return this.#gossipBytes;
    return this.#payload === 0 || this.#requests.needed === 0 ? 0 : this.#payload + this.#requests.needed;
  }
  get problem(): string {
    return this.#problem || this.#requests.problem;
  }

  reset(): void {
    this.#payload = 0;
    this.#gossipBytes = 0;
    this.#problem = "";
    this.#requests.reset();
  }

  relax(): void {
    this.#requests.relax?.();
  }

  parse(bytes: Uint8Array, frame: number, end: number): number {
    const { request } = this;
    if (this.#payload === 0) {
      const at = this.#envelopes.parse(bytes, frame, end);
      const { skipped, envelope } = this.#envelopes;
      if (at === INCOMPLETE) return skipped > 0 ? this.#skip(frame + skipped) : INCOMPLETE;
      if (envelope.encrypted) {
        this.#problem = "an encrypted message, and this node has no key (secure_server_option)";
        return INVALID;
      }
      if (isGossip(envelope)) return this.#gossip(bytes, frame, at, end);
      if (envelope.kind !== PeerMessage.Request && envelope.kind !== PeerMessage.Forward) return this.#skip(at);
      this.#payload = at - frame;
    }
    const payload = frame + this.#payload;
    if (payload === end) return INCOMPLETE;
    // Another envelope in place of a payload: the first was alone.
    if (bytes[payload] === SPACE || bytes[payload] === DOLLAR) return this.#skip(payload);
    const next = this.#requests.parse(bytes, payload, end);
    if (next < 0) return next;
    const { envelope } = this.#envelopes;
    this.#payload = 0;
    this.id = envelope.id;
    this.sameDatacenter = envelope.sameDatacenter;
    this.dialect = envelope.dialect;
    this.modern = envelope.modern;
    // A node of this program is told of a write that is put off; to C Dynomite that would be a write that failed.
    request.waits = !envelope.modern;
    request.scope = envelope.kind === PeerMessage.Forward ? Scope.Datacenter : Scope.Node;
    return next;
  }

  /** Read anew from its envelope until it is whole: it is one line and a bounded payload. */
  #gossip(bytes: Uint8Array, frame: number, payload: number, end: number): number {
    const { envelope } = this.#envelopes;
    const next = takeGossip(envelope, bytes, payload, end, this.#onGossip);
    this.#gossipBytes = next === INCOMPLETE ? payload - frame + envelope.payloadBytes : 0;
    if (next === INVALID) this.#problem = GOSSIP_TOO_LONG;
    return next < 0 ? next : this.#skip(next);
  }

  /** What lies before `to` asks for nothing. */
  #skip(to: number): number {
    this.#payload = 0;
    this.request.argCount = 0;
    return to;
  }
}
