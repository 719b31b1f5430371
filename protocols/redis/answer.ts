/**
 * What a node says by itself: the commands that concern the connection, the node or the command table, and the errors for what
 * cannot go further. The handlers are in answers/, one file per subject; here they are found and called.
 */
import { type ByteWriter, decode, decodeToZero } from "../../core/bytes.ts";
import type { NodeView } from "../../core/node_view.ts";
import { After } from "../../core/protocol.ts";
import { type Request, Routing } from "../../core/request.ts";
import { commandAnswers } from "./answers/commands.ts";
import { clientAnswers } from "./answers/client.ts";
import { connectionAnswers } from "./answers/connection.ts";
import { help } from "./answers/help.ts";
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

const answers: Readonly<Record<string, Answer>> = {
  ...connectionAnswers,
  ...clientAnswers,
  ...commandAnswers,
  ...serverAnswers,
};

/** Commands a client may send before it gave the password. */
const beforeAdmission = new Set(["auth", "hello", "quit", "reset"]);

const PING = "ping";

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
  if (command === table.wrongArity) return wrongArity(request, table, writer);
  if (command === table.unknownSubcommand) return unknownSubcommand(request, writer);
  if (!session.admitted && !beforeAdmission.has(command.name)) {
    writer.error("NOAUTH Authentication required.");
    return After.Continue;
  }
  if (command.routing === Routing.Refused) {
    writer.error(`ERR ${command.name.replace("|", " ").toUpperCase()}: ${command.refusal}`);
    return After.Continue;
  }
  if (command.name === PING && request.argCount === 1) {
    writer.status("PONG");
    return After.Continue;
  }
  const handler = command.name.endsWith("|help") ? help : answers[command.name];
  if (handler === undefined) {
    writer.error(`ERR ${command.name.replace("|", " ").toUpperCase()} is not supported by Dynomite`);
    return After.Continue;
  }
  const args: string[] = [];
  for (let i = 0; i < request.argCount; i++) args.push(decode(request.arg(i)));
  return handler({ args, request, session, node, table, out: writer }) ?? After.Continue;
}

/** Redis' own text, with the first arguments quoted and cut to 128 characters in all. */
function unknownCommand(request: Request, out: RespWriter): After {
  let args = "";
  for (let i = 1; i < request.argCount && args.length < 128; i++) {
    args += `'${decodeToZero(request.arg(i)).slice(0, 128 - args.length)}' `;
  }
  const name = decodeToZero(request.arg(0)).slice(0, 128);
  out.error(`ERR unknown command '${name}', with args beginning with: ${args}`);
  return After.Continue;
}

function wrongArity(request: Request, table: CommandTable, out: RespWriter): After {
  const name = decodeToZero(request.arg(0)).toLowerCase();
  const sub = request.argCount > 1 ? `${name}|${decodeToZero(request.arg(1)).toLowerCase()}` : "";
  out.error(`ERR wrong number of arguments for '${table.find(sub) ? sub : name}' command`);
  return After.Continue;
}

function unknownSubcommand(request: Request, out: RespWriter): After {
  const [name, sub] = [decodeToZero(request.arg(0)), decodeToZero(request.arg(1)).slice(0, 128)];
  out.error(`ERR unknown subcommand '${sub}'. Try ${name.toUpperCase()} HELP.`);
  return After.Continue;
}
