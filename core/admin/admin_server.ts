/**
 * The stats port: HTTP on `stats_listen`. What is answered stands in routes.ts; here is only the server's life.
 *
 * `Deno.serve` takes every connection at once, so that one that is idle or slow delays no other; it bounds the head of a request
 * and does not read a body nobody asks for. It does not bound how many connections there are. Two of its ways must not become the
 * node's: it ends when it cannot accept (the process is out of file descriptors), and is begun again here; and its own shutdown
 * waits for requests under way, however slow they come.
 */
import { messageOf } from "../logger.ts";
import type { Node } from "../node.ts";
import { type Address, formatAddress } from "../transport.ts";
import { respond, type Served } from "./respond.ts";
import { routes } from "./routes.ts";

/** Pause between two tries to listen again. */
const AGAIN_MS = 500;

export class AdminServer {
  readonly #node: Node;
  readonly #host: string;
  /** Where it listens; the real port once it does. */
  #address: Address & { kind: "tcp" };
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;
  #abort = new AbortController();
  #closing = false;
  #cancelAgain: (() => void) | undefined;

  constructor(address: Address & { kind: "tcp" }, node: Node) {
    this.#address = address;
    this.#host = address.host;
    this.#node = node;
  }

  /** `host:port` it listens on. */
  get address(): string {
    return formatAddress(this.#address);
  }

  /** Listens. Throws what `Deno.serve` throws (address in use). */
  start(): void {
    const { options, parts, logger } = this.#node;
    const rules = { token: options.adminToken, hostNames: [this.#host, parts.facts.hostname] };
    const served: Served = { table: routes, rules, node: this.#node };
    const abort = this.#abort = new AbortController();
    const server = Deno.serve({
      hostname: this.#host,
      port: this.#address.port,
      signal: abort.signal,
      onListen: () => {},
      onError: (error) => {
        logger.error("stats port: a request failed and is answered with 500: {reason}", {
          category: "admin",
          reason: messageOf(error),
        });
        return new Response("internal error\n", { status: 500 });
      },
    }, ({ method, url, headers }, { remoteAddr }) => {
      return respond({ method, url, headers, callerAddress: remoteAddr.hostname }, served);
    });
    this.#server = server;
    this.#address = { kind: "tcp", host: server.addr.hostname, port: server.addr.port };
    server.finished.catch((error) => this.#onEnd(error));
  }

  /** It ended by itself. */
  #onEnd(error: unknown): void {
    this.#server = undefined;
    if (this.#closing) return;
    this.#node.logger.error("stats port: it ended and is opened again: {reason}", {
      category: "admin",
      reason: messageOf(error),
    });
    this.#again();
  }
  #again(): void {
    this.#cancelAgain = this.#node.clock.after(AGAIN_MS, () => {
      try {
        this.start();
      } catch {
        // Still no descriptor to be had, or somebody else took the port.
        this.#again();
      }
    });
  }

  /** Ends every connection. Answers are made at once: what is still under way is a client's slowness. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#cancelAgain?.();
    const server = this.#server;
    if (server === undefined) return;
    this.#abort.abort();
    await server.finished.catch(() => {});
  }
}
