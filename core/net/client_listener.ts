/**
 * Accepts clients, or other nodes, and keeps the list of those that are open. A client above the limit is told so and closed; running out
 * of file descriptors pauses accepting and never spins.
 */
import type { Clock } from "../clock.ts";
import { type Logger, messageOf } from "../logger.ts";
import { ByteWriter } from "../bytes.ts";
import { type Connection, formatAddress, type Listener } from "../transport.ts";
import { ClientConnection, type ClientOptions, type ClientParts } from "./client_connection.ts";

/** Pause after a failed accept, ms. */
const ACCEPT_PAUSE_MS = 100;
/** Redis' own words. */
const TOO_MANY = "max number of clients reached";

export interface ClientListenerOptions extends ClientOptions {
  /** Open clients at most; 0 for no limit. */
  readonly clientsMax: number;
}

export class ClientListener {
  /**
   * Those that are open, in the order they came. A Map, which makes itself anew every so many changes, would link each of its
   * lives to the next: once one has grown old, all clients since then outlive the collections of young objects, which with clients
   * that come and go took 10 ms in place of one.
   */
  readonly clients: ClientConnection[] = [];
  readonly #listener: Listener;
  readonly #options: ClientListenerOptions;
  readonly #parts: ClientParts;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #nextId = 1;
  #closing = false;
  #accepting: Promise<void> = Promise.resolve();
  #emptied: (() => void) | undefined;
  #acceptFailing = false;

  constructor(listener: Listener, options: ClientListenerOptions, parts: ClientParts, clock: Clock, logger: Logger) {
    this.#listener = listener;
    this.#options = options;
    this.#parts = parts;
    this.#clock = clock;
    this.#logger = logger;
  }

  start(): void {
    this.#accepting = this.#accept();
  }

  /** Stops accepting, lets clients have the answers they wait for, and closes them; at once after `patienceMs`. */
  async close(patienceMs: number): Promise<void> {
    this.#closing = true;
    this.#listener.close();
    await this.#accepting;
    for (const client of [...this.clients]) client.drain();
    if (this.clients.length === 0) return;
    const emptied = new Promise<void>((resolve) => this.#emptied = resolve);
    const cancel = this.#clock.after(patienceMs, () => {
      for (const client of [...this.clients]) client.close();
    });
    await emptied;
    cancel();
  }

  async #accept(): Promise<void> {
    while (!this.#closing) {
      let connection: Connection;
      try {
        connection = await this.#listener.accept();
      } catch (error) {
        if (this.#closing) return;
        if (!this.#acceptFailing) {
          this.#logger.error("no connection can be accepted on {address}, trying again every {ms} ms: {reason}", {
            address: formatAddress(this.#listener.address),
            ms: ACCEPT_PAUSE_MS,
            reason: messageOf(error),
          });
        }
        this.#acceptFailing = true;
        await new Promise<void>((resolve) => this.#clock.after(ACCEPT_PAUSE_MS, resolve));
        continue;
      }
      this.#acceptFailing = false;
      this.#admit(connection);
    }
  }

  #admit(connection: Connection): void {
    const { clientsMax } = this.#options;
    if (clientsMax > 0 && this.clients.length >= clientsMax) {
      this.#parts.stats.client_rejected++;
      this.#reject(connection);
      return;
    }
    const client = new ClientConnection(this.#nextId++, connection, this.#options, this.#parts);
    this.clients.push(client);
    this.#parts.stats.client_connections = this.clients.length;
    const { noun, remote } = client;
    this.#logger.debug(`${noun} {${noun}} has connected, {count} are here`, {
      category: `${noun}s`,
      [noun]: remote,
      count: this.clients.length,
    });
    client.run().then(() => {
      this.clients.splice(this.clients.indexOf(client), 1);
      this.#logger.debug(`${noun} {${noun}} is gone, {count} are here`, {
        category: `${noun}s`,
        [noun]: remote,
        count: this.clients.length,
      });
      this.#parts.stats.client_connections = this.clients.length;
      if (this.clients.length === 0) this.#emptied?.();
    });
  }

  async #reject(connection: Connection): Promise<void> {
    const out = new ByteWriter();
    this.#parts.protocol.writeProblem(TOO_MANY, out);
    try {
      await connection.write(out.take());
    } catch {
      // It left by itself.
    }
    connection.close();
  }
}
