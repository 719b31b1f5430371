/**
 * Finds the envelopes in what a peer sends. One line of text stands before every message (SP is a blank):
 *
 *     SP SP SP $2014$ SP id SP type SP flags SP version SP same_dc SP * data_len SP data SP * payload_len CR LF payload
 *
 * Bytes that are no envelope are skipped up to the next `$2014$`, as C Dynomite does; a line that is cut off is read again
 * from its start, it is short. What a line may hold at most is bounded, so that no peer makes us keep more.
 */
import { CR, equalBytes, LF, NINE, SPACE, ZERO } from "../../core/bytes.ts";
import { type Envelope, type EnvelopeParser, PeerMessage } from "../../core/peer_codec.ts";
import { INCOMPLETE, INVALID } from "../../core/protocol.ts";
import { kindOfType } from "./message_types.ts";

const DOLLAR = 36;
const STAR = 42;
/** `$2014$` */
export const MAGIC = Uint8Array.of(36, 50, 48, 49, 52, 36);
/** Longest line from the magic on; the data of an encrypted link's first message is the longest part of one. */
const LINE_BYTES_MAX = 2048;
/** Above this a number is kept as a bigint. */
const EXACT_MAX = 2 ** 53;
/** The version we write: C Dynomite writes 1 and ignores what it reads. */
export const MODERN_VERSION = 2;

export class DnodeEnvelopeParser implements EnvelopeParser {
  readonly envelope: Envelope = {
    kind: PeerMessage.Other,
    id: 0,
    sameDatacenter: false,
    modern: false,
    dialect: 0,
    payloadBytes: 0,
    encrypted: false,
  };
  skipped = 0;
  /** The number `#number` read last, and whether it lost digits. */
  #value = 0;

  parse(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    for (;;) {
      const magic = findMagic(bytes, at, end);
      this.skipped = magic - from;
      if (magic + MAGIC.length >= end) return INCOMPLETE;
      const most = magic + LINE_BYTES_MAX;
      const next = this.#line(bytes, magic + MAGIC.length, Math.min(end, most));
      if (next >= 0) return next;
      if (next === INCOMPLETE && end < most) return INCOMPLETE;
      at = magic + MAGIC.length;
    }
  }

  /** Reads the line behind the magic: offset of the payload, INCOMPLETE or INVALID. */
  #line(bytes: Uint8Array, from: number, end: number): number {
    const { envelope } = this;
    let at = this.#field(bytes, from, end);
    if (at < 0) return at;
    envelope.id = this.#value < EXACT_MAX ? this.#value : exactId(bytes, from + 1, at);
    if ((at = this.#field(bytes, at, end)) < 0) return at;
    envelope.kind = kindOfType[this.#value] ?? PeerMessage.Other;
    if ((at = this.#field(bytes, at, end)) < 0) return at;
    envelope.encrypted = this.#value % 16 === 1;
    if ((at = this.#field(bytes, at, end)) < 0) return at;
    envelope.modern = this.#value === MODERN_VERSION;
    if ((at = this.#field(bytes, at, end)) < 0) return at;
    envelope.sameDatacenter = this.#value % 10 !== 0;
    if (at >= end) return INCOMPLETE;
    if (bytes[at] !== SPACE) return INVALID;
    at++;
    while (at < end && bytes[at] === STAR) at++;
    if ((at = this.#number(bytes, at, end)) < 0) return at;
    const dataBytes = this.#value;
    if (dataBytes > LINE_BYTES_MAX) return INVALID;
    const data = at + 1;
    at = data + dataBytes;
    while (at < end && bytes[at] !== STAR) at++;
    if (at >= end) return INCOMPLETE;
    const form = bytes[data]!;
    envelope.dialect = envelope.modern && dataBytes === 1 && form >= ZERO && form <= NINE ? form - ZERO : 0;
    at++;
    this.#value = 0;
    // C takes a length without digits too.
    if (bytes[at] !== CR && (at = this.#number(bytes, at, end)) < 0) return at;
    envelope.payloadBytes = this.#value;
    if (at >= end) return INCOMPLETE;
    if (bytes[at] !== CR) return INVALID;
    if (at + 1 >= end) return INCOMPLETE;
    return bytes[at + 1] === LF ? at + 2 : INVALID;
  }

  /** One blank, then a number. */
  #field(bytes: Uint8Array, at: number, end: number): number {
    if (at >= end) return INCOMPLETE;
    return bytes[at] === SPACE ? this.#number(bytes, at + 1, end) : INVALID;
  }

  /** A number, which ends where something else begins: offset behind it. */
  #number(bytes: Uint8Array, from: number, end: number): number {
    let value = 0;
    let at = from;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte < ZERO || byte > NINE) break;
      value = value * 10 + byte - ZERO;
    }
    if (at === end) return INCOMPLETE;
    this.#value = value;
    return at === from ? INVALID : at;
  }
}

/** Offset of the next magic, whole or cut off by the end; `end` when there is none. */
function findMagic(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from;; at++) {
    while (at < end && bytes[at] !== DOLLAR) at++;
    if (at >= end) return end;
    const length = Math.min(MAGIC.length, end - at);
    if (equalBytes(bytes, at, at + length, MAGIC, 0, length)) return at;
  }
}

/** An id of more digits than a number holds: exact, cut to 64 bits as C does. */
function exactId(bytes: Uint8Array, start: number, end: number): bigint {
  let id = 0n;
  for (let at = start; at < end; at++) id = (id * 10n + BigInt(bytes[at]! - ZERO)) & 0xffffffffffffffffn;
  return id;
}
