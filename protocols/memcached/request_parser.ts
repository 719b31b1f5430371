/**
 * Cuts one request out of what a client sent: a line of words, behind it a data block whose length the line gives. The line is
 * looked at byte by byte, each byte once; the data block is jumped over.
 *
 *     line -> words -> command_line.ts -> [data block] -> request
 *                           '-> an error: answered at once, the data block (if its length is known) passed over unseen
 *
 * A `set` or `ms` above the limit is two requests: a quiet `delete`, as memcached lets no old value stand that should have been
 * replaced, and with the data block the error.
 */
import { ByteWriter, CR, LF, SPACE } from "../../core/bytes.ts";
import { INCOMPLETE, INVALID, type ParserLimits, type RequestParser } from "../../core/protocol.ts";
import { Request } from "../../core/request.ts";
import { CommandLine, NO_DATA } from "./command_line.ts";
import { answers, deleteCommand, findCommand, Form, type MemcachedCommand, Quiet } from "./commands.ts";

/** Longest line of a command with one key; memcached gives up at 2 KB, unless the line came in one piece. */
const LINE_BYTES_MAX = 8 * 1024;
/** Longest line of a command with many keys. */
const KEYS_LINE_BYTES_MAX = 8 * 1024 * 1024;
const BINARY_REQUEST = 0x80;
/** Room for the words of a long line is given back with the next one. */
const OFFSETS_KEPT = 4096;
const SCRATCH_BYTES_KEPT = 64 * 1024;
const NO_TOKEN = -1;

export class MemcachedRequestParser implements RequestParser {
  readonly request = new Request(answers.unknown);
  needed = 0;
  problem = "";
  readonly #bytesMax: number;
  readonly #line = new CommandLine();
  /** Bytes of the line that were looked at. */
  #scanned = 0;
  /** Offset of the word in progress. */
  #token = NO_TOKEN;
  #words = 0;
  /** Control characters in the line. */
  #controls = 0;
  /** Offset behind the line, once it is whole; 0 before. */
  #lineBytes = 0;
  /** Bytes of a refused data block that are still to come. */
  #passOver = 0;
  /** The refusal is still to be said, with this `quiet`. */
  #owesRefusal = false;
  #quietRefusal: number = Quiet.Nothing;
  /** A frame with its decoded key behind it. */
  readonly #scratch = new ByteWriter();

  constructor(limits: ParserLimits) {
    this.#bytesMax = limits.maxRequestBytes;
  }

  reset(): void {
    this.#passOver = 0;
    this.#owesRefusal = false;
    this.#begin();
  }

  parse(bytes: Uint8Array, frame: number, end: number): number {
    if (frame >= end) return INCOMPLETE;
    if (this.#passOver > 0) return this.#pass(frame, end);
    if (this.#lineBytes === 0) {
      if (bytes[frame] === BINARY_REQUEST) {
        return this.#fail("the binary protocol is not spoken here, use the text protocol");
      }
      const at = this.#scan(bytes, frame, end);
      if (at < 0) return at;
      this.#understand(bytes, frame, at);
    }
    const { request } = this;
    const { dataBytes } = this.#line;
    let after = frame + this.#lineBytes;
    if (dataBytes !== NO_DATA) {
      after += dataBytes + 2;
      if (after > end) {
        this.needed = after - frame;
        return INCOMPLETE;
      }
      if (bytes[after - 2] !== CR || bytes[after - 1] !== LF) this.#refuse(answers.badDataChunk);
      else request.setArg(request.argCount++, this.#lineBytes, after - 2 - frame);
    }
    request.bytes = bytes;
    request.start = frame;
    request.end = after;
    if (this.#owesRefusal) this.#becomeDelete(request);
    else if (this.#line.keyBytes > 0 && (request.command as MemcachedCommand).answer === undefined) {
      this.#placeKey(request);
    }
    this.#begin();
    return after;
  }

  #begin(): void {
    this.#scanned = 0;
    this.#token = NO_TOKEN;
    this.#words = 0;
    this.#controls = 0;
    this.#lineBytes = 0;
    this.needed = 0;
  }

  /** Cuts the line into words. Returns the offset behind it, INCOMPLETE or INVALID. */
  #scan(bytes: Uint8Array, frame: number, end: number): number {
    const { request } = this;
    if (this.#scanned === 0 && request.offsets.length > OFFSETS_KEPT) request.offsets = new Int32Array(32);
    request.bytes = bytes;
    request.start = frame;
    let at = frame + this.#scanned;
    let token = this.#token;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === SPACE) {
        if (token < 0) continue;
        request.setArg(this.#words++, token, at - frame);
        token = NO_TOKEN;
        continue;
      }
      if (byte === LF) break;
      if (token < 0) token = at - frame;
      if (byte < SPACE) this.#controls++;
    }
    this.#token = token;
    this.#scanned = at - frame;
    if (this.#scanned > LINE_BYTES_MAX && this.#scanned > this.#lineBytesMax()) {
      return this.#fail(`a line is longer than ${this.#lineBytesMax()} bytes`);
    }
    return at < end ? at + 1 : INCOMPLETE;
  }

  /** The line is whole: `bytes[frame, after)`. */
  #understand(bytes: Uint8Array, frame: number, after: number): void {
    const { request } = this;
    const line = this.#line;
    this.#lineBytes = after - frame;
    let end = this.#lineBytes - 1;
    // CR LF alone is a word of one letter to memcached: no command, but no empty line either.
    if (end > 1 && bytes[frame + end - 1] === CR) {
      end--;
      this.#controls--;
    }
    if (this.#token >= 0 && this.#token < end) request.setArg(this.#words++, this.#token, end);
    request.argCount = this.#words;
    line.read(request, this.#controls > 0);
    if (line.dataBytes === NO_DATA) return;
    if ((request.command as MemcachedCommand).answer === undefined) {
      if (line.dataBytes <= this.#bytesMax) return;
      const { name } = request.command;
      this.#refuse(answers.tooLarge);
      this.#owesRefusal = (name === "set" || name === "ms") && line.keyBytes === 0;
    }
    this.#passOver = line.dataBytes + 2;
    line.dataBytes = NO_DATA;
  }

  #lineBytesMax(): number {
    const { request } = this;
    const command = this.#words > 0 ? findCommand(request.bytes, request.argStart(0), request.argEnd(0)) : undefined;
    const isLong = command?.form === Form.Retrieval || command?.form === Form.RetrievalTouch;
    return isLong ? Math.min(KEYS_LINE_BYTES_MAX, this.#bytesMax) : LINE_BYTES_MAX;
  }

  /** Answers a request whose line was right with an error. A meta command hears it even when it is quiet. */
  #refuse(answer: MemcachedCommand): void {
    const { request } = this;
    if ((request.command as MemcachedCommand).form === Form.MetaSet) request.quiet = Quiet.Nothing;
    request.command = answer;
    request.keyArg = request.cutStart = request.cutEnd = 0;
  }

  /** Goes on behind a data block nobody wants, as far as it has come. */
  #pass(frame: number, end: number): number {
    const count = Math.min(this.#passOver, end - frame);
    this.#passOver -= count;
    const { request } = this;
    request.argCount = 0;
    if (this.#owesRefusal) {
      this.#owesRefusal = false;
      request.argCount = 1;
      request.setArg(0, 0, 0);
      this.#refuse(answers.tooLarge);
      request.quiet = this.#quietRefusal;
    }
    return frame + count;
  }

  /** In place of a write that is refused: what its key held before goes, without a word. */
  #becomeDelete(request: Request): void {
    this.#quietRefusal = request.quiet;
    const out = this.#scratch;
    out.clear();
    out.ascii("delete ");
    const start = out.length;
    out.copy(request.bytes, request.argStart(1), request.argEnd(1));
    const end = out.length;
    out.ascii("\r\n");
    request.command = deleteCommand;
    request.bytes = out.bytes;
    request.start = 0;
    request.end = out.length;
    request.argCount = 2;
    request.setArg(0, 0, start - 1);
    request.setArg(1, start, end);
    request.keyArg = 1;
    request.quiet = Quiet.Everything;
  }

  /** Routing goes by the key itself: it is put behind a copy of the frame, and the key's argument is there. */
  #placeKey(request: Request): void {
    const out = this.#scratch;
    const { key, keyBytes } = this.#line;
    out.clear();
    if (out.bytes.length > SCRATCH_BYTES_KEPT) out.bytes = new Uint8Array(0);
    out.copy(request.bytes, request.start, request.end);
    out.copy(key, 0, keyBytes);
    request.bytes = out.bytes;
    request.end -= request.start;
    request.start = 0;
    request.setArg(1, request.end, request.end + keyBytes);
  }

  #fail(problem: string): number {
    this.problem = problem;
    return INVALID;
  }
}
