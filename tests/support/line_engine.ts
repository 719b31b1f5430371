/**
 * An engine of the line protocol on the network in memory: it writes down every line it gets, and answers by a function of
 * the line, or not until the test says so.
 */
import { decode, encode } from "../../core/bytes.ts";
import type { Address } from "../../core/transport.ts";
import type { MemoryConnection, MemoryListener, MemoryNetwork } from "./memory_transport.ts";

export class LineEngine {
  readonly address: Address;
  /** Every line of every link, in the order of arrival. */
  readonly lines: string[] = [];
  readonly links: LineEngineLink[] = [];
  /** The answer to a line without its end; undefined for none yet. */
  answer: (line: string, link: LineEngineLink) => string | undefined = (line) => `re ${line}`;
  #listener: MemoryListener;
  readonly #network: MemoryNetwork;

  constructor(network: MemoryNetwork, address: Address = { kind: "tcp", host: "127.0.0.1", port: 0 }) {
    this.#network = network;
    this.#listener = network.listen(address);
    this.address = this.#listener.address;
    this.#accept();
  }

  /** The newest link; the test expects one. */
  get link(): LineEngineLink {
    const link = this.links.at(-1);
    if (link === undefined) throw new Error("nobody has connected");
    return link;
  }

  /** Ends all links and takes no new ones. */
  stop(): void {
    this.#listener.close();
    for (const link of this.links) link.connection.close();
  }
  /** After `stop`: takes connections again, at the same address. */
  restart(): void {
    this.#listener = this.#network.listen(this.address);
    this.#accept();
  }

  async #accept(): Promise<void> {
    const listener = this.#listener;
    try {
      for (;;) this.links.push(new LineEngineLink(await listener.accept() as MemoryConnection, this));
    } catch {
      // The listener is closed.
    }
  }
}

export class LineEngineLink {
  readonly lines: string[] = [];
  /** The other side has sent its end, or the link broke. */
  ended = false;
  /** While true nothing is read: the pipe fills. */
  #held: PromiseWithResolvers<void> | undefined;
  #outgoing: Promise<void> = Promise.resolve();

  constructor(readonly connection: MemoryConnection, readonly engine: LineEngine) {
    this.#read();
  }

  /** Sends text as it is. */
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
    let rest = "";
    try {
      for (;;) {
        await this.#held?.promise;
        const count = await this.connection.read(buffer);
        if (count === null) break;
        const lines = (rest + decode(buffer, 0, count)).split("\n");
        rest = lines.pop()!;
        for (const line of lines) {
          this.lines.push(line);
          this.engine.lines.push(line);
          const answer = this.engine.answer(line, this);
          if (answer !== undefined) this.send(answer + "\n");
        }
      }
    } catch {
      // The link is gone.
    }
    this.ended = true;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.connection.write(bytes.subarray(at));
  }
}
