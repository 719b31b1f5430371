/** CLIENT: what is known of the open connections. */
import type { ClientView, NodeView } from "../../../core/node_view.ts";
import { After } from "../../../core/protocol.ts";
import type { Answer, Ask } from "../answer.ts";
import { isInteger } from "../integers.ts";
import { RedisSession } from "../session.ts";

/** The connection a session belongs to. */
export function clientOf(session: RedisSession, node: NodeView): ClientView | undefined {
  for (const client of node.clients()) if (client.session === session) return client;
  return undefined;
}

/** Sets the connection's name; false when it has characters a list cannot show. */
export function setName(session: RedisSession, name: string): boolean {
  if (!/^[!-~]*$/.test(name)) return false;
  session.name = name;
  return true;
}

/** One line of CLIENT LIST. Numbers this node does not keep are those of a client that uses nothing of it. */
function describe(client: ClientView, node: NodeView): string {
  const session = client.session instanceof RedisSession ? client.session : undefined;
  const now = node.clock.now();
  const seconds = (since: number) => Math.max(0, Math.floor((now - since) / 1000));
  const fields: readonly (readonly [string, string | number])[] = [
    ["id", client.id],
    ["addr", client.remote],
    ["laddr", client.local],
    ["fd", client.id],
    ["name", session?.name ?? ""],
    ["age", seconds(client.connectedAt)],
    ["idle", seconds(client.lastRequestAt)],
    ["flags", session?.noEvict ? "e" : "N"],
    ["db", 0],
    ["sub", 0],
    ["psub", 0],
    ["ssub", 0],
    ["multi", -1],
    ["qbuf", 0],
    ["qbuf-free", 0],
    ["argv-mem", 0],
    ["multi-mem", 0],
    ["obl", client.outputBytes],
    ["oll", client.pendingRequests],
    ["omem", client.outputBytes],
    ["tot-mem", client.outputBytes],
    ["events", "r"],
    ["cmd", client.lastCommand],
    ["user", "default"],
    ["redir", -1],
    ["resp", session?.dialect === 1 ? 3 : 2],
    ["lib-name", session?.library ?? ""],
    ["lib-ver", session?.libraryVersion ?? ""],
  ];
  return fields.map(([key, value]) => `${key}=${value}`).join(" ");
}

function list({ args, node, out }: Ask): void {
  let clients = [...node.clients()];
  if (args.length > 2) {
    const option = args[2]!.toLowerCase();
    if (option === "type" && args.length === 4) {
      const type = args[3]!.toLowerCase();
      if (!["normal", "master", "replica", "slave", "pubsub"].includes(type)) {
        return out.error(`ERR Unknown client type '${args[3]}'`);
      }
      if (type !== "normal") clients = [];
    } else if (option === "id" && args.length > 3) {
      const ids = args.slice(3).map(Number);
      if (ids.some((id) => !Number.isInteger(id) || id <= 0)) return out.error("ERR Invalid client ID");
      clients = clients.filter((client) => ids.includes(client.id));
    } else {
      return out.error("ERR syntax error");
    }
  }
  out.verbatim(clients.map((client) => describe(client, node) + "\n").join(""));
}

/** The old form names an address; the new one filters, and counts those it ended. */
function kill({ args, session, node, out }: Ask): After | void {
  const self = clientOf(session, node);
  if (args.length === 3) {
    const found = [...node.clients()].find((client) => client.remote === args[2]);
    if (found === undefined) return out.error("ERR No such client");
    out.status("OK");
    if (found === self) return After.Close;
    found.close();
    return;
  }
  if (args.length % 2 !== 0) return out.error("ERR syntax error");
  let victims = [...node.clients()];
  let skipMe = true;
  for (let i = 2; i < args.length; i += 2) {
    const [option, value] = [args[i]!.toLowerCase(), args[i + 1]!];
    if (option === "id") {
      if (!/^\d+$/.test(value) || Number(value) <= 0) return out.error("ERR client-id should be greater than 0");
      victims = victims.filter((client) => client.id === Number(value));
    } else if (option === "addr") victims = victims.filter((client) => client.remote === value);
    else if (option === "laddr") victims = victims.filter((client) => client.local === value);
    else if (option === "user") {
      if (value !== "default") return out.error(`ERR No such user '${value}'`);
    } else if (option === "type") {
      if (!["normal", "master", "replica", "slave", "pubsub"].includes(value)) {
        return out.error(`ERR Unknown client type '${value}'`);
      }
      if (value !== "normal") victims = [];
    } else if (option === "skipme" && /^(yes|no)$/i.test(value)) skipMe = value.toLowerCase() === "yes";
    else return out.error("ERR syntax error");
  }
  const includesSelf = !skipMe && victims.includes(self!);
  const others = victims.filter((client) => client !== self);
  for (const client of others) client.close();
  out.integer(others.length + (includesSelf ? 1 : 0));
  return includesSelf ? After.Close : After.Continue;
}

function setInfo({ args, session, out }: Ask): void {
  const [option, value] = [args[2]!.toLowerCase(), args[3]!];
  if (!/^[!-~]*$/.test(value)) return out.error(`ERR ${option} cannot contain spaces, newlines or special characters.`);
  if (option === "lib-name") session.library = value;
  else if (option === "lib-ver") session.libraryVersion = value;
  else return out.error(`ERR Unrecognized option '${args[2]}'`);
  out.status("OK");
}

/** ON and OFF of a switch of this connection. */
function toggle(store: (session: RedisSession, on: boolean) => void): Answer {
  return ({ args, session, out }) => {
    const value = args[2]!.toLowerCase();
    if (value !== "on" && value !== "off") return out.error("ERR syntax error");
    store(session, value === "on");
    out.status("OK");
  };
}

export const clientAnswers: Readonly<Record<string, Answer>> = {
  "client|list": list,
  "client|kill": kill,
  "client|setinfo": setInfo,
  "client|info": ({ session, node, out }) => {
    const client = clientOf(session, node);
    out.verbatim(client === undefined ? "" : describe(client, node) + "\n");
  },
  "client|id": ({ session, node, out }) => out.integer(clientOf(session, node)?.id ?? 0),
  "client|getname": ({ session, out }) => session.name === "" ? out.nil() : out.bulkText(session.name),
  "client|setname": ({ args, session, out }) => {
    if (setName(session, args[2]!)) out.status("OK");
    else out.error("ERR Client names cannot contain spaces, newlines or special characters.");
  },
  "client|no-evict": toggle((session, on) => session.noEvict = on),
  "client|no-touch": toggle((session, on) => session.noTouch = on),
  "client|getredir": ({ out }) => out.integer(-1),
  "client|unpause": ({ out }) => out.status("OK"),
  "client|trackinginfo": ({ out }) => {
    out.map(3);
    out.bulkText("flags");
    out.set(1);
    out.bulkText("off");
    out.bulkText("redirect");
    out.integer(-1);
    out.bulkText("prefixes");
    out.array(0);
  },
  "client|unblock": ({ args, out }) => {
    const mode = args[3]?.toLowerCase();
    if (args.length > 4 || (mode !== undefined && mode !== "timeout" && mode !== "error")) {
      return out.error("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
    }
    // No client is ever blocked.
    if (isInteger(args[2]!)) out.integer(0);
    else out.error("ERR value is not an integer or out of range");
  },
  "client|reply": ({ args, out }) => {
    const mode = args[2]!.toLowerCase();
    if (mode === "on") out.status("OK");
    else if (mode !== "off" && mode !== "skip") out.error("ERR syntax error");
    else out.error("ERR CLIENT REPLY OFF and SKIP are not supported by Dynomite: every request gets its reply");
  },
};
