import type { Consistency } from "./consistency.ts";

/**
 * What one client connection has said about itself, as far as the core cares. A protocol's own session extends it (name,
 * library, database, ...). It lives as long as the connection.
 */
export interface Session {
  /** Form of the replies this client wants; copied into each request. Changing it waits for earlier replies. */
  dialect: number;
  /** How it calls itself, where the protocol has a way to say so. */
  readonly name?: string;
  /** False while a password is asked for and has not been given: then only `Protocol.answer` sees its requests. */
  admitted: boolean;
  /** Set for this connection alone, else undefined: the node's level counts. */
  readConsistency: Consistency | undefined;
  writeConsistency: Consistency | undefined;
}
