/**
 * The terminal while `dynomite top` has it: the alternate screen, without a cursor, keys read one by one. Whatever ends it, the
 * terminal is as it was. The only file of the command that touches it.
 */
import type { PageLine, PageSize } from "./page.ts";

const ENTER = "\x1b[?1049h\x1b[?25l";
const LEAVE = "\x1b[?25h\x1b[?1049l";
const HOME = "\x1b[H";
const CLEAR_LINE = "\x1b[K";
const CLEAR_BELOW = "\x1b[J";
const PLAIN = "\x1b[0m";
/** The terminal shows what is between these at once, if it knows them. */
const FRAME_BEGIN = "\x1b[?2026h";
const FRAME_END = "\x1b[?2026l";

const coloured: Readonly<Record<PageLine["style"], string>> = {
  plain: "",
  title: "\x1b[1m",
  bad: "\x1b[31m",
  dim: "\x1b[2m",
};
/** Of NO_COLOR. */
const colourless = { ...coloured, bad: "\x1b[1m" };

const QUIT_KEYS = new Set(["q", "Q", "\x03", "\x04"]);
const END_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export class Screen {
  /** Settles when the person wants to leave, or the terminal is gone. */
  readonly ended: Promise<void>;
  readonly #end: () => void;
  readonly #resized: () => void;
  #raw = false;
  #closed = false;

  /** Takes the terminal; `onResize` is called when its size changes. */
  constructor(onResize: () => void) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#end = resolve;
    this.#resized = onResize;
    for (const signal of END_SIGNALS) Deno.addSignalListener(signal, this.#end);
    if (Deno.build.os !== "windows") Deno.addSignalListener("SIGWINCH", this.#resized);
    if (Deno.stdin.isTerminal()) {
      Deno.stdin.setRaw(true);
      this.#raw = true;
      void this.#readKeys();
    }
    write(ENTER);
  }

  get size(): PageSize {
    return terminalSize();
  }

  /** Shows these lines in place of those before. */
  draw(lines: readonly PageLine[]): void {
    const styles = Deno.noColor ? colourless : coloured;
    const body = lines.map(({ text, style }) => `${styles[style]}${text}${PLAIN}${CLEAR_LINE}`).join("\r\n");
    write(`${FRAME_BEGIN}${HOME}${body}${CLEAR_BELOW}${FRAME_END}`);
  }

  /** Gives the terminal back. Safe to call twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const signal of END_SIGNALS) Deno.removeSignalListener(signal, this.#end);
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGWINCH", this.#resized);
    try {
      if (this.#raw) Deno.stdin.setRaw(false);
      write(LEAVE);
    } catch {
      // The terminal is gone: there is nothing to give back.
    }
  }

  async #readKeys(): Promise<void> {
    const bytes = new Uint8Array(64);
    const decoder = new TextDecoder();
    try {
      while (!this.#closed) {
        const count = await Deno.stdin.read(bytes);
        if (count === null) break;
        if ([...decoder.decode(bytes.subarray(0, count))].some((key) => QUIT_KEYS.has(key))) break;
      }
    } catch {
      // The terminal is gone.
    }
    this.#end();
  }
}

/** Of the terminal that stdout is; a usual one where it does not tell. */
export function terminalSize(): PageSize {
  try {
    const { columns, rows } = Deno.consoleSize();
    if (columns > 0 && rows > 0) return { columns, rows };
  } catch {
    // Not a terminal, or none that tells.
  }
  return { columns: 80, rows: 24 };
}

const encoder = new TextEncoder();

function write(text: string): void {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}
