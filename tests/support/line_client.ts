import { decode, encode } from "../../core/bytes.ts";
import type { MemoryConnection } from "./memory_transport.ts";

/** A client on the network in memory: sends text, keeps all it gets. */
export class LineClient {
  /** Every whole line that came, without its end. */
  readonly lines: string[] = [];
  /** The other side has ended the stream, or the link broke. */
  ended = false;
  /** What came behind the last whole line. */
  #rest: string[] = [];
  #held: PromiseWithResolvers<void> | undefined;
  #outgoing: Promise<void> = Promise.resolve();

  constructor(readonly connection: MemoryConnection) {
    this.#read();
  }

  /** Everything that came. */
  get received(): string {
    return this.lines.map((line) => line + "\n").join("") + this.#rest.join("");
  }

  /** Sends text as it is; settles when all of it was taken. */
  send(text: string): Promise<void> {
    return this.#outgoing = this.#outgoing.then(() => this.#write(encode(text))).catch(() => {});
  }

  /** Reads nothing more until `release`; a read that waits already still gets its bytes. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }
  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (;;) {
        await this.#held?.promise;
        const count = await this.connection.read(buffer);
        if (count === null) break;
        this.#take(decode(buffer, 0, count));
      }
    } catch {
      // The link is gone.
    }
    this.ended = true;
  }

  #take(text: string): void {
    const [first, ...others] = text.split("\n");
    this.#rest.push(first!);
    for (const other of others) {
      this.lines.push(this.#rest.join(""));
      this.#rest = [other];
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.connection.write(bytes.subarray(at));
  }
}
