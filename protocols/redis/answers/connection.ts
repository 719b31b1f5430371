/** Who the client is and how it wants to be talked to: HELLO, AUTH, SELECT, PING, QUIT, RESET ... */
import { consistencyNames, parseConsistency } from "../../../core/consistency.ts";
import { After } from "../../../core/protocol.ts";
import type { Answer, Ask } from "../answer.ts";
import { CONNECTION_CONSISTENCY } from "../classify.ts";
import { Dialect } from "../encode.ts";
import { isInteger } from "../integers.ts";
import { clientOf, setName } from "./client.ts";

const REDIS_VERSION = "7.0.15";
const noPassword = "ERR AUTH <password> called without any password configured for the default user. " +
  "Are you sure your configuration is correct?";
const wrongPassword = "WRONGPASS invalid username-password pair or user is disabled.";

function ping({ request, out }: Ask): void {
  if (request.argCount > 2) out.error("ERR wrong number of arguments for 'ping' command");
  else out.bulk(request.arg(1));
}

function hello({ args, session, node, out }: Ask): void {
  let dialect = session.dialect;
  let next = 1;
  if (args.length > 1) {
    if (!isInteger(args[1]!)) return out.error("ERR Protocol version is not an integer or out of range");
    if (args[1] !== "2" && args[1] !== "3") return out.error("NOPROTO unsupported protocol version");
    dialect = args[1] === "3" ? Dialect.Resp3 : Dialect.Resp2;
    next = 2;
  }
  let admitted = session.admitted;
  let name: string | undefined;
  while (next < args.length) {
    const option = args[next]!.toLowerCase();
    const left = args.length - next - 1;
    if (option === "auth" && left >= 2) {
      if (!accepts(node.password, args[next + 1]!, args[next + 2]!)) return out.error(wrongPassword);
      admitted = true;
      next += 3;
    } else if (option === "setname" && left >= 1) {
      name = args[next + 1]!;
      if (!isName(name)) {
        return out.error("ERR Client names cannot contain spaces, newlines or special characters.");
      }
      next += 2;
    } else {
      return out.error(`ERR Syntax error in HELLO option '${args[next]}'`);
    }
  }
  if (!admitted) {
    return out.error(
      "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> " +
        "option can be used to authenticate the client and select the RESP protocol version at the same time",
    );
  }
  session.admitted = true;
  session.dialect = out.dialect = dialect;
  if (name !== undefined) session.name = name;
  out.map(7);
  out.bulkText("server");
  out.bulkText("redis");
  out.bulkText("version");
  out.bulkText(REDIS_VERSION);
  out.bulkText("proto");
  out.integer(dialect === Dialect.Resp3 ? 3 : 2);
  out.bulkText("id");
  out.integer(clientOf(session, node)?.id ?? 0);
  out.bulkText("mode");
  out.bulkText("standalone");
  out.bulkText("role");
  out.bulkText("master");
  out.bulkText("modules");
  out.array(0);
}

/** Names go into CLIENT LIST lines: printable characters without a space. */
function isName(name: string): boolean {
  return /^[!-~]*$/.test(name);
}

function accepts(password: string | undefined, user: string, given: string): boolean {
  return user === "default" && (password === undefined || sameText(password, given));
}

/** Takes as long for a near miss as for a far one. */
function sameText(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < b.length; i++) difference |= b.charCodeAt(i) ^ (a.charCodeAt(i % (a.length || 1)) | 0);
  return difference === 0;
}

function auth({ args, session, node, out }: Ask): void {
  if (args.length > 3) return out.error("ERR syntax error");
  if (args.length === 2 && node.password === undefined) return out.error(noPassword);
  const [user, given] = args.length === 2 ? ["default", args[1]!] : [args[1]!, args[2]!];
  if (!accepts(node.password, user, given)) return out.error(wrongPassword);
  session.admitted = true;
  out.status("OK");
}

function select({ args, out }: Ask): void {
  if (!isInteger(args[1]!)) out.error("ERR value is not an integer or out of range");
  else if (args[1] === "0") out.status("OK");
  else out.error("ERR DB index is out of range");
}

function consistency({ args, session, out }: Ask): void {
  const level = parseConsistency(args[1]!);
  if (level === undefined) {
    return out.error(`ERR Dynomite: ${args[1]} is no consistency level; accepted are ${consistencyNames.join(", ")}`);
  }
  session.readConsistency = session.writeConsistency = level;
  out.status("OK");
}

export const connectionAnswers: Readonly<Record<string, Answer>> = {
  ping,
  hello,
  auth,
  select,
  [CONNECTION_CONSISTENCY]: consistency,
  echo: ({ request, out }) => out.bulk(request.arg(1)),
  quit: ({ out }) => {
    out.status("OK");
    return After.Close;
  },
  reset: ({ session, node, out }) => {
    session.reset(node);
    setName(session, "");
    out.status("RESET");
  },
  readonly: ({ out }) => out.status("OK"),
  readwrite: ({ out }) => out.status("OK"),
  asking: ({ out }) => out.error("ERR This instance has cluster support disabled"),
};
