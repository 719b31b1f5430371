/** The stats port: HTTP on `stats_listen`. Routing and bodies are in routes.ts; here is only the server's life. */
import { type Address, formatAddress } from "../transport.ts";
import type { Logger } from "../logger.ts";
import { respond, type StatsView } from "./routes.ts";

export class AdminServer {
  readonly #address: Address & { kind: "tcp" };
  readonly #view: StatsView;
  readonly #logger: Logger;
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;

  constructor(address: Address & { kind: "tcp" }, view: StatsView, logger: Logger) {
    this.#address = address;
    this.#view = view;
    this.#logger = logger;
  }

  /** `host:port` it listens on. */
  get address(): string {
    const bound = this.#server?.addr;
    return bound === undefined
      ? formatAddress(this.#address)
      : formatAddress({ kind: "tcp", host: bound.hostname, port: bound.port });
  }

  /** Listens. Throws what `Deno.serve` throws (address in use). */
  start(): void {
    this.#server = Deno.serve({
      hostname: this.#address.host,
      port: this.#address.port,
      onListen: () => {},
      onError: (error) => {
        this.#logger.error(`stats port: a request failed: ${error instanceof Error ? error.message : error}`);
        return new Response("internal error\n", { status: 500 });
      },
    }, (request) => respond(request.method, new URL(request.url).pathname, this.#view));
  }

  async close(): Promise<void> {
    await this.#server?.shutdown();
  }
}
