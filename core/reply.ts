/**
 * What comes back: a `Reply` (one framed reply as lent bytes), or a `Failure` (why there is none). Both go to a
 * `ReplySink`, the only way back.
 */
export const ReplyKind = {
  Value: 0,
  /** The engine's own error (`-WRONGTYPE ...`, `CLIENT_ERROR ...`). */
  Error: 1,
  /** Nobody asked for it (RESP3 push): it answers no request. */
  Push: 2,
} as const;
export type ReplyKind = typeof ReplyKind[keyof typeof ReplyKind];

/** One framed reply: `bytes[start, end)`, lent. A parser owns one and fills it again. */
export class Reply {
  bytes: Uint8Array = NO_BYTES;
  start = 0;
  end = 0;
  kind: ReplyKind = ReplyKind.Value;

  set(bytes: Uint8Array, start: number, end: number, kind: ReplyKind): this {
    this.bytes = bytes;
    this.start = start;
    this.end = end;
    this.kind = kind;
    return this;
  }
  /** A reply of its own memory, for whoever keeps it. */
  copy(): Reply {
    return new Reply().set(this.bytes.slice(this.start, this.end), 0, this.end - this.start, this.kind);
  }
  get length(): number {
    return this.end - this.start;
  }
}

const NO_BYTES = new Uint8Array(0);

/** Who failed, as the client is told: `-ERR Storage: ...`. */
export type FailureSource = "Dynomite" | "Peer" | "Storage";

export const FailureKind = {
  /** No live link when the request was to be sent. Nothing was done. */
  NotConnected: 0,
  /** The link ended with the request on it. It may or may not have been done. */
  Disconnected: 1,
  /** No reply in time. It may or may not have been done. */
  Timeout: 2,
  /** A bounded queue was full. Nothing was done. */
  Overloaded: 3,
  /** The consistency level cannot be met. */
  NoQuorum: 4,
  /** The node's state does not allow it. */
  State: 5,
  /** The request's keys do not share an owner. */
  Keys: 6,
  /** The engine did not keep what it was asked to (disk full, i/o error). */
  Storage: 7,
  /** The node keeps the write and does it later; nothing was done yet. */
  Queued: 8,
} as const;
export type FailureKind = typeof FailureKind[keyof typeof FailureKind];

/** Why there is no reply. A value, made once and shared where its text is constant. */
export class Failure {
  constructor(readonly kind: FailureKind, readonly source: FailureSource, readonly text: string) {}
  /** `Storage: Datastore refused connection`, what stands behind the protocol's error prefix. */
  toString(): string {
    return `${this.source}: ${this.text}`;
  }
}

/** A failure that tells of both, in the kind of the first; undefined for none before. */
export function alsoFailed(first: Failure | undefined, failure: Failure): Failure {
  return first === undefined ? failure : new Failure(first.kind, first.source, `${first.text}; ${failure}`);
}

/**
 * The way back. For every `send` a replica calls exactly one of the two, once; a failure may come before `send`
 * returns, a reply never does. Neither may block; bytes that are kept are copied. `target` is the number given to `send`.
 */
export interface ReplySink {
  /** Was it of use? False for one that nobody waits for: of a mere copy, or after the decision. */
  onReply(target: number, reply: Reply): boolean;
  onFailure(target: number, failure: Failure): void;
}
