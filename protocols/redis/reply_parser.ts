/**
 * Frames one RESP2 or RESP3 reply (https://redis.io/docs/latest/develop/reference/protocol-spec/): finds where it ends and
 * whether it is an error, nothing more. Payloads are jumped over.
 *
 * Aggregates need no stack: all that counts is how many values are still to come. `*2 :1 *1 $3` is 2, 1, then 0 + 1, 0. That
 * makes nesting of any depth one number.
 */
import { CR, LF, NINE, ZERO } from "../../core/bytes.ts";
import { INCOMPLETE, INVALID, type ReplyParser } from "../../core/protocol.ts";
import { Reply, ReplyKind } from "../../core/reply.ts";

const PLUS = 43;
const MINUS = 45;
const COLON = 58;
const DOLLAR = 36;
const STAR = 42;
const BANG = 33;
const PERCENT = 37;
const TILDE = 126;
const GREATER = 62;
const PIPE = 124;
const EQUAL = 61;
const UNDERSCORE = 95;
const HASH = 35;
const COMMA = 44;
const OPEN = 40;
/** Longest line that is not a payload: a length, a number, an error text. */
const LINE_BYTES_MAX = 64 * 1024;
const ABOVE_LIMIT = "the reply is above the limit";

export class RedisReplyParser implements ReplyParser {
  readonly reply = new Reply();
  needed = 0;
  problem = "";
  readonly #bytesMax: number;
  /** Bytes of the frame that are understood. */
  #done = 0;
  /** Bytes behind `#done` that were searched for a line end in vain. */
  #searched = 0;
  /** Values still to come; 0 before the first. */
  #left = 0;
  #kind: ReplyKind = ReplyKind.Value;

  constructor(maxReplyBytes: number) {
    this.#bytesMax = maxReplyBytes;
  }

  reset(): void {
    this.#done = 0;
    this.#searched = 0;
    this.#left = 0;
    this.needed = 0;
  }

  parse(bytes: Uint8Array, frame: number, end: number): number {
    if (this.#done === 0) {
      this.#left = 1;
      this.#kind = ReplyKind.Value;
    }
    let at = frame + this.#done;
    while (this.#left > 0) {
      // The line that every value begins with.
      let line = at + this.#searched;
      while (line < end && bytes[line] !== LF) line++;
      if (line >= end) {
        if (end - at > LINE_BYTES_MAX) return this.#invalid("a line is longer than 64 KB");
        if (end - frame > this.#bytesMax) return this.#invalid(ABOVE_LIMIT);
        this.#done = at - frame;
        this.#searched = end - at;
        this.needed = 0;
        return INCOMPLETE;
      }
      this.#searched = 0;
      if (line === at || bytes[line - 1] !== CR) return this.#invalid("a line does not end with CR LF");
      const type = bytes[at]!;
      const first = at === frame;
      at++;
      let size = 0;
      switch (type) {
        case MINUS:
          if (first) this.#kind = ReplyKind.Error;
          break;
        case PLUS:
        case COLON:
        case UNDERSCORE:
        case HASH:
        case COMMA:
        case OPEN:
          break;
        case DOLLAR:
        case BANG:
        case EQUAL: {
          size = length(bytes, at, line - 1);
          if (size < -1 || size > this.#bytesMax) return this.#invalid("a bulk length is not valid or above the limit");
          if (first && type === BANG) this.#kind = ReplyKind.Error;
          const after = line + 1 + (size < 0 ? 0 : size + 2);
          if (after > end) {
            // Nothing of it is counted yet: the line is read again, the payload is not.
            this.#done = at - 1 - frame;
            this.needed = after - frame;
            if (this.needed > this.#bytesMax) return this.#invalid(ABOVE_LIMIT);
            return INCOMPLETE;
          }
          if (size >= 0 && (bytes[after - 2] !== CR || bytes[after - 1] !== LF)) {
            return this.#invalid("a bulk does not end with CR LF");
          }
          at = after;
          this.#left--;
          continue;
        }
        case STAR:
        case TILDE:
        case GREATER:
        case PERCENT:
        case PIPE:
          size = length(bytes, at, line - 1);
          if (size < -1) return this.#invalid("an aggregate's length is not valid");
          if (size < 0) size = 0;
          if (type === PERCENT || type === PIPE) size *= 2;
          // Attributes stand before the value they describe.
          if (type === PIPE) size++;
          if (first && type === GREATER) this.#kind = ReplyKind.Push;
          break;
        default:
          return this.#invalid(`a reply begins with byte ${type}`);
      }
      this.#left += size - 1;
      if (this.#left > this.#bytesMax) return this.#invalid("an aggregate has too many elements");
      at = line + 1;
    }
    this.reset();
    this.reply.set(bytes, frame, at, this.#kind);
    return at;
  }

  #invalid(problem: string): number {
    this.problem = problem;
    return INVALID;
  }
}

/** A decimal length, -1 for null, or -2 when it is none. */
function length(bytes: Uint8Array, at: number, end: number): number {
  if (at >= end || end - at > 11) return -2;
  if (bytes[at] === MINUS) return end - at === 2 && bytes[at + 1] === ZERO + 1 ? -1 : -2;
  let value = 0;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte < ZERO || byte > NINE) return -2;
    value = value * 10 + byte - ZERO;
  }
  return value;
}
