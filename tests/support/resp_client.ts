/**
 * A Redis client for tests that compare replies to the byte: sends commands as they are given, pipelined, and returns each
 * reply whole and raw beside its parsed form. It shares no code with the product, so a fault there cannot hide here.
 */
import { parseReply, type RespReply } from "./resp_value.ts";

/** One argument; text is sent as UTF-8, a number in decimal. */
export type Arg = string | number | Uint8Array;
/** A command with its arguments. */
export type Args = readonly Arg[];

const encoder = new TextEncoder();

/** The bytes of one argument. */
export function argBytes(arg: Arg): Uint8Array {
  return arg instanceof Uint8Array ? arg : encoder.encode(String(arg));
}

/** One command as RESP. */
export function encodeCommand(args: Args): Uint8Array[] {
  const parts: Uint8Array[] = [encoder.encode(`*${args.length}\r\n`)];
  for (const arg of args) {
    const bytes = argBytes(arg);
    parts.push(encoder.encode(`$${bytes.length}\r\n`), bytes, encoder.encode("\r\n"));
  }
  return parts;
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export class RespClient {
  readonly #connection: Deno.Conn;
  #received = new Uint8Array(65_536);
  #start = 0;
  #end = 0;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** `protocol` 3 says HELLO 3 first, and throws if that is refused. */
  static async connect(port: number, protocol: 2 | 3 = 2, hostname = "127.0.0.1"): Promise<RespClient> {
    const client = new RespClient(await Deno.connect({ hostname, port }));
    if (protocol === 3) {
      const hello = await client.call("HELLO", "3");
      if (hello.type !== "%") throw new Error(`HELLO 3 got ${JSON.stringify(new TextDecoder().decode(hello.raw))}`);
    }
    return client;
  }

  /** Sends one command and returns its reply. */
  async call(...args: Arg[]): Promise<RespReply> {
    return (await this.pipeline([args]))[0]!;
  }

  /** Sends all commands at once and returns their replies, in order. Throws when the connection ends before the last. */
  async pipeline(commands: readonly Args[]): Promise<RespReply[]> {
    const [, replies] = await Promise.all([
      this.send(joined(commands.flatMap(encodeCommand))),
      this.replies(commands.length),
    ]);
    return replies;
  }

  /** Writes raw bytes. */
  async send(bytes: Uint8Array): Promise<void> {
    for (let sent = 0; sent < bytes.length;) sent += await this.#connection.write(bytes.subarray(sent));
  }

  /** Reads the next `count` replies. */
  async replies(count: number): Promise<RespReply[]> {
    const replies: RespReply[] = [];
    while (replies.length < count) {
      const reply = parseReply(this.#received, this.#start, this.#end);
      if (reply === undefined) {
        if (!await this.#read()) {
          throw new Error(`the connection ended after ${replies.length} of ${count} replies`);
        }
        continue;
      }
      this.#start += reply.raw.length;
      replies.push({ ...reply, raw: reply.raw.slice() });
    }
    return replies;
  }

  close(): void {
    this.#connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #read(): Promise<boolean> {
    const kept = this.#end - this.#start;
    if (this.#end === this.#received.length) {
      const target = kept * 2 > this.#received.length ? new Uint8Array(this.#received.length * 2) : this.#received;
      target.set(this.#received.subarray(this.#start, this.#end));
      this.#received = target;
      this.#start = 0;
      this.#end = kept;
    }
    const count = await this.#connection.read(this.#received.subarray(this.#end));
    this.#end += count ?? 0;
    return count !== null;
  }
}
