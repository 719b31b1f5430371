/** Requests with several keys: how they are cut into parts, how the parts' replies become one. */
import { type ByteWriter, LF, SPACE } from "../../core/bytes.ts";
import { type Reply, ReplyKind } from "../../core/reply.ts";
import { Join, type KeptKeys, type KeyList, type Request } from "../../core/request.ts";
import { startsWith } from "./reply_parser.ts";

const VALUE = "VALUE ";

/** Adds the keys of get and its kin: every word from the first key on. */
export function findKeys(request: Request, keys: KeyList): void {
  for (let arg = request.keyArg; arg < request.argCount; arg++) keys.add(arg);
}

/** Writes the line again with the keys whose `partOf` is `part`. */
export function writePart(
  request: Request,
  keys: KeyList,
  partOf: Int32Array,
  part: number,
  target: Request,
  out: ByteWriter,
): void {
  let index = 0;
  const copyArg = (arg: number) => {
    if (index > 0) out.byte(SPACE);
    const from = out.length;
    out.copy(request.bytes, request.argStart(arg), request.argEnd(arg));
    target.setArg(index++, from, out.length);
  };
  for (let arg = 0; arg < request.keyArg; arg++) copyArg(arg);
  for (let i = 0; i < keys.count; i++) if (partOf[i] === part) copyArg(keys.args[i]!);
  out.ascii("\r\n");
  target.command = request.command;
  target.start = 0;
  target.end = out.length;
  target.argCount = index;
  target.keyArg = request.keyArg;
  target.cutStart = target.cutEnd = 0;
  target.quiet = 0;
}

/** One reply from those of the parts: the first error, else the values in the order of the keys, else the first reply. */
export function joinParts(
  join: Join,
  parts: readonly Reply[],
  partOf: Int32Array,
  keyCount: number,
  keys: KeptKeys,
  out: ByteWriter,
): void {
  const failed = parts.find((part) => part.kind === ReplyKind.Error);
  if (failed !== undefined) return out.copy(failed.bytes, failed.start, failed.end);
  if (join !== Join.KeyOrder) return out.copy(parts[0]!.bytes, parts[0]!.start, parts[0]!.end);
  const cursors = parts.map((part) => new ValueCursor(part));
  for (let i = 0; i < keyCount; i++) {
    const cursor = cursors[partOf[i]!]!;
    // A part has its values in the order of its own keys: if the next is not of this key, this key has none.
    if (cursor.isAtValue && keys.equals(i, cursor.bytes, cursor.keyStart, cursor.keyEnd)) cursor.copyTo(out);
  }
  out.ascii("END\r\n");
}

/** Walks the values of a reply to get. */
class ValueCursor {
  readonly bytes: Uint8Array;
  isAtValue = false;
  keyStart = 0;
  keyEnd = 0;
  #at: number;
  readonly #end: number;
  /** Behind the value's data block. */
  #after = 0;

  constructor(reply: Reply) {
    this.bytes = reply.bytes;
    this.#at = reply.start;
    this.#end = reply.end;
    this.#look();
  }

  /** Copies the value, line and data block, and goes on to the next. */
  copyTo(out: ByteWriter): void {
    out.copy(this.bytes, this.#at, this.#after);
    this.#at = this.#after;
    this.#look();
  }

  #look(): void {
    const { bytes } = this;
    this.isAtValue = startsWith(bytes, this.#at, this.#end, VALUE);
    if (!this.isAtValue) return;
    this.keyStart = this.#at + VALUE.length;
    let at = this.keyEnd = wordEnd(bytes, this.keyStart);
    at = wordEnd(bytes, at + 1) + 1;
    let length = 0;
    for (; bytes[at]! > SPACE; at++) length = length * 10 + bytes[at]! - 48;
    while (bytes[at] !== LF) at++;
    this.#after = at + 1 + length + 2;
  }
}

function wordEnd(bytes: Uint8Array, at: number): number {
  while (bytes[at] !== SPACE) at++;
  return at;
}
