/**
 * A link to another node, as the one that asks: every request in an envelope, every reply matched by the number in its own.
 *
 * The first message is a harmless request. Its reply tells whether the other side is a node of this program or one of C Dynomite
 * (`modern`); until it has come the link carries nothing else: what a C node does not know would make it close the link.
 */
import { ByteWriter, decode } from "../bytes.ts";
import type { GossipHandler } from "../gossip_port.ts";
import { stateFailureKind } from "../node_state.ts";
import { type Envelope, type EnvelopeParser, type PeerCodec, PeerMessage } from "../peer_codec.ts";
import { type Greeting, INCOMPLETE, INVALID, type Protocol, type ReplyParser } from "../protocol.ts";
import { Failure, FailureKind, type FailureSource, Reply, ReplyKind } from "../reply.ts";
import { type Request, Scope } from "../request.ts";
import { GOSSIP_TOO_LONG, isGossip, takeGossip } from "./gossip_payload.ts";
import type { LinkFraming } from "./link_framing.ts";

/** An error of a node in place of its engine's, in whatever protocol: `-ERR Storage: ...`, `SERVER_ERROR Storage: ...`. */
const NODE_ERROR = /^\S+ (Storage|Peer|Dynomite): (.*)/;
/** No node's error is longer. */
const NODE_ERROR_BYTES_MAX = 1024;

/** What the links to one peer know of it. */
export interface PeerIdentity {
  /** For failures: `127.0.0.2:8101`. */
  readonly name: string;
  /** It is a node of this program. Known from a link's first reply on. */
  modern: boolean;
  /** It refused something for its state a short while ago. */
  refuses: boolean;
}

export class PeerFraming implements LinkFraming {
  readonly greeting: Greeting;
  readonly reply = new Reply();
  readonly numbered = true;
  replyId = 0;
  failure: Failure | undefined;
  readonly #codec: PeerCodec;
  readonly #protocol: Protocol;
  readonly #identity: PeerIdentity;
  readonly #envelopes: EnvelopeParser;
  readonly #payloads: ReplyParser;
  readonly #envelope: Envelope;
  readonly #onGossip: GossipHandler | undefined;
  /** Offset of the payload from the start of the frame; 0 while its envelope has not come. */
  #payload = 0;
  /** Length of a gossip message that is not whole yet, from the start of the frame. */
  #gossipBytes = 0;
  #problem = "";

  constructor(
    codec: PeerCodec,
    protocol: Protocol,
    replyBytesMax: number,
    sameDatacenter: boolean,
    identity: PeerIdentity,
    onGossip?: GossipHandler,
  ) {
    this.#codec = codec;
    this.#protocol = protocol;
    this.#identity = identity;
    this.#onGossip = onGossip;
    this.#envelopes = codec.createParser();
    this.#payloads = protocol.createReplyParser(replyBytesMax);
    this.#envelope = {
      kind: PeerMessage.Request,
      id: 0,
      sameDatacenter,
      modern: true,
      dialect: 0,
      payloadBytes: 0,
      encrypted: false,
    };
    const hello = new ByteWriter();
    this.writeProbe(0, hello);
    this.greeting = { bytes: hello.take(), replies: 1, mustSucceed: false };
  }

  get needed(): number {
    if (this.#gossipBytes > 0) return this.#gossipBytes;
    return this.#payload === 0 || this.#payloads.needed === 0 ? 0 : this.#payload + this.#payloads.needed;
  }
  get problem(): string {
    return this.#problem || this.#payloads.problem;
  }

  /** Bytes that are no reply come out as one that answers nothing. */
  parse(bytes: Uint8Array, frame: number, end: number): number {
    if (this.#payload === 0) {
      const at = this.#envelopes.parse(bytes, frame, end);
      const { skipped, envelope } = this.#envelopes;
      if (at === INCOMPLETE) return skipped > 0 ? this.#skip(bytes, frame, frame + skipped) : INCOMPLETE;
      if (envelope.encrypted) {
        this.#problem = "an encrypted message, and this node has no key (secure_server_option)";
        return INVALID;
      }
      if (isGossip(envelope)) return this.#gossip(bytes, frame, at, end);
      if (envelope.kind !== PeerMessage.Reply) return this.#skip(bytes, frame, at);
      this.#payload = at - frame;
    }
    const next = this.#payloads.parse(bytes, frame + this.#payload, end);
    if (next < 0) return next;
    const { reply } = this.#payloads;
    const { envelope } = this.#envelopes;
    this.#payload = 0;
    this.replyId = Number(envelope.id);
    this.#identity.modern = envelope.modern;
    this.reply.set(bytes, reply.start, reply.end, reply.kind);
    this.failure = reply.kind === ReplyKind.Error ? this.#failureIn(reply) : undefined;
    return next;
  }

  reset(): void {
    this.#payload = 0;
    this.#gossipBytes = 0;
    this.#problem = "";
    this.#payloads.reset();
  }

  writeHead(request: Request, id: number, payloadBytes: number, out: ByteWriter): void {
    const envelope = this.#envelope;
    envelope.kind = request.scope === Scope.Datacenter ? PeerMessage.Forward : PeerMessage.Request;
    envelope.id = id;
    envelope.dialect = this.#identity.modern ? request.dialect : 0;
    envelope.payloadBytes = payloadBytes;
    this.#codec.write(envelope, out);
  }

  writeProbe(id: number, out: ByteWriter): void {
    const envelope = this.#envelope;
    const { peerProbe } = this.#protocol;
    envelope.kind = PeerMessage.Request;
    envelope.id = id;
    envelope.dialect = 0;
    envelope.payloadBytes = peerProbe.length;
    this.#codec.write(envelope, out);
    out.copy(peerProbe);
  }

  /** Read anew from its envelope until it is whole. */
  #gossip(bytes: Uint8Array, frame: number, payload: number, end: number): number {
    const { envelope } = this.#envelopes;
    const next = takeGossip(envelope, bytes, payload, end, this.#onGossip);
    this.#gossipBytes = next === INCOMPLETE ? payload - frame + envelope.payloadBytes : 0;
    if (next === INVALID) this.#problem = GOSSIP_TOO_LONG;
    return next < 0 ? next : this.#skip(bytes, frame, next);
  }

  #skip(bytes: Uint8Array, from: number, to: number): number {
    this.reply.set(bytes, from, to, ReplyKind.Push);
    this.failure = undefined;
    return to;
  }

  /** A node that could not ask its engine has failed, as a link that ended has: another replica may do better. */
  #failureIn({ bytes, start, end }: Reply): Failure | undefined {
    const match = NODE_ERROR.exec(decode(bytes, start, Math.min(end, start + NODE_ERROR_BYTES_MAX)).trimEnd());
    if (match === null) return undefined;
    const [, source, reason] = match as unknown as [string, FailureSource, string];
    const text = `${reason} (at ${this.#identity.name})`;
    const kind = stateFailureKind(reason);
    if (kind === FailureKind.State) this.#identity.refuses = true;
    if (kind !== undefined) return new Failure(kind, source, text);
    return new Failure(
      /did not answer within/.test(reason) ? FailureKind.Timeout : FailureKind.Disconnected,
      source,
      text,
    );
  }
}
