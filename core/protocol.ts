/**
 * What a wire protocol gives us. The core knows requests, replies and how they travel; everything that depends on how
 * bytes look is behind this interface (protocols/redis, protocols/memcached).
 *
 * Parsers keep their whole position in fields: input may be cut anywhere, `parse` is called again with the same frame
 * and more bytes, and never looks at a byte twice. A length is bounded before it is believed; payload bytes are jumped
 * over, not scanned.
 */
import type { ByteWriter } from "./bytes.ts";
import type { NodeView } from "./node_view.ts";
import type { Failure, Reply } from "./reply.ts";
import type { Command, Join, KeptKeys, KeyList, Request } from "./request.ts";
import type { Session } from "./session.ts";

/** The frame is not whole yet: call again with more bytes. */
export const INCOMPLETE = -1;
/** The frame can never become valid: `problem` says why. The connection ends. */
export const INVALID = -2;

export interface Parser {
  /** Offset in `bytes` behind the frame that starts at `frame`, or INCOMPLETE or INVALID. `end` is where the bytes end. */
  parse(bytes: Uint8Array, frame: number, end: number): number;
  /** After INCOMPLETE: how many bytes the frame has at least, from its start; lets the reader make room once. */
  readonly needed: number;
  /** After INVALID: the protocol's own error text, without prefix or line end. */
  readonly problem: string;
  /** Forgets a frame in progress. */
  reset(): void;
}

export interface RequestParser extends Parser {
  /** Filled by a whole frame. `argCount` 0 means the bytes asked for nothing (an empty line): go on behind them. */
  readonly request: Request;
  /** Called before a wait for more bytes: gives back what an unusually large request needed, if none is in progress. */
  relax?(): void;
}

export interface ReplyParser extends Parser {
  readonly reply: Reply;
}

/** Room beside a value of the largest size for what stands around it: the command, the key, options, lengths. */
export const REQUEST_HEAD_BYTES = 64 * 1024;

/** Bounds for parsers, from conf. */
export interface ParserLimits {
  /** Largest value or other argument, bytes; all of a request together may have `REQUEST_HEAD_BYTES` more. */
  readonly maxRequestBytes: number;
}

/** What the connection does after `answer`. */
export const After = {
  Continue: 0,
  /** Send the reply, then close. */
  Close: 1,
  /** Close without a reply. */
  Drop: 2,
} as const;
export type After = typeof After[keyof typeof After];

/** The first words on a link to an engine. */
export interface Greeting {
  readonly bytes: Uint8Array;
  /** How many replies it gets. */
  readonly replies: number;
  /** An error among them ends the link. */
  readonly mustSucceed: boolean;
}

export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  /** Number of the database to select. */
  readonly database?: number;
}

/** How a step of a scan carries its cursor. */
export interface ScanCodec {
  /** The cursor the request goes on from, or undefined when it is none. */
  readCursor(request: Request): bigint | undefined;
  /** The same request with another cursor, as `Protocol.writePart` does it. */
  writeCursor(request: Request, cursor: bigint, target: Request, out: ByteWriter): void;
  /** A reply that is no error, with its cursor replaced. */
  writeReply(reply: Reply, replace: (cursor: bigint) => bigint, out: ByteWriter): void;
}

export interface Protocol {
  readonly name: "redis" | "memcached";
  /** The table; `commands[i].id` is i. */
  readonly commands: readonly Command[];
  /** Names of the reply forms, by number: one kind of link to the engine for each. */
  readonly dialects: readonly string[];

  /** For one client; with its session a parser may bound what a client sends before it is admitted. */
  createRequestParser(limits: ParserLimits, session?: Session): RequestParser;
  /** `maxReplyBytes` bounds one reply. */
  createReplyParser(maxReplyBytes: number): ReplyParser;
  createSession(node: NodeView): Session;

  /**
   * Answers a request by itself: Routing.Local and Refused, unknown commands, wrong argument counts, and everything
   * while the session is not admitted. Writes one reply in the session's dialect (none if the request is quiet).
   */
  answer(request: Request, session: Session, node: NodeView, out: ByteWriter): After;

  /** All keys of a request (SameOwner, Split), as argument indexes in order. */
  findKeys(request: Request, keys: KeyList): void;

  /** Does a SameOwner request read keys that it does not name? Only where every node holds everything can it be served. */
  readsUnnamedKeys?(request: Request): boolean;

  /**
   * Writes the part of a Split request that holds the keys `i` with `partOf[i] === part`, in order, to `out` (cleared by
   * the caller), and fills `target` to describe it: the caller sets `target.bytes` from `out` afterwards.
   */
  writePart(request: Request, keys: KeyList, partOf: Int32Array, part: number, target: Request, out: ByteWriter): void;

  /** Does joining by KeyOrder need the keys, because a reply leaves no trace of a key that is not there? */
  readonly joinsByKey: boolean;

  /**
   * One reply from those of the parts. `partOf[0, keyCount)` tells which part each key went to (KeyOrder), and is empty for
   * AllNodes; `keys` holds the keys if the protocol joins by them. A part that failed has its failure written as an error
   * reply by then.
   */
  joinParts(
    join: Join,
    parts: readonly Reply[],
    partOf: Int32Array,
    keyCount: number,
    dialect: number,
    out: ByteWriter,
    keys: KeptKeys,
  ): void;

  /** Commands with Join.Cursor, where the protocol has any. */
  readonly scan?: ScanCodec;

  /** Do two replies of equal length to `command` hold the same elements in whatever order (SMEMBERS, HGETALL)? */
  equalUnordered(command: Command, a: Reply, b: Reply): boolean;

  /** Is this reply one that `request.quiet` asked not to get? Called only when quiet is not 0. */
  isSuppressed(quiet: number, reply: Reply): boolean;

  /** Is the whole answer `bytes[start, end)` one of the protocol's errors? */
  isError(bytes: Uint8Array, start: number, end: number): boolean;
  /** Which one, as statistics tell them apart: its first word. Asked only of an error. */
  errorName(bytes: Uint8Array, start: number, end: number): string;
  /** Name of the error that a client gets which has not given the password. */
  readonly notAdmitted?: string;
  /** The command that a request names whose row is a stand-in; undefined when it names none. */
  meantBy(request: Request): Command | undefined;
  /** Places of arguments that no log may show (passwords); `args` are those of a call of `command`, shortened. */
  secretArgs?(command: Command, args: readonly Uint8Array[]): readonly number[];

  /** A failure as the protocol's own error line. */
  writeFailure(failure: Failure, dialect: number, out: ByteWriter): void;
  /** What a client is told before its connection ends over a malformed frame. */
  writeProblem(problem: string, out: ByteWriter): void;

  /** What to say first on a link to the engine that shall speak `dialect`; undefined for nothing. */
  greeting(dialect: number, credentials: Credentials): Greeting | undefined;
  /** A harmless request with a short reply, to learn whether a silent link is alive. */
  readonly probe: Uint8Array;
  /** The same for another node: one that C Dynomite too passes to its engine, and that changes nothing there. */
  readonly peerProbe: Uint8Array;
  /** Does a C Dynomite node know this request? One it does not know makes it close the link. */
  isClassic(request: Request): boolean;
}
