/**
 * Where the keys and list items of a YAML text stand. The parser we use yields values without positions, and a fault is
 * worth little without its line. So this walks over the same text a second time, noting lines and nothing else; what a
 * value means is never taken from here.
 *
 *     dyn_o_mite:              key  ["dyn_o_mite"]             line 1
 *       servers:               key  ["dyn_o_mite", "servers"]  line 2
 *       - 127.0.0.1:6379:1     item of the key above           line 3
 *       hash: {a: [b, c]}      flow collections are walked too
 *
 * It understands what decides where keys are: indentation, quotes, comments, block scalars, flow collections, document
 * markers. The text has been accepted by the real parser before, so a strange form costs a line number, never a value.
 */

/** One key as it was written. A key that is written twice has two entries. */
export interface OutlineKey {
  /** The names from the root down to the key itself. */
  readonly path: readonly string[];
  /** 1-based. */
  readonly line: number;
  /** The line of each item where the value is a list. */
  readonly items: number[];
}

/** Flow collections nested deeper than this are not walked: no configuration has them. */
const flowDepthMax = 64;

/** All keys of `text` in the order they stand. */
export function outlineYaml(text: string): readonly OutlineKey[] {
  return new Outliner(text).walk();
}

class Outliner {
  readonly #text: string;
  readonly #keys: OutlineKey[] = [];
  /** Open block mappings' keys, outermost first, with the column each stands in. */
  readonly #open: { column: number; key: OutlineKey }[] = [];
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  }

  walk(): readonly OutlineKey[] {
    while (this.#at < this.#text.length) {
      this.#blockLine();
      this.#restOfLine();
    }
    return this.#keys;
  }

  get #column(): number {
    return this.#at - this.#lineStart;
  }
  #peek(offset = 0): string {
    return this.#text[this.#at + offset] ?? "\n";
  }
  /** Past one character, counting lines. */
  #step(): void {
    if (this.#text[this.#at++] === "\n") {
      this.#line++;
      this.#lineStart = this.#at;
    }
  }
  #blanks(): void {
    while (this.#peek() === " " || this.#peek() === "\t") this.#at++;
  }
  /** To the first character of the next line. */
  #restOfLine(): void {
    while (this.#at < this.#text.length && this.#peek() !== "\n") this.#at++;
    this.#step();
  }
  #blankFollows(offset: number): boolean {
    return /[ \t\n]/.test(this.#peek(offset));
  }

  /** One line outside of flow collections, block scalars and quotes; those may take the position over several lines. */
  #blockLine(): void {
    if (this.#column === 0) {
      if (this.#peek() === "%") return;
      if (/^(?:---|\.\.\.)(?=[ \t\n]|$)/.test(this.#text.slice(this.#at, this.#at + 4))) this.#at += 3;
    }
    // The column of the innermost `- ` or key on this line: a block scalar ends where the text returns to it.
    let parentColumn = -1;
    while (true) {
      this.#blanks();
      const column = this.#column;
      const first = this.#peek();
      if (first === "\n" || first === "#") return;
      if (first === "-" && this.#blankFollows(1)) {
        this.#noteItem(column);
        parentColumn = column;
        this.#at++;
      } else if ((first === "?" || first === ":") && this.#blankFollows(1)) {
        this.#at++;
      } else if (first === "&" || first === "!") {
        while (!this.#blankFollows(0)) this.#at++;
      } else if (first === "|" || first === ">") {
        return this.#blockScalar(parentColumn);
      } else if (first === "{" || first === "[") {
        return this.#flow(this.#open.at(-1)?.key, 0);
      } else {
        const line = this.#line;
        const name = first === '"' || first === "'" ? this.#quoted() : this.#plain("block");
        this.#blanks();
        if (this.#peek() !== ":" || !this.#blankFollows(1)) return;
        this.#at++;
        this.#noteBlockKey(column, name, line);
        parentColumn = column;
      }
    }
  }

  /** `|` or `>` and all lines indented deeper than the parent. */
  #blockScalar(parentColumn: number): void {
    this.#restOfLine();
    while (this.#at < this.#text.length) {
      const start = this.#at;
      this.#blanks();
      const content = this.#peek() !== "\n";
      if (content && this.#column <= parentColumn) {
        // This line belongs to what follows: give it back, and stand before its line break.
        this.#at = start - 1;
        this.#line--;
        return;
      }
      this.#restOfLine();
    }
  }

  /** A quoted scalar, over lines if need be. Escapes in double quotes are left as written, except those of `\"` and `\\`. */
  #quoted(): string {
    const quote = this.#peek();
    let content = "";
    this.#step();
    while (this.#at < this.#text.length) {
      if (this.#peek() === quote) {
        if (quote === '"' || this.#peek(1) !== "'") break;
        this.#step();
      } else if (quote === '"' && this.#peek() === "\\") {
        this.#step();
      }
      content += this.#peek();
      this.#step();
    }
    this.#step();
    return content;
  }

  /** A plain scalar up to what may be its colon, its comment, the end of its line, or in flow an indicator. */
  #plain(context: "block" | "flow"): string {
    const start = this.#at;
    while (true) {
      const character = this.#peek();
      if (character === "\n") break;
      if (character === "#" && /[ \t]/.test(this.#text[this.#at - 1] ?? " ")) break;
      if (context === "flow" && ",[]{}".includes(character)) break;
      if (character === ":" && (this.#blankFollows(1) || (context === "flow" && ",[]{}".includes(this.#peek(1))))) {
        break;
      }
      this.#at++;
    }
    return this.#text.slice(start, this.#at).trimEnd();
  }

  /** A flow collection that is the value of `parent`; ends behind its closing bracket. */
  #flow(parent: OutlineKey | undefined, depth: number): void {
    if (depth > flowDepthMax) {
      this.#at = this.#text.length;
      return;
    }
    const isList = this.#peek() === "[";
    this.#step();
    while (this.#at < this.#text.length) {
      this.#flowBlanks();
      const first = this.#peek();
      if (first === "]" || first === "}") return this.#step();
      if (first === ",") {
        this.#step();
        continue;
      }
      const line = this.#line;
      if (isList) parent?.items.push(line);
      const before = this.#at;
      const name = this.#flowNode(parent, depth);
      this.#flowBlanks();
      if (this.#peek() === ":") {
        this.#step();
        this.#flowBlanks();
        const key = { path: [...(parent?.path ?? []), name], line, items: [] };
        this.#keys.push(key);
        if (!",]}".includes(this.#peek())) this.#flowNode(key, depth);
      }
      // Whatever stands here that is no node: step over it, so that the walk always ends.
      if (this.#at === before) this.#step();
    }
  }

  /** A scalar (its text is returned) or a nested collection (no text). */
  #flowNode(parent: OutlineKey | undefined, depth: number): string {
    const first = this.#peek();
    if (first === "[" || first === "{") {
      this.#flow(parent, depth + 1);
      return "";
    }
    if (first === '"' || first === "'") return this.#quoted();
    return this.#plain("flow");
  }

  /** Blanks, line breaks and comments inside a flow collection. */
  #flowBlanks(): void {
    while (this.#at < this.#text.length) {
      this.#blanks();
      if (this.#peek() === "#") this.#restOfLine();
      else if (this.#peek() === "\n") this.#step();
      else return;
    }
  }

  #noteBlockKey(column: number, name: string, line: number): void {
    while (this.#open.length > 0 && this.#open.at(-1)!.column >= column) this.#open.pop();
    const key = { path: [...(this.#open.at(-1)?.key.path ?? []), name], line, items: [] };
    this.#keys.push(key);
    this.#open.push({ column, key });
  }

  /** Items may stand in their key's own column, so only deeper keys are closed by one. */
  #noteItem(column: number): void {
    while (this.#open.length > 0 && this.#open.at(-1)!.column > column) this.#open.pop();
    this.#open.at(-1)?.key.items.push(this.#line);
  }
}
