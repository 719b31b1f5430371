/**
 * The arguments of a request in few bytes, for whoever has to name it when its own bytes are gone. Shortened as Redis' slow log
 * does: at most 32 arguments, of which the last then counts the rest, and of each the first 128 bytes.
 *
 *     GET k             03 G E T 01 k
 *     SET k <300 bytes> 03 S E T 01 k ff 00 00 01 2c <its first 128 bytes>
 */
import { copyBytes, encode } from "./bytes.ts";
import type { Request } from "./request.ts";

const ARGS_MAX = 32;
const ARG_BYTES_MAX = 128;
/** Stands for a length above `ARG_BYTES_MAX`, which follows in four bytes. */
const LONG = 255;
/** The longest text. */
export const TEXT_BYTES_MAX = ARGS_MAX * (1 + 4 + ARG_BYTES_MAX);

/** Room that the text of this request needs at most. */
export function textRoom(request: Request): number {
  return Math.min(TEXT_BYTES_MAX, request.end - request.start + request.argCount * (1 + 4));
}

/** Writes the text of `request` to `target` at `at`, where there is `textRoom`. Returns the offset behind it. */
export function writeText(request: Request, target: Uint8Array, at: number): number {
  const { bytes, start, offsets, argCount } = request;
  const kept = argCount > ARGS_MAX ? ARGS_MAX - 1 : argCount;
  for (let i = 0; i < kept; i++) {
    const from = start + offsets[2 * i]!;
    const length = start + offsets[2 * i + 1]! - from;
    if (length <= ARG_BYTES_MAX) {
      target[at] = length;
      at = copyBytes(bytes, from, from + length, target, at + 1);
    } else {
      target[at] = LONG;
      target[at + 1] = length >>> 24;
      target[at + 2] = length >>> 16;
      target[at + 3] = length >>> 8;
      target[at + 4] = length;
      at = copyBytes(bytes, from, from + ARG_BYTES_MAX, target, at + 5);
    }
  }
  return at;
}

/** The arguments of the text `bytes[at, ...)` of a request that had `argCount`, as Redis' slow log shows them. */
export function readText(bytes: Uint8Array, at: number, argCount: number): Uint8Array[] {
  const args: Uint8Array[] = [];
  const kept = argCount > ARGS_MAX ? ARGS_MAX - 1 : argCount;
  for (let i = 0; i < kept; i++) {
    const length = bytes[at++]!;
    if (length !== LONG) {
      args.push(bytes.slice(at, at + length));
      at += length;
      continue;
    }
    const whole = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at);
    const more = encode(`... (${whole - ARG_BYTES_MAX} more bytes)`);
    const arg = new Uint8Array(ARG_BYTES_MAX + more.length);
    arg.set(bytes.subarray(at + 4, at + 4 + ARG_BYTES_MAX));
    arg.set(more, ARG_BYTES_MAX);
    args.push(arg);
    at += 4 + ARG_BYTES_MAX;
  }
  if (argCount > kept) args.push(encode(`... (${argCount - kept} more arguments)`));
  return args;
}
