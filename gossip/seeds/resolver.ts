/** Questions to DNS, as the DNS provider asks them, and Deno's way to do it. */
import { formatAddress } from "../../core/transport.ts";

/** All three throw with the reason in a few words, also when there is no such record. */
export interface Resolver {
  /** The character-strings of each TXT record. */
  txt(name: string, signal: AbortSignal): Promise<readonly (readonly string[])[]>;
  addresses(name: string, type: "A" | "AAAA", signal: AbortSignal): Promise<readonly string[]>;
}

export interface NameServer {
  readonly ipAddr: string;
  readonly port: number;
}

/** Asks the system's name servers, or the one given. An answer that was cut short is asked for again over TCP. */
export class DenoResolver implements Resolver {
  readonly #nameServer: NameServer | undefined;

  constructor(nameServer: NameServer | undefined) {
    this.#nameServer = nameServer;
  }

  txt(name: string, signal: AbortSignal): Promise<string[][]> {
    const options = this.#options(signal);
    return this.#answered(name, "TXT", signal, () => Deno.resolveDns(name, "TXT", options));
  }
  addresses(name: string, type: "A" | "AAAA", signal: AbortSignal): Promise<string[]> {
    const options = this.#options(signal);
    return this.#answered(name, type, signal, () => Deno.resolveDns(name, type, options));
  }

  #options(signal: AbortSignal): Deno.ResolveDnsOptions {
    return this.#nameServer === undefined ? { signal } : { signal, nameServer: this.#nameServer };
  }

  async #answered<T>(name: string, type: string, signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (error instanceof Deno.errors.NotFound) throw new Error(`${name} has no ${type} record`, { cause: error });
      const text = error instanceof Error ? error.message : String(error);
      const server = this.#nameServer;
      const by = server === undefined
        ? ""
        : ` of ${formatAddress({ kind: "tcp", host: server.ipAddr, port: server.port })}`;
      throw new Error(`the question${by} for ${type} records of ${name} failed: ${text}`, { cause: error });
    }
  }
}
