/**
 * The log of a process: LogTape behind the core's `Logger`. Levels are C Dynomite's numbers, and can be changed while
 * running; lines go to stderr or to a file, which is reopened by its name on request, so that log rotation can move it
 * away. Writing is synchronous: lines are few, and the last one before an end must not be lost.
 */
import { configureSync, getLogger, type LogRecord, resetSync } from "@logtape/logtape";
import { clipFact, fillText, type LogFields, type Logger, LogLevel, messageOf, type Severity } from "../core/logger.ts";

export type LogFormat = "text" | "json";

/** Where lines go. */
export interface LogOutput {
  /** Writes one line with its line break. Throws when that fails. */
  write(line: string): void;
  /** Opens the output by its name again; false where it has none. Throws when that fails; the old one then stays in use. */
  reopen(): boolean;
  close(): void;
}

/** What LogTape calls the core's methods, and from which level on they show. */
const levels = {
  error: { level: LogLevel.Alert, logTape: "error" },
  warn: { level: LogLevel.Warning, logTape: "warning" },
  notice: { level: LogLevel.Notice, logTape: "info" },
  info: { level: LogLevel.Info, logTape: "info" },
  debug: { level: LogLevel.Debug, logTape: "debug" },
} as const;

const category = "dynomite";

/** The logger of this process. LogTape's configuration is one per process, so there is one `Log` at a time. */
export class Log implements Logger {
  readonly #output: LogOutput;
  readonly #format: (record: Line) => string;
  #level: number;
  /** Lines that could not be written since the last that could, and why the last of them could not. */
  #lost = 0;
  #loss = "";

  constructor(output: LogOutput, level: number, format: LogFormat) {
    this.#output = output;
    this.#level = level;
    this.#format = format === "json" ? formatJson : formatText;
    configureSync({
      reset: true,
      sinks: { output: (record: LogRecord) => this.#write(record) },
      loggers: [
        { category, lowestLevel: "trace", sinks: ["output"] },
        // Without this LogTape announces itself on the console.
        { category: ["logtape", "meta"], lowestLevel: "fatal", sinks: [] },
      ],
    });
  }

  /** 0 to 11; a line shows when its level is at most this. */
  get level(): number {
    return this.#level;
  }
  set level(level: number) {
    this.#level = Math.min(Math.max(level, LogLevel.Emergency), LogLevel.All);
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

  /** Opens the file by its name again; false where there is none. Throws when that fails; the old one then stays in use. */
  reopen(): boolean {
    return this.#output.reopen();
  }

  /** Ends logging: later lines go nowhere. */
  close(): void {
    resetSync();
    this.#output.close();
  }

  #log(severity: Severity, text: string, fields: LogFields = {}): void {
    const { level, logTape } = levels[severity];
    if (level > this.#level) return;
    const { category: part, ...facts } = fields;
    const logger = getLogger(part === undefined ? category : [category, String(part)]);
    // The text is a property, not the message: LogTape would read braces in a message as its own placeholders.
    logger[logTape]("{text}", { severity, text: fillText(text, facts), facts });
  }

  /** A full disk, or nobody who reads our pipe any more, costs lines and never the node; it is told once lines can be written. */
  #write(record: Line): void {
    try {
      if (this.#lost > 0) {
        const text = `${this.#lost} lines of the log are lost, they could not be written: ${this.#loss}`;
        const facts = { count: this.#lost, reason: this.#loss };
        const { timestamp } = record;
        this.#output.write(
          this.#format({ timestamp, category: [category], properties: { severity: "error", text, facts } }),
        );
        this.#lost = 0;
      }
      this.#output.write(this.#format(record));
    } catch (error) {
      this.#lost++;
      this.#loss = messageOf(error);
    }
  }
}

/** What is formatted of LogTape's record. Its properties are `severity`, `text` and `facts`. */
type Line = Pick<LogRecord, "timestamp" | "category" | "properties">;

/**
 * `[2026-11-23 08:29:00.123] notice: text`, in local time. What could break the line, steer a terminal or turn the order of
 * its letters is escaped: names and texts from clients may hold any of them.
 */
export function formatText({ timestamp, properties }: Line): string {
  const time = new Date(timestamp);
  const local = new Date(timestamp - time.getTimezoneOffset() * 60000).toISOString();
  const text = String(properties.text).replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029\ud800-\udfff]/gu, (character) => {
    const code = character.codePointAt(0)!;
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
  return `[${local.slice(0, 10)} ${local.slice(11, 23)}] ${String(properties.severity)}: ${text}\n`;
}

/**
 * One JSON object per line: `time` in UTC, `level`, `category` (the part of the node), `message`, and the facts of the line
 * under their names.
 */
export function formatJson({ timestamp, category, properties }: Line): string {
  const { severity, text } = properties;
  const facts = Object.entries(properties.facts as LogFields).map(([name, fact]) =>
    [name, typeof fact === "string" ? clipFact(fact) : fact] as const
  );
  const line = {
    time: new Date(timestamp).toISOString(),
    level: severity,
    category: category.join("."),
    message: text,
  };
  return `${JSON.stringify({ ...line, ...Object.fromEntries(facts), ...line })}\n`;
}

/** Everything to stderr. */
export function stderrOutput(): LogOutput {
  return { write: lineWriter(Deno.stderr), reopen: () => false, close() {} };
}

/** Nowhere: a daemon without a log file. */
export function noOutput(): LogOutput {
  return { write() {}, reopen: () => false, close() {} };
}

/** Appended to the file of this path, which is made if need be. Throws when it cannot be opened. */
export function fileOutput(path: string): LogOutput {
  const open = () => Deno.openSync(path, { append: true, create: true, mode: 0o666 });
  let file = open();
  let write = lineWriter(file);
  return {
    write: (line) => write(line),
    reopen() {
      const next = open();
      file.close();
      file = next;
      write = lineWriter(file);
      return true;
    },
    close: () => file.close(),
  };
}

interface Writer {
  writeSync(bytes: Uint8Array): number;
}

/** Writes whole lines. One that broke off in the middle is ended before the next begins. Throws when a line cannot be written. */
export function lineWriter(file: Writer): (line: string) => void {
  const encoder = new TextEncoder();
  let isTorn = false;
  return (line) => {
    const bytes = encoder.encode(isTorn ? `\n${line}` : line);
    for (let at = 0; at < bytes.length;) {
      at += file.writeSync(bytes.subarray(at));
      isTorn = at < bytes.length;
    }
  };
}
