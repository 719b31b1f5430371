/**
 * The command table: the text commands of memcached 1.6 (its doc/protocol.txt), and the lines that are a whole answer in
 * themselves, as rows too: a request whose line is wrong matches the row of its error, and is answered without going further.
 */
import { Access, type Command, Join, Routing } from "../../core/request.ts";

/** How the words of a command line are read. */
export const Form = {
  /** Whatever words it has: they are not looked at, or only by its answer. */
  Any: 0,
  /** `get <key>*` */
  Retrieval: 1,
  /** `gat <exptime> <key>*` */
  RetrievalTouch: 2,
  /** `set <key> <flags> <exptime> <bytes> [noreply]`, then the data block */
  Storage: 3,
  /** `cas <key> <flags> <exptime> <bytes> <cas unique> [noreply]`, then the data block */
  Cas: 4,
  /** `delete <key> [0] [noreply]` */
  Delete: 5,
  /** `incr <key> <delta> [noreply]` */
  Arithmetic: 6,
  /** `touch <key> <exptime> [noreply]` */
  Touch: 7,
  /** `flush_all [delay] [noreply]` */
  FlushAll: 8,
  /** `verbosity <level> [noreply]` */
  Verbosity: 9,
  /** `mg <key> <flag>*`, and so on */
  MetaGet: 10,
  /** `ms <key> <bytes> <flag>*`, then the data block */
  MetaSet: 11,
  MetaDelete: 12,
  MetaArithmetic: 13,
  /** `me <key> [b]` */
  MetaDebug: 14,
} as const;
export type Form = typeof Form[keyof typeof Form];

/** `Request.quiet`: what the client asked not to hear. */
export const Quiet = {
  Nothing: 0,
  /** `noreply`: not a word, errors included. */
  Everything: 1,
  /** `mg` with q: no EN. */
  Miss: 2,
  /** `ms`, `md` with q: no HD. */
  Done: 3,
  /** `ma` with q: no HD, no VA. */
  Result: 4,
} as const;

export interface MemcachedCommand extends Command {
  readonly form: Form;
  /** The whole answer without its line end, where it is always the same. */
  readonly answer: string | undefined;
}

/** Each replica counts its own `cas unique`, and its own accesses. */
const varying = new Set(["gets", "me"]);

const rows: MemcachedCommand[] = [];

function row(
  name: string,
  form: Form,
  access: Access,
  routing: Routing,
  join: Join = Join.None,
  answer?: string,
  standIn = false,
): MemcachedCommand {
  const command: MemcachedCommand = {
    name,
    id: rows.length,
    access,
    routing,
    join,
    unordered: false,
    varying: varying.has(name),
    ...(standIn ? { standIn } : {}),
    form,
    answer,
    ...(routing === Routing.Refused && answer !== undefined ? { refusal: answer } : {}),
  };
  rows.push(command);
  return command;
}

const { Read, Write, None } = Access;
const oneServer = "acts on one server and is not passed on by Dynomite; send it to the server itself";

/** Also what takes the place of a write that is refused for its size. */
export const deleteCommand = row("delete", Form.Delete, Write, Routing.Owner);

const named: readonly MemcachedCommand[] = [
  row("get", Form.Retrieval, Read, Routing.Split, Join.KeyOrder),
  row("gets", Form.Retrieval, Read, Routing.Split, Join.KeyOrder),
  // An old name of get, which memcached still answers.
  row("bget", Form.Retrieval, Read, Routing.Split, Join.KeyOrder),
  // They change when a key expires, in every copy.
  row("gat", Form.RetrievalTouch, Write, Routing.Split, Join.KeyOrder),
  row("gats", Form.RetrievalTouch, Write, Routing.Split, Join.KeyOrder),
  ...["set", "add", "replace", "append", "prepend"].map((name) => row(name, Form.Storage, Write, Routing.Owner)),
  row("cas", Form.Cas, Write, Routing.Owner),
  deleteCommand,
  row("incr", Form.Arithmetic, Write, Routing.Owner),
  row("decr", Form.Arithmetic, Write, Routing.Owner),
  row("touch", Form.Touch, Write, Routing.Owner),
  row("mg", Form.MetaGet, Read, Routing.Owner),
  row("ms", Form.MetaSet, Write, Routing.Owner),
  row("md", Form.MetaDelete, Write, Routing.Owner),
  row("ma", Form.MetaArithmetic, Write, Routing.Owner),
  row("me", Form.MetaDebug, Read, Routing.Owner),
  // Answers come in the order of the requests, so this one alone is the barrier that it is meant to be.
  row("mn", Form.Any, None, Routing.Local, Join.None, "MN"),
  row("flush_all", Form.FlushAll, Write, Routing.AllNodes, Join.AllSucceeded),
  row("verbosity", Form.Verbosity, None, Routing.AllNodes, Join.AllSucceeded),
  row("version", Form.Any, None, Routing.Local),
  row("stats", Form.Any, None, Routing.Local),
  row("quit", Form.Any, None, Routing.Local),
  row("shutdown", Form.Any, None, Routing.Refused, Join.None, "ERROR: shutdown not enabled"),
  ...["slabs", "lru", "lru_crawler", "watch", "cache_memlimit", "extstore", "refresh_certs"].map((name) =>
    row(name, Form.Any, None, Routing.Refused, Join.None, `CLIENT_ERROR ${name} ${oneServer}`)
  ),
];

/** `mg` with a flag that changes the item (T, N, R): every copy gets it. */
export const metaGetWrite = row("mg", Form.MetaGet, Write, Routing.Owner);
/** An HTTP request, perhaps one that a browser was tricked into sending: the connection is closed without a word. */
export const httpRequest = row("http", Form.Any, None, Routing.Local, Join.None, undefined, true);

/** Lines that answer a request as soon as its own line is read; texts as memcached 1.6.18 has them. */
const texts = {
  unknown: "ERROR",
  badFormat: "CLIENT_ERROR bad command line format",
  badExptime: "CLIENT_ERROR invalid exptime argument",
  badDelta: "CLIENT_ERROR invalid numeric delta argument",
  badDelete: "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]",
  badDataChunk: "CLIENT_ERROR bad data chunk",
  tooLarge: "SERVER_ERROR object too large for cache",
  getFlagsTooLong: "CLIENT_ERROR options flags are too long",
  flagsTooLong: "CLIENT_ERROR options flags too long",
  duplicateFlag: "CLIENT_ERROR duplicate flag",
  invalidFlag: "CLIENT_ERROR invalid flag",
  invalidOrDuplicateFlag: "CLIENT_ERROR invalid or duplicate flag",
  badKeyCode: "CLIENT_ERROR error decoding key",
  badToken: "CLIENT_ERROR bad token in command line format",
  badModeLength: "CLIENT_ERROR incorrect length for M token",
  badInitial: "CLIENT_ERROR invalid numeric initial value",
  badMetaDelta: "CLIENT_ERROR invalid numeric delta value",
  badSetMode: "CLIENT_ERROR invalid mode for ms M token",
  badArithmeticMode: "CLIENT_ERROR invalid mode for ma M token",
  opaqueTooLong: "CLIENT_ERROR opaque token too long",
  unprintableKey: "CLIENT_ERROR a key that holds a line end cannot be returned",
  nothing: "END",
} as const;

type AnswerName = keyof typeof texts;

/** Their rows. */
export const answers = Object.fromEntries(
  Object.entries(texts).map(([name, text]) => [name, row(name, Form.Any, None, Routing.Local, Join.None, text, true)]),
) as unknown as Readonly<Record<AnswerName, MemcachedCommand>>;

/** Every row; `commands[i].id` is i. */
export const commands: readonly MemcachedCommand[] = rows;

/** By the low bits of the first letter: at most a handful share them. */
const byFirstLetter: readonly (readonly MemcachedCommand[])[] = Array.from(
  { length: 32 },
  (_, letter) => named.filter((command) => (command.name.charCodeAt(0) & 31) === letter),
);

/** The command named by `bytes[start, end)`, lower case only as in memcached, or undefined. */
export function findCommand(bytes: Uint8Array, start: number, end: number): MemcachedCommand | undefined {
  const candidates = byFirstLetter[bytes[start]! & 31]!;
  for (let i = 0; i < candidates.length; i++) {
    const { name } = candidates[i]!;
    if (name.length !== end - start) continue;
    let at = 0;
    while (at < name.length && bytes[start + at] === name.charCodeAt(at)) at++;
    if (at === name.length) return candidates[i];
  }
  return undefined;
}
