/**
 * The smallest protocol that has every feature the core asks of one, so that the core is tested without a real one. A
 * request and a reply are a line of words each:
 *
 *     get k            one key, read            ->  anything up to the line end
 *     put k v          one key, write           ->  !text is an error, >text a push
 *     put k v quiet    " quiet" is cut before it is sent on; the reply is not wanted unless it is an error
 *     members k        one key, its words have no order
 *     together k k     keys that must share an owner
 *     gets k k ...     split, the parts' words put back in the order of the keys
 *     drops k k ...    split, the sum
 *     flush, keys      every node: all must succeed; all the words
 *     ping, dialect n, quit, vanish, secret     answered by the node
 *
 * A line with a zero byte in it is malformed, and so is one that is too long. Dialect 1 is what `hello 1` begins on a link.
 */
import { ByteWriter, decode, encode, LF, SPACE } from "../../core/bytes.ts";
import type { NodeView } from "../../core/node_view.ts";
import {
  After,
  type Credentials,
  type Greeting,
  INCOMPLETE,
  INVALID,
  type ParserLimits,
  type Protocol,
  type ReplyParser,
  type RequestParser,
} from "../../core/protocol.ts";
import { type Failure, Reply, ReplyKind } from "../../core/reply.ts";
import { Access, type Command, Join, type KeyList, Request, Routing } from "../../core/request.ts";
import type { Session } from "../../core/session.ts";

const rows: readonly Omit<Command, "id">[] = [
  { ...row("unknown", Access.None, Routing.Local), standIn: true },
  row("ping", Access.None, Routing.Local),
  row("dialect", Access.None, Routing.Local),
  row("quit", Access.None, Routing.Local),
  row("vanish", Access.None, Routing.Local),
  { ...row("secret", Access.None, Routing.Refused), refusal: "secret is not told" },
  row("get", Access.Read, Routing.Owner),
  row("put", Access.Write, Routing.Owner),
  { ...row("members", Access.Read, Routing.Owner), unordered: true },
  row("together", Access.Read, Routing.SameOwner),
  { ...row("gets", Access.Read, Routing.Split), join: Join.KeyOrder },
  { ...row("drops", Access.Write, Routing.Split), join: Join.Sum },
  { ...row("flush", Access.Write, Routing.AllNodes), join: Join.AllSucceeded },
  { ...row("keys", Access.Read, Routing.AllNodes), join: Join.Concat },
];

function row(name: string, access: Access, routing: Routing): Omit<Command, "id"> {
  return { name, access, routing, join: Join.None, unordered: false };
}

export const lineCommands: readonly Command[] = rows.map((command, id) => ({ ...command, id }));

/** The row of a command that must exist. */
export function lineCommand(name: string): Command {
  const command = lineCommands.find((candidate) => candidate.name === name);
  if (command === undefined) throw new Error(`no such command: ${name}`);
  return command;
}

/** The whole line as a parsed request, of its own memory. */
export function lineRequest(line: string, affinity = 0, dialect = 0): Request {
  const parser = new LineRequestParser(1 << 20);
  const bytes = encode(line + "\n");
  if (parser.parse(bytes, 0, bytes.length) !== bytes.length) throw new Error(`not one line: ${JSON.stringify(line)}`);
  parser.request.affinity = affinity;
  parser.request.dialect = dialect;
  return parser.request;
}

/** The whole line as a parsed reply, of its own memory. */
export function lineReply(line: string): Reply {
  const parser = new LineReplyParser(1 << 20);
  const bytes = encode(line + "\n");
  if (parser.parse(bytes, 0, bytes.length) !== bytes.length) throw new Error(`not one line: ${JSON.stringify(line)}`);
  return parser.reply;
}

export interface LineProtocolOptions {
  /** 2: there are links that begin with `hello 1`. */
  readonly dialects?: 1 | 2;
}

export class LineProtocol implements Protocol {
  readonly name = "redis";
  readonly commands = lineCommands;
  readonly joinsByKey = false;
  readonly dialects: readonly string[];
  readonly probe = encode("ping\n");
  readonly peerProbe = this.probe;

  constructor({ dialects = 1 }: LineProtocolOptions = {}) {
    this.dialects = ["plain", "fancy"].slice(0, dialects);
  }

  createRequestParser(limits: ParserLimits): RequestParser {
    return new LineRequestParser(limits.maxRequestBytes);
  }
  createReplyParser(maxReplyBytes: number): ReplyParser {
    return new LineReplyParser(maxReplyBytes);
  }
  createSession(_node: NodeView): Session {
    return { dialect: 0, admitted: true, readConsistency: undefined, writeConsistency: undefined };
  }

  answer(request: Request, session: Session, _node: NodeView, out: ByteWriter): After {
    switch (request.command.name) {
      case "ping":
        out.ascii("pong\n");
        return After.Continue;
      case "dialect":
        session.dialect = Number(decode(request.arg(1)));
        out.ascii(`dialect ${session.dialect}\n`);
        return After.Continue;
      case "quit":
        out.ascii("bye\n");
        return After.Close;
      case "vanish":
        return After.Drop;
      default:
        out.ascii(`!${request.command.refusal ?? "unknown command"}\n`);
        return After.Continue;
    }
  }

  findKeys(request: Request, keys: KeyList): void {
    for (let arg = 1; arg < request.argCount; arg++) keys.add(arg);
  }

  writePart(request: Request, keys: KeyList, partOf: Int32Array, part: number, target: Request, out: ByteWriter): void {
    out.ascii(request.command.name);
    let count = 1;
    for (let i = 0; i < keys.count; i++) {
      if (partOf[i] !== part) continue;
      out.byte(SPACE);
      const from = out.length;
      out.copy(request.bytes, request.argStart(keys.args[i]!), request.argEnd(keys.args[i]!));
      target.setArg(count++, from, out.length);
    }
    out.byte(LF);
    target.command = request.command;
    target.setArg(0, 0, request.command.name.length);
    target.argCount = count;
    target.keyArg = 1;
    target.start =
      target.cutStart =
      target.cutEnd =
      target.quiet =
        0;
    target.end = out.length;
  }

  joinParts(
    join: Join,
    parts: readonly Reply[],
    partOf: Int32Array,
    keyCount: number,
    _dialect: number,
    out: ByteWriter,
  ): void {
    const error = parts.find((part) => part.kind === ReplyKind.Error);
    if (error !== undefined) return out.copy(error.bytes, error.start, error.end);
    const words = parts.map(wordsOf);
    if (join === Join.KeyOrder) {
      const next = words.map(() => 0);
      const ordered = Array.from({ length: keyCount }, (_, key) => words[partOf[key]!]![next[partOf[key]!]!++]!);
      out.text(ordered.join(" ") + "\n");
    } else if (join === Join.Sum) {
      out.text(`${words.reduce((sum, [word]) => sum + Number(word), 0)}\n`);
    } else if (join === Join.Concat) {
      out.text(words.flat().join(" ") + "\n");
    } else {
      out.copy(parts[0]!.bytes, parts[0]!.start, parts[0]!.end);
    }
  }

  equalUnordered(_command: Command, a: Reply, b: Reply): boolean {
    return wordsOf(a).sort().join(" ") === wordsOf(b).sort().join(" ");
  }
  /** C knows all but the secret. */
  isClassic(request: Request): boolean {
    return request.command.name !== "secret";
  }
  isSuppressed(quiet: number, reply: Reply): boolean {
    return quiet === 1 && reply.kind !== ReplyKind.Error;
  }
  isError(bytes: Uint8Array, start: number): boolean {
    return bytes[start] === BANG;
  }
  errorName(bytes: Uint8Array, start: number, end: number): string {
    return decode(bytes, start + 1, end).trim().split(" ")[0]!;
  }
  meantBy(): Command | undefined {
    return undefined;
  }
  secretArgs({ name }: Command): readonly number[] {
    return name === "secret" ? [1] : [];
  }
  writeFailure(failure: Failure, _dialect: number, out: ByteWriter): void {
    out.text(`!${failure}\n`);
  }
  writeProblem(problem: string, out: ByteWriter): void {
    out.text(`!${problem}\n`);
  }

  greeting(dialect: number, credentials: Credentials): Greeting | undefined {
    const lines: string[] = [];
    if (dialect > 0) lines.push(`hello ${dialect}\n`);
    if (credentials.password !== undefined) lines.push(`auth ${credentials.password}\n`);
    return lines.length === 0 ? undefined : { bytes: encode(lines.join("")), replies: lines.length, mustSucceed: true };
  }
}

function wordsOf(reply: Reply): string[] {
  return decode(reply.bytes, reply.start, reply.end).trim().split(" ");
}

/** Finds the end of a line, looking at no byte twice. */
abstract class LineParser {
  problem = "";
  #scanned = 0;
  readonly #bytesMax: number;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get needed(): number {
    return this.#scanned + 1;
  }
  reset(): void {
    this.#scanned = 0;
  }

  parse(bytes: Uint8Array, frame: number, end: number): number {
    for (let at = frame + this.#scanned; at < end; at++) {
      if (bytes[at] === 0) return this.#invalid("zero byte");
      if (at - frame >= this.#bytesMax) return this.#invalid(`line is longer than ${this.#bytesMax} bytes`);
      if (bytes[at] !== LF) continue;
      this.#scanned = 0;
      this.framed(bytes, frame, at + 1);
      return at + 1;
    }
    this.#scanned = end - frame;
    return INCOMPLETE;
  }

  protected abstract framed(bytes: Uint8Array, start: number, end: number): void;

  #invalid(problem: string): number {
    this.problem = problem;
    return INVALID;
  }
}

class LineRequestParser extends LineParser implements RequestParser {
  readonly request = new Request(lineCommands[0]!);

  protected framed(bytes: Uint8Array, start: number, end: number): void {
    const { request } = this;
    request.bytes = bytes;
    request.start = start;
    request.end = end;
    request.quiet =
      request.cutStart =
      request.cutEnd =
      request.argCount =
        0;
    for (let at = start; at < end - 1;) {
      let stop = at;
      while (stop < end - 1 && bytes[stop] !== SPACE) stop++;
      request.setArg(request.argCount++, at - start, stop - start);
      at = stop + 1;
    }
    if (request.argCount === 0) return;
    const word = decode(request.arg(0));
    request.command = lineCommands.find((command) => command.name === word) ?? lineCommands[0]!;
    request.keyArg = request.argCount > 1 ? 1 : 0;
    if (request.argCount > 1 && decode(request.arg(request.argCount - 1)) === "quiet") {
      request.cutEnd = end - 1 - start;
      request.cutStart = request.cutEnd - " quiet".length;
      request.quiet = 1;
      request.argCount--;
    }
  }
}

const MORE = 62; // >
const BANG = 33; // !

class LineReplyParser extends LineParser implements ReplyParser {
  readonly reply = new Reply();

  protected framed(bytes: Uint8Array, start: number, end: number): void {
    const mark = bytes[start];
    this.reply.set(
      bytes,
      start,
      end,
      mark === BANG ? ReplyKind.Error : mark === MORE ? ReplyKind.Push : ReplyKind.Value,
    );
  }
}
