/** Inline commands: a line of words as a person types it, with the quotes and escapes that Redis understands. */

const escapes: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, a: 7 };

/**
 * The words of `bytes[start, end)`, or undefined when quotes do not match. `"a\x41\n"` knows escapes, `'it\'s'` only the quote
 * itself; a closing quote must be followed by a space or the end.
 */
export function splitInline(bytes: Uint8Array, start: number, end: number): Uint8Array[] | undefined {
  const words: Uint8Array[] = [];
  let at = start;
  while (at < end) {
    while (at < end && isSpace(bytes[at]!)) at++;
    if (at >= end) break;
    const word: number[] = [];
    while (at < end && !endsWord(bytes[at]!)) {
      const quote = bytes[at]!;
      if (quote !== 34 && quote !== 39) {
        word.push(quote);
        at++;
        continue;
      }
      at++;
      while (at < end && bytes[at] !== quote) {
        if (bytes[at] !== 92 || at + 1 >= end) {
          word.push(bytes[at++]!);
          continue;
        }
        const next = bytes[at + 1]!;
        if (quote === 39) {
          if (next === 39) at++;
          word.push(bytes[at++]!);
        } else if (next === 120 && isHex(bytes[at + 2]) && isHex(bytes[at + 3])) {
          word.push(parseInt(String.fromCharCode(bytes[at + 2]!, bytes[at + 3]!), 16));
          at += 4;
        } else {
          word.push(escapes[String.fromCharCode(next)] ?? next);
          at += 2;
        }
      }
      if (at >= end) return undefined;
      at++;
      if (at < end && !isSpace(bytes[at]!)) return undefined;
      break;
    }
    words.push(Uint8Array.from(word));
  }
  return words;
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
