/**
 * What a node says by itself: the commands that concern the connection, the node or the command table, and the errors for what
 * cannot go further. The handlers are in answers/, one file per subject; here they are found and called.
 */
import { ByteWriter, decode } from "../../core/bytes.ts";
import type { NodeView } from "../../core/node_view.ts";
import { After } from "../../core/protocol.ts";
import { type Request, Routing } from "../../core/request.ts";
import { commandAnswers } from "./answers/commands.ts";
import { clientAnswers } from "./answers/client.ts";
import { connectionAnswers } from "./answers/connection.ts";
import { helpAnswers } from "./answers/help.ts";
import { serverAnswers } from "./answers/server.ts";
import type { CommandTable } from "./command_table.ts";
import { RespWriter } from "./encode.ts";
import type { RedisSession } from "./session.ts";

/** What a handler gets. `args[0]` is the command's name, for a subcommand `args[1]` its own. */
export interface Ask {
  readonly args: readonly string[];
  readonly request: Request;
  readonly session: RedisSession;
  readonly node: NodeView;
  readonly table: CommandTable;
  readonly out: RespWriter;
}

/** Answers one command; returns what the connection does next when it is not just to go on. */
export type Answer = (ask: Ask) => After | void;

/** By the command's name: every row that is Routing.Local and can be called has one. */
export const answers: Readonly<Record<string, Answer>> = {
  ...helpAnswers,
  ...connectionAnswers,
  ...clientAnswers,
  ...commandAnswers,
  ...serverAnswers,
};

/** Commands a client may send before it gave the password. */
const beforeAdmission = new Set(["auth", "hello", "quit", "reset"]);

const PING = "ping";
const QUOTE = 39;

/** Answers `request`. See Protocol.answer. */
export function answer(
  request: Request,
  session: RedisSession,
  node: NodeView,
  table: CommandTable,
  out: ByteWriter,
): After {
  const { command } = request;
  const writer = new RespWriter(out, session.dialect);
  if (command === table.unknown) return unknownCommand(request, writer);
  if (command === table.http) return http(session, node);
  if (command === table.wrongArity) return wrongArity(request, table, writer);
  if (command === table.unknownSubcommand) return unknownSubcommand(request, writer);
  if (!session.admitted && !beforeAdmission.has(command.name)) {
    writer.error("NOAUTH Authentication required.");
    return After.Continue;
  }
  if (command.routing === Routing.Refused) {
    writer.error(`ERR ${command.name.replace("|", " ").replace(/[()]/g, "").toUpperCase()}: ${command.refusal}`);
    return After.Continue;
  }
  if (command.name === PING && request.argCount === 1) {
    writer.status("PONG");
    return After.Continue;
  }
  const handler = answers[command.name]!;
  const args: string[] = [];
  for (let i = 0; i < request.argCount; i++) args.push(decode(request.arg(i)));
  return handler({ args, request, session, node, table, out: writer }) ?? After.Continue;
}

/** Redis quotes at most so many bytes of a client's own words. */
const QUOTED_BYTES_MAX = 128;

/** Redis' own text: the name, then arguments in quotes until they have filled 128 bytes. */
function unknownCommand(request: Request, out: RespWriter): After {
  const words = new ByteWriter();
  for (let i = 1; i < request.argCount && words.length < QUOTED_BYTES_MAX; i++) {
    const room = QUOTED_BYTES_MAX - words.length;
    words.byte(QUOTE);
    words.copy(quotable(request.arg(i), room));
    words.ascii("' ");
  }
  const name = quotable(request.arg(0), QUOTED_BYTES_MAX);
  out.errorParts("ERR unknown command '", name, "', with args beginning with: ", words.take());
  return After.Continue;
}

function wrongArity(request: Request, table: CommandTable, out: RespWriter): After {
  const name = decode(request.arg(0)).toLowerCase();
  const sub = request.argCount > 1 ? `${name}|${decode(request.arg(1)).toLowerCase()}` : "";
  out.error(`ERR wrong number of arguments for '${table.find(sub) ? sub : name}' command`);
  return After.Continue;
}

function unknownSubcommand(request: Request, out: RespWriter): After {
  const name = decode(request.arg(0)).toUpperCase();
  const sub = quotable(request.arg(1), QUOTED_BYTES_MAX);
  out.errorParts("ERR unknown subcommand '", sub, `'. Try ${name} HELP.`);
  return After.Continue;
}

/** The start of a client's word that an error shows: up to a zero byte, as in C. */
function quotable(bytes: Uint8Array, most: number): Uint8Array {
  const zero = bytes.indexOf(0);
  return bytes.subarray(0, Math.min(zero < 0 ? bytes.length : zero, most));
}

/**
 * A browser that was led here by a foreign page sends its request line and headers, and in the body the commands that somebody
 * wants run. Redis ends such a connection without a word, and so do we.
 */
function http(session: RedisSession, node: NodeView): After {
  let remote = "a client";
  for (const client of node.clients()) if (client.session === session) remote = client.remote;
  node.logger.warn("{client} speaks HTTP to the Redis port, perhaps on behalf of an attacker: closed", {
    category: "clients",
    client: remote,
  });
  return After.Drop;
}
