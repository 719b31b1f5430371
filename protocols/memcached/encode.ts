/** Replies as bytes, for the embedded engine. */
import type { ByteWriter } from "../../core/bytes.ts";
import type { ItemWriter } from "../../core/item_writer.ts";
import { encodeBase64 } from "./base64.ts";

export class TextWriter implements ItemWriter {
  /** Where the replies go; may be changed between two replies. */
  out: ByteWriter;

  constructor(out: ByteWriter) {
    this.out = out;
  }

  line(text: string): void {
    this.out.ascii(text);
    this.out.ascii("\r\n");
  }

  value(key: Uint8Array, flags: number, data: Uint8Array, cas: number | undefined): void {
    const { out } = this;
    out.ascii("VALUE ");
    out.copy(key);
    out.byte(32);
    out.decimal(flags);
    out.byte(32);
    out.decimal(data.length);
    if (cas !== undefined) {
      out.byte(32);
      out.decimal(cas);
    }
    this.#block(data);
  }

  end(): void {
    this.out.ascii("END\r\n");
  }

  meta(code: string): void {
    this.out.ascii(code);
  }
  flag(letter: string, token?: number): void {
    this.out.byte(32);
    this.out.ascii(letter);
    if (token !== undefined) this.out.decimal(token);
  }
  echo(flag: Uint8Array): void {
    this.out.byte(32);
    this.out.copy(flag);
  }
  key(key: Uint8Array, binary: boolean): void {
    this.out.ascii(" k");
    this.#key(key, binary);
    if (binary) this.out.ascii(" b");
  }
  metaEnd(data?: Uint8Array): void {
    if (data !== undefined) this.#block(data);
    else this.out.ascii("\r\n");
  }

  debug(key: Uint8Array, binary: boolean, facts: readonly (readonly [name: string, value: string | number])[]): void {
    this.out.ascii("ME ");
    this.#key(key, binary);
    this.line(facts.map(([name, value]) => ` ${name}=${value}`).join(""));
  }

  #key(key: Uint8Array, binary: boolean): void {
    if (binary) this.out.ascii(encodeBase64(key));
    else this.out.copy(key);
  }
  /** The line's end, and the data block. */
  #block(data: Uint8Array): void {
    this.out.ascii("\r\n");
    this.out.copy(data);
    this.out.ascii("\r\n");
  }
}
