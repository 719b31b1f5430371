/**
 * Values as RESP2 or RESP3 bytes. RESP2 has five types; what RESP3 added is written in the older form Redis gives its old
 * clients: a map as a flat array, a set as an array, a double as a bulk string, a boolean as 0 or 1, null as `$-1` or `*-1`.
 */
import type { ByteWriter } from "../../core/bytes.ts";
import { formatDouble } from "../../core/format_double.ts";
import type { ValueWriter } from "../../core/value_writer.ts";

export const Dialect = { Resp2: 0, Resp3: 1 } as const;

const encoder = new TextEncoder();

export class RespWriter implements ValueWriter {
  out: ByteWriter;
  dialect: number;

  constructor(out: ByteWriter, dialect: number) {
    this.out = out;
    this.dialect = dialect;
  }

  status(text: string): void {
    this.#line(43, text);
  }
  error(text: string): void {
    this.#line(45, text);
  }
  /** An error whose text holds a client's own bytes, which need not be UTF-8. */
  errorParts(...parts: readonly (string | Uint8Array)[]): void {
    const { out } = this;
    out.byte(45);
    for (const part of parts) {
      if (typeof part === "string") out.text(part);
      else for (const byte of part) out.byte(byte === 13 || byte === 10 ? 32 : byte);
    }
    out.byte(13);
    out.byte(10);
  }
  integer(value: number | bigint): void {
    const { out } = this;
    out.byte(58);
    out.decimal(value);
    out.byte(13);
    out.byte(10);
  }
  double(value: number): void {
    const text = formatDouble(value);
    if (this.dialect === Dialect.Resp3) this.#line(44, text);
    else this.bulkText(text);
  }
  boolean(value: boolean): void {
    if (this.dialect === Dialect.Resp3) this.#line(35, value ? "t" : "f");
    else this.integer(value ? 1 : 0);
  }
  bulk(bytes: Uint8Array): void {
    this.#head(36, bytes.length);
    this.out.copy(bytes);
    this.out.byte(13);
    this.out.byte(10);
  }
  bulkText(text: string): void {
    this.bulk(encoder.encode(text));
  }
  nil(): void {
    this.out.ascii(this.dialect === Dialect.Resp3 ? "_\r\n" : "$-1\r\n");
  }
  nilArray(): void {
    this.out.ascii(this.dialect === Dialect.Resp3 ? "_\r\n" : "*-1\r\n");
  }
  array(count: number): void {
    this.#head(42, count);
  }
  map(pairs: number): void {
    if (this.dialect === Dialect.Resp3) this.#head(37, pairs);
    else this.#head(42, pairs * 2);
  }
  set(count: number): void {
    this.#head(this.dialect === Dialect.Resp3 ? 126 : 42, count);
  }
  verbatim(text: string): void {
    const bytes = encoder.encode(text);
    if (this.dialect !== Dialect.Resp3) return this.bulk(bytes);
    this.#head(61, bytes.length + 4);
    this.out.ascii("txt:");
    this.out.copy(bytes);
    this.out.byte(13);
    this.out.byte(10);
  }

  #head(type: number, count: number): void {
    const { out } = this;
    out.byte(type);
    out.decimal(count);
    out.byte(13);
    out.byte(10);
  }
  /** A one-line value. Line ends inside would break the frame: they become spaces, as in Redis. */
  #line(type: number, text: string): void {
    const { out } = this;
    out.byte(type);
    out.text(/[\r\n]/.test(text) ? text.replace(/[\r\n]/g, " ") : text);
    out.byte(13);
    out.byte(10);
  }
}
