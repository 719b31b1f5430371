/** The stats port: HTTP on `stats_listen`. What is answered stands in routes.ts; here is only the server's life. */
import type { Node } from "../node.ts";
import { type Address, formatAddress } from "../transport.ts";
import { messageOf } from "../logger.ts";
import { respond } from "./respond.ts";
import { routes } from "./routes.ts";

export class AdminServer {
  readonly #address: Address & { kind: "tcp" };
  readonly #node: Node;
  #server: Deno.HttpServer<Deno.NetAddr> | undefined;

  constructor(address: Address & { kind: "tcp" }, node: Node) {
    this.#address = address;
    this.#node = node;
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
    const { host, port } = this.#address;
    const node = this.#node;
    const rules = { token: node.options.adminToken, hostNames: [host, node.parts.facts.hostname] };
    const served = { table: routes, rules, node };
    this.#server = Deno.serve({
      hostname: host,
      port,
      onListen: () => {},
      onError: (error) => {
        node.logger.error("stats port: a request failed and is answered with 500: {reason}", {
          category: "admin",
          reason: messageOf(error),
        });
        return new Response("internal error\n", { status: 500 });
      },
    }, ({ method, url, headers }, { remoteAddr }) => {
      return respond({ method, url, headers, callerAddress: remoteAddr.hostname }, served);
    });
  }

  async close(): Promise<void> {
    await this.#server?.shutdown();
  }
}
