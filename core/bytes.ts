/**
 * Bytes: the small helpers that every codec here needs, and `ByteWriter`, the growable buffer replies are built in.
 *
 * Short runs are copied byte by byte: below some 64 bytes a loop is faster than `TypedArray.set`, which has to make a
 * view of its source first.
 */
export const CR = 13;
export const LF = 10;
export const SPACE = 32;
export const ZERO = 48;
export const NINE = 57;

const LOOP_LIMIT = 64;
const INT_MAX = 2 ** 31 - 1;
const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** UTF-8 bytes of a text. For tables and logs, never for a request. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text) as Uint8Array<ArrayBuffer>;
}

/** Text of `bytes[start, end)` as UTF-8, for people: what is not UTF-8 shows as U+FFFD. */
export function decode(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  return decoder.decode(bytes.subarray(start, end));
}

/** The same up to the first zero byte, where text ends in C: how Redis quotes a client's word in an error. */
export function decodeToZero(bytes: Uint8Array): string {
  const zero = bytes.indexOf(0);
  return decode(bytes, 0, zero < 0 ? bytes.length : zero);
}

/** Copies `source[start, end)` to `target` at `at`; the caller has made room. Returns the offset behind the copy. */
export function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number {
  const length = end - start;
  if (length > LOOP_LIMIT) {
    target.set(source.subarray(start, end), at);
    return at + length;
  }
  for (let i = start; i < end; i++) target[at++] = source[i]!;
  return at;
}

/** Do `a[aStart, aEnd)` and `b[bStart, bEnd)` hold the same bytes? */
export function equalBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart = 0,
  bEnd: number = b.length,
): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let i = aStart, j = bStart; i < aEnd; i++, j++) if (a[i] !== b[j]) return false;
  return true;
}

/** Are `bytes[start, end)` the ASCII text `word`, letters in either case? `word` must be given in lower case. */
export function equalsIgnoreCase(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) {
    let byte = bytes[start + i]!;
    if (byte >= 65 && byte <= 90) byte |= 32;
    if (byte !== word.charCodeAt(i)) return false;
  }
  return true;
}

/**
 * A growable byte buffer to build a reply or a request part in. `clear()` keeps its memory, so one writer serves many
 * replies. What it holds is `bytes[0, length)`; `bytes` is replaced when it grows.
 */
export class ByteWriter {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(capacity = 0) {
    this.bytes = capacity === 0 ? EMPTY : new Uint8Array(capacity);
  }

  clear(): void {
    this.length = 0;
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2, 256));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  copy(source: Uint8Array, start = 0, end: number = source.length): void {
    this.reserve(end - start);
    this.length = copyBytes(source, start, end, this.bytes, this.length);
  }

  /** A text of ASCII letters only: each character becomes one byte. */
  ascii(text: string): void {
    this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text.charCodeAt(i);
  }

  /** Any text, as UTF-8. A short one is mostly ASCII (`OK`), and then a call of the encoder costs more than the whole reply. */
  text(text: string): void {
    if (text.length > LOOP_LIMIT) return this.copy(encoder.encode(text));
    const start = this.length;
    this.reserve(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) {
        this.length = start;
        return this.copy(encoder.encode(text));
      }
      this.bytes[this.length++] = code;
    }
  }

  /** A whole number in decimal. Safe integers take the fast way; a bigint is for the 64-bit rest. */
  decimal(value: number | bigint): void {
    if (typeof value === "bigint" || value < -INT_MAX || value > INT_MAX) return this.ascii(value.toString());
    if (value < 0) {
      this.byte(45);
      value = -value;
    }
    let digits = 1;
    for (let limit = 10; value >= limit && digits < 10; limit *= 10) digits++;
    this.reserve(digits);
    let at = this.length += digits;
    let left = value | 0;
    do {
      const rest = (left / 10) | 0;
      this.bytes[--at] = ZERO + left - rest * 10;
      left = rest;
    } while (left > 0);
  }

  /** A copy of what was written, to keep. */
  take(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }
}
