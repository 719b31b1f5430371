/**
 * A Memcached text client for tests that compare replies to the byte: sends what it is given as it is, and returns each reply
 * whole. It shares no code with the product, so a fault there cannot hide here. Bytes are text, one character each.
 */

/** Asks for the one reply that nothing else gives; all before it were sent before. */
const BARRIER = "mn\r\n";
const BARRIER_REPLY = "MN\r\n";

export class MemcachedClient {
  readonly #connection: Deno.Conn;
  readonly #buffer = new Uint8Array(65_536);
  #received = "";

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** Connects to 127.0.0.1. */
  static async connect(port: number): Promise<MemcachedClient> {
    return new MemcachedClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends requests, however many replies they get, and returns those. Throws when the other side ends the connection. */
  async ask(requests: string): Promise<string[]> {
    const sending = this.send(requests + BARRIER);
    const replies: string[] = [];
    for (let reply = await this.receive(); reply !== BARRIER_REPLY; reply = await this.receive()) replies.push(reply);
    await sending;
    return replies;
  }

  /** Sends text as it is. */
  async send(text: string): Promise<void> {
    const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  /** The next reply, with all its lines. Throws at the end of the stream. */
  async receive(): Promise<string> {
    let end = replyEnd(this.#received);
    while (end < 0) {
      if (!await this.#read()) throw new Error(`the connection ended behind ${JSON.stringify(this.#received)}`);
      end = replyEnd(this.#received);
    }
    const reply = this.#received.slice(0, end);
    this.#received = this.#received.slice(end);
    return reply;
  }

  /** All that comes until the other side ends the stream. */
  async rest(): Promise<string> {
    while (await this.#read());
    return this.#received;
  }

  async #read(): Promise<boolean> {
    const count = await this.#connection.read(this.#buffer);
    if (count === null) return false;
    for (let at = 0; at < count; at++) this.#received += String.fromCharCode(this.#buffer[at]!);
    return true;
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }
}

/** Where the first reply in `text` ends, or -1 when it is not whole. */
function replyEnd(text: string): number {
  for (let at = 0;;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) return -1;
    const words = text.slice(at, lineEnd).split(" ");
    at = lineEnd + 2;
    if (words[0] === "STAT") continue;
    if (words[0] !== "VALUE" && words[0] !== "VA") return at;
    at += Number(words[words[0] === "VA" ? 1 : 3]) + 2;
    if (text.length < at) return -1;
    if (words[0] === "VA") return at;
  }
}
