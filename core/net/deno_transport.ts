/** The machine's own network, through Deno. The only file of the core that opens sockets. */
import { type Address, type Connection, formatAddress, type Listener, type Transport } from "../transport.ts";

export class DenoTransport implements Transport {
  listen(address: Address, options: { readonly backlog?: number } = {}): Listener {
    if (address.kind === "unix") {
      removeStaleSocket(address.path);
      return new DenoListener(Deno.listen({ transport: "unix", path: address.path }), address);
    }
    const listener = Deno.listen({ hostname: address.host, port: address.port, tcpBacklog: options.backlog });
    const { port } = listener.addr as Deno.NetAddr;
    return new DenoListener(listener, { kind: "tcp", host: address.host, port });
  }

  async connect(address: Address, timeoutMs: number): Promise<Connection> {
    const signal = AbortSignal.timeout(timeoutMs);
    if (address.kind === "unix") {
      return new DenoConnection(await Deno.connect({ transport: "unix", path: address.path }));
    }
    try {
      const conn = await Deno.connect({ hostname: address.host, port: address.port, signal });
      conn.setNoDelay(true);
      return new DenoConnection(conn);
    } catch (error) {
      if (signal.aborted) throw new Error(`no answer within ${timeoutMs} ms`, { cause: error });
      throw error;
    }
  }
}

class DenoListener implements Listener {
  readonly #listener: Deno.Listener;
  constructor(listener: Deno.Listener, readonly address: Address) {
    this.#listener = listener;
  }

  async accept(): Promise<Connection> {
    const conn = await this.#listener.accept();
    if ("setNoDelay" in conn) (conn as Deno.TcpConn).setNoDelay(true);
    return new DenoConnection(conn);
  }

  close(): void {
    try {
      this.#listener.close();
    } catch {
      return; // closed before
    }
    if (this.address.kind === "unix") removeStaleSocket(this.address.path);
  }
}

class DenoConnection implements Connection {
  readonly remote: string;
  readonly local: string;
  readonly #conn: Deno.Conn;
  #closed = false;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
    this.remote = describe(conn.remoteAddr);
    this.local = describe(conn.localAddr);
  }

  read(into: Uint8Array): Promise<number | null> {
    return this.#conn.read(into);
  }
  write(bytes: Uint8Array): Promise<number> {
    return this.#conn.write(bytes);
  }
  closeWrite(): Promise<void> {
    return this.#conn.closeWrite();
  }
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }
}

function describe(address: Deno.Addr): string {
  if (address.transport === "tcp" || address.transport === "udp") {
    return formatAddress({ kind: "tcp", host: address.hostname, port: address.port });
  }
  return address.transport === "unix" ? address.path : address.transport;
}

/** A unix socket's file outlives its process; binding again needs it gone. Anything that is no socket stays. */
function removeStaleSocket(path: string): void {
  try {
    if (Deno.lstatSync(path).isSocket) Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
