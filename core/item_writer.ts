/** Replies of the Memcached commands as an engine says them, before the protocol makes bytes of them. */
export interface ItemWriter {
  /** A reply of one line: `STORED`, `CLIENT_ERROR cannot increment ...`. */
  line(text: string): void;
  /** One value of a reply to get; `cas` undefined leaves the unique out. */
  value(key: Uint8Array, flags: number, data: Uint8Array, cas: number | undefined): void;
  /** The end of a reply to get. */
  end(): void;
  /** Begins the line of a reply to a meta command: `HD`, or `VA` and the length of what is handed to `metaEnd`. */
  meta(code: string): void;
  /** A flag with its token. */
  flag(letter: string, token?: number): void;
  /** A flag as the request has it: its opaque. */
  echo(flag: Uint8Array): void;
  /** The key, in base64 if `binary`. */
  key(key: Uint8Array, binary: boolean): void;
  /** Ends the line; `data` follows it as a block. */
  metaEnd(data?: Uint8Array): void;
  /** The whole reply to `me`. */
  debug(key: Uint8Array, binary: boolean, facts: readonly (readonly [name: string, value: string | number])[]): void;
}
