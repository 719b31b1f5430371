/** What a command is given beside its arguments. */
export interface CommandIo {
  /** Writes to stdout, and a line break. */
  print(text: string): void;
  /** The token of the environment, if any. */
  token(): string | undefined;
}

/**
 * Runs to its end and returns the exit code. Throws a FlagError for arguments that cannot be followed, a ConfError for a
 * configuration that cannot be read, an AdminError when a node does not answer as it should.
 */
export type Command = (args: readonly string[], io: CommandIo) => Promise<number>;
