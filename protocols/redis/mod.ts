/** Redis: RESP2 and RESP3 to clients, the same to a Redis server behind the node. */
import { type ByteWriter, encode } from "../../core/bytes.ts";
import type { NodeView } from "../../core/node_view.ts";
import type { Credentials, Greeting, ParserLimits, Protocol } from "../../core/protocol.ts";
import type { Failure, Reply } from "../../core/reply.ts";
import type { Command, Join, KeyList, Request } from "../../core/request.ts";
import type { Session } from "../../core/session.ts";
import { answer } from "./answer.ts";
import { isClassic } from "./classic_commands.ts";
import { CommandTable } from "./command_table.ts";
import { Dialect } from "./encode.ts";
import { equalUnordered, findKeys, joinParts, readsUnnamedKeys, writePart } from "./multi_key.ts";
import { RedisReplyParser } from "./reply_parser.ts";
import { RedisRequestParser } from "./request_parser.ts";
import { errorName } from "./error_name.ts";
import { scanCodec } from "./scan.ts";
import { secretArgs } from "./secret_args.ts";
import { RedisSession } from "./session.ts";

/** First byte of an error, and of one as RESP3 may write it. */
const MINUS = 45;
const BANG = 33;

export class RedisProtocol implements Protocol {
  readonly name = "redis";
  readonly dialects = ["RESP2", "RESP3"];
  readonly joinsByKey = false;
  readonly table = new CommandTable();
  readonly commands = this.table.rows;
  readonly probe = encode("*1\r\n$4\r\nPING\r\n");
  readonly peerProbe = this.probe;
  readonly isClassic = isClassic;
  readonly readsUnnamedKeys = readsUnnamedKeys;
  readonly scan = scanCodec;
  readonly notAdmitted = "NOAUTH";
  readonly secretArgs = secretArgs;

  createRequestParser(limits: ParserLimits, session?: Session): RedisRequestParser {
    return new RedisRequestParser(this.table, limits, session);
  }
  createReplyParser(maxReplyBytes: number): RedisReplyParser {
    return new RedisReplyParser(maxReplyBytes);
  }
  createSession(node: NodeView): RedisSession {
    return new RedisSession(node);
  }
  answer(request: Request, session: Session, node: NodeView, out: ByteWriter) {
    return answer(request, session as RedisSession, node, this.table, out);
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
  ): void {
    joinParts(join, parts, partOf, keyCount, out);
  }
  equalUnordered(command: Command, a: Reply, b: Reply): boolean {
    return equalUnordered(a, b, command.name === "hgetall");
  }
  isSuppressed(): boolean {
    return false;
  }
  isError(bytes: Uint8Array, start: number): boolean {
    return bytes[start] === MINUS || bytes[start] === BANG;
  }
  errorName = errorName;
  meantBy(request: Request): Command | undefined {
    return this.table.meantBy(request);
  }
  writeFailure(failure: Failure, _dialect: number, out: ByteWriter): void {
    out.ascii("-ERR ");
    out.text(failure.toString().replace(/[\r\n]/g, " "));
    out.ascii("\r\n");
  }
  writeProblem(problem: string, out: ByteWriter): void {
    out.ascii("-ERR ");
    out.text(problem.replace(/[\r\n]/g, " "));
    out.ascii("\r\n");
  }

  /** HELLO 3 for RESP3 links; AUTH and SELECT where they are configured. A RESP2 link to an open server needs no greeting. */
  greeting(dialect: number, credentials: Credentials): Greeting | undefined {
    const commands: string[][] = [];
    const { username, password, database } = credentials;
    if (password !== undefined) {
      commands.push(username === undefined ? ["AUTH", password] : ["AUTH", username, password]);
    }
    if (dialect === Dialect.Resp3) commands.push(["HELLO", "3"]);
    if (database !== undefined && database > 0) commands.push(["SELECT", String(database)]);
    if (commands.length === 0) return undefined;
    const text = commands.map((words) =>
      `*${words.length}\r\n${words.map((word) => `$${encode(word).length}\r\n${word}\r\n`).join("")}`
    ).join("");
    return { bytes: encode(text), replies: commands.length, mustSucceed: true };
  }
}
