import type { Logger } from "../../core/logger.ts";

/** Keeps every line as `level: text`. */
export class RecordingLogger implements Logger {
  readonly lines: string[] = [];
  error(text: string): void {
    this.lines.push(`error: ${text}`);
  }
  warn(text: string): void {
    this.lines.push(`warn: ${text}`);
  }
  notice(text: string): void {
    this.lines.push(`notice: ${text}`);
  }
  info(text: string): void {
    this.lines.push(`info: ${text}`);
  }
  debug(text: string): void {
    this.lines.push(`debug: ${text}`);
  }
}
