import { ByteWriter, encode } from "../../core/bytes.ts";
import type { Request } from "../../core/request.ts";
import { Dialect } from "../../protocols/redis/encode.ts";
import { RedisProtocol } from "../../protocols/redis/mod.ts";

const protocol = new RedisProtocol();

/** A parsed Redis request in memory of its own: `redisRequest("SET", "key", bytes)`. RESP2 unless told otherwise. */
export function redisRequest(...args: (string | Uint8Array)[]): Request {
  const frame = new ByteWriter(256);
  frame.ascii(`*${args.length}\r\n`);
  for (const arg of args) {
    const bytes = typeof arg === "string" ? encode(arg) : arg;
    frame.ascii(`$${bytes.length}\r\n`);
    frame.copy(bytes);
    frame.ascii("\r\n");
  }
  const parser = protocol.createRequestParser({ maxRequestBytes: 1 << 30 });
  const end = parser.parse(frame.bytes, 0, frame.length);
  if (end !== frame.length) throw new Error(`no request: ${args[0]}`);
  const { request } = parser;
  request.bytes = frame.bytes;
  request.start = 0;
  request.end = end;
  request.dialect = Dialect.Resp2;
  return request;
}
