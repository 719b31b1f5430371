/**
 * Frames one reply of a memcached server. Most are a line; these are more:
 *
 *     VALUE <key> <flags> <bytes> [<cas unique>]   data block, again and again, until END (or an error that takes its place)
 *     VA <bytes> <flag>*                           data block
 *     STAT <name> <value>                          again and again, until END
 *
 * Data blocks are jumped over. A line ends with CR LF; a LF alone may be part of it, as keys of meta commands may be anything.
 */
import { CR, LF, NINE, SPACE, ZERO } from "../../core/bytes.ts";
import { INCOMPLETE, INVALID, type ReplyParser } from "../../core/protocol.ts";
import { Reply, ReplyKind } from "../../core/reply.ts";

/** Longest line: a reply that holds a key, an opaque and a few numbers is far below. */
const LINE_BYTES_MAX = 64 * 1024;

export class MemcachedReplyParser implements ReplyParser {
  readonly reply = new Reply();
  needed = 0;
  problem = "";
  readonly #bytesMax: number;
  /** Bytes of the frame that are understood. */
  #done = 0;
  /** Bytes behind `#done` that were searched for a line end in vain. */
  #searched = 0;
  /** Bytes of the data block that begins at `#done`, its line end included; 0 for none. */
  #block = 0;
  /** The data block is the reply's last part. */
  #isLast = false;

  constructor(maxReplyBytes: number) {
    this.#bytesMax = maxReplyBytes;
  }

  reset(): void {
    this.#done =
      this.#searched =
      this.#block =
      this.needed =
        0;
    this.#isLast = false;
  }

  parse(bytes: Uint8Array, frame: number, end: number): number {
    for (;;) {
      if (this.#block > 0) {
        const after = frame + this.#done + this.#block;
        if (after > end) {
          this.needed = after - frame;
          return INCOMPLETE;
        }
        if (bytes[after - 2] !== CR || bytes[after - 1] !== LF) {
          return this.#fail("a data block does not end with CR LF");
        }
        this.#done += this.#block;
        this.#block = 0;
        if (this.#isLast) return this.#finish(bytes, frame, ReplyKind.Value);
      }
      const start = frame + this.#done;
      const lineEnd = this.#findLineEnd(bytes, start, end);
      if (lineEnd < 0) return lineEnd;
      this.#done = lineEnd + 2 - frame;
      if (startsWith(bytes, start, lineEnd, "VALUE ")) this.#block = dataBytes(bytes, start, lineEnd, 3) + 2;
      else if (startsWith(bytes, start, lineEnd, "VA ")) {
        this.#block = dataBytes(bytes, start, lineEnd, 1) + 2;
        this.#isLast = true;
      } else if (!startsWith(bytes, start, lineEnd, "STAT ")) {
        return this.#finish(bytes, frame, isError(bytes, start, lineEnd) ? ReplyKind.Error : ReplyKind.Value);
      } else continue;
      if (this.#block < 2) return this.#fail("the length of a data block is not valid");
      if (this.#done + this.#block > this.#bytesMax) return this.#fail("the reply is above the limit");
    }
  }

  /** Offset of the CR, INCOMPLETE or INVALID. */
  #findLineEnd(bytes: Uint8Array, start: number, end: number): number {
    let at = start + this.#searched;
    while (at < end && (bytes[at] !== LF || at === start || bytes[at - 1] !== CR)) at++;
    if (at - start > LINE_BYTES_MAX) return this.#fail("a line is longer than 64 KB");
    if (at - start + this.#done > this.#bytesMax) return this.#fail("the reply is above the limit");
    this.#searched = 0;
    if (at < end) return at - 1;
    this.#searched = at - start;
    this.needed = 0;
    return INCOMPLETE;
  }

  #finish(bytes: Uint8Array, frame: number, kind: ReplyKind): number {
    const after = frame + this.#done;
    this.reply.set(bytes, frame, after, kind);
    this.reset();
    return after;
  }

  #fail(problem: string): number {
    this.problem = problem;
    return INVALID;
  }
}

/** ERROR, CLIENT_ERROR <text> or SERVER_ERROR <text>. */
export function isError(bytes: Uint8Array, start: number, end: number): boolean {
  return startsWith(bytes, start, end, "ERROR") || startsWith(bytes, start, end, "CLIENT_ERROR") ||
    startsWith(bytes, start, end, "SERVER_ERROR");
}

/** Do `bytes[start, end)` begin with the ASCII text? */
export function startsWith(bytes: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start < text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** The decimal number that is word `word` of a line, or -2 when there is none. */
function dataBytes(bytes: Uint8Array, start: number, end: number, word: number): number {
  let at = start;
  for (let left = word; left > 0; at++) {
    if (at >= end) return -2;
    if (bytes[at] === SPACE) left--;
  }
  let value = 0;
  const first = at;
  for (; at < end && bytes[at] !== SPACE; at++) {
    const byte = bytes[at]!;
    if (byte < ZERO || byte > NINE || at - first > 9) return -2;
    value = value * 10 + byte - ZERO;
  }
  return at > first ? value : -2;
}
