/**
 * The log of a process: LogTape behind the core's `Logger`. Levels are C Dynomite's numbers, and can be changed while
 * running; lines go to stderr or to a file, which is reopened by its name on request, so that log rotation can move it
 * away. Writing is synchronous: lines are few, and the last one before an end must not be lost.
 */
import { configureSync, getLogger, type LogRecord, resetSync } from "@logtape/logtape";
import { type Logger, LogLevel } from "../core/logger.ts";

export type LogFormat = "text" | "json";

/** Where lines go. */
export interface LogOutput {
  /** Writes one line with its line break. Must not throw: a full disk may cost lines, never the node. */
  write(line: string): void;
  /** Opens the output by its name again; false where it has none. Throws when that fails; the old one then stays in use. */
  reopen(): boolean;
  close(): void;
}

/** What LogTape and the lines call the core's methods, and from which level on they show. */
const severities = {
  error: { level: LogLevel.Alert, logTape: "error" },
  warn: { level: LogLevel.Warning, logTape: "warning" },
  notice: { level: LogLevel.Notice, logTape: "info" },
  info: { level: LogLevel.Info, logTape: "info" },
  debug: { level: LogLevel.Debug, logTape: "debug" },
} as const;
type Severity = keyof typeof severities;

const category = "dynomite";

/** The logger of this process. LogTape's configuration is one per process, so there is one `Log` at a time. */
export class Log implements Logger {
  readonly #output: LogOutput;
  readonly #logTape = getLogger(category);
  #level: number;

  constructor(output: LogOutput, level: number, format: LogFormat) {
    this.#output = output;
    this.#level = level;
    const formatRecord = format === "json" ? formatJson : formatText;
    configureSync({
      reset: true,
      sinks: { output: (record: LogRecord) => output.write(formatRecord(record)) },
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

  error(text: string): void {
    this.#log("error", text);
  }
  warn(text: string): void {
    this.#log("warn", text);
  }
  notice(text: string): void {
    this.#log("notice", text);
  }
  info(text: string): void {
    this.#log("info", text);
  }
  debug(text: string): void {
    this.#log("debug", text);
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

  #log(severity: Severity, text: string): void {
    const { level, logTape } = severities[severity];
    // The text is a property, not the message: LogTape would read braces in a message as placeholders.
    if (level <= this.#level) this.#logTape[logTape]("{text}", { severity, text });
  }
}

/** `[2026-11-23 08:29:00.123] notice: text`, in local time. What could break the line is escaped. */
export function formatText(record: Pick<LogRecord, "timestamp" | "properties">): string {
  const time = new Date(record.timestamp);
  const local = new Date(record.timestamp - time.getTimezoneOffset() * 60000).toISOString();
  // deno-lint-ignore no-control-regex -- names and texts from clients may hold any of them
  const text = String(record.properties.text).replaceAll(/[\u0000-\u001f\u007f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
  return `[${local.slice(0, 10)} ${local.slice(11, 23)}] ${String(record.properties.severity)}: ${text}\n`;
}

/** One JSON object per line, the time in UTC. */
export function formatJson(record: Pick<LogRecord, "timestamp" | "properties">): string {
  const { severity, text } = record.properties;
  return `${JSON.stringify({ time: new Date(record.timestamp).toISOString(), level: severity, text })}\n`;
}

/** Everything to stderr. */
export function stderrOutput(): LogOutput {
  return { write: (line) => writeAll(Deno.stderr, line), reopen: () => false, close() {} };
}

/** Nowhere: a daemon without a log file. */
export function noOutput(): LogOutput {
  return { write() {}, reopen: () => false, close() {} };
}

/** Appended to the file of this path, which is made if need be. Throws when it cannot be opened. */
export function fileOutput(path: string): LogOutput {
  const open = () => Deno.openSync(path, { append: true, create: true, mode: 0o666 });
  let file = open();
  return {
    write: (line) => writeAll(file, line),
    reopen() {
      const next = open();
      file.close();
      file = next;
      return true;
    },
    close: () => file.close(),
  };
}

const encoder = new TextEncoder();

function writeAll(file: { writeSync(bytes: Uint8Array): number }, line: string): void {
  const bytes = encoder.encode(line);
  try {
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  } catch {
    // A full disk, or nobody reads our pipe any more: there is no other place to tell it.
  }
}
