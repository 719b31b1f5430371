/**
 * Replies as values: what an engine says, before a protocol makes bytes of it. The types are those of RESP3; a RESP2
 * writer turns each into its older form as Redis does (a map into a flat array, a double into a bulk string, ...).
 * Every call writes one whole value or the head of an aggregate, whose `count` values (pairs, for a map) follow.
 */
export interface ValueWriter {
  /** `+OK` */
  status(text: string): void;
  /** The whole error text with its code: `WRONGTYPE Operation against ...`, `ERR syntax error`. */
  error(text: string): void;
  integer(value: number | bigint): void;
  /** Formatted as Redis does (`%.17g`): 3, 3.1, inf, -inf, nan. */
  double(value: number): void;
  /** RESP2 has the integers 0 and 1. */
  boolean(value: boolean): void;
  bulk(bytes: Uint8Array): void;
  /** A bulk string from text. */
  bulkText(text: string): void;
  /** RESP2: the null bulk string. */
  nil(): void;
  /** RESP2: the null array; RESP3: the same null. */
  nilArray(): void;
  array(count: number): void;
  map(pairs: number): void;
  set(count: number): void;
  /** Readable text; RESP2 has a bulk string. */
  verbatim(text: string): void;
  /** 0 for RESP2, 1 for RESP3: where Redis' answers differ in shape and not only in type (ZRANGE WITHSCORES nests pairs). */
  readonly dialect: number;
}
