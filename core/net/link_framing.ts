/**
 * How requests and replies look on one kind of link: to an engine the bare protocol, to a peer the same inside an envelope.
 * A link numbers its requests one by one; where the wire carries the number, a reply is matched by it.
 */
import { type ByteWriter } from "../bytes.ts";
import type { Greeting, Parser, Protocol, ReplyParser } from "../protocol.ts";
import { Failure, FailureKind, type FailureSource, type Reply } from "../reply.ts";
import type { Request } from "../request.ts";

export interface LinkFraming extends Parser {
  /** The reply of a whole frame. */
  readonly reply: Reply;
  /** Replies carry the number of their request; else each belongs to the oldest one. */
  readonly numbered: boolean;
  /** Number of the request it answers, where they are numbered. */
  readonly replyId: number;
  /** Set when the reply only says that the other side could not get one: a replica that failed. */
  readonly failure: Failure | undefined;
  /** Writes what stands before a request of `payloadBytes`. */
  writeHead(request: Request, id: number, payloadBytes: number, out: ByteWriter): void;
  /** Writes a harmless request with the number `id`, to learn whether a silent link is alive. */
  writeProbe(id: number, out: ByteWriter): void;
  readonly greeting: Greeting | undefined;
}

/** The failures of one kind of link, made once. */
export interface LinkFailures {
  readonly notConnected: Failure;
  readonly disconnected: Failure;
  readonly overloaded: Failure;
  readonly late: Failure;
}

/** `Storage: Datastore ...` or `Peer: Peer Node ...`, as C Dynomite's clients know them. */
export function linkFailures(source: FailureSource, name: string, timeoutMs: number): LinkFailures {
  const noun = source === "Storage" ? "Datastore" : "Peer Node";
  return {
    notConnected: new Failure(FailureKind.NotConnected, source, `${noun} is not connected (${name})`),
    disconnected: new Failure(FailureKind.Disconnected, source, `${noun} closed the connection (${name})`),
    overloaded: new Failure(FailureKind.Overloaded, source, `${noun} has too many requests waiting (${name})`),
    late: new Failure(FailureKind.Timeout, source, `${noun} did not answer within ${timeoutMs} ms (${name})`),
  };
}

/** The bare protocol. */
export class EngineFraming implements LinkFraming {
  readonly numbered = false;
  readonly replyId = 0;
  readonly failure = undefined;
  readonly greeting: Greeting | undefined;
  readonly #parser: ReplyParser;
  readonly #probe: Uint8Array;

  constructor(protocol: Protocol, replyBytesMax: number, greeting: Greeting | undefined) {
    this.#parser = protocol.createReplyParser(replyBytesMax);
    this.#probe = protocol.probe;
    this.greeting = greeting;
  }

  get reply(): Reply {
    return this.#parser.reply;
  }
  get needed(): number {
    return this.#parser.needed;
  }
  get problem(): string {
    return this.#parser.problem;
  }
  parse(bytes: Uint8Array, frame: number, end: number): number {
    return this.#parser.parse(bytes, frame, end);
  }
  reset(): void {
    this.#parser.reset();
  }
  writeHead(): void {}
  writeProbe(_id: number, out: ByteWriter): void {
    out.copy(this.#probe);
  }
}
