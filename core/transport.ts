/**
 * Byte connections, as the core needs them. The Deno ones are in net/deno_transport.ts; tests and the simulator bring
 * their own. Only `read`, `write`, `accept` and `connect` may be awaited.
 */

/** `host:port`, or a unix socket by its absolute path. */
export type Address =
  | { readonly kind: "tcp"; readonly host: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

export interface Connection {
  /** The other side, as text for logs: `127.0.0.1:50312`. */
  readonly remote: string;
  /** Our side, as text. */
  readonly local: string;
  /** Reads what is there into `into`, at least one byte; null at the end of the stream. `into` is ours again when it settles. */
  read(into: Uint8Array): Promise<number | null>;
  /** Writes some of `bytes` and says how many. One write at a time; the bytes must not change until it settles. */
  write(bytes: Uint8Array): Promise<number>;
  /** Sends the end of our stream; reading goes on. */
  closeWrite(): Promise<void>;
  /** Ends both directions at once; pending reads and writes settle with an error or an end. Safe to call twice. */
  close(): void;
}

export interface Listener {
  /** What it is bound to; a port of 0 has become the real one. */
  readonly address: Address;
  /** The next connection. Throws once closed. */
  accept(): Promise<Connection>;
  close(): void;
}

export interface Transport {
  listen(address: Address, options?: { readonly backlog?: number }): Listener | Promise<Listener>;
  /** Connects or throws; given up after `timeoutMs`. */
  connect(address: Address, timeoutMs: number): Promise<Connection>;
}

/** The text form of an address, as conf and logs write it. IPv6 hosts are put in brackets. */
export function formatAddress(address: Address): string {
  if (address.kind === "unix") return address.path;
  return address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
