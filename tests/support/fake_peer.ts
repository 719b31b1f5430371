/** A node made by hand on the simulated network: it is greeted as a C Dynomite would be, then answers what the test says. */
import type { Connection } from "../../core/transport.ts";
import type { MemoryListener, MemoryNetwork } from "./memory_transport.ts";
import { fromLatin1, latin1 } from "./resp_value.ts";
import { message } from "./sim_peer_link.ts";

/** A request that came. */
export interface PeerRequest {
  readonly id: number;
  readonly type: number;
  readonly payload: string;
}

export class FakePeer {
  /** All that came but greetings. */
  readonly requests: PeerRequest[] = [];
  /** What is sent when a request came; a normal reply unless the test says otherwise. */
  answer: (request: PeerRequest) => string | "close" = ({ id }) => message(id, 5, "$2\r\nok\r\n");
  readonly #listener: MemoryListener;
  readonly #connections: Connection[] = [];

  constructor(network: MemoryNetwork, host: string) {
    this.#listener = network.listen({ kind: "tcp", host, port: 8101 });
    this.#accept();
  }

  /** Sends to whoever is connected, asked or not. */
  async send(text: string): Promise<void> {
    for (const connection of this.#connections) await write(connection, text);
  }
  close(): void {
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
  }
  [Symbol.dispose](): void {
    this.close();
  }

  async #accept(): Promise<void> {
    try {
      for (;;) this.#serve(await this.#listener.accept());
    } catch {
      // It is closed.
    }
  }
  async #serve(connection: Connection): Promise<void> {
    this.#connections.push(connection);
    const buffer = new Uint8Array(65_536);
    let text = "";
    try {
      for (let count = await connection.read(buffer); count !== null; count = await connection.read(buffer)) {
        text += latin1(buffer.subarray(0, count));
        for (;;) {
          const head = /^ {3}\$2014\$ (\d+) (\d+) 0 2 \d \*1 . \*(\d+)\r\n/.exec(text);
          if (head === null) break;
          const end = head[0].length + Number(head[3]);
          if (text.length < end) break;
          const request = { id: Number(head[1]), type: Number(head[2]), payload: text.slice(head[0].length, end) };
          text = text.slice(end);
          await this.#take(connection, request);
        }
      }
    } catch {
      // The node is gone.
    }
  }
  async #take(connection: Connection, request: PeerRequest): Promise<void> {
    if (request.payload.startsWith("*1\r\n$4\r\n")) return await write(connection, message(request.id, 5, "+PONG\r\n"));
    this.requests.push(request);
    const reply = this.answer(request);
    if (reply === "close") connection.close();
    else await write(connection, reply);
  }
}

async function write(connection: Connection, text: string): Promise<void> {
  const bytes = fromLatin1(text);
  try {
    for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
  } catch {
    // The node has closed it.
  }
}
