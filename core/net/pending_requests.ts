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
import type { SlowLog } from "../slow_log.ts";
import type { Request } from "../request.ts";
import { readText, textRoom, writeText } from "../request_text.ts";

const SLOTS_FIRST = 8;
const TEXT_BYTES_FIRST = 256;
/** Texts of one client: some 300 short requests. */
const TEXT_BYTES_MAX = 16 * 1024;
/** More is given back when nothing is pending. */
const TEXT_BYTES_KEPT = 4 * 1024;
const NO_TEXT = -1;
const NOTHING = new Uint8Array(0);

export class PendingRequests {
  readonly #slowLog: SlowLog;
  #rows = new Uint16Array(SLOTS_FIRST);
  #argCounts = new Int32Array(SLOTS_FIRST);
  #starts = new Int32Array(SLOTS_FIRST);
  #ends = new Int32Array(SLOTS_FIRST);
  #head = 0;
  #count = 0;
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
    return this.#rows[this.#head]!;
  }
  /** Arguments of the oldest as Redis' slow log shows them; undefined when they were not kept. */
  get args(): Uint8Array[] | undefined {
    const start = this.#starts[this.#head]!;
    return start === NO_TEXT ? undefined : readText(this.#text, start, this.#argCounts[this.#head]!);
  }

  /** Remembers one more request, its text if there may be a use for it. */
  push(row: number, request: Request): void {
    const mask = this.#rows.length - 1;
    if (this.#count > mask) return this.#grow(row, request);
    const at = (this.#head + this.#count++) & mask;
    this.#rows[at] = row;
    if (!this.#slowLog.on) {
      this.#starts[at] = NO_TEXT;
      return;
    }
    const start = this.#starts[at] = this.#place(textRoom(request));
    if (start === NO_TEXT) return;
    this.#argCounts[at] = request.argCount;
    this.#ends[at] = this.#textTail = writeText(request, this.#text, start);
    this.#textCount++;
  }

  /** The oldest is answered. */
  shift(): void {
    const at = this.#head;
    if (this.#starts[at] !== NO_TEXT) {
      this.#textHead = this.#ends[at]!;
      if (--this.#textCount === 0) this.#textHead = this.#textTail = 0;
    }
    this.#head = (at + 1) & (this.#rows.length - 1);
    if (--this.#count === 0 && this.#text.length > TEXT_BYTES_KEPT) this.#hold(NOTHING);
  }

  /** Gives its memory back. */
  close(): void {
    this.#hold(NOTHING);
    this.#head =
      this.#count =
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
    const used = this.#usedBytes();
    while (size < used + room) size *= 2;
    if (size === before.length) size *= 2;
    if (size > TEXT_BYTES_MAX || slowLog.textBytes - before.length + size > slowLog.textBytesMax) return false;
    const grown = new Uint8Array(size);
    const mask = this.#rows.length - 1;
    let at = 0;
    // The slot of the text that room is made for is counted, and says that it has none.
    for (let i = 0; i < this.#count - 1; i++) {
      const slot = (this.#head + i) & mask;
      if (this.#starts[slot] === NO_TEXT) continue;
      grown.set(before.subarray(this.#starts[slot]!, this.#ends[slot]!), at);
      const length = this.#ends[slot]! - this.#starts[slot]!;
      this.#starts[slot] = at;
      this.#ends[slot] = at += length;
    }
    this.#hold(grown);
    this.#textHead = 0;
    this.#textTail = at;
    return true;
  }

  /** Bytes from the oldest text to the end of the newest. */
  #usedBytes(): number {
    if (this.#textCount === 0) return 0;
    const span = this.#textTail - this.#textHead;
    return span > 0 ? span : span + this.#text.length;
  }

  #hold(text: Uint8Array): void {
    this.#slowLog.textBytes += text.length - this.#text.length;
    this.#text = text;
  }

  /** Twice the slots, then the push that had none. */
  #grow(row: number, request: Request): void {
    const before = this.#rows.length;
    const turned = <T extends Int32Array | Uint16Array>(from: T, to: T): T => {
      for (let i = 0; i < before; i++) to[i] = from[(this.#head + i) & (before - 1)]!;
      return to;
    };
    this.#rows = turned(this.#rows, new Uint16Array(before * 2));
    this.#argCounts = turned(this.#argCounts, new Int32Array(before * 2));
    this.#starts = turned(this.#starts, new Int32Array(before * 2));
    this.#ends = turned(this.#ends, new Int32Array(before * 2));
    this.#head = 0;
    this.push(row, request);
  }
}
