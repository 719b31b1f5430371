/**
 * Redis' glob patterns over bytes: `*`, `?`, `[a-z]`, `[^abc]`, `\x`. Only the last `*` is ever tried again, because what
 * stands behind it cannot match less by letting an earlier one swallow more; so a pattern of many stars stays quadratic
 * where the textbook recursion is exponential.
 *
 * Odd corners are Redis': a class without its `]` reaches to the pattern's end, `[z-a]` is `[a-z]`, and a lone `\` at
 * the end is itself. The empty text matches the empty pattern and `*`, and no other: not `**`.
 */
const STAR = 42;
const QUESTION = 63;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;
const CARET = 94;
const DASH = 45;

export class Glob {
  readonly #pattern: Uint8Array;
  /** The pattern is `*`: everything matches. */
  readonly matchesAll: boolean;
  /** What every match begins with: the pattern up to its first special byte. Lets a search use an index. */
  readonly prefix: Uint8Array;
  /** The pattern has no special byte: it matches only itself. */
  readonly literal: boolean;
  #next = 0;

  /** Keeps a copy of the pattern. */
  constructor(pattern: Uint8Array) {
    this.#pattern = pattern.slice();
    this.matchesAll = pattern.length === 1 && pattern[0] === STAR;
    let length = 0;
    while (length < pattern.length && !isSpecial(pattern[length]!)) length++;
    this.prefix = this.#pattern.subarray(0, length);
    this.literal = length === pattern.length;
  }

  /** Does the whole of `text` match? */
  matches(text: Uint8Array): boolean {
    const pattern = this.#pattern;
    if (text.length === 0) return pattern.length === 0 || this.matchesAll;
    let at = 0;
    let i = 0;
    let starAt = -1;
    let starText = 0;
    for (;;) {
      if (at < pattern.length && pattern[at] === STAR) {
        while (at < pattern.length && pattern[at] === STAR) at++;
        if (at === pattern.length) return true;
        starAt = at;
        starText = i;
        continue;
      }
      if (i === text.length) return at === pattern.length;
      if (at < pattern.length && this.#matchesOne(at, text[i]!)) {
        at = this.#next;
        i++;
        continue;
      }
      if (starAt < 0) return false;
      at = starAt;
      i = ++starText;
    }
  }

  /** Does the element at `at` match this byte? `#next` is then the offset behind the element. */
  #matchesOne(at: number, byte: number): boolean {
    const pattern = this.#pattern;
    switch (pattern[at]) {
      case QUESTION:
        this.#next = at + 1;
        return true;
      case OPEN:
        return this.#matchesClass(at + 1, byte);
      case BACKSLASH:
        if (at + 1 < pattern.length) at++;
    }
    this.#next = at + 1;
    return pattern[at] === byte;
  }

  #matchesClass(at: number, byte: number): boolean {
    const pattern = this.#pattern;
    const end = pattern.length;
    const negated = pattern[at] === CARET;
    if (negated) at++;
    let found = false;
    for (; at < end && pattern[at] !== CLOSE; at++) {
      if (pattern[at] === BACKSLASH && at + 1 < end) {
        if (pattern[++at] === byte) found = true;
      } else if (at + 2 < end && pattern[at + 1] === DASH) {
        const a = pattern[at]!;
        const b = pattern[at + 2]!;
        if (byte >= Math.min(a, b) && byte <= Math.max(a, b)) found = true;
        at += 2;
      } else if (pattern[at] === byte) found = true;
    }
    this.#next = Math.min(at + 1, end);
    return found !== negated;
  }
}

function isSpecial(byte: number): boolean {
  return byte === STAR || byte === QUESTION || byte === OPEN || byte === BACKSLASH;
}
