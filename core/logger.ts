/**
 * What the core tells people. The sink is chosen in one place (conf/log.ts, LogTape); here is only the shape, so that a
 * simulated node can stay silent. Levels are C Dynomite's numbers: a line shows when its level is at most the chosen one.
 *
 * A line is a text and its facts. The facts fill the text's placeholders, and are fields of their own in a JSON log:
 *
 *     logger.warn("peer {peer} is down: {reason}; no request waits for it", { peer, reason });
 *
 * Facts that mean the same are called the same everywhere: `peer` (host:port of another node), `client` (host:port),
 * `datastore`, `rack` and `datacenter` (of the peer), `provider`, `reason`, `count`. `category` is the part of the node.
 */
export const LogLevel = {
  Emergency: 0,
  Alert: 1,
  Critical: 2,
  Error: 3,
  Warning: 4,
  Notice: 5,
  Info: 6,
  Debug: 7,
  Verbose: 8,
  VeryVerbose: 9,
  VeryVeryVerbose: 10,
  All: 11,
} as const;

/** Where the level of a log is changed while it runs: 0 to 11. */
export interface LogLevelControl {
  level: number;
}

/** The methods of a logger, the gravest first. */
export const severities = ["error", "warn", "notice", "info", "debug"] as const;
export type Severity = typeof severities[number];

/** The facts of a line by name. One that is undefined is left out. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * Lines are whole sentences: what happened, to which peer or client, and what happens next. Never one per request. The text
 * is a constant of the program, what comes from outside goes into the fields: repeats are told by their text.
 */
export type Logger = { readonly [S in Severity]: (text: string, fields?: LogFields) => void };

export const silentLogger: Logger = {
  error() {},
  warn() {},
  notice() {},
  info() {},
  debug() {},
};

/** A logger each of whose lines has `facts` too. The fact `category` says which part of the node it is. */
export function withFacts(logger: Logger, facts: LogFields): Logger {
  return {
    error: (text, fields) => logger.error(text, { ...facts, ...fields }),
    warn: (text, fields) => logger.warn(text, { ...facts, ...fields }),
    notice: (text, fields) => logger.notice(text, { ...facts, ...fields }),
    info: (text, fields) => logger.info(text, { ...facts, ...fields }),
    debug: (text, fields) => logger.debug(text, { ...facts, ...fields }),
  };
}

/** Longer facts are cut: they may come from anybody. */
const FACT_CHARACTERS_MAX = 1_000;

/** A fact as lines show it. */
export function clipFact(fact: string): string {
  return fact.length <= FACT_CHARACTERS_MAX ? fact : `${fact.slice(0, FACT_CHARACTERS_MAX)}...`;
}

/** The text with its placeholders filled. Braces around anything but the name of a fact stay as they are. */
export function fillText(text: string, fields: LogFields = {}): string {
  return text.replaceAll(/\{(\w+)\}/g, (written, name: string) => {
    const fact = Object.hasOwn(fields, name) ? fields[name] : undefined;
    return fact === undefined ? written : clipFact(String(fact));
  });
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
