/** The replies another node waits for: each leaves in an envelope with the number of its request. */
import { type Envelope, type PeerCodec, PeerMessage } from "../peer_codec.ts";
import type { Request } from "../request.ts";
import { type Output, ReplyQueue, type ReplyQueueOwner, type ReplyQueueParts, type Slot } from "../reply_queue.ts";

/** The request that is submitted next. */
export interface Asked {
  readonly id: number | bigint;
  readonly sameDatacenter: boolean;
  readonly request: Request;
}

export class PeerReplyQueue extends ReplyQueue {
  override readonly framed = true;
  readonly #codec: PeerCodec;
  readonly #asked: Asked;
  readonly #envelope: Envelope = {
    kind: PeerMessage.Reply,
    id: 0,
    sameDatacenter: false,
    modern: true,
    dialect: 0,
    payloadBytes: 0,
    encrypted: false,
  };
  /** Number of each request in the queue, oldest first, in a ring; those that a double cannot hold are in `#wide`. */
  #ids = new Float64Array(8);
  #same = new Uint8Array(8);
  #lengths = new Int32Array(8);
  /** Bytes of the requests that have no answer. */
  requestBytes = 0;
  #head = 0;
  #used = 0;
  readonly #wide: Map<number, bigint> = new Map();
  /** Counts requests: the key of `#wide`. */
  #first = 0;

  /** `asked` is the parser, which knows of the request that is submitted next. */
  constructor(codec: PeerCodec, asked: Asked, out: Output, owner: ReplyQueueOwner, parts: ReplyQueueParts) {
    super(out, owner, parts);
    this.#codec = codec;
    this.#asked = asked;
  }

  override push(slot: Slot | null): number {
    if (this.#used === this.#ids.length) this.#grow();
    const at = (this.#head + this.#used) & (this.#ids.length - 1);
    const { id, sameDatacenter, request } = this.#asked;
    if (typeof id === "number") this.#ids[at] = id;
    else this.#wide.set(this.#first + this.#used, id);
    this.#same[at] = sameDatacenter ? 1 : 0;
    this.#lengths[at] = request.end - request.start;
    this.requestBytes += request.end - request.start;
    this.#used++;
    return super.push(slot);
  }

  /** Nothing for a request that wants no reply: a C Dynomite node passes its clients' `noreply` on, and waits for none. */
  override emit(bytes: Uint8Array, start: number, end: number): void {
    const envelope = this.#envelope;
    envelope.id = this.#ids[this.#head]!;
    if (this.#wide.size > 0) {
      envelope.id = this.#wide.get(this.#first) ?? envelope.id;
      this.#wide.delete(this.#first);
    }
    envelope.sameDatacenter = this.#same[this.#head] === 1;
    envelope.payloadBytes = end - start;
    this.requestBytes -= this.#lengths[this.#head]!;
    this.#head = (this.#head + 1) & (this.#ids.length - 1);
    this.#used--;
    this.#first++;
    if (end === start) return;
    this.#codec.write(envelope, this.out);
    this.out.copy(bytes, start, end);
  }

  #grow(): void {
    const size = this.#ids.length;
    const ids = new Float64Array(size * 2);
    const same = new Uint8Array(size * 2);
    const lengths = new Int32Array(size * 2);
    for (let i = 0; i < size; i++) {
      const at = (this.#head + i) & (size - 1);
      ids[i] = this.#ids[at]!;
      same[i] = this.#same[at]!;
      lengths[i] = this.#lengths[at]!;
    }
    this.#ids = ids;
    this.#same = same;
    this.#lengths = lengths;
    this.#head = 0;
  }
}
