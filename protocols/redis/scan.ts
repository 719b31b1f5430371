/** SCAN's cursor: a decimal 64-bit number, the first argument of the request and the first element of the reply. */
import { type ByteWriter, CR, decode } from "../../core/bytes.ts";
import type { ScanCodec } from "../../core/protocol.ts";
import type { Reply } from "../../core/reply.ts";
import type { Request } from "../../core/request.ts";

const CURSOR_MAX = 2n ** 64n - 1n;

function readCursor(request: Request): bigint | undefined {
  const text = decode(request.arg(1));
  if (!/^\d{1,20}$/.test(text)) return undefined;
  const cursor = BigInt(text);
  return cursor > CURSOR_MAX ? undefined : cursor;
}

function writeCursor(request: Request, cursor: bigint, target: Request, out: ByteWriter): void {
  out.ascii(`*${request.argCount}\r\n`);
  for (let arg = 0; arg < request.argCount; arg++) {
    const bytes = arg === 1 ? undefined : request.arg(arg);
    const text = bytes === undefined ? cursor.toString() : "";
    out.ascii(`$${bytes?.length ?? text.length}\r\n`);
    const start = out.length;
    if (bytes === undefined) out.ascii(text);
    else out.copy(bytes);
    target.setArg(arg, start, out.length);
    out.ascii("\r\n");
  }
  target.command = request.command;
  target.start = 0;
  target.end = out.length;
  target.argCount = request.argCount;
  target.keyArg = 0;
  target.cutStart = target.cutEnd = 0;
  target.quiet = 0;
}

/** `*2\r\n$3\r\n123\r\n` and what was found. */
function writeReply(reply: Reply, replace: (cursor: bigint) => bigint, out: ByteWriter): void {
  const { bytes, start, end } = reply;
  const lengthLine = lineEnd(bytes, start) + 2;
  const cursorLine = lineEnd(bytes, lengthLine) + 2;
  const rest = lineEnd(bytes, cursorLine);
  const cursor = replace(BigInt(decode(bytes, cursorLine, rest))).toString();
  out.copy(bytes, start, lengthLine);
  out.ascii(`$${cursor.length}\r\n${cursor}`);
  out.copy(bytes, rest, end);
}

function lineEnd(bytes: Uint8Array, at: number): number {
  while (bytes[at] !== CR) at++;
  return at;
}

export const scanCodec: ScanCodec = { readCursor, writeCursor, writeReply };
