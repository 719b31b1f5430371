/**
 * Cuts one request out of what a client sent: a RESP array of bulk strings, or an inline command as a person types it
 * (https://redis.io/docs/latest/develop/reference/protocol-spec/). Two counters are the whole resume state, as in Redis' own
 * processMultibulkBuffer: arguments still to come, and the length of the one in progress. Payload bytes are jumped over.
 */
import { ByteWriter, CR, LF, NINE, SPACE, ZERO } from "../../core/bytes.ts";
import { INCOMPLETE, INVALID, type ParserLimits, REQUEST_HEAD_BYTES, type RequestParser } from "../../core/protocol.ts";
import { Request } from "../../core/request.ts";
import type { Session } from "../../core/session.ts";
import { type CommandTable } from "./command_table.ts";
import { InlineWords } from "./inline.ts";

const STAR = 42;
const DOLLAR = 36;
const MINUS = 45;
/** Redis' own bound of a line: PROTO_INLINE_MAX_SIZE. */
const INLINE_BYTES_MAX = 64 * 1024;
/** Redis 6's bound. Redis 7 takes any count; here a count costs memory beside the bytes themselves. */
const ARGUMENTS_MAX = 1024 * 1024;
/** What a client may send before it gave the password, as in Redis: enough for HELLO and AUTH. */
const STRANGER_ARGUMENTS_MAX = 10;
const STRANGER_BULK_BYTES_MAX = 16 * 1024;
/** Room for so many arguments, and for so long an inline request, is kept between requests. */
const KEPT_ARGUMENTS = 1024;
const KEPT_INLINE_BYTES = 4096;
/** Digits of the longest length that can be valid. */
const DIGITS_MAX = 16;
const UNKNOWN = -1;

export class RedisRequestParser implements RequestParser {
  readonly request: Request;
  needed = 0;
  problem = "";
  readonly #table: CommandTable;
  readonly #bytesMax: number;
  readonly #session: Session | undefined;
  /** Offset from the frame's start up to which it is understood. */
  #done = 0;
  /** Arguments announced; UNKNOWN until the first line is whole. */
  #argCount = UNKNOWN;
  #argIndex = 0;
  /** Length of the argument in progress; UNKNOWN while its line is not whole. */
  #bulkBytes = UNKNOWN;
  #inline = new ByteWriter();
  readonly #words = new InlineWords();

  /** `session` tells whether the client has been admitted: a stranger's requests are bounded more tightly. */
  constructor(table: CommandTable, limits: ParserLimits, session?: Session) {
    this.#table = table;
    this.#session = session;
    this.#bytesMax = limits.maxRequestBytes;
    this.request = new Request(table.unknown);
  }

  reset(): void {
    this.#done = 0;
    this.#argCount = UNKNOWN;
    this.#argIndex = 0;
    this.#bulkBytes = UNKNOWN;
    this.needed = 0;
  }

  relax(): void {
    if (this.#argCount === UNKNOWN && this.request.offsets.length > 2 * KEPT_ARGUMENTS) this.request.forgetArgs();
    if (this.#inline.bytes.length > KEPT_INLINE_BYTES) this.#inline = new ByteWriter();
    this.#words.relax();
  }

  parse(bytes: Uint8Array, frame: number, end: number): number {
    if (this.#argCount === UNKNOWN) {
      if (frame >= end) return INCOMPLETE;
      if (bytes[frame] !== STAR) return this.#parseInline(bytes, frame, end);
      const at = this.#line(bytes, frame + 1, end);
      if (at < 0) {
        return at === INCOMPLETE
          ? this.#bounded(frame, end, "too big mbulk count string")
          : this.#fail("invalid multibulk length");
      }
      if (this.#value > ARGUMENTS_MAX) return this.#fail("invalid multibulk length");
      if (this.#value > STRANGER_ARGUMENTS_MAX && this.#isStranger) {
        return this.#fail("unauthenticated multibulk length");
      }
      if (this.#value <= 0) {
        this.request.argCount = 0;
        this.reset();
        return at;
      }
      this.#argCount = this.#value;
      this.#done = at - frame;
    }
    const request = this.request;
    let at = frame + this.#done;
    while (this.#argIndex < this.#argCount) {
      if (this.#bulkBytes === UNKNOWN) {
        if (at >= end) break;
        if (bytes[at] !== DOLLAR) return this.#fail(`expected '$', got '${printable(bytes[at]!)}'`);
        const after = this.#line(bytes, at + 1, end);
        if (after === INCOMPLETE) {
          this.#done = at - frame;
          this.needed = 0;
          return this.#bounded(at, end, "too big bulk count string");
        }
        if (after === INVALID || this.#value < 0) return this.#fail("invalid bulk length");
        if (this.#value > STRANGER_BULK_BYTES_MAX && this.#isStranger) return this.#fail("unauthenticated bulk length");
        this.#bulkBytes = this.#value;
        at = after;
      }
      const after = at + this.#bulkBytes + 2;
      if (this.#bulkBytes > this.#bytesMax || after - frame > this.#bytesMax + REQUEST_HEAD_BYTES) {
        return this.#fail(`invalid bulk length: a request may have ${this.#bytesMax} bytes (max_request_bytes)`);
      }
      if (after > end) {
        this.#done = at - frame;
        this.needed = after - frame;
        return INCOMPLETE;
      }
      if (bytes[after - 2] !== CR || bytes[after - 1] !== LF) return this.#fail("invalid bulk length");
      request.setArg(this.#argIndex++, at - frame, after - 2 - frame);
      this.#bulkBytes = UNKNOWN;
      at = after;
    }
    if (this.#argIndex < this.#argCount) {
      this.#done = at - frame;
      this.needed = 0;
      return INCOMPLETE;
    }
    request.bytes = bytes;
    request.start = frame;
    request.end = at;
    request.argCount = this.#argCount;
    this.#done = 0;
    this.#argCount = UNKNOWN;
    this.#argIndex = 0;
    this.needed = 0;
    this.#table.resolve(request);
    return at;
  }

  get #isStranger(): boolean {
    return this.#session !== undefined && !this.#session.admitted;
  }

  #value = 0;

  /**
   * Reads `digits CR LF` at `at` into `#value`. Returns the offset behind it, INCOMPLETE or INVALID. As strict as Redis: no
   * zero in front, no plus, so that a line is short however it is cut.
   */
  #line(bytes: Uint8Array, at: number, end: number): number {
    let value = 0;
    let negative = false;
    let start = at;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte >= ZERO && byte <= NINE) {
        if (at > start && value === 0) return INVALID;
        if (at - start >= DIGITS_MAX) return INVALID;
        value = value * 10 + byte - ZERO;
      } else if (byte === CR) {
        if (at === start || (negative && value === 0)) return INVALID;
        if (at + 1 >= end) return INCOMPLETE;
        if (bytes[at + 1] !== LF) return INVALID;
        this.#value = negative ? -value : value;
        return at + 2;
      } else if (byte === MINUS && at === start && !negative) {
        negative = true;
        start = at + 1;
      } else {
        return INVALID;
      }
    }
    return INCOMPLETE;
  }

  /** A line that does not end is refused before it fills memory. */
  #bounded(from: number, end: number, problem: string): number {
    return end - from > INLINE_BYTES_MAX ? this.#fail(problem) : INCOMPLETE;
  }

  /** A line of words. What it becomes is written as an array first, because that is what is sent on. */
  #parseInline(bytes: Uint8Array, frame: number, end: number): number {
    let at = frame + this.#done;
    while (at < end && bytes[at] !== LF) at++;
    if (at >= end) {
      this.#done = end - frame;
      return this.#bounded(frame, end, "too big inline request");
    }
    this.#done = 0;
    if (at - frame > INLINE_BYTES_MAX) return this.#fail("too big inline request");
    const lineEnd = at > frame && bytes[at - 1] === CR ? at - 1 : at;
    const request = this.request;
    let start = frame;
    while (start < lineEnd && bytes[start] === SPACE) start++;
    if (start === lineEnd) {
      request.argCount = 0;
      return at + 1;
    }
    const words = this.#words;
    if (!words.split(bytes, start, lineEnd)) return this.#fail("unbalanced quotes in request");
    const out = this.#inline;
    out.clear();
    out.byte(STAR);
    out.decimal(words.count);
    out.ascii("\r\n");
    for (let i = 0; i < words.count; i++) {
      const from = words.startOf(i);
      const to = words.startOf(i + 1);
      out.byte(DOLLAR);
      out.decimal(to - from);
      out.ascii("\r\n");
      request.setArg(i, out.length, out.length + to - from);
      out.copy(words.text.bytes, from, to);
      out.ascii("\r\n");
    }
    request.bytes = out.bytes;
    request.start = 0;
    request.end = out.length;
    request.argCount = words.count;
    if (words.count > 0) this.#table.resolve(request);
    return at + 1;
  }

  #fail(problem: string): number {
    this.problem = `Protocol error: ${problem}`;
    return INVALID;
  }
}

/** A line end shows as a space, as in every error of Redis. */
function printable(byte: number): string {
  if (byte === CR || byte === LF) return " ";
  return byte >= 32 && byte < 127 ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`;
}
