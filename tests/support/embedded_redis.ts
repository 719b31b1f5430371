/**
 * The embedded engine in memory, asked in words and answering in words, without a network or a node around it:
 *
 *     using redis = new EmbeddedRedis();
 *     redis.run("RPUSH list a b c");        // "3"
 *     redis.run("LRANGE list 0 -1");        // "[a b c]"
 *     redis.args("SET", "key", "two words") // "OK"
 *
 * Answers: `OK` and `3` as they are, null as `nil`, errors as `-ERR ...`, bulk strings bare (the empty one as ""), arrays as
 * `[...]`, and in RESP3 maps as `{...}`, sets as `~[...]`, doubles as `,1.5`.
 */
import { ByteWriter, encode } from "../../core/bytes.ts";
import { SeededRandom } from "../../core/random.ts";
import { type Engine, openEngine } from "../../core/storage/embedded/engine.ts";
import { RedisExecutor } from "../../core/storage/embedded/redis_executor.ts";
import { RespWriter } from "../../protocols/redis/encode.ts";
import { RedisProtocol } from "../../protocols/redis/mod.ts";
import { SimClock } from "./sim_clock.ts";

const protocol = new RedisProtocol();

export class EmbeddedRedis implements Disposable {
  readonly clock = new SimClock();
  readonly engine: Engine;
  readonly #executor: RedisExecutor;
  /** 0 for RESP2, 1 for RESP3. */
  dialect = 0;

  constructor(path = ":memory:", seed = 1) {
    this.engine = openEngine({ path, clock: this.clock, random: new SeededRandom(seed), synchronous: "off" });
    this.#executor = new RedisExecutor(
      this.engine,
      protocol.commands,
      (out, dialect) => new RespWriter(out, dialect),
    );
  }

  /** One command, its arguments separated by single spaces; `""` is the empty argument. */
  run(line: string): string {
    return this.args(...line.split(" ").map((word) => word === '""' ? "" : word));
  }

  /** One command, argument by argument; a string stands for its UTF-8 bytes. */
  args(...args: (string | Uint8Array)[]): string {
    const frame = new ByteWriter(256);
    frame.ascii(`*${args.length}\r\n`);
    for (const arg of args) {
      const bytes = typeof arg === "string" ? encode(arg) : arg;
      frame.ascii(`$${bytes.length}\r\n`);
      frame.copy(bytes);
      frame.ascii("\r\n");
    }
    const parser = protocol.createRequestParser({ maxRequestBytes: 1 << 30 });
    if (parser.parse(frame.bytes, 0, frame.length) !== frame.length) throw new Error(`no request: ${args[0]}`);
    const { request } = parser;
    request.bytes = frame.bytes;
    request.dialect = this.dialect;
    const out = new ByteWriter(256);
    this.#executor.execute(request, out);
    this.engine.db.commit();
    return new Shown(out.bytes.subarray(0, out.length)).whole();
  }

  [Symbol.dispose](): void {
    this.engine.close();
  }
}

/** Reads one RESP value and says it in words. */
class Shown {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The value, which must be all there is. */
  whole(): string {
    const text = this.#value();
    if (this.#at !== this.#bytes.length) throw new Error(`bytes behind the reply ${text}`);
    return text;
  }

  #value(): string {
    const [type, ...rest] = this.#line();
    const line = rest.join("");
    switch (type) {
      case "+":
      case ":":
        return line;
      case "-":
      case ",":
      case "#":
        return `${type}${line}`;
      case "_":
        return "nil";
      case "$":
        return line === "-1" ? "nil" : this.#bulk(Number(line));
      case "*":
        return line === "-1" ? "nil" : `[${this.#values(Number(line))}]`;
      case "~":
        return `~[${this.#values(Number(line))}]`;
      case "%":
        return `{${this.#values(Number(line) * 2)}}`;
      default:
        throw new Error(`no RESP type: ${type}`);
    }
  }

  #line(): string {
    const end = this.#bytes.indexOf(13, this.#at);
    if (end < 0) throw new Error("a reply without its line end");
    const text = latin1(this.#bytes.subarray(this.#at, end));
    this.#at = end + 2;
    return text;
  }

  #bulk(length: number): string {
    const text = latin1(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length + 2;
    return text === "" ? '""' : text;
  }

  #values(count: number): string {
    return Array.from({ length: count }, () => this.#value()).join(" ");
  }
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
