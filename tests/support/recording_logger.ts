import { fillText, type LogFields, type Logger, type Severity } from "../../core/logger.ts";

/** Keeps every line as `level: text`, and its fields. */
export class RecordingLogger implements Logger {
  readonly lines: string[] = [];
  readonly fields: (LogFields | undefined)[] = [];

  error(text: string, fields?: LogFields): void {
    this.#keep("error", text, fields);
  }
  warn(text: string, fields?: LogFields): void {
    this.#keep("warn", text, fields);
  }
  notice(text: string, fields?: LogFields): void {
    this.#keep("notice", text, fields);
  }
  info(text: string, fields?: LogFields): void {
    this.#keep("info", text, fields);
  }
  debug(text: string, fields?: LogFields): void {
    this.#keep("debug", text, fields);
  }

  #keep(severity: Severity, text: string, fields: LogFields | undefined): void {
    this.lines.push(`${severity}: ${fillText(text, fields)}`);
    this.fields.push(fields);
  }
}
