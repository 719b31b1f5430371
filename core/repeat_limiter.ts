/**
 * Lines that repeat, told now and then. A text passes a few times within a period; from then on its lines are only counted,
 * and at the end of the period one line says how many there were and shows the last. So a flood of failures costs a bounded
 * number of lines, whatever causes it:
 *
 *     peer 10.0.0.7:8101 is closed: it sent ...        \
 *     peer 10.0.0.8:8101 is closed: it sent ...         } LINES_MAX of them
 *     ...                                              /
 *     repeated 4711 more times within 10 s: peer 10.0.0.9:8101 is closed: it sent ...
 *
 * Texts are told apart as they are written in the program, before their facts are filled in (logger.ts). The table of texts
 * has a bound; in a period with more texts than that, those beyond it are counted together.
 */
import type { Clock } from "./clock.ts";
import { fillText, type LogFields, type Logger, type Severity } from "./logger.ts";

/** Lines of one text within a period. */
export const LINES_MAX = 10;
export const PERIOD_MS = 10_000;
/** Texts that are told apart. */
export const TEXTS_MAX = 256;

interface Repeats {
  readonly severity: Severity;
  readonly startedAt: number;
  shown: number;
  hidden: number;
  /** Of the last hidden line. */
  text: string;
  fields: LogFields | undefined;
}

export class RepeatLimiter implements Logger {
  readonly #logger: Logger;
  readonly #clock: Clock;
  /** By severity and text, in the order they began. A severity alone is all texts that found no room. */
  readonly #texts = new Map<string, Repeats>();
  #cancel: (() => void) | undefined;
  #closed = false;

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  error(text: string, fields?: LogFields): void {
    this.#log("error", text, fields);
  }
  warn(text: string, fields?: LogFields): void {
    this.#log("warn", text, fields);
  }
  notice(text: string, fields?: LogFields): void {
    this.#log("notice", text, fields);
  }
  info(text: string, fields?: LogFields): void {
    this.#log("info", text, fields);
  }
  debug(text: string, fields?: LogFields): void {
    this.#log("debug", text, fields);
  }

  /** Tells what was only counted so far. Later lines pass. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
    for (const repeats of this.#texts.values()) this.#tell(repeats);
    this.#texts.clear();
  }

  #log(severity: Severity, text: string, fields: LogFields | undefined): void {
    if (this.#closed) return this.#logger[severity](text, fields);
    const repeats = this.#repeatsOf(severity, text);
    if (repeats.shown < LINES_MAX) {
      repeats.shown++;
      return this.#logger[severity](text, fields);
    }
    repeats.hidden++;
    repeats.text = text;
    repeats.fields = fields;
    this.#cancel ??= this.#clock.after(repeats.startedAt + PERIOD_MS - this.#clock.now(), () => this.#review());
  }

  #repeatsOf(severity: Severity, text: string): Repeats {
    const now = this.#clock.now();
    const key = `${severity} ${text}`;
    const known = this.#texts.get(key);
    if (known !== undefined && (known.hidden > 0 || now - known.startedAt < PERIOD_MS)) return known;
    if (known !== undefined) this.#texts.delete(key);
    else if (this.#texts.size >= TEXTS_MAX) this.#dropOver(now);
    const isRoom = this.#texts.size < TEXTS_MAX;
    // Those of one severity that found the table full count as one text.
    const others = isRoom ? undefined : this.#texts.get(severity);
    if (others !== undefined) return others;
    const made: Repeats = { severity, startedAt: now, shown: 0, hidden: 0, text, fields: undefined };
    this.#texts.set(isRoom ? key : severity, made);
    return made;
  }

  /** Takes out the texts whose period is over. */
  #dropOver(now: number): void {
    for (const [key, repeats] of this.#texts) {
      if (repeats.hidden === 0 && now - repeats.startedAt >= PERIOD_MS) this.#texts.delete(key);
    }
  }

  /** The end of a period: tells what it hid, and waits for the next end if there is one. */
  #review(): void {
    const now = this.#clock.now();
    this.#cancel = undefined;
    let next = Infinity;
    for (const [key, repeats] of this.#texts) {
      if (repeats.hidden === 0) continue;
      const endsAt = repeats.startedAt + PERIOD_MS;
      if (endsAt <= now) {
        this.#texts.delete(key);
        this.#tell(repeats);
      } else next = Math.min(next, endsAt);
    }
    if (next < Infinity) this.#cancel = this.#clock.after(next - now, () => this.#review());
  }

  #tell({ severity, hidden, text, fields }: Repeats): void {
    if (hidden === 0) return;
    const last = fillText(text, fields);
    this.#logger[severity]("repeated {repeated} more times within {seconds} s: {last}", {
      ...fields,
      repeated: hidden,
      seconds: PERIOD_MS / 1000,
      last,
    });
  }
}
