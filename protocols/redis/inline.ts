/** Inline commands: a line of words as a person types it, with the quotes and escapes that Redis understands. */
import { ByteWriter } from "../../core/bytes.ts";

const escapes: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, a: 7 };
/** Room for so long a line is kept for the next one. */
const KEPT_BYTES = 4096;

/** The words of one line, without their quotes. Reused: health checks send such lines, and benchmarks many. */
export class InlineWords {
  count = 0;
  /** One behind the other: word i is `text.bytes[startOf(i), startOf(i + 1))`. */
  readonly text = new ByteWriter();
  #ends = new Int32Array(16);

  /**
   * Becomes the words of `bytes[start, end)`. False when quotes do not match: `"a\x41\n"` knows escapes, `'it\'s'` only the
   * quote itself; a closing quote must be followed by a space or the end.
   */
  split(bytes: Uint8Array, start: number, end: number): boolean {
    const { text } = this;
    text.clear();
    this.count = 0;
    let at = start;
    while (at < end) {
      while (at < end && isSpace(bytes[at]!)) at++;
      if (at >= end) break;
      while (at < end && !endsWord(bytes[at]!)) {
        const byte = bytes[at]!;
        if (byte === 34 || byte === 39) {
          at = this.#quoted(bytes, at + 1, end, byte);
          if (at < 0) return false;
          break;
        }
        text.byte(byte);
        at++;
      }
      this.#endWord();
    }
    return true;
  }

  startOf(index: number): number {
    return index === 0 ? 0 : this.#ends[index - 1]!;
  }

  /** Gives back the room that an unusually long line needed. */
  relax(): void {
    if (this.text.bytes.length > KEPT_BYTES) this.text.bytes = new Uint8Array(0);
    if (this.#ends.length > KEPT_BYTES) this.#ends = new Int32Array(16);
  }

  /** The rest of a word behind the opening `quote`. Returns the offset behind the closing one, or -1. */
  #quoted(bytes: Uint8Array, at: number, end: number, quote: number): number {
    const { text } = this;
    while (at < end && bytes[at] !== quote) {
      if (bytes[at] !== 92 || at + 1 >= end) {
        text.byte(bytes[at++]!);
        continue;
      }
      const next = bytes[at + 1]!;
      if (quote === 39) {
        if (next === 39) at++;
        text.byte(bytes[at++]!);
      } else if (next === 120 && isHex(bytes[at + 2]) && isHex(bytes[at + 3])) {
        text.byte(parseInt(String.fromCharCode(bytes[at + 2]!, bytes[at + 3]!), 16));
        at += 4;
      } else {
        text.byte(escapes[String.fromCharCode(next)] ?? next);
        at += 2;
      }
    }
    if (at >= end) return -1;
    at++;
    return at < end && !isSpace(bytes[at]!) ? -1 : at;
  }

  #endWord(): void {
    if (this.count === this.#ends.length) {
      const grown = new Int32Array(this.count * 2);
      grown.set(this.#ends);
      this.#ends = grown;
    }
    this.#ends[this.count++] = this.text.length;
  }
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13) || byte === 0;
}

/** Vertical tab and form feed stand between words, and yet belong to a word they follow: so it is in Redis. */
function endsWord(byte: number): boolean {
  return isSpace(byte) && byte !== 11 && byte !== 12;
}

function isHex(byte: number | undefined): boolean {
  return byte !== undefined && /[0-9a-fA-F]/.test(String.fromCharCode(byte));
}
