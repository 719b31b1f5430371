/**
 * What a configuration value may be. A kind turns the text that was written into a typed value, or says in one sentence
 * what is wrong and what is accepted. It knows nothing of keys, lines or files: the table of options is schema.ts, the
 * reading of files load.ts. Flags use the same kinds, so `-v 12` and `mbuf_size: 12` are refused in the same words.
 */
import { Consistency, consistencyNames, parseConsistency } from "../core/consistency.ts";
import { type Address, formatAddress } from "../core/transport.ts";

/** Why a text is no value of its kind: a sentence that ends by naming what is accepted. */
export class Problem {
  constructor(readonly text: string) {}
}

/** One sort of value. `format` is the inverse of `parse`. */
export interface Kind<T> {
  /** What is accepted, as a noun: `a number from 1 to 65535`. */
  readonly accepted: string;
  parse(text: string): T | Problem;
  format(value: T): string;
}

/** Where the local data is kept: a server over TCP or a unix socket, or the engine inside this process. */
export type DataStoreAddress =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly name: string }
  | { readonly kind: "unix"; readonly path: string; readonly name: string }
  /** `path` undefined: in memory only. */
  | { readonly kind: "embedded"; readonly path: string | undefined; readonly name: string };

/** Another node, as a line of `dyn_seeds` or a seeds provider names it. */
export interface SeedAddress {
  readonly host: string;
  readonly port: number;
  readonly rack: string;
  readonly datacenter: string;
  /** At least one; unsigned 32 bit. */
  readonly tokens: readonly number[];
  /** How the admin port and the describe output call it. */
  readonly name: string;
}

const greatestToken = 4294967295;

function isDigits(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

/** Whole numbers in a range, ASCII digits only, with a minus where the range begins below 0. `extra` refuses single values with a reason of its own. */
export function wholeNumber(least: number, most: number, extra?: (value: number) => string | undefined): Kind<number> {
  const accepted = `a whole number from ${least} to ${most}`;
  return {
    accepted,
    parse(text) {
      if (!isDigits(least < 0 ? text.replace(/^-/, "") : text)) {
        return new Problem(`is not a number; accepted is ${accepted}`);
      }
      const value = Number(text);
      if (value < least || value > most) return new Problem(`is out of range; accepted is ${accepted}`);
      const reason = extra?.(value);
      return reason === undefined ? value : new Problem(`${reason}; accepted is ${accepted}`);
    },
    format: String,
  };
}

const sizeUnits: readonly (readonly [string, number])[] = [["gb", 1024 ** 3], ["mb", 1024 ** 2], ["kb", 1024], [
  "b",
  1,
]];

/** `67108864` as `64mb`: the largest unit that divides it. */
export function formatBytes(bytes: number): string {
  for (const [name, factor] of sizeUnits) {
    if (factor > 1 && bytes >= factor && bytes % factor === 0) return `${bytes / factor}${name}`;
  }
  return String(bytes);
}

/** Byte sizes: a number of bytes, or a number with kb, mb or gb (of 1024) in any case. */
export function byteSize(least: number, most: number): Kind<number> {
  const accepted = `a size from ${formatBytes(least)} to ${formatBytes(most)}, in bytes or with kb, mb or gb`;
  return {
    accepted,
    parse(text) {
      const match = /^([0-9]+)\s?([a-z]*)$/.exec(text.toLowerCase());
      const factor = match?.[2] === "" ? 1 : sizeUnits.find(([name]) => name === match?.[2])?.[1];
      if (!match || factor === undefined) return new Problem(`is not a size; accepted is ${accepted}`);
      const value = Number(match[1]) * factor;
      return value < least || value > most ? new Problem(`is out of range; accepted is ${accepted}`) : value;
    },
    format: formatBytes,
  };
}

/** What `automatic` reads where the program is to find out. */
export const AUTOMATIC = 0;

/** `auto`, or a size above 0. */
export function automatic(size: Kind<number>): Kind<number> {
  const accepted = `auto, or ${size.accepted}`;
  return {
    accepted,
    parse(text) {
      if (text === "auto") return AUTOMATIC;
      const value = size.parse(text);
      return value instanceof Problem ? new Problem(value.text.replace(size.accepted, accepted)) : value;
    },
    format: (value) => value === AUTOMATIC ? "auto" : size.format(value),
  };
}

/** `true` or `false`, nothing else: what YAML 1.1 also calls a boolean (`yes`, `On`) is told apart by its reader only. */
export const flag: Kind<boolean> = {
  accepted: "true or false",
  parse(text) {
    if (text === "true") return true;
    if (text === "false") return false;
    return new Problem("is not a boolean; accepted is true or false, in lower case");
  },
  format: String,
};

/** One of a few words, exactly as written here. `spellings` are other texts for the same words. */
export function word<const W extends string>(words: readonly W[], spellings: Record<string, W> = {}): Kind<W> {
  const accepted = `one of ${[...words, ...Object.keys(spellings)].join(", ")}`;
  return {
    accepted,
    parse(text) {
      const found = words.find((candidate) => candidate === text) ??
        (Object.hasOwn(spellings, text) ? spellings[text] : undefined);
      return found ?? new Problem(`is not known; accepted is ${accepted}`);
    },
    format: (value) => value,
  };
}

/** A consistency level by its whole name, in any case. */
export const consistency: Kind<Consistency> = {
  accepted: `one of ${consistencyNames.join(", ")}`,
  parse(text) {
    return parseConsistency(text) ?? new Problem(`is not a consistency level; accepted is ${consistency.accepted}`);
  },
  format: (value) => consistencyNames[value],
};

/** Any text that is not empty. */
export const text: Kind<string> = {
  accepted: "any text",
  parse: (written) => written === "" ? new Problem("is empty; accepted is any text, or leave the key out") : written,
  format: (value) => value,
};

/** What can be sent in an HTTP header as it is (RFC 6750 has the same letters). */
export const bearerToken: Kind<string> = {
  accepted: "letters, digits and any of - . _ ~ + / =",
  parse: (written) =>
    /^[\w.~+\/=-]+$/.test(written)
      ? written
      : new Problem(`is not a token for an HTTP header; accepted are ${bearerToken.accepted}`),
  format: (value) => value,
};

/** Names of racks and datacenters travel in seeds lines and gossip records, so what separates fields there is refused. */
export const placeName: Kind<string> = {
  accepted: "a name without blanks, control characters and any of : , | $",
  parse(written) {
    // deno-lint-ignore no-control-regex -- control characters are exactly what is looked for
    const good = written !== "" && !/[\s:,|$\u0000-\u001f\u007f]/.test(written);
    return good ? written : new Problem(`is not a usable name; accepted is ${placeName.accepted}`);
  },
  format: (value) => value,
};

/** The two characters that enclose the part of a key which is hashed. */
export const hashTag: Kind<string> = {
  accepted: "exactly two ASCII characters, such as {}",
  parse(written) {
    return /^[\x21-\x7e]{2}$/.test(written)
      ? written
      : new Problem(`is not a hash tag; accepted is ${hashTag.accepted}`);
  },
  format: (value) => value,
};

function parsePort(written: string): number | undefined {
  if (!isDigits(written)) return undefined;
  const port = Number(written);
  return port >= 1 && port <= 65535 ? port : undefined;
}

const badPort = "has no usable port; accepted is a port from 1 to 65535";

/** The host without its brackets, or undefined where it cannot be one. */
function parseHost(written: string): string | undefined {
  const bracketed = /^\[([0-9a-fA-F:.]+(?:%[\w.]+)?)\]$/.exec(written);
  if (bracketed) return bracketed[1]!.includes(":") ? bracketed[1] : undefined;
  if (written.includes(":")) return /^[0-9a-fA-F:.]+(?:%[\w.]+)?$/.test(written) ? written : undefined;
  return /^[\w.-]+$/.test(written) ? written : undefined;
}

/** `host:port`, the port after the last colon, so that IPv6 may stand bare (`::1:8102`) or in brackets (`[::1]:8102`). */
function parseHostPort(written: string, form: string): { host: string; port: number } | Problem {
  const colon = written.lastIndexOf(":");
  if (colon < 0) return new Problem(`has no port; accepted is ${form}`);
  const host = parseHost(written.slice(0, colon));
  if (host === undefined) return new Problem(`has no usable host; accepted is ${form}`);
  const port = parsePort(written.slice(colon + 1));
  return port === undefined ? new Problem(badPort) : { host, port };
}

/** `host:port` to listen on. */
export const tcpAddress: Kind<Address> = {
  accepted: "host:port, such as 127.0.0.1:8102 or [::1]:8102",
  parse(written) {
    const parts = parseHostPort(written, tcpAddress.accepted);
    return parts instanceof Problem ? parts : { kind: "tcp", ...parts };
  },
  format: formatAddress,
};

/** `host:port`, or the absolute path of a unix socket. */
export const anyAddress: Kind<Address> = {
  accepted: "host:port, such as 127.0.0.1:8102 or [::1]:8102, or the absolute path of a unix socket",
  parse(written) {
    if (written.startsWith("/")) return { kind: "unix", path: written };
    const parts = parseHostPort(written, anyAddress.accepted);
    return parts instanceof Problem ? parts : { kind: "tcp", ...parts };
  },
  format: formatAddress,
};

/** Comma list of tokens: each the decimal text of an unsigned 32-bit number. Order is kept. */
export const tokenList: Kind<readonly number[]> = {
  accepted: `tokens from 0 to ${greatestToken}, digits only, parted by commas without blanks`,
  parse(written) {
    const tokens: number[] = [];
    for (const part of written.split(",")) {
      if (!isDigits(part)) {
        return new Problem(`has ${JSON.stringify(part)} for a token; accepted are ${tokenList.accepted}`);
      }
      const token = Number(part);
      if (token > greatestToken) return new Problem(`has a token above 32 bits; accepted are ${tokenList.accepted}`);
      if (tokens.includes(token)) return new Problem(`names token ${part} twice; each is accepted once`);
      tokens.push(token);
    }
    return tokens;
  },
  format: (tokens) => tokens.join(","),
};

/** Text before the last blank, and the name behind it if there is one. */
function splitName(quoted: string): { line: string; name: string | undefined } {
  const written = quoted.trim();
  const blank = written.lastIndexOf(" ");
  if (blank < 0) return { line: written, name: undefined };
  return { line: written.slice(0, blank).trimEnd(), name: written.slice(blank + 1) };
}

const dataStoreForms = "host:port:weight [name], /path/to.sock:weight [name] (the weight may be left out), " +
  "embedded (in memory) or embedded:/path/to.db";

function parseEmbedded(written: string): DataStoreAddress | Problem {
  if (written === "embedded") return { kind: "embedded", path: undefined, name: "embedded" };
  const path = written.slice("embedded:".length);
  // A host called "embedded" would look like this; nobody means a database file of that name.
  if (path === "" || /^[0-9:]+$/.test(path)) {
    return new Problem(`has no path for the embedded engine; accepted is ${dataStoreForms}`);
  }
  return { kind: "embedded", path, name: "embedded" };
}

/** A line of `servers`. The weight is checked to be a number and otherwise unused: there is one datastore per node. */
export const dataStoreAddress: Kind<DataStoreAddress> = {
  accepted: dataStoreForms,
  parse(written) {
    if (written === "embedded" || written.startsWith("embedded:")) return parseEmbedded(written);
    const { line, name } = splitName(written);
    if (line.startsWith("/")) {
      const path = line.replace(/:[0-9]+$/, "");
      return { kind: "unix", path, name: name ?? path };
    }
    // host:port has one colon, host:port:weight two; more is bare IPv6, which then must carry its weight.
    const withWeight = line.startsWith("[") ? /\]:[^:]*:[^:]*$/.test(line) : line.split(":").length > 2;
    const weightColon = line.lastIndexOf(":");
    if (withWeight && !isDigits(line.slice(weightColon + 1))) {
      return new Problem(`has a weight that is not a number; accepted is ${dataStoreForms}`);
    }
    const parts = parseHostPort(withWeight ? line.slice(0, weightColon) : line, dataStoreForms);
    if (parts instanceof Problem) return parts;
    const { host, port } = parts;
    // 11211 is Memcached's own port: C Dynomite leaves it out of the name, which is a key of the stats output.
    const ownName = port === 11211 ? host : formatAddress({ kind: "tcp", host, port });
    return { kind: "tcp", host, port, name: name ?? ownName };
  },
  format(value) {
    if (value.kind === "embedded") return value.path === undefined ? "embedded" : `embedded:${value.path}`;
    const address = value.kind === "unix" ? value.path : formatAddress(value);
    return `${address}:1 ${value.name}`;
  },
};

const seedForm = "host:port:rack:datacenter:tokens [name]";

/** A line of `dyn_seeds`, and one record of a seeds provider. Read from the right, so the host may contain colons. */
export const seedAddress: Kind<SeedAddress> = {
  accepted: `${seedForm}, such as 10.0.0.2:8101:rack2:dc1:0`,
  parse(written) {
    const { line, name } = splitName(written);
    const parts = line.split(":");
    if (parts.length < 5) return new Problem(`has too few fields; accepted is ${seedAddress.accepted}`);
    const [written4, datacenter, rack, writtenPort] = parts.reverse() as [string, string, string, string];
    const writtenHost = parts.slice(4).reverse().join(":");
    const host = parseHost(writtenHost);
    if (host === undefined) return new Problem(`has no usable host; accepted is ${seedAddress.accepted}`);
    const port = parsePort(writtenPort);
    if (port === undefined) return new Problem(badPort);
    for (const [what, place] of [["rack", rack], ["datacenter", datacenter]] as const) {
      const problem = placeName.parse(place);
      if (problem instanceof Problem) return new Problem(`has a ${what} that ${problem.text}`);
    }
    const tokens = tokenList.parse(written4);
    if (tokens instanceof Problem) return tokens;
    // C Dynomite's rule for the peer's name: the given text up to its last colon, by default the host.
    const cut = name === undefined ? -1 : name.lastIndexOf(":");
    return {
      host,
      port,
      rack,
      datacenter,
      tokens,
      name: name === undefined ? host : cut > 0 ? name.slice(0, cut) : name,
    };
  },
  format(seed) {
    const address = formatAddress({ kind: "tcp", host: seed.host, port: seed.port });
    return `${address}:${seed.rack}:${seed.datacenter}:${seed.tokens.join(",")}` +
      (seed.name === seed.host ? "" : ` ${seed.name}`);
  },
};
