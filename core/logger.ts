/**
 * What the core tells people. The sink is chosen in one place (conf/log.ts, LogTape); here is only the shape, so that a
 * simulated node can stay silent. Levels are C Dynomite's numbers: a line shows when its level is at most the chosen one.
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

/** Lines are whole sentences: what happened, to which peer or client, and what happens next. Never one per request. */
export interface Logger {
  error(text: string): void;
  warn(text: string): void;
  notice(text: string): void;
  info(text: string): void;
  debug(text: string): void;
}

export const silentLogger: Logger = {
  error() {},
  warn() {},
  notice() {},
  info() {},
  debug() {},
};
