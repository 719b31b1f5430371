/**
 * Memcached: the classic text protocol and the meta commands, to clients and to a memcached behind the node. Replies of a
 * server pair with its requests in order, so nothing is sent on that gets no answer: see command_line.ts.
 */
import { type ByteWriter, CR, decode, encode, SPACE } from "../../core/bytes.ts";
import type { NodeView } from "../../core/node_view.ts";
import type { Greeting, ParserLimits, Protocol } from "../../core/protocol.ts";
import type { Failure, Reply } from "../../core/reply.ts";
import type { Command, Join, KeptKeys, KeyList, Request } from "../../core/request.ts";
import type { Session } from "../../core/session.ts";
import { answer } from "./answer.ts";
import { commands, findCommand, Quiet } from "./commands.ts";
import { findKeys, joinParts, writePart } from "./multi_key.ts";
import { isError, MemcachedReplyParser, startsWith } from "./reply_parser.ts";
import { MemcachedRequestParser } from "./request_parser.ts";

const classicWrites = new Set([
  "set",
  "add",
  "replace",
  "append",
  "prepend",
  "cas",
  "incr",
  "decr",
  "delete",
  "touch",
]);

export class MemcachedProtocol implements Protocol {
  readonly name = "memcached";
  readonly dialects = ["text"];
  readonly commands = commands;
  readonly joinsByKey = true;
  readonly probe = encode("version\r\n");
  /** C Dynomite does not know `version`. Subtracting nothing changes nothing, and nobody has this key. */
  readonly peerProbe = encode("decr dynomite:alive? 0\r\n");

  createRequestParser(limits: ParserLimits): MemcachedRequestParser {
    return new MemcachedRequestParser(limits);
  }
  createReplyParser(maxReplyBytes: number): MemcachedReplyParser {
    return new MemcachedReplyParser(maxReplyBytes);
  }
  createSession(): Session {
    return { dialect: 0, admitted: true, readConsistency: undefined, writeConsistency: undefined };
  }
  answer(request: Request, _session: Session, node: NodeView, out: ByteWriter) {
    return answer(request, node, out);
  }
  findKeys(request: Request, keys: KeyList): void {
    findKeys(request, keys);
  }
  writePart(request: Request, keys: KeyList, partOf: Int32Array, part: number, target: Request, out: ByteWriter): void {
    writePart(request, keys, partOf, part, target, out);
  }
  joinParts(
    join: Join,
    parts: readonly Reply[],
    partOf: Int32Array,
    keyCount: number,
    _dialect: number,
    out: ByteWriter,
    keys: KeptKeys,
  ): void {
    joinParts(join, parts, partOf, keyCount, keys, out);
  }
  /** A `get` may end a C Dynomite node (behaviour seen in 0.6.21), so only writes go to one. */
  isClassic({ command }: Request): boolean {
    return classicWrites.has(command.name);
  }
  /** No reply is without order: values stand in the order of the keys. */
  equalUnordered(): boolean {
    return false;
  }
  isSuppressed(quiet: number, { bytes, start, end }: Reply): boolean {
    switch (quiet) {
      case Quiet.Everything:
        return true;
      case Quiet.Miss:
        return startsWith(bytes, start, end, "EN");
      case Quiet.Done:
        return startsWith(bytes, start, end, "HD");
      case Quiet.Result:
        return startsWith(bytes, start, end, "HD") || startsWith(bytes, start, end, "VA");
      default:
        return false;
    }
  }
  isError = isError;
  /** `ERROR`, `CLIENT_ERROR`, `SERVER_ERROR`. */
  errorName(bytes: Uint8Array, start: number, end: number): string {
    let to = start;
    while (to < end && bytes[to] !== SPACE && bytes[to] !== CR) to++;
    return decode(bytes, start, to);
  }
  meantBy(request: Request): Command | undefined {
    return findCommand(request.bytes, request.argStart(0), request.argEnd(0));
  }
  writeFailure(failure: Failure, _dialect: number, out: ByteWriter): void {
    writeError("SERVER_ERROR", failure.toString(), out);
  }
  writeProblem(problem: string, out: ByteWriter): void {
    writeError("CLIENT_ERROR", problem, out);
  }
  /** A memcached needs no first words. */
  greeting(): Greeting | undefined {
    return undefined;
  }
}

function writeError(kind: string, text: string, out: ByteWriter): void {
  out.ascii(`${kind} `);
  out.text(text.replace(/[\r\n]/g, " "));
  out.ascii("\r\n");
}
