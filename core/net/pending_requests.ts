/**
 * What is remembered of one client's requests until they are answered, oldest first: the row of the command table, and the
 * arguments in case the request turns out to be slow.
 *
 *     rows, places of texts    [ oldest ... newest ]     a ring of slots
 *     texts                    [ ..free.. | oldest ... newest | ..free.. ]     a ring of bytes, no text is cut at its end
 *
 * Requests leave in the order they came, so the texts are one run of memory that is used over and over. It is bounded: by
 * itself, and together with those of all other clients. Where there is no room a request is remembered without its text.
 */
import type { LentText, SlowLog } from "../slow_log.ts";
import type { Request } from "../request.ts";
import { textRoom, writeText } from "../request_text.ts";

const SLOTS_FIRST = 8;
const TEXT_BYTES_FIRST = 256;
/** Texts of one client: some 300 short requests. */
const TEXT_BYTES_MAX = 16 * 1024;
/** More is given back when nothing is pending. */
const TEXT_BYTES_KEPT = 4 * 1024;
const NO_TEXT = -1;
const NOTHING = new Uint8Array(0);

/** A slot is four numbers in a row, so that a request touches one line of the cache: these are their places. */
const ROW = 0;
const START = 1;
const END = 2;
const ARG_COUNT = 3;
const SLOT = 4;

export class PendingRequests implements LentText {
  readonly #slowLog: SlowLog;
  #slots = new Int32Array(SLOTS_FIRST * SLOT);
  /** Place of the oldest in `#slots`, places behind it that are used, and what keeps a place within. */
  #head = 0;
  #used = 0;
  #mask = SLOTS_FIRST * SLOT - 1;
  #text: Uint8Array = NOTHING;
  /** Where the oldest text begins, the next one will, and how many there are. */
  #textHead = 0;
  #textTail = 0;
  #textCount = 0;

  constructor(slowLog: SlowLog) {
    this.#slowLog = slowLog;
  }

  /** Row of the oldest. */
  get row(): number {
    return this.#slots[this.#head + ROW]!;
  }
  /** The text of the oldest. */
  get bytes(): Uint8Array {
    return this.#text;
  }
  get start(): number {
    return this.#slots[this.#head + START]!;
  }
  get end(): number {
    return this.#slots[this.#head + END]!;
  }
  get argCount(): number {
    return this.#slots[this.#head + ARG_COUNT]!;
  }

  /** Remembers one more request, its text if there may be a use for it. */
  push(row: number, request: Request): void {
    if (this.#used > this.#mask) this.#grow();
    const slots = this.#slots;
    const at = (this.#head + this.#used) & this.#mask;
    slots[at + ROW] = row;
    const start = slots[at + START] = this.#slowLog.on ? this.#place(textRoom(request)) : NO_TEXT;
    if (start !== NO_TEXT) {
      slots[at + ARG_COUNT] = request.argCount;
      slots[at + END] = this.#textTail = writeText(request, this.#text, start);
      this.#textCount++;
    }
    this.#used += SLOT;
  }

  /** The oldest is answered. */
  shift(): void {
    const slots = this.#slots;
    const at = this.#head;
    if (slots[at + START] !== NO_TEXT) {
      if (--this.#textCount === 0) this.#textHead = this.#textTail = 0;
      else this.#textHead = slots[at + END]!;
    }
    this.#head = (at + SLOT) & this.#mask;
    this.#used -= SLOT;
    if (this.#used === 0 && this.#text.length > TEXT_BYTES_KEPT) this.#hold(NOTHING);
  }

  /** Gives its memory back. */
  close(): void {
    this.#hold(NOTHING);
    this.#head =
      this.#used =
      this.#textHead =
      this.#textTail =
      this.#textCount =
        0;
  }

  /** Where a text of so many bytes goes, or NO_TEXT. */
  #place(room: number): number {
    const { length } = this.#text;
    if (this.#textCount === 0 || this.#textTail > this.#textHead) {
      if (this.#textTail + room <= length) return this.#textTail;
      if (this.#textCount > 0 && room <= this.#textHead) return 0;
    } else if (this.#textTail + room <= this.#textHead) return this.#textTail;
    return this.#enlarge(room) ? this.#textTail : NO_TEXT;
  }

  /** Makes room behind the newest text; false when it may not. */
  #enlarge(room: number): boolean {
    const slowLog = this.#slowLog;
    const before = this.#text;
    let size = Math.max(TEXT_BYTES_FIRST, before.length);
    const span = this.#spanBytes();
    while (size < span + room) size *= 2;
    if (size === before.length) size *= 2;
    if (size > TEXT_BYTES_MAX || slowLog.textBytes - before.length + size > slowLog.textBytesMax) return false;
    const grown = new Uint8Array(size);
    const slots = this.#slots;
    let end = 0;
    for (let i = 0; i < this.#used; i += SLOT) {
      const at = (this.#head + i) & this.#mask;
      if (slots[at + START] === NO_TEXT) continue;
      grown.set(before.subarray(slots[at + START]!, slots[at + END]!), end);
      const length = slots[at + END]! - slots[at + START]!;
      slots[at + START] = end;
      slots[at + END] = end += length;
    }
    this.#hold(grown);
    this.#textHead = 0;
    this.#textTail = end;
    return true;
  }

  /** Bytes from the oldest text to the end of the newest. */
  #spanBytes(): number {
    if (this.#textCount === 0) return 0;
    const span = this.#textTail - this.#textHead;
    return span > 0 ? span : span + this.#text.length;
  }

  #hold(text: Uint8Array): void {
    this.#slowLog.textBytes += text.length - this.#text.length;
    this.#text = text;
  }

  /** Twice the slots. */
  #grow(): void {
    const before = this.#slots;
    const grown = this.#slots = new Int32Array(before.length * 2);
    grown.set(before.subarray(this.#head));
    grown.set(before.subarray(0, this.#head), before.length - this.#head);
    this.#head = 0;
    this.#mask = grown.length - 1;
  }
}
